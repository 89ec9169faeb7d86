"""Looks into the database of a product that was killed: is everything there that was promised?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from campaigns.senders import TYPED_NAME, Form
from copies import staff
from intake.config import Settings
from intake.demo.people import read_people
from intake.domain.answers import Text, answered
from intake.domain.evidence import relevant
from intake.domain.permissions import Role
from intake.domain.review import Review
from intake.domain.review_entries import Done
from intake.domain.submissions import Draft, Receipt
from intake.services import answering, reviewing
from intake.services.clinic import Clinic, PatientDesk, open_clinic
from intake.services.paths import pages_asked
from intake.storage import accounts, audit, drafts, rate_limits, reviews, submissions
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
        # Guesses at passwords are counted in a database of their own.
        rate_limits.counting(self._clinic.database).dispose()
        return name

    def to_sign(self, username: str) -> UUID:
        """A form that was sent, with all of its flags acknowledged by somebody."""
        (form,) = self.prepare(1)
        clinic = self._clinic
        answering.send(self._desk, form.token, TYPED_NAME)
        with clinic.database.read() as session:
            (who,) = (one for one in accounts.members(session, clinic.keys) if one.username == username)
            flags = reviews.review(session, clinic.keys, form.id).flags
        for flag in flags:
            reviewing.acknowledge(clinic, who, form.id, flag.key, "Looked at this", Done.CALLED_PATIENT)
        clinic.database.dispose()
        return form.id

    def address_of(self, question: str) -> str:
        """Where a question is asked."""
        parts = enumerate(self._clinic.library.questionnaire.parts, 1)
        (address,) = (
            f"/f/{number}/{place}"
            for number, part in parts
            for place, page in enumerate(part.pages, 1)
            if any(one.id == question for one in page.questions)
        )
        return address

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

    def review(self, submission: UUID) -> tuple[Review, list[str]]:
        """A form with all that was recorded about it, and the events of its trail."""
        with self._database() as database, database.read() as session:
            review = reviews.review(session, self._clinic.keys, submission)
            return review, [one.event for one in audit.events(session, submission)]

    def lengthen_the_log(self, pages: int) -> None:
        """Write so many pages to SQLite's log, which change nothing, and none of them into the database."""
        with self._database() as database, database.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            for pragma in ("wal_autocheckpoint = 0", "synchronous = OFF"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            for _ in range(pages):
                connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
            connection.exec_driver_sql("BEGIN")

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
