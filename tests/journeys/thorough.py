"""A patient who meets all there is to meet on the way, and has a picture taken of it."""

from intake.domain.answers import Text
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Page, SafetyPage
from journeys.as_a_patient import LEFT_BLANK, Patient, Somebody
from journeys.chromium import Chromium
from journeys.readers import AsItStands

_CHECK = "Check your answers before you send them"
_ADDED = ("You have added 1 medicine", "You have added %(count)s medicines")
_SEND = "Sign and send to the clinic"
_PICTURES = {"heart_conditions": "question", "phq9": "phq"}


class Thorough(Patient):
    """Errs and repairs it, doubts, leaves blanks, takes back, changes, signs in two tabs."""

    browser: Chromium

    def __init__(self, browser: Chromium, person: Somebody, evidence: PatientEvidence) -> None:
        super().__init__(browser, person, evidence)
        self._detours = {
            "date_of_birth": self._errs,
            "height_and_weight": self._is_asked_twice,
            "medicines": self._takes_one_off_the_list,
            "phq9": self._leaves_blanks,
        }

    def sends_the_form(self) -> str:
        self.browser.open("/")
        self.browser.picture("start")
        return super().sends_the_form()

    def _answers(self, page: Page) -> None:
        if page.id in _PICTURES:
            self.browser.picture(_PICTURES[page.id])
        if detour := self._detours.get(page.id):
            detour()
        super()._answers(page)

    def _errs(self) -> None:
        form = self._here.form("Continue")
        for label, words in (("Month", self.browser.reader.voice.month(6)), ("Day", "31"), ("Year", "1988")):
            form.fill(label, words)
        self.browser.press(form, "Continue", expecting=(422,))

        assert self._here.title.startswith("Error: ")
        assert self.browser.has_focus("#errors")
        # The summary leads to the box, and what was typed is still in it.
        self.browser.jump(
            self.browser.said(
                "There is no %(month)s %(day)s. Check the day",
                month=self.browser.reader.voice.month(6),
                day=31,
            )
        )
        assert self.browser.tab.locator("#date_of_birth-day").input_value() == "31"

    def _is_asked_twice(self) -> None:
        form = self._here.form("Continue")
        form.fill("Feet", "8")
        self.browser.press(form, "Continue")

        assert self._here.h1 == self.browser.said("Is that right?")
        self.browser.press(self._here.form("Change it"), "Change it")
        assert self.browser.tab.get_by_label(self.browser.said("Feet"), exact=True).input_value() == "8"

    def _takes_one_off_the_list(self) -> None:
        form = self._here.form("Add to my list")
        form.fill("What is the medicine called?", "Zyrtec")
        self.browser.press(form, "Add to my list")
        assert self.browser.reader.said_many(*_ADDED, 1) in self._here.text

        remove = AsItStands(f"{self.browser.said('Remove')} Zyrtec")
        self.browser.press(self._here.form(remove), remove)
        self.browser.press(self._here.form("Yes, remove it"), "Yes, remove it")
        assert self._here.says("We took <bdi>%(name)s</bdi> off your list.", name="Zyrtec")

    def _leaves_blanks(self) -> None:
        self.browser.press(self._here.form("Continue"), "Continue")

        assert self._here.h1 == self.browser.reader.said_many(*LEFT_BLANK, 9, count=9)
        self.browser.follow("Go back and answer")

    def _pauses_at(self, safety: SafetyPage) -> None:
        self.browser.picture("pause")
        super()._pauses_at(safety)

    def _checks(self) -> None:
        self.browser.picture("check")
        number = self.person.answers.value("phone")
        assert isinstance(number, Text)
        for words in ("(555) 555-0199", number.words):
            self._changes_the_number_to(words)
        self.browser.follow(self._change)
        self.browser.follow("Back")
        assert self._here.h1 == self.browser.said(_CHECK)
        super()._checks()

    def _changes_the_number_to(self, words: str) -> None:
        self.browser.follow(self._change)
        form = self._here.form("Continue")
        form.fill(AsItStands(self._asked), words)
        self.browser.press(form, "Continue")
        assert self._here.h1 == self.browser.said(_CHECK)
        assert words in self._here.text

    @property
    def _asked(self) -> str:
        return self.evidence.questionnaire.question("phone").ask

    @property
    def _change(self) -> AsItStands:
        return AsItStands(f"{self.browser.said('Change')}: {self._asked}")

    def _signs(self) -> str:
        other = self.browser.another_tab()
        other.open("/sign")
        reference = super()._signs()
        self.browser.picture("sent")
        self._signs_once_more(other, reference)
        return reference

    def _signs_once_more(self, other: Chromium, reference: str) -> None:
        """In a tab that was left open: nothing is sent twice."""
        form = other.page.form(_SEND)
        form.pick(next(one for one in form.controls if not one.is_box))
        form.fill("Type your full name", self.person.signature)
        sent = other.press(form, _SEND)
        assert sent.h1 == other.said("We got your answers. Thank you.")
        assert reference in sent.text
