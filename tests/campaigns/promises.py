"""What people were told, kept beside the product, and whether it is so: the model of ``campaigns.states``."""

import email
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from copies import Copy
from intake.domain.answers import Chosen
from intake.domain.events import FlagAcknowledged, ReviewSignedOff, SubmissionReceived
from intake.domain.submissions import Draft
from intake.services import answering
from intake.storage import audit, news, reviews, submissions
from intake.storage.outgoing import Outcome
from intake.storage.tables import OutgoingRow
from services.mail_servers import MailServer, told_of_the_patient
from web.patient.visitor import Visitor
from web.patient.windows import Window

ADDRESS = "quetzal@example.org"
STAFF = "desk@clinic.example"
_IDLE = timedelta(minutes=60)


@dataclass
class Writing:
    """One patient: their browser, its two windows, what they were told is saved, and when they came last."""

    visitor: Visitor
    windows: dict[int, Window] = field(default_factory=dict)
    saved: dict[str, object] = field(default_factory=dict)
    reference: str = ""
    came: datetime | None = None


@dataclass
class Promises:
    """What everybody was told so far. ``thanked`` are references, and what was said to be in each form."""

    thanked: dict[str, dict[str, object]] = field(default_factory=dict)
    signed: Counter[UUID] = field(default_factory=Counter)
    acknowledged: Counter[UUID] = field(default_factory=Counter)
    letters: set[UUID] = field(default_factory=set)

    def look_for_forms(self, copy: Copy) -> None:
        """Each form somebody was thanked for is there, once, with what was said to be saved; and no other."""
        with copy.clinic.database.read() as session:
            sent = [submissions.fetch(session, copy.clinic.keys, one) for one in submissions.ids(session)]
        there = Counter(one.reference for one in sent)
        assert there == Counter(list(self.thanked)), (
            f"{dict(there)} are there, and {list(self.thanked)} thanked for"
        )
        for one in sent:
            for question, value in self.thanked[one.reference].items():
                kept = one.answers.value(question)
                held = kept.choice if isinstance(kept, Chosen) else kept
                assert held == value, f"{question}: {kept} was sent, and {value} was said to be saved"

    def look_for_drafts(self, copy: Copy, patients: list[Writing]) -> None:
        """What was said to be saved is, as long as the form is open; and it is, within the hour."""
        for one in patients:
            if one.reference or not one.saved:
                continue
            draft = answering.find(copy.desk, one.visitor.token, attended=False)
            if isinstance(draft, Draft):
                for question, value in one.saved.items():
                    kept = draft.answers.value(question)
                    held = kept.choice if isinstance(kept, Chosen) else kept
                    assert held == value, f"{question}: {kept} is saved, and {value} was said to be"
            else:
                away = one.came is None or copy.clock.at - one.came >= _IDLE
                assert away, f"a form is gone that somebody was at {one.came}"

    def look_at_the_trail(self, copy: Copy) -> None:
        """Nobody was told that they signed without its being so, nor the other way round; nor the trail."""
        with copy.clinic.database.read() as session:
            trail = audit.verify(session, copy.clinic.keys)
            assert trail.ok, f"the trail is broken at line {trail.first_bad_seq}"
            for form in submissions.ids(session):
                review = reviews.review(session, copy.clinic.keys, form)
                lines = Counter(one.event for one in audit.events(session, form))
                told, seen = self.signed[form], self.acknowledged[form]
                kept = (len(review.sign_offs), len(review.acknowledgements))
                written = tuple(lines[one.__name__] for one in (ReviewSignedOff, FlagAcknowledged))
                received = lines[SubmissionReceived.__name__]
                assert kept == (told, seen), f"{kept} signatures and flags are kept, {(told, seen)} were told"
                assert written == kept, f"the trail has {written} signatures and flags, and {kept} are kept"
                assert received == 1, f"the trail has a form that was received {received} times"

    def remember_letters(self, copy: Copy) -> None:
        """What is said to be sent by now."""
        with copy.clinic.database.read() as session:
            sent = select(OutgoingRow.id).where(OutgoingRow.outcome == Outcome.SENT.value)
            self.letters |= set(session.scalars(sent))

    def look_for_letters(self, copy: Copy, server: MailServer) -> None:
        """Nothing waits any more, each letter said to be sent came, and none tells of a patient."""
        with copy.clinic.database.read() as session:
            waiting = list(session.scalars(select(OutgoingRow.id).where(OutgoingRow.settled_at.is_(None))))
            assert not waiting, f"{len(waiting)} notices wait still"
            assert not news.there_is(session), "there is news that nobody was told of"
        letters = [email.message_from_string(one) for one in server.taken]
        came = {letter["Message-ID"] for letter in letters}
        missing = {f"<{one}@clinic.example>" for one in self.letters} - came
        assert not missing, f"{len(missing)} letters are said to be sent, and never came"
        assert not self.thanked or STAFF in {letter["To"] for letter in letters}, "staff were told of nothing"
        for reference in self.thanked:
            told = told_of_the_patient(bytes(server.received), reference, ADDRESS)
            assert not told, f"a mail server was told {told}"
