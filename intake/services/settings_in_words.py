"""What was changed in the settings, in words: who, when, which, from what and to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from intake.config import origins
from intake.domain.clinic_settings import KeptLogo, SettingsChange
from intake.domain.crisis_lines import ShownLine
from intake.domain.processes import Process
from intake.domain.reading_promise import ReadingPromise
from intake.domain.safety_signal import SignalDuty
from intake.domain.signal_duty_typed import hours_said
from intake.domain.wording import long_date
from intake.services import accounts
from intake.services.clinic import Clinic
from intake.services.clinic_settings import kept

LABELS = {
    "clinic_name": "Name of the clinic",
    "clinic_color": "Color",
    "clinic_phone": "Phone",
    "clinic_hours": "Hours",
    "clinic_logo": "Logo",
    "promised_reading": "Promised reading time",
    "next_steps": "Next steps",
    "read_first": "Read first",
    "second_read_percent": "Second read",
    "claim_minutes": "How long a form stays with somebody",
    "names_in_access_list": "Names in the list of who opened a form",
    "languages": "Languages beside English",
    "staff_addresses": "Told of every form and reply",
    "urgent_addresses": "Told of urgent forms",
    "crisis_lines": "Ways to reach help",
    "safety_signal": "Safety signal",
    "start_codes": "Starting a form takes a code",
}
_MOST_SHOWN = 50
# Settings of the machine: written in the file or the environment, and never on a page.
_ELSEWHERE = {
    "public_address": "Address people type",
    "clinic_address": "Address people of the clinic type",
    "host": "Listens on the address",
    "port": "Listens on the port",
    "clinic_host": "The clinic’s side listens on the address",
    "clinic_port": "The clinic’s side listens on the port",
    "worker_port": "The worker says on the port whether it works",
    "threads": "Requests answered at the same time",
    "database_url": "Database",
    "timezone": "Time zone",
    "reference_prefix": "Beginning of every reference",
    "patient_idle_minutes": "A patient stays signed in, in minutes",
    "patient_unsaved_days": "A form without words waits in its browser, in days",
    "starts_per_hour": "Forms begun from one network, an hour",
    "trusted_proxies": "Proxies before intake",
    "staff_idle_minutes": "Staff stay signed in, in minutes",
    "transcribe_alone": "One person may type a paper in both times",
    "questionnaire": "Questionnaire",
    "crisis_lines": "File of the ways to reach help",
    "screening_rules": "Rules file",
    "rules_overlay": "Overlay over the rules",
    "medicines": "Medicines",
    "mail_host": "Mail server",
    "mail_sender": "E-mail is sent from",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """One setting of a change. Of lists, only what is not the same is told."""

    name: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """One change of the settings, for a person to read."""

    number: int
    at: datetime
    by: str
    settings: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A setting that is not changed on a page, and where it comes from."""

    label: str
    value: str
    origin: str


def elsewhere(clinic: Clinic) -> tuple[Elsewhere, ...]:
    """The settings of the machine, and what is in force. A password of the database is not shown."""
    comes_from = origins(clinic.settings)
    values = {name: getattr(clinic.settings, name) for name in _ELSEWHERE}
    values["database_url"] = clinic.database.url.render_as_string(hide_password=True)
    # What is left empty is made of the others: told as it is.
    host, port = clinic.settings.listens(Process.CLINIC)
    values |= {"clinic_address": clinic.settings.clinic_side, "clinic_host": host, "clinic_port": port}
    keys = Elsewhere("Keys", str(clinic.settings.instance / "keys"), "instance folder")
    editions = clinic.library.editions
    in_force = (
        Elsewhere(f"Edition of the {name}", edition[:12], "in force")
        for name, edition in (
            ("questionnaire", editions.questionnaire),
            ("rules", editions.rules),
            ("medicines", editions.medicines),
        )
    )
    return (
        *(
            Elsewhere(label, "none" if values[name] in (None, "") else str(values[name]), comes_from[name])
            for name, label in _ELSEWHERE.items()
        ),
        keys,
        *in_force,
    )


def history(clinic: Clinic) -> tuple[ChangeTold, ...]:
    """The newest changes, newest first."""
    with clinic.database.read() as session:
        changes = kept(session, clinic.database, clinic.keys).changes[:_MOST_SHOWN]
    return told(clinic, changes)


def told(clinic: Clinic, changes: Sequence[SettingsChange]) -> tuple[ChangeTold, ...]:
    """These changes, in words."""
    names = accounts.printed_names(clinic)
    return tuple(_told(change, names) for change in changes)


def _told(change: SettingsChange, names: dict[UUID, str]) -> ChangeTold:
    settings = tuple(
        _changed(name, change.before[name], change.settings.get(name))
        if name in change.before
        else Changed(name, name, (), ("(not read by this version)",))
        for name in change.names
    )
    return ChangeTold(change.number, change.at, names.get(change.by, "Somebody"), settings)


def _changed(name: str, before: object, after: object) -> Changed:
    was, now = said(name, before), said(name, after)
    same = set(was) & set(now)
    if name == "crisis_lines":
        was, now = (tuple(one for one in lines if one not in same) for lines in (was, now))
    return Changed(name, LABELS[name], was, now)


def said(name: str, value: object) -> tuple[str, ...]:
    """What a setting is set to, in words, each line of it by itself."""
    match value:
        case True | False:
            return ("on" if value else "off",)
        case int():
            return (f"{value}%" if name == "second_read_percent" else f"{value} minutes",)
        case str():
            return (value,)
        case ReadingPromise():
            return (value.words,)
        case KeptLogo():
            return (f"{value.kind.value.upper()} file" + (" of the settings" if value.number == 0 else ""),)
        case None:
            return ("off",) if name == "safety_signal" else ("none",)
        case SignalDuty():
            within = f"{value.within_minutes} minutes"
            return (f"on: {value.answered_by}; within {within}, {hours_said(value)}",)
        case tuple():
            return tuple(_line(one) if isinstance(one, ShownLine) else str(one) for one in value) or ("none",)
        case _:
            raise TypeError(f"no words for a {type(value).__name__}")


def _line(shown: ShownLine) -> str:
    line = shown.line
    until = "" if line.expires == date.max else f", to be checked by {long_date(line.expires)}"
    pages = f"on {', '.join(shown.pages)}" if shown.pages else "on no page"
    checked = f"checked {long_date(line.verified)}{until}"
    return f"{line.say} ({line.link}): {line.about}; {checked}; {pages}"
