"""How long the statistics page counts, beside only opening the tallies it counts.

Everything is made up, sealed with real keys in a folder that is removed afterwards: each form has a
tally of the shipped rules over one of a few sets of answers, and its lines in the audit trail.

    python -m benchmarks.statistics --forms 10000
"""

import argparse
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from benchmarks import synthetic
from intake.cli.progress import Progress
from intake.config import Settings
from intake.domain.events import ReviewSignedOff, SubmissionOpened
from intake.domain.evidence import PatientEvidence
from intake.domain.permissions import Role, StaffMember
from intake.domain.screening import screen
from intake.domain.tally import Tally
from intake.services import statistics
from intake.services.clinic import Clinic
from intake.services.instance import opened, prepare
from intake.storage import audit, form_tallies, submissions
from intake.storage.codec_reviews import tally_to_bytes
from intake.storage.encryption import new_record_key, seal_for_clinic
from intake.storage.tables import RecordKeyRow, ScreeningRow, SubmissionRow, TallyRow

MOST = 3.0  # times as long as opening the tallies
POOL = 60
_BATCH = 500
_NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
_BOB = StaffMember(UUID(int=2), "bob", "B. Stone", frozenset({Role.ADMINISTRATOR}))


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing done over all forms, in seconds of this process's work; ``forms`` is how many it took in."""

    what: str
    worked: float
    forms: int


def fill(clinic: Clinic, number: int, seed: int, told: Callable[[int, int], None]) -> None:
    """So many forms of the last 360 days; nine in ten were opened, eight of ten signed off."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret is drawn
    pool = tallies(clinic, rng, min(POOL, number))
    for start in range(0, number, _BATCH):
        with clinic.database.write() as session:
            for place in range(start, min(start + _BATCH, number)):
                at = _NOW - timedelta(days=360) * (number - place) / number
                form, signed = UUID(int=rng.getrandbits(128), version=4), rng.random() < 0.8
                key = new_record_key(clinic.keys)
                session.add(
                    SubmissionRow(
                        id=form,
                        reference=f"BM-{place:06}",
                        created_at=submissions.to_the_minute(at),
                        revision=1,
                        answers=b"",
                        state=submissions.SIGNED if signed else submissions.OPEN,
                    )
                )
                session.flush()
                sealed = seal_for_clinic(clinic.keys, key, submissions.key_place(form))
                tally = key.seal(pool[place % len(pool)], submissions.tally_place(form, 1))
                session.add(RecordKeyRow(submission_id=form, sealed=sealed))
                # Nobody opens a screening that has a tally.
                session.add(ScreeningRow(submission_id=form, number=1, sealed=b""))
                session.add(TallyRow(submission_id=form, number=1, sealed=tally))
                if signed or rng.random() < 0.5:
                    read = at + timedelta(minutes=rng.expovariate(1 / 600))
                    audit.record(session, clinic.keys, _BOB.id, SubmissionOpened(form, 1), read)
                if signed:
                    audit.record(session, clinic.keys, _BOB.id, ReviewSignedOff(form, "0" * 64), read)
        told(min(start + _BATCH, number), number)


def tallies(clinic: Clinic, rng: random.Random, number: int) -> list[bytes]:
    """What the shipped rules make of so many sets of answers, as it is sealed."""
    library, found = clinic.library, []
    for form in synthetic.forms(library, rng, number):
        evidence = PatientEvidence(library.questionnaire, library.formulary, form.answers, _NOW.date())
        screening = screen(library.rulebook, evidence, library.editions, _NOW)
        found.append(tally_to_bytes(Tally.of(screening, form.transcript)))
    return found


def open_all(clinic: Clinic) -> Measured:
    """Open every tally, and nothing else."""
    began = time.process_time()
    with clinic.database.read() as session:
        forms = form_tallies.sent(session)
        number = sum(1 for _ in form_tallies.opened(session, clinic.keys, forms))
    return Measured("open the tallies", time.process_time() - began, number)


def count(clinic: Clinic, days: int, seconds: float) -> Measured:
    """The statistics of a period."""
    began = time.process_time()
    found = statistics.statistics(clinic, _BOB, days, seconds)
    what = f"{days} days" + ("" if seconds > statistics.SECONDS_FOR_A_PAGE else ", as the page does")
    return Measured(what, time.process_time() - began, found.reach.counted or 0)


def measure(folder: Path, forms: int, seed: int = 1) -> tuple[Measured, ...]:
    """Make the forms, then measure; opening them comes first."""
    instance = folder / "instance"
    settings = Settings(instance=instance, database_url=f"sqlite:///{instance / 'intake.db'}", timezone="UTC")
    prepare(settings)
    clinic = opened(settings)
    clinic = Clinic(clinic.settings, clinic.database, clinic.library, clinic.keys, lambda: _NOW)
    try:
        with Progress("Inventing forms") as progress:
            fill(clinic, forms, seed, progress.told)
        return (
            open_all(clinic),
            count(clinic, 365, 3600),
            count(clinic, 90, 3600),
            count(clinic, 365, statistics.SECONDS_FOR_A_PAGE),
        )
    finally:
        clinic.database.dispose()


def report(measured: tuple[Measured, ...]) -> list[str]:
    """The figures of one run."""
    lines = [f"{measured[0].forms:,} forms; {platform.machine()}, Python {platform.python_version()}"]
    for one in measured:
        each = 1000 * one.worked / max(1, one.forms)
        lines.append(
            f"{one.what:28} {one.worked:7.2f} s at work  {one.forms:7,} forms  {each:6.3f} ms a form"
        )
    lines.append(f"365 days: {times(measured):.2f} times as long as opening the tallies (at most {MOST:.0f})")
    return lines


def times(measured: tuple[Measured, ...]) -> float:
    """How many times as long all of it takes as opening the tallies."""
    return measured[1].worked / measured[0].worked


def main() -> None:
    """Exit code 1 when counting takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to make the temporary folder")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        measured = measure(Path(folder), wanted.forms, wanted.seed)
    print("\n".join(report(measured)))
    if times(measured) > MOST:
        sys.exit(1)


if __name__ == "__main__":
    main()
