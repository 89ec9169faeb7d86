"""Sets the clock forward and back, by two minutes to ten years, while pages are open; reads what time it is.

The clock is every clock a page could ask: the product's own and the one of the libraries it is made with.
Under each jump a clinician has typed a note, a patient is in the middle of a page and another about to sign,
and a letter is due; then the clock is put right, under other open pages. Whoever is refused for any reason
but having been away has found a fault. Whatever was typed is recorded once, or on the page that comes back,
and they can go on (``campaigns/open_pages.py``); no session of staff is longer than its limit, the trail
stays whole, each letter is sent once, and no form in the middle is erased by a clock more than a week ahead.
In the nights of a change (``campaigns/nights.py``) each time that is shown is compared. Controls: sessions
that know no limit, tokens that are dated as Flask dates them, and a clock on the wall that is never changed.
"""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import click
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import Client

from campaigns import nights
from campaigns.hasty import at_any_speed
from campaigns.open_pages import BEHIND, PATIENT_AWAY, STAFF_AWAY, Reading, Seen, Signing, Writing
from campaigns.reports import end, report
from copies import NOON, PASSWORD, Clock, Copy, make_copy, staff
from exchanging import FORM, LIBRARY, sent_to
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services import accounts, notices, reviewing
from intake.services.careful_sweeping import CarefulSweeping
from intake.storage import audit, outgoing, staff_sessions
from intake.storage.outgoing import Addressed
from intake.web import security
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from sending import fill_in
from services.postbox import Postbox, postbox
from web.clinic.person import Person
from web.patient.visitor import Visitor
from web.patient.windows import Window, words_of

_DAY, _YEAR = timedelta(days=1), timedelta(days=365)
# What is tried first, in this order; from then on half to all of one of them.
_JUMPS = (
    -timedelta(seconds=120),
    10 * _YEAR,
    -timedelta(hours=1),
    timedelta(hours=1),
    -10 * _YEAR,
    timedelta(seconds=120),
    -_DAY,
    3 * _DAY,
    _YEAR,
    30 * _DAY,
)
_PUT_RIGHT_AFTER = timedelta(minutes=2)


@contextmanager
def everybodys(clock: Clock) -> Iterator[None]:
    """Whoever asks Python what time it is hears it of this clock: also what signs, and says until when."""
    with patch.object(time, "time", lambda: clock.at.timestamp()):
        yield


class Campaign:
    """One clinic whose clock is not to be trusted."""

    def __init__(self, folder: Path, box: Postbox, chance: random.Random) -> None:
        copy = make_copy(folder, LIBRARY)
        settings = replace(
            copy.settings,
            mail_host="127.0.0.1",
            mail_port=box.port,
            mail_security="none",
            mail_sender="forms@clinic.example",
            staff_idle_minutes=int(STAFF_AWAY.total_seconds()) // 60,
            patient_idle_minutes=int(PATIENT_AWAY.total_seconds()) // 60,
        )
        self.copy: Copy = replace(
            copy,
            settings=settings,
            desk=copy.desk.with_settings(settings),
            clinic=copy.clinic.with_settings(settings),
        )
        self.seen = Seen()
        self._box, self._chance, self._ticked = box, chance, 0.0
        # As the worker does it, with the other clock that nobody sets.
        self._sweeping = CarefulSweeping(lambda: self._ticked)
        self._alice = staff(self.copy.clinic, "alice", "Alice Archer, MD", Role.CLINICIAN)
        with at_any_speed():
            self._site = create_clinic_site(self.copy.clinic)
            self._patient_site = create_patient_site(self.copy.desk)

    def run(self, jumps: int) -> Seen:
        """So many jumps, a day apart, each of them put right afterwards."""
        with everybodys(self.copy.clock):
            for number in range(jumps):
                by = _JUMPS[number % len(_JUMPS)]
                by *= self._chance.uniform(0.5, 1) if number >= len(_JUMPS) else 1
                self._jump(NOON + number * _DAY, by)
                self._ticked += (_DAY - _PUT_RIGHT_AFTER).total_seconds()
        with self.copy.clinic.database.read() as session:
            if not (trail := audit.verify(session, self.copy.clinic.keys)).ok:
                self.seen.faults.append(f"the trail is broken at line {trail.first_bad_seq}")
        for one in (self.copy.desk, self.copy.clinic):
            one.database.dispose()
        return self.seen

    def _jump(self, begun: datetime, by: timedelta) -> None:
        clock, seen = self.copy.clock, self.seen
        seen.jumps += 1
        where, clock.at = f"jump {seen.jumps} by {by.total_seconds():,.0f} seconds", begun
        token, person = self._token(), Person(self._site).sign_in("alice", PASSWORD)
        form = sent_to(self.copy, self._alice, FORM).submission
        reading = Reading.a_form(person, form, f"Called Quetzal before {where}")
        writing, keeping, ready = self._writing(), self._writing(keeps=True), self._ready()
        self._due_letter(begun)

        clock.at = begun + by
        reading.sent(where, by, seen)
        later = Reading.a_form(person, form, f"Called Quetzal after {where}")
        saved = writing.sent(where, by, seen)
        keeping.sent(where, by, seen)
        if keeping.waits:
            keeping.came_back(where, seen, may_be_over=True)
        ready.sent(where, by, seen, put_right=False)
        self._work(where)
        at = clock.at
        self._session(where, token, by)

        where, clock.at = f"{where}, put right", begun + _PUT_RIGHT_AFTER
        self._ticked += _PUT_RIGHT_AFTER.total_seconds()
        later.sent(where, clock.at - at, seen)
        writing.is_there(where, by, seen, saved=saved)
        if keeping.waits:
            keeping.came_back(where, seen, may_be_over=False)
        ready.sent(where, by, seen, put_right=True)
        self._work(where)
        self._looked_through(where, form, (reading.note, later.note))

    def _token(self) -> str:
        token = accounts.sign_in(self.copy.clinic, "alice", PASSWORD, "here")
        assert isinstance(token, str), "alice cannot sign in"
        return token

    def _browser(self) -> Visitor:
        visitor = Visitor.__new__(Visitor)  # all of them at one site
        visitor.desk, visitor.site, visitor.csrf = self.copy.desk, self.copy.settings.public_address, ""
        visitor.client = Client(self._patient_site)
        visitor.open("/")
        return visitor

    def _writing(self, *, keeps: bool = False) -> Writing:
        visitor = self._browser()
        visitor.send("/start")
        way = words_of(visitor) if keeps else None
        return Writing(visitor, Window(visitor, "more"), way)

    def _ready(self) -> Signing:
        visitor = self._browser()
        visitor.client.set_cookie("intake_patient", fill_in(self.copy.desk), domain="127.0.0.1")
        visitor.open("/check")
        return Signing(visitor)

    def _due_letter(self, now: datetime) -> None:
        self.seen.letters += 1
        addressed = Addressed("quetzal@example.org", "s-e-c-r-e-t", NoticeKind.MESSAGE)
        with self.copy.clinic.database.write() as session:
            outgoing.add(session, self.copy.desk.keys, uuid4(), addressed, now)

    def _work(self, where: str) -> None:
        notices.deliver_due(self.copy.worker)
        self._sweeping.sweep(self.copy.worker)
        if len(self._box.letters) > self.seen.letters:
            self.seen.fault(where, "a letter was sent twice")

    def _session(self, where: str, token: str, by: timedelta) -> None:
        """Nobody touches it for longer than the limit, by whatever the clock says now."""
        if by <= STAFF_AWAY:
            self.copy.clock.at += STAFF_AWAY + BEHIND + timedelta(minutes=1)
        if accounts.whoever(self.copy.clinic, token) is not None:
            self.seen.outlived += 1
            self.seen.fault(where, "a session of staff outlived its limit")

    def _looked_through(self, where: str, form: UUID, typed: Sequence[str]) -> None:
        """Each note is recorded, once."""
        review = reviewing.open_review(self.copy.clinic, self._alice, form)
        kept = [one.note for one in review.acknowledgements]
        for one in typed:
            if (times := kept.count(one)) != 1:
                self.seen.fault(where, f"“{one}” is recorded {times} times")


