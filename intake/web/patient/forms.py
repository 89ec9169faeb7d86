"""A WTForms form for each page of the questionnaire, made when it is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from intake.domain.answers import BLANK, Answer, Chosen
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Kind, Page, Question
from intake.services.paths import asked_on
from intake.web.languages import say
from intake.web.patient import parse
from intake.web.patient.box_fields import CalendarDate, ListOfWords, Measure, TwoNumbers, Words
from intake.web.patient.choice_fields import ManyChoices, OneChoice
from intake.web.patient.fields import Asked

FIELDS: Mapping[Kind, type[Asked]] = {
    Kind.YES_NO: OneChoice,
    Kind.CHOOSE_ONE: OneChoice,
    Kind.SCALE: OneChoice,
    Kind.CHOOSE_ANY: ManyChoices,
    Kind.NUMBER: Measure,
    Kind.READING: TwoNumbers,
    Kind.DATE: CalendarDate,
    Kind.TEXT: Words,
}


class PageForm(BaseForm):
    """What one page asks this patient, what came back, and what is still to be looked at.

    ``fields`` are those for each kind of question; ``helped`` says that somebody else types, and is
    worked out from the answers unless it is given.
    """

    def __init__(
        self,
        page: Page,
        evidence: PatientEvidence,
        sent: MultiDict[str, str] | None,
        *,
        fields: Mapping[Kind, type[Asked]] = FIELDS,
        helped: bool | None = None,
    ) -> None:
        questions = asked_on(evidence, page)
        helped = _is_helped(evidence) if helped is None else helped
        super().__init__(
            {question.id: _unbound(question, evidence.as_of, fields, helped=helped) for question in questions}
        )
        self.asked: dict[str, Asked] = {one.name: one for one in self if isinstance(one, Asked)}
        for one in self.asked.values():
            self._hang_up(page, one)
        self.noticed = (
            [] if sent is None else [name for name in sent.getlist("noticed") if name in self.asked]
        )
        self.process(sent, data={question.id: evidence.answers.get(question.id) for question in questions})

    @property
    def top(self) -> tuple[Asked, ...]:
        """The questions that stand on the page by themselves."""
        return tuple(one for one in self.asked.values() if one.opens_under is None)

    @property
    def open(self) -> tuple[Asked, ...]:
        """The questions that count: a box under a choice that was not made does not."""
        return tuple(one for one in self.asked.values() if self._is_open(one))

    @property
    def left_in(self) -> bool:
        """Whether a question of the page is not in the language of the page."""
        return any(one.left_in for one in self.asked.values())

    def validate(self, extra_validators: Mapping[str, Sequence[object]] | None = None) -> bool:
        """Read every question that counts; what opens under a choice comes after the choice."""
        del extra_validators
        for one in self.asked.values():
            if self._is_open(one):
                one.validate(self)
        return not self.problems()

    def changes(self) -> dict[str, Answer]:
        """The answers to keep; a question without a readable one keeps what it had."""
        return {one.name: one.answer for one in self.open if one.answer is not None and not one.errors}

    def given(self) -> dict[str, Answer]:
        """The answers that say something: what to keep when the patient only stops here."""
        return {name: answer for name, answer in self.changes().items() if answer != BLANK}

    def blank(self) -> tuple[Asked, ...]:
        """The questions left blank that are worth a word; a free text nobody needs is not."""
        return tuple(
            one
            for one in self.open
            if one.answer == BLANK and (one.question.is_worth_a_word or one.opens_under)
        )

    def note_blanks(self) -> bool:
        """Say a word beside blanks not spoken of before; whether there were any.

        On a page of several questions only those that need it are spoken of here: the
        others get a page of their own afterwards, once (ux_spec 8).
        """
        alone = len(self.top) == 1
        found = [
            one
            for one in self.blank()
            if one.name not in self.noticed and (alone or one.question.needed or one.opens_under)
        ]
        for one in found:
            _say_a_word(one)
        self.noticed += [one.name for one in found]
        return bool(found)

    def unspoken_blanks(self) -> bool:
        """Whether something was left blank of which no word was said yet."""
        return any(one.name not in self.noticed for one in self.blank())

    def doubts(self, kept: Iterable[str]) -> tuple[Asked, ...]:
        """The improbable numbers not yet said to be right."""
        confirmed = frozenset(kept)
        return tuple(one for one in self.open if one.doubt and one.name not in confirmed)

    def problems(self) -> list[tuple[str, str]]:
        """What to check, as (id of the control, words), for the summary at the top."""
        return [(one.control, str(one.errors[0])) for one in self.open if one.errors]

    def sent_boxes(self, sent: MultiDict[str, str]) -> list[tuple[str, str]]:
        """What was sent that belongs to this page, to be carried through a question in between."""
        names = tuple(self.asked)
        prefixes = tuple(f"{name}-" for name in names)
        return [
            (key, value) for key, value in sent.items(multi=True) if key in names or key.startswith(prefixes)
        ]

    def _hang_up(self, page: Page, one: Asked) -> None:
        under = page.opens_under(one.question)
        if under is not None and under[0] in self.asked:
            one.opens_under = under
            self.asked[under[0]].opens[under[1]] = one

    def _is_open(self, one: Asked) -> bool:
        if one.opens_under is None:
            return True
        parent, choice = one.opens_under
        return self.asked[parent].includes(choice)


def _unbound(
    question: Question, today: date, fields: Mapping[Kind, type[Asked]], *, helped: bool
) -> "UnboundField[Asked]":
    if question.kind not in fields:
        raise ValueError(f"no field for a question of kind {question.kind.value!r}")
    field = ListOfWords if question.each else fields[question.kind]
    return UnboundField(field, question, today, helped=helped)


def _is_helped(evidence: PatientEvidence) -> bool:
    # A helper's browser would fill in the helper's own name and birthday (ux_spec 5.3).
    match evidence.value("filled_in_by"):
        case Chosen(choice):
            return choice != "me"
    return False


def _say_a_word(one: Asked) -> None:
    if one.question.needed:
        label = parse.lowered(one.question.label)
        one.errors = [say("We need your %(label)s. To add it later, press Continue again", label=label)]
    elif one.opens_under:
        one.errors = [say("Tell us more here, or press Continue again to leave it blank")]
    elif offered := [option.say for option in one.ways_out()]:
        one.note = say("You can choose “%(said)s”, or press Continue again to skip.", said=offered[0])
    else:
        one.note = say("You left this blank. You can answer it, or press Continue again to skip.")
