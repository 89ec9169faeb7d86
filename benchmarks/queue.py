"""How long the queue takes beside few and beside many finished forms, and how long a search takes.

Acceptance: the page of the same 60 waiting forms takes about as long, and is as large, beside 20,000
finished forms as beside 100. Everything is made up, sealed with real keys in a folder that is removed.

    python -m benchmarks.queue --finished 20000
"""

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from werkzeug.test import Client, TestResponse

from benchmarks.impact import Watch
from intake.config import NOT_REQUIRED, Settings
from intake.domain.finding import Sought, sought
from intake.domain.permissions import Role, StaffMember
from intake.domain.queue_entry import QueueEntry
from intake.domain.rules import Priority
from intake.domain.standing import Standing
from intake.services import accounts, searching
from intake.services.clinic import Clinic
from intake.services.instance import opened, prepare
from intake.storage import submissions
from intake.storage.codec_reviews import summary_to_bytes
from intake.storage.encryption import new_record_key, seal_for_clinic
from intake.storage.tables import RecordKeyRow, SignOffRow, SubmissionRow, SummaryRow
from intake.web.clinic.site import create_clinic_site

WAITING, FEW = 60, 100
MOST = 1.3  # times as long
_ANSWERS = 24_000  # bytes of a sealed form, about what one takes
_BATCH, _LOOKS = 1_000, 15
_PASSWORD = "four words nobody says"  # noqa: S105 - of a clinic that is removed at the end
_FIRST = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_NAMES = ("Avery", "Okafor", "Natarajan", "Ortega", "Whitfield", "Tan", "Brandt", "Petrova")


@dataclass(frozen=True, slots=True)
class Page:
    """One page, asked for again and again: the middle of its times in milliseconds, and its bytes."""

    finished: int
    on_the_wall: float
    at_work: float
    size: int


def fill(clinic: Clinic, number: int, first: int, *, signed: bool) -> None:
    """Store so many forms: all that lists look at is real, the answers are only as long."""
    rng = random.Random(first)  # noqa: S311 - nothing secret is drawn
    for start in range(0, number, _BATCH):
        rows = [
            row
            for place in range(start, min(start + _BATCH, number))
            for row in _rows(clinic, rng, first + place, signed=signed)
        ]
        with clinic.database.write() as session:
            # Submissions first: everything else refers to them.
            session.add_all(row for row in rows if isinstance(row, SubmissionRow))
            session.flush()
            session.add_all(row for row in rows if not isinstance(row, SubmissionRow))


def _rows(clinic: Clinic, rng: random.Random, place: int, *, signed: bool) -> Iterator[object]:
    one = UUID(int=rng.getrandbits(128), version=4)
    sent_at = _FIRST + timedelta(minutes=5 * place)
    entry = QueueEntry(
        submission=one,
        reference=f"BM-{place:06}",
        name=f"{rng.choice(_NAMES)} Invented{place}",
        age=rng.randint(18, 90),
        priority=rng.choice((*Priority, None)),
        titles=("High blood pressure, not treated", "Sleep apnea", "A sedating medicine"),
        flags=7,
        cannot_tell=2,
        incomplete=False,
        sent_at=sent_at,
        born=date(1940, 1, 1) + timedelta(days=rng.randint(0, 20_000)),
        standing=Standing(signed=signed),
    )
    key = new_record_key(clinic.keys)
    yield SubmissionRow(
        id=one,
        reference=entry.reference,
        created_at=submissions.to_the_minute(sent_at),
        revision=1,
        answers=rng.randbytes(_ANSWERS),
        state=submissions.SIGNED if signed else submissions.OPEN,
    )
    yield RecordKeyRow(
        submission_id=one, sealed=seal_for_clinic(clinic.keys, key, submissions.key_place(one))
    )
    sealed = key.seal(summary_to_bytes(entry), submissions.summary_place(one, 1))
    yield SummaryRow(submission_id=one, number=1, sealed=sealed)
    if signed:
        at = submissions.to_the_minute(sent_at)
        yield SignOffRow(submission_id=one, number=1, created_at=at, sealed=rng.randbytes(700))


