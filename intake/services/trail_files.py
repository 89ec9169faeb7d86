"""The audit trail as a file: taken away by whoever may read it, and checked without the database.

A head of the chain that is kept elsewhere shows what the chain alone cannot: a trail that
was cut off at its end, together with its head.
"""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from intake.config import Settings
from intake.domain.events import TrailOpened
from intake.domain.permissions import StaffMember
from intake.services.clinic import Clinic
from intake.storage import audit
from intake.storage.audit import Chained, VerifyResult
from intake.storage.keyring import read_patient_keys
from intake.storage.trail_file import NotATrailFile, lines_of_file, read_file


def take(clinic: Clinic, reader: StaffMember) -> Iterator[str]:
    """The whole trail as a file, line by line. Its last line of the trail says that it was taken.

    That line is written before the first one is given out.
    """
    with clinic.database.write() as session:
        newest = audit.newest(session)
        audit.record(session, clinic.keys, reader.id, TrailOpened(newest), clinic.now())
    return _lines(clinic, newest + 1)


def _lines(clinic: Clinic, until: int) -> Iterator[str]:
    with clinic.database.read() as session:
        yield from lines_of_file(audit.chained(session, until))


def verify_file(settings: Settings, file: Path) -> VerifyResult:
    """Follow the chain in a file, with the keys alone. Raises OSError and KeyringRefused."""
    keys = read_patient_keys(settings.instance / "keys")
    followed = 0

    def counted(lines: Iterator[Chained]) -> Iterator[Chained]:
        nonlocal followed
        for line in lines:
            yield line
            followed += 1

    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            result, _ = audit.follow(keys, counted(read_file(lines)))
    except NotATrailFile as refusal:
        return VerifyResult(ok=False, checked=followed, first_bad_seq=followed + 1, reason=str(refusal))
    return result


def goes_on_from(clinic: Clinic, file: Path) -> VerifyResult:
    """Whether the trail of the database begins with the lines of a file that was verified.

    Shows what the chain alone cannot: a trail that was cut off at its end together with its head.
    """
    with file.open(encoding="utf-8", errors="replace") as lines:
        last = next(iter(deque(read_file(lines), maxlen=1)), None)
    if last is None:
        return VerifyResult(ok=True, checked=0)
    with clinic.database.read() as session:
        kept = audit.chained_at(session, last.seq)
    if kept is None:
        reason = "the database has no such line: its trail is shorter than the file"
        return VerifyResult(ok=False, checked=0, first_bad_seq=last.seq, reason=reason)
    if kept.mac != last.mac:
        reason = "the database has another line there: its trail is not the one in the file"
        return VerifyResult(ok=False, checked=0, first_bad_seq=last.seq, reason=reason)
    return VerifyResult(ok=True, checked=last.seq)
