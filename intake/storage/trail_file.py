"""The audit trail as a file that can be checked anywhere: JSON Lines, each with its link of the chain.

The last line says how many there are, so that a file cut short is seen for what it is.
Whoever has the keys of the clinic can follow the chain in it without the database.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields

from intake.storage.audit import Chained

_END = "end"
_FIELDS = frozenset(field.name for field in fields(Chained))
_MACS = ("prev_mac", "mac")


class NotATrailFile(Exception):
    """A line of the file is no line of a trail, or the file does not end as it should."""


def lines_of_file(lines: Iterable[Chained]) -> Iterator[str]:
    """The file, line by line."""
    number = 0
    for line in lines:
        number += 1
        plain = asdict(line) | {name: getattr(line, name).hex() for name in _MACS}
        yield json.dumps(plain, ensure_ascii=False) + "\n"
    yield json.dumps({_END: number}) + "\n"


def read_file(lines: Iterable[str]) -> Iterator[Chained]:
    """The lines of a trail in a file. Raises NotATrailFile where it stops being one."""
    number, end = 0, None
    for place, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        if end is not None:
            raise NotATrailFile(f"line {place} of the file stands after its end")
        plain = _plain(text, place)
        if plain.keys() == {_END}:
            end = plain[_END]
            continue
        number += 1
        yield _chained(plain, place)
    if end != number:
        raise NotATrailFile(
            f"the file ends after {number} lines of the trail, and not as it should: "
            "it was not downloaded whole, or lines were taken out of it"
        )


def _plain(text: str, place: int) -> dict[str, object]:
    try:
        plain = json.loads(text)
    except ValueError:
        raise NotATrailFile(f"line {place} of the file cannot be read as JSON") from None
    if not isinstance(plain, dict):
        raise NotATrailFile(f"line {place} of the file is no line of a trail")
    return plain


def _chained(plain: dict[str, object], place: int) -> Chained:
    try:
        if plain.keys() != _FIELDS:
            raise ValueError
        seq, about = plain["seq"], plain["object_id"]
        if not isinstance(seq, int) or isinstance(seq, bool) or not isinstance(about, str | None):
            raise ValueError
        return Chained(
            seq=seq,
            at=_text(plain["at"]),
            actor=_text(plain["actor"]),
            event=_text(plain["event"]),
            object_id=about,
            detail=_text(plain["detail"]),
            prev_mac=bytes.fromhex(_text(plain["prev_mac"])),
            mac=bytes.fromhex(_text(plain["mac"])),
        )
    except ValueError:
        raise NotATrailFile(f"line {place} of the file is no line of a trail") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
