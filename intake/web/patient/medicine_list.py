"""The list of medicines in a draft: what is on it, and saving it without losing what another window added."""

from intake.domain.answers import BLANK, Answer, MedicineEntry, MedicineList, answered
from intake.domain.fingerprint import fingerprint
from intake.domain.unfinished import Marks, ShownPage, UnfinishedPage
from intake.services import answering, unfinished
from intake.services.answering import Saved
from intake.web.patient.addresses import Place
from intake.web.patient.visits import Visit

MOST = 40

Entries = tuple[MedicineEntry, ...]


def marks_of(visit: Visit, place: Place) -> Marks:
    """Of the list this answer was made from: the page itself may show an older one, to which is added."""
    return unfinished.marks(visit.draft.answers, (place.page.questions[0].id,))


def carried(visit: Visit, place: Place) -> str:
    """What a page of the list carries."""
    return unfinished.carried(visit.desk, ShownPage(visit.draft.id, place.page.id, marks_of(visit, place)))


def named(entries: Entries, key: str) -> MedicineEntry | None:
    """The medicine with this key; None when it is not on the list any more."""
    return next((entry for entry in entries if key_of(entry) == key), None)


def key_of(entry: MedicineEntry) -> str:
    """Names one entry, so that a page left open never removes another than the one it shows."""
    said = [entry.name, entry.amount, entry.how_often, entry.named, entry.last_taken, entry.typed_first]
    return fingerprint(said)[:16]


def keep(
    visit: Visit,
    place: Place,
    entries: Entries,
    *,
    stopped: bool = False,
    half: UnfinishedPage | None = None,
) -> Saved:
    """Save the list; the patient has not continued. ``half`` is what of the page stays unfinished."""
    return answering.answer_page(
        visit.desk,
        visit.token,
        place.page,
        answer_of(place, entries),
        finished=False,
        stopped=stopped,
        shown=marks_of(visit, place),
        keep=half,
    )


def entries_of(visit: Visit, place: Place) -> Entries:
    """What is on the list."""
    value = visit.draft.answers.value(place.page.questions[0].id)
    return value.entries if isinstance(value, MedicineList) else ()


def answer_of(place: Place, entries: Entries) -> dict[str, Answer]:
    """The list as the answer to its question."""
    # An empty list is a question left blank: "no medicines" was the answer of the page before.
    return {place.page.questions[0].id: answered(MedicineList(entries)) if entries else BLANK}
