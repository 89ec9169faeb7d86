"""Settings as somebody types them into boxes, and what those words set."""

import re
from dataclasses import dataclass, replace

from intake.domain.clinic_settings import ClinicSettings, problems_of
from intake.domain.reading_promise import ReadingPromise, Unit

_NUMBER = re.compile(r"[0-9]{1,6}")
# A box may show a setting under another name than its own.
_BOX_OF = {"promised_reading": "promised_amount"}


@dataclass(frozen=True, slots=True)
class Boxes:
    """What stands in each box and whether each tick is set; whatever was typed, nothing is lost."""

    clinic_name: str
    clinic_color: str
    clinic_phone: str
    clinic_hours: str
    promised_amount: str
    promised_unit: str
    next_steps: str
    read_first: bool
    second_read_percent: str
    claim_minutes: str
    names_in_access_list: bool
    start_codes: bool
    languages: tuple[str, ...] = ()
    staff_addresses: str = ""
    urgent_addresses: str = ""


def boxes_of(settings: ClinicSettings) -> Boxes:
    """The boxes filled in with what is set."""
    return Boxes(
        clinic_name=settings.clinic_name,
        clinic_color=settings.clinic_color,
        clinic_phone=settings.clinic_phone,
        clinic_hours=settings.clinic_hours,
        promised_amount=str(settings.promised_reading.amount),
        promised_unit=settings.promised_reading.unit.value,
        next_steps="\n".join(settings.next_steps),
        read_first=settings.read_first,
        second_read_percent=str(settings.second_read_percent),
        claim_minutes=str(settings.claim_minutes),
        names_in_access_list=settings.names_in_access_list,
        languages=settings.languages,
        staff_addresses="\n".join(settings.staff_addresses),
        urgent_addresses="\n".join(settings.urgent_addresses),
        start_codes=settings.start_codes,
    )


def settings_in(boxes: Boxes, now: ClinicSettings) -> tuple[ClinicSettings, dict[str, str]]:
    """What the boxes set, over what is set now; and what is wrong with them, by the name of each box."""
    unit = Unit(boxes.promised_unit) if boxes.promised_unit in {one.value for one in Unit} else None
    typed = replace(
        now,
        clinic_name=boxes.clinic_name.strip(),
        clinic_color=color_in(boxes.clinic_color),
        clinic_phone=boxes.clinic_phone.strip(),
        clinic_hours=boxes.clinic_hours.strip(),
        promised_reading=ReadingPromise(_number(boxes.promised_amount), unit or Unit.HOURS),
        next_steps=_lines(boxes.next_steps),
        read_first=boxes.read_first,
        second_read_percent=_number(boxes.second_read_percent),
        claim_minutes=_number(boxes.claim_minutes),
        names_in_access_list=boxes.names_in_access_list,
        languages=boxes.languages,
        staff_addresses=_lines(boxes.staff_addresses),
        urgent_addresses=_lines(boxes.urgent_addresses),
        start_codes=boxes.start_codes,
    )
    problems = {_BOX_OF.get(name, name): words for name, words in problems_of(typed).items()}
    if unit is None:
        problems["promised_unit"] = "Choose hours or work days"
    return typed, problems


def color_in(typed: str) -> str:
    """A color as it is kept: small letters, with its #."""
    color = typed.strip().lower()
    return f"#{color}" if re.fullmatch(r"[0-9a-f]{6}", color) else color


def taken_over(typed: Boxes, began_with: Boxes, now: Boxes) -> Boxes:
    """What was typed, over what somebody else set meanwhile: a box nobody touched shows what is set now."""
    untouched = {
        name: getattr(now, name)
        for name in Boxes.__slots__
        if getattr(typed, name) == getattr(began_with, name)
    }
    return replace(typed, **untouched)


def _lines(typed: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in typed.splitlines() if line.strip())


def _number(typed: str) -> int:
    # Out of every range, so that the words about the range are the ones shown.
    return int(typed) if _NUMBER.fullmatch(typed := typed.strip()) else -1
