"""Many records as one ZIP, made piece by piece: however many there are, memory holds a few at a time.

Nothing is written to a disk on the way. Submissions are gone through twice, once for the table and once for
the documents, since a ZIP is filled one file after the other.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.domain.submissions import Submission
from intake.services import export_csv, export_json
from intake.services.export_json import Exported

_FOLDER = "submissions"
_TABLE, _MANIFEST, _FIRST = "answers.csv", "manifest.json", "read-me-first.txt"


@dataclass(frozen=True, slots=True)
class Packed:
    """One record on its way; ``exported`` is None when it cannot be opened."""

    reference: str
    exported: Exported | None


def pack(
    answers: Iterable[Submission],
    records: Iterable[Packed],
    about: Mapping[str, Any],
    notice: str,
    at: datetime,
) -> Iterator[bytes]:
    """The ZIP, a piece at a time: the table of ``answers``, then a document for each of the ``records``."""
    pipe = _Pipe()
    lost: list[str] = []
    names: list[str] = []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(_entry(_FIRST, at), _first_words(notice))
        with folder.open(_entry(_TABLE, at), "w") as table:
            table.write(export_csv.heading())
            for submission in answers:
                table.write(export_csv.rows(submission))
                yield pipe.taken()
        for one in records:
            if one.exported is None:
                lost.append(one.reference)
                continue
            names.append(f"{_FOLDER}/{one.reference}.json")
            folder.writestr(_entry(names[-1], at), export_json.as_json(one.exported))
            yield pipe.taken()
        contents = {"submissions": names, "could_not_be_opened": lost}
        folder.writestr(_entry(_MANIFEST, at), export_json.manifest({**about, **contents}))
    yield pipe.taken()


def _first_words(notice: str) -> str:
    return (
        "Confidential health records.\r\n\r\n"
        f"{notice}\r\n\r\n"
        f"{_TABLE}: one row for each question of each submission.\r\n"
        f"{_FOLDER}: one document for each submission, with its screenings, flags and signatures.\r\n"
        f"{_MANIFEST}: who exported them, when, for which purpose, and which could not be opened.\r\n"
    )


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


class _Pipe:
    """What a ZIP is written to: keeps no more than was written since it was last emptied."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        """Keep a piece until it is taken."""
        written = bytes(piece)
        self._pieces.append(written)
        return len(written)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held open."""

    def taken(self) -> bytes:
        """Everything written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
