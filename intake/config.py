"""Every setting: its name, what it means, its default, and how it is read.

A setting is written in ``settings.ini`` of the instance folder (section ``[intake]``) or
given in the environment as ``INTAKE_`` and its name in capitals, which wins. What a clinic
sets on its settings page is laid over both (``services/clinic_settings.py``). Secrets are no
settings: keys lie in files of their own (docs/running.md).
"""

import configparser
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from intake import resources
from intake.domain.factors import Policy
from intake.domain.languages import mark
from intake.domain.logo import Picture
from intake.domain.networks import StaffNetworks, networks_in
from intake.domain.processes import Process
from intake.domain.reading_promise import ReadingPromise, Unit, promise_in, read_by
from intake.domain.safety_signal import SignalDuty
from intake.settings_problems import NOT_REQUIRED as NOT_REQUIRED
from intake.settings_problems import problems_of

_PATHS = frozenset(
    {
        "questionnaire",
        "screening_rules",
        "medicines",
        "crisis_lines",
        "rules_overlay",
        "mail_password_file",
        "provider_secret_file",
        "breached_passwords_file",
    }
)
# Of them, those that may be left empty.
_MAY_BE_NONE = frozenset(
    {"rules_overlay", "mail_password_file", "provider_secret_file", "breached_passwords_file"}
)
# Numbers that may be 0, with what they should be.
_FROM_NOTHING = {
    "trusted_proxies": "0, or how many proxies stand before intake",
    "keep_forms_days": "a whole number of days after the sign-off, or 0 to erase none by itself",
    "patient_unsaved_days": "a whole number of days, or 0 for no longer than patient_idle_minutes",
}
_NUMBERS = frozenset(
    {
        "port",
        "clinic_port",
        "worker_port",
        "threads",
        "patient_idle_minutes",
        "staff_idle_minutes",
        "starts_per_hour",
        "mail_port",
    }
)
# Where the clinic's side is, while nobody says that it has a name of its own.
_CLINIC_PATH = "/clinic"
# Python counts more signs as digits than it makes numbers of, and makes none of some thousand digits.
_WHOLE = re.compile(r"[0-9]{1,12}")
_YES_OR_NO = frozenset({"transcribe_alone", "require_passkey"})
# A message: patients read it in their language while a clinic leaves it as it comes.
USUAL_HOURS = mark("Monday to Friday, 9 am to 5 pm")