def signed_in(clinic: Clinic) -> Client:
    """A browser with somebody signed in."""
    client = Client(create_clinic_site(clinic))
    page = client.get("/sign-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    _insist(
        client.post("/sign-in", data={"username": "alice", "password": _PASSWORD, "csrf_token": token}), 303
    )
    return client


def _insist(answer: TestResponse, status: int) -> None:
    if answer.status_code != status:
        raise RuntimeError(f"a page answered {answer.status_code}: there is nothing to measure")


def look(clinic: Clinic, path: str, finished: int) -> Page:
    """Ask for a page several times."""
    client = signed_in(clinic)
    walls, works, size = [], [], 0
    for _ in range(_LOOKS):
        watch = Watch()
        answer = client.get(path)
        measured = watch.stop(path, 1)
        _insist(answer, 200)
        walls.append(1000 * measured.seconds)
        works.append(1000 * measured.worked)
        size = len(answer.data)
    return Page(finished, statistics.median(walls), statistics.median(works), size)


def search(clinic: Clinic, alice: StaffMember, what: str, wanted: Sought) -> str:
    """Look through every form for somebody who is not there, however long it takes."""
    watch = Watch()
    found = searching.search(clinic, alice, wanted, seconds=600)
    measured = watch.stop(what, max(1, found.looked_through))
    return (
        f"  {what}: {1000 * measured.seconds:,.0f} ms on the wall, {1000 * measured.worked:,.0f} ms at work, "
        f"{len(found.lines)} found, {found.looked_through:,} looked through"
    )


def measure(folder: Path, finished: int) -> bool:
    """Fill a clinic, look, fill it further, look again; whether it took about as long."""
    instance = folder / "instance"
    settings = Settings(
        instance=instance,
        database_url=f"sqlite:///{instance / 'intake.db'}",
        timezone="UTC",
        # What signing in takes is none of what is measured.
        second_factor=NOT_REQUIRED,
    )
    prepare(settings)
    clinic = opened(settings)
    try:
        invitation = accounts.add_staff(clinic, None, "alice", "A. Rivera, NP", [Role.CLINICIAN])
        alice = accounts.accept_invitation(clinic, invitation, _PASSWORD)
        fill(clinic, WAITING, 0, signed=False)
        fill(clinic, FEW, WAITING, signed=True)
        few = {path: look(clinic, path, FEW) for path in ("/queue", "/queue/done")}
        half = min(10_000, finished)
        fill(clinic, half - FEW - WAITING, FEW + WAITING, signed=True)
        print(f"{half:,} forms are looked through:")
        print(search(clinic, alice, "a name nobody has", sought("Nightingale", None)))
        print(search(clinic, alice, "a name everybody begins with", sought("o", None)))
        print(search(clinic, alice, "a date of birth nobody has", sought("", date(1930, 1, 1))))
        print(search(clinic, alice, "a reference", Sought(references=("BM-000100",))))
        fill(clinic, finished - half + WAITING, half, signed=True)
        good = True
        print(f"The pages of {WAITING} waiting forms, beside few and many finished ones:")
        for path, one in few.items():
            many = look(clinic, path, finished)
            for page in (one, many):
                print(
                    f"  {path:12} {page.finished:>7,} finished: {page.on_the_wall:6.1f} ms on the wall, "
                    f"{page.at_work:6.1f} ms at work, {page.size:,} bytes"
                )
            times = many.at_work / one.at_work
            print(f"  {path:12} {times:.2f} times as much work, {many.size / one.size:.3f} times the bytes")
            good = good and times <= MOST
        return good
    finally:
        clinic.database.dispose()


def main() -> int:
    """Measure in a folder of its own, and say whether the acceptance holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--finished", type=int, default=20_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="intake-queue-") as folder:
        good = measure(Path(folder), asked.finished)
    print(f"At most {MOST} times as much work: {'yes' if good else 'no'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
