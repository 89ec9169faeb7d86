"""Fills in the whole form the way a patient does: page by page, by the words that stand on the pages."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from intake.domain.answers import (
    BLANK,
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    State,
    Text,
)
from intake.domain.evidence import PatientEvidence
from intake.domain.languages import SOURCE, Voice
from intake.domain.questionnaire import Kind, Page, Question, SafetyPage
from intake.domain.truth import Truth
from intake.domain.wording import transcribe
from intake.services.paths import pages_asked
from journeys.readers import AsItStands
from journeys.served import Control, Form, Served, words
from journeys.visitor import Visitor

_WAYS_OUT = {State.NOT_SURE: "I'm not sure", State.DECLINED: "I'd rather not say"}
_UNITS = {"ft_in": "Feet and inches", "cm": "Centimeters", "lb": "Pounds", "kg": "Kilograms"}
_BOXES = {"ft_in": ("Feet", "Inches"), "cm": ("Centimeters",), "lb": ("Pounds",), "kg": ("Kilograms",)}
_BOXES |= {"beats per minute": ("Beats per minute",), "days": ("Days",)}
_HOW_OFTEN = "How often do you take it? (optional)"
_LAST_TAKEN = "When did you last take it? (optional)"
LEFT_BLANK = ("You left 1 question blank. That is OK.", "You left %(count)s questions blank. That is OK.")
_NUMBERED = re.compile(r"^\d+\. ")
_REFERENCE = (
    'Your reference is <strong class="ref">%(reference)s</strong>. Keep it: you need it to read a message '
    "from us. You can write it down, or print this page."
)
_IN_ENGLISH = (
    "Part of this page is in English. We have no checked translation of it yet. If you want help with it, "
    "call %(clinic_name)s at %(phone)s."
)


class Somebody(Protocol):
    """Whoever fills in the form: everything they would answer, and the name they sign with."""

    @property
    def answers(self) -> Answers: ...

    @property
    def signature(self) -> str: ...


class Patient:
    """Somebody with a browser. ``pauses`` are the ids of the safety pages they met."""

    def __init__(self, browser: Visitor, person: Somebody, evidence: PatientEvidence) -> None:
        self.browser = browser
        self.person = person
        # The same answers to the same questions, in the words that this person reads.
        self.evidence = replace(evidence, questionnaire=browser.reader.questions(evidence.questionnaire))
        self.pauses: list[str] = []

    def sends_the_form(self) -> str:
        """From the first page to "We got your answers"; returns the reference given there."""
        form = self.browser.open("/").form("Start")
        self.browser.press(form, "Start")
        self.browser.follow("Begin")
        for page in pages_asked(self.evidence):
            self._answers(page)
        self._checks()
        return self._signs()

    def _answers(self, page: Page) -> None:
        assert self._here.h1 == page.heading, f"expected {page.heading!r}, found {self._here.h1!r}"
        self._is_told_what_is_in_english(page)
        if page.questions[0].kind is Kind.MEDICINES:
            self._lists_medicines(page.questions[0])
        else:
            self._fills_in(page)
        if safety := self._safety_page(page):
            self._pauses_at(safety)
        elif len(_top(page)) > 1 and self._unspoken_blanks(page):
            self._moves_on_from_blanks(page)

    def _is_told_what_is_in_english(self, page: Page) -> None:
        if self.browser.reader.code == SOURCE:
            return
        in_english = bool(page.left_in or page.intro_left_in or any(one.left_in for one in page.questions))
        told = self.browser.said(_IN_ENGLISH, clinic_name="#", phone="#").partition("#")[0]
        assert (told in self._here.text) is in_english, f"{page.id}: is in English: {in_english}"

    def _fills_in(self, page: Page) -> None:
        form = self._here.form("Continue")
        for question in page.questions:
            if (answer := self.person.answers.get(question.id)) is not None:
                _fill(form, question, answer)
        _refuse_strangers(form, page)
        if self._is_told_of_blanks(page):
            # Once, as a note; the second Continue goes on.
            form = self.browser.press(form, "Continue", expecting=(422,)).form("Continue")
        self.browser.press(form, "Continue")
        if any(self._is_improbable(question) for question in page.questions):
            assert self._here.h1 == self.browser.said("Is that right?")
            self.browser.press(self._here.form("Yes, keep it"), "Yes, keep it")

    def _lists_medicines(self, question: Question) -> None:
        listed = self.person.answers.value(question.id)
        entries = listed.entries if isinstance(listed, MedicineList) else ()
        for entry in entries[:-1]:
            form = self._here.form("Add to my list")
            _write_medicine(form, entry)
            self.browser.press(form, "Add to my list")
        button = "That is all. Continue" if len(entries) > 1 else "Continue"
        form = self._here.form(button)
        if entries:
            # As many do: the last one is typed, and not added before going on.
            _write_medicine(form, entries[-1])
        else:
            form = self.browser.press(form, button, expecting=(422,)).form(button)
        self.browser.press(form, button)

    def _pauses_at(self, safety: SafetyPage) -> None:
        assert self._here.h1 == safety.title, f"expected {safety.title!r}, found {self._here.h1!r}"
        links = self._here.links()
        for line in safety.lines:
            assert links[_one_line(line.say)] == line.link
        for paragraph in safety.paragraphs:
            assert _one_line(paragraph) in self._here.text
        self.pauses.append(safety.id)
        self.browser.follow("Keep going")

    def _moves_on_from_blanks(self, page: Page) -> None:
        left = [q for q in page.questions if self._is_blank(q) and q.is_worth_a_word]
        assert self._here.h1 == self.browser.reader.said_many(*LEFT_BLANK, len(left), count=len(left))
        assert all(_one_line(question.ask) in self._here.text for question in left)
        self.browser.follow("Move on")

    def _checks(self) -> None:
        assert self._here.h1 == self.browser.said("Check your answers before you send them")
        shown = _rows(self._here)
        for part in transcribe(self.evidence, self.browser.reader.voice):
            for line in part.lines:
                if self.evidence.questionnaire.question(line.question).kind is not Kind.SCALE:
                    hidden = line.sensitive and line.state is State.ANSWERED
                    said = self.browser.said("Answered") if hidden else _one_line(line.said)
                    assert shown[_one_line(line.asked)] == said
        self.browser.follow("Go on to sign")

    def _signs(self) -> str:
        consent = self.evidence.questionnaire.consent
        form = self._here.form("Sign and send to the clinic")
        _pick(form, list(form.controls), AsItStands(consent.agree))
        form.fill("Type your full name", self.person.signature)
        sent = self.browser.press(form, "Sign and send to the clinic")
        assert sent.h1 == self.browser.said("We got your answers. Thank you.")
        words_around = self.browser.said(_REFERENCE, reference="#")
        reference = re.search(re.escape(words_around).replace(r"\#", r"(\S+)"), sent.text)
        assert reference, "no reference on the page"
        return reference[1]

    @property
    def _here(self) -> Served:
        return self.browser.page

    def _safety_page(self, page: Page) -> SafetyPage | None:
        """The page the questionnaire calls for after this one, if any."""
        for question in page.questions:
            for trigger in question.safety:
                if trigger.when.find(self.evidence).truth is Truth.YES:
                    return self.evidence.questionnaire.safety_page(trigger.show)
        return None

    def _is_blank(self, question: Question) -> bool:
        return self.person.answers.get(question.id) == BLANK

    def _noticed_blanks(self, page: Page) -> list[Question]:
        """What was left blank and is worth a word: not a text nobody needs."""
        return [
            question
            for question in page.questions
            if self._is_blank(question) and (question.is_worth_a_word or page.opens_under(question))
        ]

    def _unspoken_blanks(self, page: Page) -> list[Question]:
        """What was left blank and not spoken of on the page itself."""
        return [
            question
            for question in self._noticed_blanks(page)
            if not (question.needed or page.opens_under(question))
        ]

    def _is_told_of_blanks(self, page: Page) -> bool:
        """Whether a blank is spoken of on the page itself, and not on one of its own afterwards."""
        alone = len(_top(page)) == 1
        return any(alone or q.needed or page.opens_under(q) for q in self._noticed_blanks(page))

    def _is_improbable(self, question: Question) -> bool:
        match self.person.answers.value(question.id):
            case Number(amount):
                numbers = [amount]
            case Reading(first, second):
                numbers = [Decimal(first), Decimal(second)]
            case _:
                return False
        return not all(b.hold(n) for b, n in zip(question.plausible, numbers, strict=False))


def _top(page: Page) -> list[Question]:
    return [question for question in page.questions if page.opens_under(question) is None]


def _write_medicine(form: Form, entry: MedicineEntry) -> None:
    if not entry.named:
        form.choose("I don't know the name")
    form.fill("What is the medicine called?", entry.name)
    form.fill("How much do you take? (optional)", entry.amount)
    for asked, said in ((_HOW_OFTEN, entry.how_often), (_LAST_TAKEN, entry.last_taken)):
        if said:
            group = form.reader.said(asked)
            _pick(form, [one for one in form.controls if one.group == group], said)


def _fill(form: Form, question: Question, answer: Answer) -> None:
    controls = _controls(form, question)
    assert controls, f"nothing on the page to answer {question.id} with"
    for label in _ticks(question, answer):
        _pick(form, controls, label)
    for label, typed in _written(question, answer, form.reader.voice):
        _type(form, controls, label, typed)


def _ticks(question: Question, answer: Answer) -> list[str]:
    """The words beside what is ticked to give this answer."""
    if answer.state in _WAYS_OUT:
        return [_WAYS_OUT[answer.state]]
    match answer.value:
        case Chosen(choice):
            return [AsItStands(question.choice(choice).say)]
        case ChosenMany(choices, unsure):
            said: list[str] = [AsItStands(question.choice(choice).say) for choice in choices]
            return [*said, _WAYS_OUT[State.NOT_SURE]] if unsure else said
        case Number(_, _, unit):
            return [_UNITS[unit]] if len(question.units) > 1 else []
    return []


def _written(question: Question, answer: Answer, voice: Voice) -> list[tuple[str, str]]:
    """What is typed to give this answer, each beside the label of its box."""
    match answer.value:
        case Text(typed) if question.each:
            return [
                (AsItStands(f"{question.each} {at}"), one)
                for at, one in enumerate(typed.split("; "), start=1)
            ]
        case Text(typed):
            return [(AsItStands(question.ask), typed)]
        case Reading(first, second):
            return list(zip(map(AsItStands, question.part_labels), (str(first), str(second)), strict=True))
        case Day(day):
            return [("Month", voice.month(day.month)), ("Day", str(day.day)), ("Year", str(day.year))]
        case Number(_, typed, unit):
            return list(zip(_BOXES[unit], typed, strict=True))
    return []


def _controls(form: Form, question: Question) -> list[Control]:
    asked = _one_line(question.ask)
    if question.kind is Kind.TEXT and not question.each:
        return [one for one in form.controls if one.is_box and one.label == asked]
    return [one for one in form.controls if _NUMBERED.sub("", one.group) == asked]


def _refuse_strangers(form: Form, page: Page) -> None:
    known = {control for question in page.questions for control in _controls(form, question)}
    strangers = [control for control in form.controls if control not in known]
    assert not strangers, f"{page.id}: controls that belong to no question: {strangers}"


def _pick(form: Form, controls: list[Control], label: str) -> None:
    form.pick(_labelled(form, [one for one in controls if not one.is_box], label))


def _type(form: Form, controls: list[Control], label: str, typed: str) -> None:
    form.type(_labelled(form, [one for one in controls if one.is_box], label), typed)


def _labelled(form: Form, controls: list[Control], label: str) -> Control:
    label = _one_line(form.reader.said(label))
    found = [one for one in controls if one.label == label]
    assert len(found) == 1, f"{len(found)} controls are labelled {label!r}: {[one.label for one in controls]}"
    return found[0]


def _rows(page: Served) -> dict[str, str]:
    rows = [(row.find("dt"), row.find("dd")) for row in page.tree.iter("div")]
    return {words(dt): words(dd) for dt, dd in rows if dt is not None and dd is not None}


def _one_line(said: str) -> str:
    return " ".join(said.split())