class SettingsRefused(Exception):
    """Settings that cannot be used, with every problem found in them."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Settings:
    """How this copy of intake is set up; docs/running.md lists every name."""

    instance: Path
    clinic_name: str = "Harbor Light Clinic"
    clinic_color: str = "#0f766e"
    clinic_logo: str = ""
    clinic_phone: str = "(555) 010-0142"
    clinic_hours: str = USUAL_HOURS
    reading_time: str = "2 work days"
    reference_prefix: str = "HL"
    timezone: str = "America/New_York"
    database_url: str = ""
    # Another role of the same database for each process; without one, all share ``database_url``.
    patient_database_url: str = ""
    clinic_database_url: str = ""
    worker_database_url: str = ""
    questionnaire: Path = resources.QUESTIONNAIRE
    screening_rules: Path = resources.SCREENING_RULES
    medicines: Path = resources.MEDICINES
    crisis_lines: Path = resources.CRISIS_LINES
    rules_overlay: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    public_address: str = "http://127.0.0.1:8000"
    # The clinic's site answers elsewhere; left empty, where it does is made of the three above.
    clinic_host: str = ""
    clinic_port: int | None = None
    clinic_address: str = ""
    # Where the worker says whether it works, on ``host``; nowhere without one.
    worker_port: int | None = None
    transcribe_alone: bool = False
    patient_idle_minutes: int = 60
    # A form whose patient has no words yet waits in its browser for so long; 0 is no longer than any other.
    patient_unsaved_days: int = 14
    # So long after it was signed off a form is erased; 0 is never, until the clinic says otherwise.
    keep_forms_days: int = 0
    staff_idle_minutes: int = 15
    # What everybody who works in the clinic has beside a password (decision 0051).
    second_factor: str = "required"
    require_passkey: bool = False
    # From where people of the clinic may come, and from where an administrator's work may be done: anywhere
    # while a list is empty (decision 0062).
    clinic_networks: str = ""
    administration_networks: str = ""
    # Passwords known from breaches, which nobody may choose (decision 0061).
    breached_passwords_file: Path | None = None
    # Where staff may sign in beside that, with OpenID Connect; nowhere unless it is set (decision 0053).
    provider_issuer: str = ""
    provider_name: str = ""
    provider_client_id: str = ""
    provider_secret_file: Path | None = None
    # What the provider calls a sign-in with more than a password, beside the method "mfa".
    provider_acr: str = ""
    # Where a page that asks about safety at home leads whoever presses “Leave this page now”.
    leave_now_address: str = "https://www.weather.gov/"
    # From one network. How many proxies stand before intake, each of which tells whom it speaks for.
    starts_per_hour: int = 60
    trusted_proxies: int = 0
    # What is set on the settings page alone. `reading_time` says the promise in words, and a picture
    # chosen there stands in the place of the file `clinic_logo`.
    clinic_picture: Picture | None = None
    promised_reading: timedelta = timedelta(days=2)
    promised_in_work_days: bool = True
    # What was promised before, oldest first, each with when something else was promised instead.
    earlier_promises: tuple[tuple[datetime, ReadingPromise], ...] = ()
    next_steps: tuple[str, ...] = ()
    safety_signal: SignalDuty | None = None
    start_codes: bool = False
    read_first: bool = False
    second_read_percent: int = 0
    claim_minutes: int = 30
    names_in_access_list: bool = False
    # The translations switched on, by their codes; English is always offered.
    languages: tuple[str, ...] = ()
    # Who of the clinic is told by e-mail that there is something to read; nobody unless somebody says so.
    staff_addresses: tuple[str, ...] = ()
    urgent_addresses: tuple[str, ...] = ()
    redisclosure_notice: str = (
        "This record may hold answers about alcohol and drug use, to which 42 CFR Part 2 may apply. "
        "Whoever receives it may pass them on only as those rules allow."
    )
    # Without a server nothing is e-mailed, and the pages say so.
    mail_host: str = ""
    mail_port: int = 587
    mail_security: str = "starttls"
    mail_user: str = ""
    mail_password_file: Path | None = None
    mail_sender: str = ""
    # Who can open a backup: two or more recipients of age, separated by commas.
    backup_recipients: str = ""

    @property
    def sign_in_policy(self) -> Policy:
        """What the clinic asks of everybody who signs in."""
        return Policy(self.second_factor != NOT_REQUIRED, self.require_passkey)

    @property
    def staff_networks(self) -> StaffNetworks:
        """Where people of the clinic may come from, and where an administrator's work may be done from."""
        return StaffNetworks(networks_in(self.clinic_networks), networks_in(self.administration_networks))

    @property
    def secure_cookies(self) -> bool:
        """Cookies travel over HTTPS only, unless the product is tried on this machine."""
        return urlsplit(self.public_address).scheme == "https"

    def local(self, at: datetime) -> datetime:
        """A time as the clinic's clock on the wall shows it."""
        return at.astimezone(ZoneInfo(self.timezone))

    def today(self) -> date:
        """The calendar day at the clinic, now."""
        return self.local(datetime.now(UTC)).date()

    def read_by(self, sent_at: datetime) -> datetime:
        """When a form sent then should have been read, as was promised then, on the clinic's clock.

        A promise that changes later is not the one that this patient was given.
        """
        length, in_work_days = self.promised_reading, self.promised_in_work_days
        for until, promise in self.earlier_promises:
            if sent_at < until:
                length, in_work_days = promise.length, promise.unit is Unit.WORK_DAYS
                break
        return read_by(self.local(sent_at), length, in_work_days=in_work_days)

    @property
    def trusted_hosts(self) -> tuple[str, ...]:
        """The host names a request to the patient site may be for."""
        return self.hosts_of(Process.PATIENT)

    def hosts_of(self, process: Process) -> tuple[str, ...]:
        """The host names a request to a site may be for."""
        address = self.clinic_side if process is Process.CLINIC else self.public_address
        named = urlsplit(address).hostname or self.host
        return ("127.0.0.1", "localhost") if named in ("127.0.0.1", "localhost") else (named,)

    def listens(self, process: Process) -> tuple[str, int]:
        """On which host and port a site's process answers."""
        if process is Process.CLINIC:
            return self.clinic_host or self.host, self.clinic_port or self.port + 1
        return self.host, self.port

    @property
    def listens_here(self) -> bool:
        """Whether the clinic's site is spoken to by this machine alone: by a proxy on it, or in a try-out."""
        return self.listens(Process.CLINIC)[0] in ("127.0.0.1", "localhost", "::1")

    @property
    def clinic_side(self) -> str:
        """The address that people of the clinic type, without a last slash.

        Unless a clinic says otherwise it is ``/clinic`` under the patients' address, as it always was; on
        a machine without a proxy, at the port of the clinic's own process.
        """
        if self.clinic_address:
            return self.clinic_address.rstrip("/")
        found = urlsplit(self.public_address)
        host = found.netloc
        if found.port is not None and found.port == self.port:
            host = f"{host.removesuffix(f':{found.port}')}:{self.listens(Process.CLINIC)[1]}"
        return f"{found.scheme}://{host}{found.path.rstrip('/')}{_CLINIC_PATH}"

    def has_own_role(self, process: Process) -> bool:
        """Whether a process comes to the database under a name of its own."""
        return bool(self._own_database(process))

    def of(self, process: Process) -> "Settings":
        """What one process is told: its own way to the database, and nobody else's."""
        return replace(
            self,
            database_url=self._own_database(process) or self.database_url,
            patient_database_url="",
            clinic_database_url="",
            worker_database_url="",
        )

    def _own_database(self, process: Process) -> str:
        match process:
            case Process.PATIENT:
                return self.patient_database_url
            case Process.CLINIC:
                return self.clinic_database_url
            case Process.WORKER:
                return self.worker_database_url


