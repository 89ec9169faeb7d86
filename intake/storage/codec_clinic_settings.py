"""What a clinic set, as JSON and back. Nothing in it is about a patient, so it lies in the open.

A setting that a newer version wrote, or that cannot be read, is left out and named: the clinic goes on
with what the file of the settings says there.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from intake.domain.clinic_settings import KeptLogo
from intake.domain.crisis_lines import ShownLine
from intake.domain.logo import LogoKind
from intake.domain.questionnaire import CrisisLine
from intake.domain.reading_promise import ReadingPromise, Unit
from intake.domain.safety_signal import SignalDuty


def settings_to_text(settings: Mapping[str, object], before: Mapping[str, object]) -> str:
    """One change: everything set so far, and what each setting of this change was."""
    document = {"settings": _all_plain(settings), "before": _all_plain(before)}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def settings_from_text(text: str) -> tuple[dict[str, object], dict[str, object], tuple[str, ...]]:
    """What was written, and the names of what this version cannot read."""
    document = json.loads(text)
    unread: dict[str, None] = {}
    settings, before = (_all_read(document.get(part), unread) for part in ("settings", "before"))
    return settings, before, tuple(unread)


def _all_plain(settings: Mapping[str, object]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in settings.items()}


def _all_read(plain: object, unread: dict[str, None]) -> dict[str, object]:
    read: dict[str, object] = {}
    for name, value in plain.items() if isinstance(plain, dict) else ():
        try:
            read[name] = _READERS[name](value)
        except (KeyError, TypeError, ValueError, AttributeError):
            unread[str(name)] = None
    return read


def _plain(value: object) -> Any:  # noqa: ANN401 - what JSON takes
    match value:
        case ReadingPromise():
            return {"amount": value.amount, "unit": value.unit.value}
        case KeptLogo():
            return {"kind": value.kind.value, "number": value.number}
        case ShownLine(line, pages):
            days = {"verified": line.verified.isoformat(), "expires": line.expires.isoformat()}
            return {
                "id": line.id,
                "say": line.say,
                "link": line.link,
                "about": line.about,
                **days,
                "pages": pages,
            }
        case SignalDuty():
            return {
                "answered_by": value.answered_by,
                "within_minutes": value.within_minutes,
                "days": list(value.days),
                "opens": value.opens.isoformat("minutes"),
                "closes": value.closes.isoformat("minutes"),
            }
        case tuple():
            return [_plain(one) for one in value]
        case str() | bool() | int() | None:
            return value
        case _:
            raise TypeError(f"a setting cannot be a {type(value).__name__}")


def _text(plain: Any) -> str:  # noqa: ANN401 - what JSON gives
    if not isinstance(plain, str):
        raise TypeError("no words")
    return plain


def _flag(plain: Any) -> bool:  # noqa: ANN401 - what JSON gives
    if not isinstance(plain, bool):
        raise TypeError("neither true nor false")
    return plain


def _number(plain: Any) -> int:  # noqa: ANN401 - what JSON gives
    if not isinstance(plain, int) or isinstance(plain, bool):
        raise TypeError("no whole number")
    return plain


def _promise(plain: Any) -> ReadingPromise:  # noqa: ANN401 - what JSON gives
    return ReadingPromise(_number(plain["amount"]), Unit(plain["unit"]))


def _logo(plain: Any) -> KeptLogo | None:  # noqa: ANN401 - what JSON gives
    return None if plain is None else KeptLogo(LogoKind(plain["kind"]), _number(plain["number"]))


def _texts(plain: Any) -> tuple[str, ...]:  # noqa: ANN401 - what JSON gives
    return tuple(_text(one) for one in plain)


def _lines(plain: Any) -> tuple[ShownLine, ...] | None:  # noqa: ANN401 - what JSON gives
    return None if plain is None else tuple(_line(one) for one in plain)


def _line(plain: Any) -> ShownLine:  # noqa: ANN401 - what JSON gives
    say, link, about = (_text(plain[key]) for key in ("say", "link", "about"))
    verified, expires = (date.fromisoformat(_text(plain[key])) for key in ("verified", "expires"))
    line = CrisisLine(_text(plain["id"]), say, link, about, verified, expires)
    return ShownLine(line, _texts(plain["pages"]))


def _duty(plain: Any) -> SignalDuty | None:  # noqa: ANN401 - what JSON gives
    if plain is None:
        return None
    opens, closes = (time.fromisoformat(_text(plain[key])) for key in ("opens", "closes"))
    days = tuple(_number(day) for day in plain["days"])
    return SignalDuty(_text(plain["answered_by"]), _number(plain["within_minutes"]), days, opens, closes)


_READERS: dict[str, Callable[[Any], object]] = {
    "clinic_name": _text,
    "clinic_color": _text,
    "clinic_phone": _text,
    "clinic_hours": _text,
    "clinic_logo": _logo,
    "promised_reading": _promise,
    "next_steps": _texts,
    "read_first": _flag,
    "second_read_percent": _number,
    "claim_minutes": _number,
    "names_in_access_list": _flag,
    "languages": _texts,
    "staff_addresses": _texts,
    "urgent_addresses": _texts,
    "crisis_lines": _lines,
    "safety_signal": _duty,
    "start_codes": _flag,
}
