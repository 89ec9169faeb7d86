"""One part of a paper as it is typed in: the fields of the patient's pages, and marks of what is unread."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from intake.domain.answers import Answer
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Kind, Page, Question
from intake.web.clinic.medicine_rows import MedicineRows
from intake.web.patient.fields import Asked
from intake.web.patient.forms import FIELDS, PageForm

# With a hyphen, as the boxes of a question have, so that no question can have the same name.
UNREAD = "cannot-read"
_FIELDS: Mapping[Kind, type[Asked]] = {**FIELDS, Kind.MEDICINES: MedicineRows}
_BOTH = "You ticked “Cannot be read” and typed something. Keep one or the other"


@dataclass(frozen=True, slots=True)
class TypedPage:
    """A page of the form with its fields."""

    page: Page
    form: PageForm
    is_new: bool = False


class TypedPart:
    """Some pages at once, read together: what was typed, what cannot be read, what is to be checked."""

    def __init__(
        self,
        pages: Iterable[Page],
        evidence: PatientEvidence,
        numbers: Mapping[str, str],
        unread: frozenset[str],
        sent: MultiDict[str, str] | None = None,
    ) -> None:
        self.pages = tuple(
            # Nobody's browser may fill in a patient's answers: it knows those of whoever types.
            TypedPage(page, PageForm(page, evidence, sent, fields=_FIELDS, helped=True))
            for page in pages
        )
        for one in self._every():
            one.label.text = f"{numbers[one.name]} {one.label.text}"
        self.unread = (
            frozenset(one.name for one in self._every() if f"{one.name}-{UNREAD}" in sent)
            if sent is not None
            else unread
        )

    def validate(self) -> bool:
        """Read everything that counts; whether nothing is left to check."""
        for typed in self.pages:
            typed.form.validate()
            for one in typed.form.open:
                if one.name in self.unread:
                    one.answer = None
                    one.errors = [_BOTH] if _is_typed(one) else []
        return not self.problems()

    def problems(self) -> list[tuple[str, str]]:
        """What to check, as (id of the control, words)."""
        return [problem for typed in self.pages for problem in typed.form.problems()]

    def answers(self) -> dict[str, Answer]:
        """What was typed and can be read."""
        found: dict[str, Answer] = {}
        for typed in self.pages:
            found |= typed.form.changes()
        return {name: answer for name, answer in found.items() if name not in self.unread}

    def marked(self) -> frozenset[str]:
        """What cannot be read, of the questions that count."""
        names = {one.name for typed in self.pages for one in typed.form.open}
        return self.unread & names

    def shown(self) -> tuple[Page, ...]:
        """The pages, with the questions that stood on them."""
        return tuple(
            replace(typed.page, questions=tuple(one.question for one in typed.form.asked.values()))
            for typed in self.pages
        )

    def _every(self) -> Iterable[Asked]:
        return (one for typed in self.pages for one in typed.form.asked.values())


def one_question(question: Question) -> Page:
    """A page of one question alone, to type it anew."""
    return Page(question.id, (question,))


def _is_typed(one: Asked) -> bool:
    boxes = (words for key, words in one.typed.items() if key not in (UNREAD, "unit"))
    return bool(one.picked) or any(words.strip() for words in boxes)
