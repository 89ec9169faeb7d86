"""What a process holds in memory, searched for secrets: as Linux shows it to the user it belongs to."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intake.storage.key_entries import entries, has, key_bytes

_READABLE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) r", re.MULTILINE)
# Of a key file's entries, what is a secret.
_SECRET = ("private", "secret")
_KINDS = ("clinic_key", "staff_key", "outbox_key", "secret_key")


@dataclass(slots=True)
class Searched:
    """How much was looked at, and which of what was looked for was there, by its name."""

    looked_at: int = 0
    found: set[str] = field(default_factory=set)


def pieces(process: int) -> Iterator[bytes]:
    """Everything a process can read of itself, piece by piece."""
    maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8")
    with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
        for start, end in _READABLE.findall(maps):
            try:
                memory.seek(int(start, 16))
                yield memory.read(int(end, 16) - int(start, 16))
            except (OSError, ValueError, OverflowError):
                continue  # the kernel's own


def searched(process: int, wanted: Mapping[str, frozenset[bytes]]) -> Searched:
    """Look for each of these in a process, in every form in which it could be there."""
    seen = Searched()
    for piece in pieces(process):
        seen.looked_at += len(piece)
        seen.found |= {name for name, forms in wanted.items() if any(one in piece for one in forms)}
    return seen


def secrets_in(document: Mapping[str, Any]) -> dict[str, frozenset[bytes]]:
    """The keys that open or sign, in a key file's document, by their names: in each form."""
    written = {name: entries(dict(document), name) for name in _KINDS if has(dict(document), name)}
    written |= {"audit_key": [document["audit_key"]]} if "audit_key" in document else {}
    found: dict[str, frozenset[bytes]] = {}
    for name, keys in written.items():
        forms = [forms_of(one[kind]) for one in keys for kind in _SECRET if kind in one]
        if forms:
            found[name] = frozenset().union(*forms)
    return found


def forms_of(key: str) -> frozenset[bytes]:
    """A key as it is written in its file, as it is used, and as somebody might print it."""
    used = key_bytes(key)
    return frozenset((key.encode(), used, used.hex().encode(), base64.b64encode(used)))
