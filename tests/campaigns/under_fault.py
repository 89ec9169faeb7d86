"""What people do while the disk fails, and how to tell afterwards whether it was kept, whole and once."""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, replace
from uuid import UUID

from campaigns.clinicians import Clinician, carried
from campaigns.inspection import Inspector
from campaigns.senders import TYPED_NAME, Form, Senders, was_taken
from copies import PASSWORD
from intake.domain.answers import Text, answered
from intake.domain.processes import Process
from serving import Answered, Product

_WORDS = "It began last winter, number"
_PAGE = "anything_else"
_CONFLICT = 409
# SQLite writes its log into the database once the log has a thousand pages (sqlite.org/wal.html).
_PAGES_OF_A_FULL_LOG = 1_100


@dataclass(frozen=True, slots=True)
class Held:
    """What of one deed is in the database; ``fault`` says what is wrong with it."""

    times: int
    fault: str = ""


class Deed(ABC):
    """Something a person does again and again, each time anew.

    ``asked`` is how its request begins; what was ``typed`` must not be lost.
    """

    name: str
    process: Process
    asked: str

    @abstractmethod
    def __init__(self, product: Product, inspector: Inspector) -> None:
        """On one product."""

    @property
    @abstractmethod
    def typed(self) -> str:
        """What the person typed."""

    @abstractmethod
    def prepare(self) -> None:
        """Make ready what is needed for the next time."""

    @abstractmethod
    def press(self) -> Answered:
        """Send it, or send the same once more."""

    @abstractmethod
    def is_done(self, answered: Answered) -> bool:
        """Whether this answer says that it was kept."""

    def is_done_before(self, answered: Answered) -> bool:
        """Whether it says so to somebody who may have sent it before."""
        return self.is_done(answered)

    @abstractmethod
    def held(self) -> Held:
        """Look for it."""


class OfAPatient(Deed):
    """What the deeds of patients have in common."""

    process = Process.PATIENT

    def __init__(self, product: Product, inspector: Inspector) -> None:
        self.product, self.inspector = product, inspector
        self.forms = inspector.prepare(1)
        self.senders = Senders(product, self.forms[0])

    def prepare(self) -> None:
        """A form with everything answered."""
        self.forms = [*self.forms, *self.inspector.prepare(1)][-1:]

    @property
    def form(self) -> Form:
        """The one it is about now."""
        return self.forms[-1]


class Sends(OfAPatient):
    """A patient signs and sends a form."""

    name, asked = "a form sent", '"POST /sign HTTP/1.1'

    @property
    def typed(self) -> str:
        """The signature."""
        return TYPED_NAME

    def press(self) -> Answered:
        """Press Sign and send."""
        return self.senders.press(self.form)

    def is_done(self, answered: Answered) -> bool:
        """The way to the page that thanks."""
        return was_taken(answered)

    def held(self) -> Held:
        """Whether the clinic has it, with every answer, its screening and its lines of the trail."""
        found = self.inspector.stored([self.form]).get(self.form.id)
        if found is None:
            is_kept = self.inspector.is_still_a_draft(self.form)
            return Held(0, "" if is_kept else "neither stored nor a draft with every answer")
        same = self.inspector.receipt(self.form) == found.reference
        return Held(1, found.fault or ("" if same else "stored, and the patient has no receipt"))


class SendsWithAFullLog(Sends):
    """The same where SQLite's log is so long that it is written into the database file afterwards."""

    name = "a form sent, and the log written into the database"

    def prepare(self) -> None:
        """Make the log longer than SQLite lets it grow."""
        super().prepare()
        self.inspector.lengthen_the_log(_PAGES_OF_A_FULL_LOG)


class SavesAPage(OfAPatient):
    """A patient writes something on a page and goes on."""

    name, asked = "a page saved", '"POST /f/'

    def __init__(self, product: Product, inspector: Inspector) -> None:
        super().__init__(product, inspector)
        self._number = 0
        self._address = inspector.address_of(_PAGE)

    @property
    def typed(self) -> str:
        """Other words each time."""
        return f"{_WORDS} {self._number}."

    def prepare(self) -> None:
        """A form of its own, so that no pace is too fast."""
        super().prepare()
        self._number += 1

    def press(self) -> Answered:
        """Press Continue."""
        return self.senders.press_on(self.form, self._address, [(f"{_PAGE}-words", self.typed)])

    def is_done(self, answered: Answered) -> bool:
        """The way to another page."""
        return answered.status == 303 and not answered.location.endswith((self._address, "/"))

    def held(self) -> Held:
        """Whether the draft has these words, and all the others as they were."""
        saved = self.form.answers.with_({_PAGE: answered(Text(self.typed))})
        if self.inspector.is_still_a_draft(replace(self.form, answers=saved)):
            return Held(1)
        as_before = self.inspector.is_still_a_draft(self.form)
        return Held(0, "" if as_before else "the draft has other answers than before and after")


class SignsOff(Deed):
    """A clinician signs a form off, all of whose flags were acknowledged."""

    name, process, asked = "a form signed off", Process.CLINIC, '"POST /clinic/submission'

    def __init__(self, product: Product, inspector: Inspector) -> None:
        self._inspector = inspector
        self._who = Clinician(product, inspector.clinician())
        self._number = 0
        self._form: UUID

    @property
    def typed(self) -> str:
        """Another note each time."""
        return f"{_WORDS} {self._number}."

    def prepare(self) -> None:
        """A form with nothing left but the signature, and the page where it is signed."""
        self._number += 1
        self._form = self._inspector.to_sign(self._who.username)
        self._fields = carried(self._who.open(self._path))

    @property
    def _path(self) -> str:
        return f"/clinic/submissions/{self._form}/sign-off"

    def press(self) -> Answered:
        """Sign."""
        fields = {**self._fields, "note": self.typed, "password": PASSWORD, "next_words": ""}
        return self._who.send(self._path, **fields)

    def is_done(self, answered: Answered) -> bool:
        """The way on."""
        return answered.status == 303 and "sign-in" not in answered.location

    def is_done_before(self, answered: Answered) -> bool:
        """Also that it was signed already."""
        return self.is_done(answered) or answered.status == _CONFLICT

    def held(self) -> Held:
        """How many signatures stand, with what note, and as many lines of the trail."""
        review, events = self._inspector.review(self._form)
        signed = Counter(events)["ReviewSignedOff"]
        notes = [one.note for one in review.sign_offs]
        if signed != len(notes) or set(notes) - {self.typed}:
            return Held(len(notes), f"{signed} lines of the trail for {len(notes)} signatures")
        return Held(len(notes))
