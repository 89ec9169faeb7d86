"""The name an edition or a record goes by: SHA-256 of what it says, spacing aside."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID


def fingerprint(meaning: object) -> str:
    """Sixty-four hexadecimal digits that change when, and only when, the meaning does.

    ``meaning`` is built of mappings, sequences, dates and plain values; a mapping's order
    does not count, a sequence's does. Dataclasses are refused on purpose: renaming a
    field in the code must never give an old edition or an old signature a new name.
    """
    canonical = json.dumps(_plain(meaning), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(thing: object) -> object:
    match thing:
        case None | bool() | int() | str():
            return thing
        case Enum():
            return thing.value
        case Decimal() | UUID():
            return str(thing)
        case datetime() | date():
            return thing.isoformat()
        case Mapping():
            return {str(key): _plain(value) for key, value in thing.items()}
        case tuple() | list():
            return [_plain(part) for part in thing]
        case frozenset() | set():
            return sorted((_plain(part) for part in thing), key=str)
        case _:
            raise TypeError(f"no fingerprint for a {type(thing).__name__}")