_NOT_WRITTEN = frozenset(
    {
        "instance",
        "clinic_picture",
        "promised_reading",
        "promised_in_work_days",
        "earlier_promises",
        "next_steps",
        "safety_signal",
        "start_codes",
        "read_first",
        "second_read_percent",
        "claim_minutes",
        "names_in_access_list",
        "languages",
        "staff_addresses",
        "urgent_addresses",
    }
)
# What may be written in the file and given in the environment.
NAMES = tuple(field.name for field in fields(Settings) if field.name not in _NOT_WRITTEN)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of the instance folder and the environment. Raises SettingsRefused."""
    instance = Path(environment.get("INTAKE_INSTANCE", "instance")).absolute()
    written = _written(instance / "settings.ini")
    given = {
        name: environment.get(f"INTAKE_{name.upper()}", written.get(name))
        for name in NAMES
        if f"INTAKE_{name.upper()}" in environment or name in written
    }
    problems = _unknown(written, environment)
    values = {name: _converted(name, str(value), problems) for name, value in given.items()}
    if problems:
        raise SettingsRefused(problems)
    values.setdefault("database_url", f"sqlite:///{instance / 'intake.db'}")
    if "public_address" not in values:
        values["public_address"] = f"http://{values.get('host', '127.0.0.1')}:{values.get('port', 8000)}"
    settings = _with_promise(Settings(instance=instance, **values))  # type: ignore[arg-type]  # converted by field
    if problems := problems_of(settings):
        raise SettingsRefused(problems)
    return settings


def origins(settings: Settings, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Where each setting that may be written somewhere comes from: in words, by its name."""
    try:
        written = _written(settings.instance / "settings.ini")
    except SettingsRefused:
        written = {}  # it was changed since the start, and would be refused at the next one
    return {name: _origin(name, written, environment) for name in NAMES}


def _origin(name: str, written: Mapping[str, str], environment: Mapping[str, str]) -> str:
    if (variable := f"INTAKE_{name.upper()}") in environment:
        return f"environment, {variable}"
    return "settings.ini" if name in written else "default"


def _with_promise(settings: Settings) -> Settings:
    """The same, overdue when the words say so; words that name no such time keep the default length."""
    promise = promise_in(settings.reading_time)
    if promise is None:
        return settings
    in_work_days = promise.unit is Unit.WORK_DAYS
    return replace(settings, promised_reading=promise.length, promised_in_work_days=in_work_days)


def _written(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"), str(path))
    except (configparser.Error, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise SettingsRefused([f"{path.name}: {first}; write it as `name = value`"]) from None
    if not parser.has_section("intake"):
        raise SettingsRefused([f"{path.name}: the settings stand under a line `[intake]`"])
    return dict(parser["intake"])


def _unknown(written: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    problems = [f"settings.ini: there is no setting '{name}'" for name in written if name not in NAMES]
    allowed = {"INTAKE_INSTANCE"} | {f"INTAKE_{name.upper()}" for name in NAMES}
    problems += [
        f"environment: there is no setting {name}"
        for name in environment
        if name.startswith("INTAKE_") and name not in allowed
    ]
    return problems


def _converted(name: str, value: str, problems: list[str]) -> str | int | Path | None:
    if name in _FROM_NOTHING:
        if not _WHOLE.fullmatch(value):
            problems.append(f"{name}: should be {_FROM_NOTHING[name]}")
            return 0
        return int(value)
    if name in _NUMBERS:
        if not _WHOLE.fullmatch(value) or int(value) == 0:
            problems.append(f"{name}: should be a whole number above 0")
            return 1
        return int(value)
    if name in _YES_OR_NO:
        if value.strip().casefold() not in ("yes", "no"):
            problems.append(f"{name}: should be yes or no")
        return value.strip().casefold() == "yes"
    if name in _MAY_BE_NONE and not value.strip():
        return None
    return Path(value).absolute() if name in _PATHS else value
