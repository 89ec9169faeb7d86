"""What a clinic may set by itself, while the program runs: who it is, how it looks, how it works.

Nothing here is about a patient, and nothing here changes which rules screen.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from uuid import UUID

from intake.domain.crisis_lines import ShownLine
from intake.domain.logo import LogoKind
from intake.domain.mail_addresses import MOST_ADDRESSES, is_address
from intake.domain.reading_promise import ReadingPromise, Unit
from intake.domain.safety_signal import SignalDuty

LONGEST_NAME = 80
LONGEST_PHONE = 40
LONGEST_HOURS = 120
MOST_STEPS = 20
LONGEST_STEP = 120
MOST_CLAIM_MINUTES = 8 * 60
LEAST_CLAIM_MINUTES = 5
_COLOR = re.compile(r"#[0-9a-f]{6}")
_MOST = {Unit.HOURS: 240, Unit.WORK_DAYS: 30}


@dataclass(frozen=True, slots=True)
class KeptLogo:
    """A logo by the change that brought it; number 0 is the file of the settings."""

    kind: LogoKind
    number: int


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    """Everything a clinic may set. ``crisis_lines`` is None while they are as the questionnaire says."""

    clinic_name: str
    clinic_color: str
    clinic_phone: str
    clinic_hours: str
    clinic_logo: KeptLogo | None
    promised_reading: ReadingPromise
    next_steps: tuple[str, ...]
    read_first: bool
    second_read_percent: int
    claim_minutes: int
    names_in_access_list: bool
    languages: tuple[str, ...] = ()
    staff_addresses: tuple[str, ...] = ()
    urgent_addresses: tuple[str, ...] = ()
    crisis_lines: tuple[ShownLine, ...] | None = None
    safety_signal: SignalDuty | None = None
    start_codes: bool = False


NAMES = tuple(field.name for field in fields(ClinicSettings))


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """One change, and what was set then: ``settings`` holds everything set here so far, and
    ``before`` what each setting of this change was. ``unread`` are names this version cannot read.
    """

    number: int
    at: datetime
    by: UUID
    settings: Mapping[str, object]
    before: Mapping[str, object]
    unread: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The settings that changed, in the order they are written down here."""
        return (*(name for name in NAMES if name in self.before), *self.unread)


def changed(before: ClinicSettings, after: ClinicSettings) -> dict[str, object]:
    """The settings that are not what they were, each with what it was."""
    return {name: getattr(before, name) for name in NAMES if getattr(before, name) != getattr(after, name)}


def with_values(settings: ClinicSettings, values: Mapping[str, object]) -> ClinicSettings:
    """The same with some settings as they were kept, by their names."""
    return replace(settings, **values)  # type: ignore[arg-type]  # each was read by its name


def is_color(words: str) -> bool:
    """Whether this is a color as it is kept: #0f766e."""
    return _COLOR.fullmatch(words) is not None


def problems_of(settings: ClinicSettings) -> dict[str, str]:
    """What cannot be set like this, by its name; lines of help are looked at apart (``crisis_lines``)."""
    found: dict[str, str] = {}
    for name, words in _problems(settings):
        found.setdefault(name, words)
    return found


def _problems(settings: ClinicSettings) -> Iterator[tuple[str, str]]:
    name, phone, hours = settings.clinic_name, settings.clinic_phone, settings.clinic_hours
    yield from _line("clinic_name", name, LONGEST_NAME, "Write the clinic's name: it stands on every page")
    yield from _line("clinic_phone", phone, LONGEST_PHONE, "Write the number patients can call")
    if sum(one.isdecimal() for one in phone) < 3:
        yield "clinic_phone", "Write the number with its digits, like (555) 010-0142"
    yield from _line("clinic_hours", hours, LONGEST_HOURS, "Write when somebody answers the phone")
    if not is_color(settings.clinic_color):
        yield "clinic_color", "Write the color like #0f766e: a # and six of 0 to 9 and a to f"
    most = _MOST[settings.promised_reading.unit]
    if not 1 <= settings.promised_reading.amount <= most:
        unit = "hours" if settings.promised_reading.unit is Unit.HOURS else "work days"
        yield "promised_reading", f"Write a whole number from 1 to {most} for {unit}"
    yield from _steps(settings.next_steps)
    if not 0 <= settings.second_read_percent <= 100:
        yield "second_read_percent", "Write a whole number from 0 to 100; 0 is off"
    if not LEAST_CLAIM_MINUTES <= settings.claim_minutes <= MOST_CLAIM_MINUTES:
        least, longest = LEAST_CLAIM_MINUTES, MOST_CLAIM_MINUTES
        yield "claim_minutes", f"Write a whole number of minutes from {least} to {longest}"
    yield from _addresses("staff_addresses", settings.staff_addresses)
    yield from _addresses("urgent_addresses", settings.urgent_addresses)


def _steps(steps: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if len(steps) > MOST_STEPS:
        yield "next_steps", f"Keep at most {MOST_STEPS} next steps: a longer list is not read"
    if len(set(steps)) < len(steps):
        yield "next_steps", "One next step stands here twice. Keep it once"
    for step in steps:
        yield from _line("next_steps", step, LONGEST_STEP, "Write one next step on each line")


def _addresses(name: str, addresses: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for number, address in enumerate(addresses, 1):
        if not is_address(address):
            yield (
                name,
                f"Line {number} is no e-mail address. Write one on each line, like name@clinic.example",
            )
    if len(addresses) > MOST_ADDRESSES:
        yield name, f"Keep at most {MOST_ADDRESSES} addresses. An address of a group reaches more people"
    if len({address.casefold() for address in addresses}) < len(addresses):
        yield name, "One address stands here twice. Keep it once"


def _line(name: str, said: str, longest: int, missing: str) -> Iterator[tuple[str, str]]:
    if not said or said != said.strip():
        yield name, missing
    elif len(said) > longest:
        yield name, f"Keep it to {longest} characters"
    elif not said.isprintable():
        yield name, "Use letters, numbers and signs, all on one line"
