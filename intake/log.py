"""What a running copy writes down for whoever looks after the machine: JSON, and nothing of a patient.

Every line is one of ``Noted``, and each of those has its own few keys. A value that is not of the
kind its key is for is left out and counted. Whatever libraries log is bridged: which of them spoke,
and where, never its words, because the words of an error may quote an answer (decision 0058).
"""

import contextlib
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum, StrEnum
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import TextIO
from uuid import UUID

_Value = str | int | list[str]
_Kind = Callable[[object], _Value | None]

_PACKAGE = Path(__file__).parent
_PLACE = re.compile(r"[\w.\-]{1,60}:\d{1,6}")
_CLASS = re.compile(r"[A-Za-z_]\w{0,60}")
_LOGGER = re.compile(r"[A-Za-z_][\w.]{0,60}")
_ROUTE = re.compile(r"/[\w/<>:.\-]{0,120}")
_WORD = re.compile(r"[a-z0-9][a-z0-9_\-]{0,40}")
_DOCUMENT = re.compile(r"[\w./\-]{1,80}\.(?:yaml|po|ini)(?::\d{1,6})?(?=:|$|\s)")
_LARGEST_NUMBER = 10**12


class Noted(StrEnum):
    """Everything a line can be about."""

    CRASHED = "crashed"
    LIBRARY = "library"
    PAGE_FAILED = "page_failed"
    REQUEST_REFUSED = "request_refused"
    POLICY_BROKEN = "policy_broken"
    SETTINGS_UNREAD = "settings_unread"
    LINES_UNREAD = "lines_unread"
    RULES_UNREAD = "rules_unread"
    TRANSLATION_UNREAD = "translation_unread"
    NOTICES_FAILED = "notices_failed"
    NOTICE_NOT_SENT = "notice_not_sent"
    SIGNAL_NOT_KEPT = "signal_not_kept"
    OVERDUE_NOT_DELETED = "overdue_not_deleted"
    CLOCK_AHEAD = "clock_ahead"
    NEWS_NOT_TOLD = "news_not_told"
    DATABASE_SILENT = "database_silent"
    PROCESS_ENDED = "process_ended"
    PROCESS_NOT_STARTED = "process_not_started"
    PROCESS_KILLED = "process_killed"
    KNOCKS_NOT_COUNTED = "knocks_not_counted"
    KNOCK_STAYS_COUNTED = "knock_stays_counted"
    LIMITS_MADE_ANEW = "limits_made_anew"
    REPLY_NOT_TAKEN_IN = "reply_not_taken_in"
    PAGE_NOT_COUNTED = "page_not_counted"
    PASSWORDS_NOT_TAKEN = "passwords_not_taken"  # says what could not be done
    BREACHED_LIST_UNREAD = "breached_list_unread"
    SIGN_IN_ALARM = "sign_in_alarm"
    ACCOUNT_ALTERED = "account_altered"
    WAY_IN_PLANTED = "way_in_planted"
    STAFF_KEY_LACKING = "staff_key_lacking"
    SIGNATURE_PLANTED = "signature_planted"
    RULES_PLANTED = "rules_planted"
    SETTINGS_PLANTED = "settings_planted"
    ALTERED_NOT_LOOKED_FOR = "altered_not_looked_for"


def _one_of(value: object) -> str | None:
    """A member of an enumeration of ours: no text that somebody typed can be one."""
    said = str(value.value) if isinstance(value, Enum) else ""
    return said if _WORD.fullmatch(said) else None


def _number(value: object) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_NUMBER
    return value if fits and isinstance(value, int) else None


def _exit_code(value: object) -> int | None:
    """As the system gives it: negative when a signal ended the process."""
    return value if isinstance(value, int) and not isinstance(value, bool) and -256 < value < 256 else None


def _id(value: object) -> str | None:
    return str(value) if isinstance(value, UUID) else None


def _edition(value: object) -> str | None:
    return value[:8] if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8,64}", value) else None


