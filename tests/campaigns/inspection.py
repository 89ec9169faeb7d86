"""Looks into the database of a product that was killed: is everything there that was promised?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.senders import Form
from copies import staff
from intake.config import Settings
from intake.demo.people import read_people
from intake.domain.answers import Text, answered
from intake.domain.evidence import relevant
from intake.domain.permissions import Role
from intake.domain.submissions import Draft, Receipt
from intake.services.clinic import Clinic, PatientDesk, open_clinic
from intake.services.paths import pages_asked
from intake.storage import audit, drafts, reviews, submissions
from intake.storage.database import Database
from intake.storage.encryption import DecryptionFailed

_EVENTS = ["SubmissionReceived", "SubmissionScreened"]
_LONG = drafts.Limits(timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Stored:
    """One submission as the clinic can read it, or what is wrong with it."""

    reference: str
    fault: str = ""


class Inspector:
    """The clinic's keys, and a connection of its own that is closed after each look.

    A connection left open would keep the database awake through a kill, and the product would
    never have to put it in order by itself.
    """

    def __init__(self, settings: Settings) -> None:
        self._clinic: Clinic = open_clinic(settings)
        self._clinic.database.dispose()
        clinic = self._clinic
        self._desk = PatientDesk(settings, clinic.database, clinic.library, clinic.keys)
        self._people = read_people(clinic.library.questionnaire)
        self._prepared = 0

    def prepare(self, count: int) -> list[Form]:
        """Forms in which every page was answered, ready to be signed."""
        with self._database() as database, database.write() as session:
            return [self._form(session) for _ in range(count)]

    def clinician(self) -> str:
        """The name somebody can sign in with on the clinic site; the password is that of every test."""
        name = "alice"
        staff(self._clinic, name, "Alice Archer, MD", Role.CLINICIAN)
        self._clinic.database.dispose()
        return name

    def faults(self) -> list[str]:
        """What is wrong with the database as a whole."""
        with self._database() as database, database.read() as session:
            told = ["ok"]
            if database.is_sqlite:
                told = [str(line) for line in session.scalars(text("PRAGMA integrity_check"))]
            trail = audit.verify(session, self._clinic.keys)
        found = [] if told == ["ok"] else [f"integrity check: {line}" for line in told]
        if not trail.ok:
            found.append(f"audit trail: line {trail.first_bad_seq}: {trail.reason}")
        return found

    def stored(self, forms: Iterable[Form]) -> dict[UUID, Stored]:
        """Those of the forms that the clinic has, by id."""
        with self._database() as database, database.read() as session:
            kept = set(submissions.ids(session))
            return {form.id: self._stored(session, form) for form in forms if form.id in kept}

    def count(self) -> int:
        """How many submissions there are."""
        with self._database() as database, database.read() as session:
            return len(submissions.ids(session))

    def is_still_a_draft(self, form: Form) -> bool:
        """Whether the patient can go on with it, with every answer they gave."""
        return isinstance(found := self._found(form), Draft) and found.answers == form.answers

    def receipt(self, form: Form) -> str:
        """The reference a patient who comes back is shown; empty when there is none."""
        return found.reference if isinstance(found := self._found(form), Receipt) else ""

    def _found(self, form: Form) -> Draft | Receipt | None:
        with self._database() as database, database.read() as session:
            return drafts.find(session, self._clinic.keys, form.token, self._clinic.now(), _LONG)

    def _form(self, session: Session) -> Form:
        person = self._people[self._prepared % len(self._people)]
        self._prepared += 1
        answers = person.answers.with_({"first_name": answered(Text(f"Pat {self._prepared}"))})
        evidence = self._desk.evidence(answers)
        seen = frozenset(page.id for page in pages_asked(evidence))
        keys, now, edition = (
            self._clinic.keys,
            self._clinic.now(),
            self._clinic.library.editions.questionnaire,
        )
        token, draft = drafts.start(session, keys, now, edition)
        drafts.save(session, keys, token, replace(draft, answers=answers, seen=seen))
        return Form(draft.id, token, answers, relevant(evidence))

    def _stored(self, session: Session, form: Form) -> Stored:
        try:
            review = reviews.review(session, self._clinic.keys, form.id)
        except (DecryptionFailed, submissions.NoSuchSubmission) as error:
            return Stored("", f"form {form.id}: {error}")
        events = [one.event for one in audit.events(session, form.id)]
        wrong = [
            words
            for holds, words in (
                (review.submission.answers == form.sent, "holds other answers than were sent"),
                (len(review.screenings) == 1, f"has {len(review.screenings)} screenings"),
                (sorted(events) == _EVENTS, f"has the events {', '.join(events) or 'none'}"),
            )
            if not holds
        ]
        fault = f"form {form.id}: {'; '.join(wrong)}" if wrong else ""
        return Stored(review.submission.reference, fault)

    @contextmanager
    def _database(self) -> Iterator[Database]:
        database = Database(self._clinic.settings.database_url)
        try:
            yield database
        finally:
            database.dispose()