@contextmanager
def endless() -> Iterator[None]:
    """A control: no session of staff is ever over."""
    with (
        patch.object(staff_sessions, "_expired", lambda *_: False),
        patch.object(staff_sessions, "remove_expired", lambda *_: None),
    ):
        yield


@contextmanager
def dated() -> Iterator[None]:
    """A control: the token of a page is signed as Flask does it, and refused by a clock that was set back."""
    secure = security.secure

    def dating(app: Flask, *given: Any) -> None:
        secure(app, *given)
        app.session_interface = SecureCookieSessionInterface()

    with patch("intake.web.frame.secure", dating):
        yield


def campaign(folder: Path, jumps: int, seed: int) -> Seen:
    """So many jumps; what was seen."""
    with postbox() as box:
        campaign = Campaign(folder, box, random.Random(seed))
        seen = campaign.run(jumps)
        if len(box.letters) != seen.letters:
            seen.faults.append(f"{seen.letters} letters were due, and {len(box.letters)} were sent")
    return seen


@click.command(help=__doc__)
@click.option("--jumps", default=200, show_default=True, help="How often the clock is set wrongly.")
@click.option("--minutes", default=10, show_default=True, help="Between two signatures in the nights.")
@click.option("--seed", type=int, help="Repeat the jumps of an earlier campaign.")
def main(jumps: int, minutes: int, seed: int | None) -> None:
    """Exit code 1 when something was not as promised, or when a control was not found out."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun, step = datetime.now(UTC), timedelta(minutes=minutes)
    with _folder() as folder:
        seen = campaign(folder, jumps, seed)
    with _folder() as folder:
        compared = nights.every(folder, step)
    with _folder() as folder, endless():
        longer = campaign(folder, 5, seed)
    with _folder() as folder, dated():
        refused = campaign(folder, 3, seed)
    with _folder() as folder, nights.standing():
        wrong = nights.every(folder, timedelta(hours=1), nights.NIGHTS[:1])
    end(
        report(
            "clocks",
            seed=seed,
            begun=begun,
            figures=_figures(seen, compared),
            control={
                "jumps": longer.jumps,
                "sessions that outlived their limit": longer.outlived,
                "refused for a token dated in the future": refused.refused,
                "times shown wrongly by a clock that is never changed": len(wrong.faults),
            },
            noticed=longer.outlived == longer.jumps and min(refused.refused, len(wrong.faults)) > 0,
            faults=(*seen.faults, *compared.faults),
        )
    )


def _figures(seen: Seen, compared: nights.Compared) -> dict[str, int]:
    return {
        "jumps": seen.jumps,
        "pages": seen.pages,
        "letters": seen.letters,
        "forms sent": seen.sent_forms,
        "notes typed before the clock moved": seen.notes,
        "of them on a page that asks to sign in again": seen.notes_shown_again,
        "patients signed out, whose words were kept": seen.words_shown_again,
        "drafts erased by a clock up to a week ahead": seen.drafts_erased,
        "sessions of staff that outlived their limit": seen.outlived,
        "nights of a change": compared.nights,
        "signatures in them": compared.signatures,
        "lines of the trail in them": compared.lines,
        "times that a clock showed twice": compared.twice,
    }


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="intake-clocks-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
