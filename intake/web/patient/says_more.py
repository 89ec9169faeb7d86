"""Whether the boxes of a page hold anything but what was saved."""

from intake.domain.questionnaire import Kind
from intake.domain.unfinished import UnfinishedPage
from intake.web.patient import held
from intake.web.patient.addresses import Place
from intake.web.patient.fields import Asked
from intake.web.patient.forms import PageForm
from intake.web.patient.medicine_form import MedicineForm
from intake.web.patient.visits import Visit


def says_more(visit: Visit, place: Place, typed: UnfinishedPage) -> bool:
    """A page that somebody only looked at leaves nothing behind."""
    sent = held.boxes_of(typed)
    if place.page.questions[0].kind is Kind.MEDICINES:
        return MedicineForm(sent).is_begun()
    return differ(*(PageForm(place.page, visit.evidence, one) for one in (sent, None)))


def differ(now: PageForm | None, before: PageForm | None) -> bool:
    """Whether two forms of one page have something else in their boxes; neither, where there is no page."""
    if now is None or before is None:
        return False
    return any(
        (one.picked, _written(one)) != (before.asked[name].picked, _written(before.asked[name]))
        for name, one in now.asked.items()
    )


def _written(one: Asked) -> dict[str, str]:
    # The unit that is offered first is sent with every page, whether somebody typed or not.
    typed = {key: value for key, value in one.typed.items() if value.strip() and key != "unit"}
    return {**typed, **({"unit": one.typed["unit"]} if typed and "unit" in one.typed else {})}
