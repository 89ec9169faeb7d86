"""Lines of every kind, written by the program's own log writer, for whoever looks where they go."""

import io
import logging
from enum import StrEnum
from random import Random
from types import SimpleNamespace
from uuid import UUID

from intake import log
from intake.log import KEYS, Noted, note

# The journal hands on what is shorter than 48 KB in one piece (LineMax= of systemd 252).
LONGEST = 48 * 1024 - 1


class _Word(StrEnum):
    CLINIC = "clinic"
    OTHER_SITE = "other-site"
    PATIENT = "patient"
    TIMED_OUT = "timed-out"


def lines_written(many: int, draw: Random) -> list[str]:
    """So many lines of all kinds, the last as long as the journal hands on in one piece.

    From here on, this process logs to nowhere else: it is meant for a program that does nothing but try.
    """
    stream = io.StringIO()
    log.begin(stream)
    kinds = list(Noted)
    for number in range(many - 1):
        what = kinds[number % len(kinds)]
        level = draw.choice((logging.WARNING, logging.ERROR, logging.CRITICAL))
        note(what, level, **{key: _value(key, draw) for key in KEYS[what]})
    short = stream.getvalue().splitlines()
    _write_one_as_long_as_can_be(stream)
    return [*short, stream.getvalue().splitlines()[-1]]


def _write_one_as_long_as_can_be(stream: io.StringIO) -> None:
    names = [f"{number:05}".rjust(41, "n") for number in range(2_000)]
    begun = stream.tell()
    note(Noted.SETTINGS_UNREAD, names=tuple(names[:1]))
    first = stream.tell() - begun - 1
    fit = 1 + (LONGEST - first) // len(f', "{names[0]}"')
    note(Noted.SETTINGS_UNREAD, names=tuple(names[:fit]))


def _value(key: str, draw: Random) -> object:
    match key:
        case "error":
            return draw.choice((OSError("disk"), ValueError("answer"), KeyError("words")))
        case "document":
            return ValueError(f"questionnaire.yaml:{draw.randint(1, 900)}: it does not fit")
        case "edition":
            return f"{draw.getrandbits(256):064x}"
        case "id":
            return UUID(int=draw.getrandbits(128))
        case "names":
            return tuple(draw.sample(("clinic_name", "clinic_phone", "languages", "logo"), 2))
        case "number":
            return "".join(draw.choices("23456789ABCDEFGHJKMNPQRSTVWXYZ", k=4)) + "-K7PQ"
        case "route":
            return SimpleNamespace(rule=draw.choice(("/f/<int:part>/<int:number>", "/queue", "/return")))
        case "status":
            return draw.choice((403, 413, 500, 503))
        case "again_in" | "exit_code":
            return draw.randint(0, 60)
        case _:
            return draw.choice(list(_Word))