def _error_number(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", value) else None


def _route(value: object) -> str | None:
    """The template of an address, and only from the list of addresses: a path may hold a secret."""
    template = getattr(value, "rule", None)
    return template if isinstance(template, str) and _ROUTE.fullmatch(template) else None


def _document(value: object) -> str | None:
    """The file, and the line in it, that a refusal of a content file begins with."""
    found = _DOCUMENT.match(str(value)) if isinstance(value, Exception) else None
    return found[0] if found else None


def _names(value: object) -> list[str] | None:
    """Names of settings."""
    if not isinstance(value, tuple) or not all(
        isinstance(one, str) and _WORD.fullmatch(one) for one in value
    ):
        return None
    return list(value)


# ``error`` stands for the class of an error and the two places it passed: where it was raised, and ours.
_ERROR = "error"
_KINDS: Mapping[str, _Kind] = {
    "document": _document,
    "edition": _edition,
    "failure": _one_of,
    "id": _id,
    "names": _names,
    "number": _error_number,
    "route": _route,
    "site": _one_of,
    "status": _number,
    "why": _one_of,
    "directive": _one_of,
    "process": _one_of,
    "exit_code": _exit_code,
    "again_in": _number,
}
# Which keys each line may have; docs/logs.md says what each line means and what to do.
KEYS: Mapping[Noted, frozenset[str]] = {
    Noted.CRASHED: frozenset({_ERROR}),
    Noted.LIBRARY: frozenset({_ERROR}),
    Noted.PAGE_FAILED: frozenset({_ERROR, "number", "route", "site", "status"}),
    Noted.REQUEST_REFUSED: frozenset({"route", "site", "status", "why"}),
    Noted.POLICY_BROKEN: frozenset({"directive", "site"}),
    Noted.SETTINGS_UNREAD: frozenset({_ERROR, "names", "site"}),
    Noted.LINES_UNREAD: frozenset({"document"}),
    Noted.RULES_UNREAD: frozenset({"document", "edition"}),
    Noted.TRANSLATION_UNREAD: frozenset({"document"}),
    Noted.NOTICES_FAILED: frozenset({_ERROR}),
    Noted.NOTICE_NOT_SENT: frozenset({"failure", "id"}),
    Noted.SIGNAL_NOT_KEPT: frozenset({_ERROR}),
    Noted.OVERDUE_NOT_DELETED: frozenset({_ERROR}),
    Noted.CLOCK_AHEAD: frozenset(),
    Noted.NEWS_NOT_TOLD: frozenset({_ERROR}),
    Noted.DATABASE_SILENT: frozenset({_ERROR}),
    Noted.PROCESS_ENDED: frozenset({"again_in", "exit_code", "process"}),
    Noted.PROCESS_NOT_STARTED: frozenset({_ERROR, "again_in", "process"}),
    Noted.PROCESS_KILLED: frozenset({"process"}),
    Noted.KNOCKS_NOT_COUNTED: frozenset({_ERROR}),
    Noted.KNOCK_STAYS_COUNTED: frozenset({_ERROR}),
    Noted.LIMITS_MADE_ANEW: frozenset(),
    Noted.REPLY_NOT_TAKEN_IN: frozenset({_ERROR, "id"}),
    Noted.PAGE_NOT_COUNTED: frozenset({_ERROR}),
    Noted.PASSWORDS_NOT_TAKEN: frozenset({_ERROR}),
    Noted.BREACHED_LIST_UNREAD: frozenset({_ERROR}),
    Noted.SIGN_IN_ALARM: frozenset(),
    Noted.ACCOUNT_ALTERED: frozenset({"id"}),
    Noted.WAY_IN_PLANTED: frozenset({"why"}),
    Noted.STAFF_KEY_LACKING: frozenset(),
    Noted.SIGNATURE_PLANTED: frozenset({"id"}),
    Noted.RULES_PLANTED: frozenset({"id"}),
    Noted.SETTINGS_PLANTED: frozenset(),
    Noted.ALTERED_NOT_LOOKED_FOR: frozenset({_ERROR}),
}

_log = logging.getLogger("intake")
# What carries a line of ours through the library of logging; other records have no such thing.
_CARRIED = "intake_line"


def note(what: Noted, level: int = logging.ERROR, **told: object) -> None:
    """Write a line. It never raises, and says nothing but what KEYS lets it say."""
    line = _line(what, told)
    words = " ".join(f"{key}={value}" for key, value in line.items() if key != "line")
    _log.log(level, "%s %s", what.value, words, extra={_CARRIED: line})


def begin(stream: TextIO | None = None) -> None:
    """From now on this process writes its lines to standard error, and nothing else through logging."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    for one in (logging.root, *logging.root.manager.loggerDict.values()):
        if isinstance(one, logging.Logger):
            one.handlers, one.propagate = [], True
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)
    _log.setLevel(logging.INFO)
    logging.lastResort = handler
    # Python would print the record itself, with everything in it.
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    sys.excepthook = _on_crash
    threading.excepthook = lambda crash: _note_crash(crash.exc_value, crash.exc_traceback)
    sys.unraisablehook = lambda crash: _note_crash(crash.exc_value, crash.exc_traceback)


class JsonLines(logging.Formatter):
    """One object a line; of a record that is not ours, which library spoke and where, never its words."""

    def format(self, record: logging.LogRecord) -> str:
        line = getattr(record, _CARRIED, None)
        if not isinstance(line, dict):
            line = _of_a_library(record)
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        stamped = {"at": at.replace("+00:00", "Z"), "level": record.levelname.lower()}
        return json.dumps(stamped | line, ensure_ascii=True)


def _line(what: Noted, told: Mapping[str, object]) -> dict[str, _Value]:
    line: dict[str, _Value] = {"line": what.value}
    left_out = 0
    for key, value in told.items():
        if value is None:
            continue
        if key not in KEYS[what]:
            left_out += 1
        elif key == _ERROR:
            line |= _of_error(value)
        elif (said := _safely(_KINDS[key], value)) is not None:
            line[key] = said
        else:
            left_out += 1
    if left_out:
        line["left_out"] = left_out
    return line


def _safely(kind: _Kind, value: object) -> _Value | None:
    # A value whose own text raises must not cost the line that tells of the trouble.
    with contextlib.suppress(Exception):
        return kind(value)
    return None


def _of_error(error: object) -> dict[str, _Value]:
    if not isinstance(error, BaseException):
        return {}
    return _named(error) | _places(error.__traceback__)


def _named(error: BaseException) -> dict[str, _Value]:
    name = type(error).__name__
    return {_ERROR: name if _CLASS.fullmatch(name) else "an error"}


def _places(traceback: TracebackType | None) -> dict[str, _Value]:
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(traceback)]
    ours = [(name, line) for name, line in frames if _PACKAGE in Path(name).parents]
    told = {"place": frames[-1:], "ours": [one for one in ours[-1:] if one != frames[-1]]}
    return {key: place for key, found in told.items() for one in found if (place := _place(*one))}


def _place(filename: str, line: int) -> str:
    place = f"{Path(filename).name}:{line}"
    return place if _PLACE.fullmatch(place) else ""


def _of_a_library(record: logging.LogRecord) -> dict[str, _Value]:
    line: dict[str, _Value] = {"line": Noted.LIBRARY.value}
    line["from"] = record.name if _LOGGER.fullmatch(record.name) else "other"
    if place := _place(record.pathname, record.lineno):
        line["place"] = place
    error = record.exc_info[1] if record.exc_info else None
    return line | (_of_error(error) if error is not None else {})


def _on_crash(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    # Whoever presses Ctrl-C knows why it stopped.
    if not issubclass(kind, KeyboardInterrupt):
        _note_crash(error, traceback)


def _note_crash(error: BaseException | None, traceback: TracebackType | None) -> None:
    if error is not None:
        note(Noted.CRASHED, logging.CRITICAL, error=error.with_traceback(traceback))
