"""Pages that are open while the clock moves, with something typed on them, and what becomes of it.

Nobody may be refused but for having been away. Whoever is has what they typed on the page that says so, or
behind their way back, and can go on from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

from copies import PASSWORD
from intake.domain.clock_leaps import TOO_FAR_AHEAD
from intake.services import answering
from web.clinic.person import Person
from web.patient.visitor import Visitor
from web.patient.windows import Window, come_back

# Set back by no more than this nobody is signed out, and a session is longer by no more than this.
BEHIND = timedelta(minutes=2)
STAFF_AWAY, PATIENT_AWAY = timedelta(minutes=15), timedelta(minutes=60)
_WORDS = "It began last winter, after the move."


@dataclass(slots=True)
class Seen:
    """What a campaign saw."""

    jumps: int = 0
    pages: int = 0
    letters: int = 0
    sent_forms: int = 0
    notes: int = 0
    notes_shown_again: int = 0
    words_shown_again: int = 0
    drafts_erased: int = 0
    outlived: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, where: str, what: str) -> None:
        """Something was not as it should be."""
        self.faults.append(f"{where}: {what}")

    def page(self, where: str, browser: Any, expected: int) -> None:
        """A page came back, with whatever is to be kept by the browser."""
        response, self.pages = browser.response, self.pages + 1
        if response.status_code != expected:
            self.refused += response.status_code in (400, 403)
            self.fault(where, f"{response.status_code} instead of {expected}")
        for cookie in response.headers.getlist("Set-Cookie"):
            if "Expires=" in cookie and "Max-Age=" not in cookie:
                self.fault(where, f"{cookie.partition('=')[0]} is kept for as long as our clock says")


@dataclass(frozen=True, slots=True)
class Reading:
    """A clinician with a note typed below a flag of a form."""

    person: Person
    form: UUID
    sends: Mapping[str, str]

    @classmethod
    def a_form(cls, person: Person, form: UUID, note: str) -> "Reading":
        """Open it, and type the note below the first flag that nobody has acknowledged."""
        person.open(f"/submissions/{form}")
        for sent in person.page.tree.iter("form"):
            hidden = {one.get("name"): one.get("value") for one in sent.iter("input")}
            if "flag" in hidden and (sent.get("action") or "").endswith("/acknowledge"):
                sends = {"done": "called_patient", "note": note, "flag": hidden["flag"], "place": "1"}
                return cls(person, form, {**sends, "csrf_token": person.csrf})
        raise AssertionError(f"no flag is left to acknowledge: {person.status}")

    @property
    def note(self) -> str:
        """What is typed."""
        return self.sends["note"]

    def sent(self, where: str, moved: timedelta, seen: Seen) -> None:
        """The note is recorded, or stands on a page that asks them to sign in, and is recorded then."""
        person, path = self.person, f"/submissions/{self.form}/acknowledge"
        seen.notes += 1
        person.send(path, **self.sends)
        signed_out = person.status == 403 and "You are signed out" in person.response.text
        may_be = not -BEHIND <= moved <= STAFF_AWAY
        seen.page(f"{where}: a note", person, 403 if signed_out and may_be else 303)
        if person.status == 303:
            return
        seen.notes_shown_again += signed_out
        if self.note not in unescape(person.response.text):
            seen.fault(where, "a clinician's note is not on the page that refuses it")
        person.open("/sign-in")
        person.send("/sign-in", username="alice", password=PASSWORD)
        seen.page(f"{where}: signing in again", person, 303)
        person.open(f"/submissions/{self.form}")
        person.send(path, **{**self.sends, "csrf_token": person.csrf})
        seen.page(f"{where}: the note once more", person, 303)


@dataclass(slots=True)
class Writing:
    """A patient with words typed on a page that is open, and what leads back to their form, if anything."""

    visitor: Visitor
    window: Window
    way: Any = None
    waits: bool = False

    def sent(self, where: str, moved: timedelta, seen: Seen) -> bool:
        """Whether the words are saved; else they were away for too long, and the words are not lost."""
        self.window.go_on(more__words=_WORDS)
        visitor = self.visitor
        self.waits = visitor.status == 410 and moved > PATIENT_AWAY
        seen.page(f"{where}: a page of a form", visitor, 410 if self.waits else 303)
        if not self.waits:
            return visitor.status == 303
        if self.way is None and _WORDS not in unescape(visitor.html):
            seen.fault(where, "a patient's words are not on the page that refuses them")
        seen.words_shown_again += 1
        return False

    def came_back(self, where: str, seen: Seen, *, may_be_over: bool) -> None:
        """The way back leads to the page, with the words on it, unless by this clock it may be over."""
        visitor = self.visitor
        come_back(visitor, self.way)
        if visitor.status != 303 and may_be_over:
            return
        self.waits = False
        seen.page(f"{where}: coming back", visitor, 303)
        visitor.ask("more")
        if visitor.status == 303:
            visitor.follow()
        if _WORDS not in unescape(visitor.html):
            seen.fault(where, "the words that were held are not there")

    def is_there(self, where: str, by: timedelta, seen: Seen, *, saved: bool) -> None:
        """The form is as it was, unless it was erased: by a clock that was ahead, and less than a week."""
        visitor = self.visitor
        if answering.find(visitor.desk, visitor.token, attended=False) is None:
            seen.drafts_erased += 1
            if not PATIENT_AWAY < by <= TOO_FAR_AHEAD:
                seen.fault(where, "a form was erased")
            return
        visitor.ask("more")
        seen.page(f"{where}: the form again", visitor, 200)
        if saved and _WORDS not in unescape(visitor.html):
            seen.fault(where, "what a patient had saved is not there")


@dataclass(slots=True)
class Signing:
    """A patient who has only to sign."""

    visitor: Visitor
    done: bool = False

    def sent(self, where: str, by: timedelta, seen: Seen, *, put_right: bool) -> None:
        """They are thanked, once; not while they were away by the clock, nor when it erased their form."""
        if self.done:
            return
        visitor = self.visitor
        gone = answering.find(visitor.desk, visitor.token, attended=False) is None
        may_be = by > PATIENT_AWAY and not (put_right and by > TOO_FAR_AHEAD)
        visitor.send("/sign", agree="y", typed_name="Quetzal Doewood")
        seen.page(f"{where}: signing", visitor, 410 if gone and may_be else 303)
        self.done = visitor.status == 303 and visitor.location == "/sent"
        seen.sent_forms += self.done
        if visitor.status == 303 and not self.done:
            seen.fault(where, f"signing led to {visitor.location}")
