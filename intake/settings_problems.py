"""What is wrong with settings, each in words: the setting, what is wrong with it, and what it should be."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from intake.domain.mail_addresses import is_address
from intake.domain.networks import NotNetworks, networks_in
from intake.domain.processes import Process

if TYPE_CHECKING:
    from intake.config import Settings

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_PREFIX = re.compile(r"[A-Z]{2,4}")
_FEWEST_RECIPIENTS = 2
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
MAIL_SECURITY = ("starttls", "tls", "none")
NOT_REQUIRED = "not_required"
SECOND_FACTOR = ("required", NOT_REQUIRED)
# WCAG 2.2.1, ux_spec 9: somebody who is asked needs two minutes, and has to have done something before.
SHORTEST_PATIENT_IDLE = 5
_MOST = {
    "mail_port": 65_535,
    "trusted_proxies": 10,
    # In minutes: 30 days, and the 10 hours after which a session of staff is over whatever they do.
    "patient_idle_minutes": 43_200,
    "staff_idle_minutes": 600,
    # A day so far back that no calendar has it would end every sweep.
    "keep_forms_days": 36_525,
    # A browser's cookie lasts no longer, nor does any draft.
    "patient_unsaved_days": 30,
}
# Good for a first look on one's own machine, and refused where patients are.
_INVENTED = {"clinic_name": "Harbor Light Clinic", "clinic_phone": "(555) 010-0142"}


def problems_of(settings: "Settings") -> list[str]:
    """Everything that is wrong with settings which are each of the right kind."""
    problems = []
    if "?" in str(settings.instance):
        # In the address of a database a ? ends the path: the file would lie elsewhere, half named.
        problems.append("INTAKE_INSTANCE: no folder on its way may have a ? in its name; name another")
    if not settings.clinic_name.strip():
        problems.append("clinic_name: patients need to know whose form this is; write the clinic's name")
    if not _COLOR.fullmatch(settings.clinic_color):
        problems.append("clinic_color: should be a color like #0f766e")
    if not _PREFIX.fullmatch(settings.reference_prefix):
        problems.append("reference_prefix: should be two to four capital letters")
    if settings.timezone not in available_timezones():
        problems.append("timezone: should be a name like America/New_York")
    if urlsplit(settings.public_address).scheme not in ("http", "https"):
        problems.append("public_address: should start with https:// (http:// only to try it here)")
    if not settings.secure_cookies and not set(settings.trusted_hosts) <= _THIS_MACHINE:
        problems.append(
            "public_address: answers would travel unprotected; use https:// for any address "
            "other than this machine"
        )
    if settings.secure_cookies:
        problems += [
            f"{name}: still the invented one; patients would be sent to nobody"
            for name, invented in _INVENTED.items()
            if getattr(settings, name) == invented
        ]
    problems += _clinic_address_problems(settings)
    if settings.clinic_logo and not Path(settings.clinic_logo).is_file():
        problems.append("clinic_logo: there is no such file")
    if not _is_neutral(settings.leave_now_address):
        problems.append(
            "leave_now_address: should be a plain https:// address of a site everybody might look at, "
            "like https://www.weather.gov/, without anything behind a ? or a #"
        )
    return [
        *problems,
        *_factor_problems(settings),
        *_provider_problems(settings),
        *_number_problems(settings),
        *_mail_problems(settings),
        *_backup_problems(settings),
        *_network_problems(settings),
        *_breach_problems(settings),
    ]


def _factor_problems(settings: "Settings") -> list[str]:
    if settings.second_factor not in SECOND_FACTOR:
        return [f"second_factor: should be one of {', '.join(SECOND_FACTOR)}"]
    if settings.second_factor == NOT_REQUIRED and not set(settings.trusted_hosts) <= _THIS_MACHINE:
        return [
            "second_factor: a password alone can be stolen from anywhere, and opens everything; "
            "not_required is for trying intake on this machine"
        ]
    return []


def _provider_problems(settings: "Settings") -> list[str]:
    if not settings.provider_issuer:
        return []
    problems = []
    at = urlsplit(settings.provider_issuer)
    if at.scheme != "https" and (settings.secure_cookies or at.hostname not in _THIS_MACHINE):
        problems.append("provider_issuer: should start with https://, exactly as the provider writes it")
    if at.query or at.fragment or "@" in at.netloc:
        problems.append("provider_issuer: should be an address without anything behind a ? or a #")
    if not settings.provider_client_id:
        problems.append("provider_client_id: the provider gave the clinic one; write it down")
    if not settings.provider_name.strip():
        problems.append("provider_name: should be what staff call it, like Example ID; a button says it")
    if settings.provider_secret_file is None or not settings.provider_secret_file.is_file():
        problems.append("provider_secret_file: should name the file that holds the provider's client secret")
    if find_spec("authlib") is None:
        problems.append("provider_issuer: needs Authlib; install intake with its extra `oidc`")
    return problems


def _number_problems(settings: "Settings") -> list[str]:
    problems = []
    if settings.patient_idle_minutes < SHORTEST_PATIENT_IDLE:
        problems.append(
            f"patient_idle_minutes: should be at least {SHORTEST_PATIENT_IDLE}; a page asks whether somebody "
            "is still there, and they need two minutes to answer"
        )
    problems += [
        f"{name}: should be at most {most}" for name, most in _MOST.items() if getattr(settings, name) > most
    ]
    listened = {"port": settings.port, "clinic_port": settings.listens(Process.CLINIC)[1]}
    for name, port in (listened | {"worker_port": settings.worker_port or 0}).items():
        if port > 65535 and not (name == "clinic_port" and settings.port > 65535):
            problems.append(f"{name}: should be at most 65535")
    ports = [settings.listens(Process.PATIENT), settings.listens(Process.CLINIC)]
    if settings.worker_port is not None:
        ports.append((settings.host, settings.worker_port))
    if len(set(ports)) < len(ports):
        problems.append("clinic_port: each process needs a port of its own; choose another one")
    return problems


def _clinic_address_problems(settings: "Settings") -> list[str]:
    if not settings.clinic_address:
        return []
    if urlsplit(settings.clinic_address).scheme != urlsplit(settings.public_address).scheme:
        return ["clinic_address: should start with https:// if public_address does, and not otherwise"]
    if not settings.secure_cookies and not set(settings.hosts_of(Process.CLINIC)) <= _THIS_MACHINE:
        return ["clinic_address: use https:// for any address other than this machine"]
    return []


def _is_neutral(address: str) -> bool:
    # What stands in it stays in a browser's history: nothing that could say where somebody came from.
    try:
        found = urlsplit(address)
        plain = not (found.query or found.fragment or "@" in found.netloc or "?" in address or "#" in address)
        return found.scheme == "https" and bool(found.hostname) and plain and address.isprintable()
    except ValueError:
        return False


def _mail_problems(settings: "Settings") -> list[str]:
    if not settings.mail_host:
        return []
    problems = []
    if not is_address(settings.mail_sender):
        problems.append("mail_sender: should be the clinic's address, like forms@clinic.example")
    if settings.mail_security not in MAIL_SECURITY:
        problems.append(f"mail_security: should be one of {', '.join(MAIL_SECURITY)}")
    if settings.mail_security == "none" and settings.mail_host not in _THIS_MACHINE:
        problems.append("mail_security: none is for a mail server on this machine; use starttls or tls")
    if settings.mail_password_file is not None and not settings.mail_password_file.is_file():
        problems.append("mail_password_file: there is no such file")
    return problems


def _backup_problems(settings: "Settings") -> list[str]:
    named = {one.strip() for one in settings.backup_recipients.split(",")} - {""}
    if not named:
        return []
    if len(named) < _FEWEST_RECIPIENTS or not all(one.startswith(("age1", "ssh-")) for one in named):
        return [
            "backup_recipients: should be two or more different lines that begin with age1, as `age-keygen` "
            "prints them, separated by commas"
        ]
    return []


def _network_problems(settings: "Settings") -> list[str]:
    problems = []
    for name in ("clinic_networks", "administration_networks"):
        try:
            networks_in(getattr(settings, name))
        except NotNetworks as refusal:
            problems += [f"{name}: {one}" for one in refusal.problems]
    return problems


def _breach_problems(settings: "Settings") -> list[str]:
    file = settings.breached_passwords_file
    if file is not None and not file.is_file():
        return [
            f"breached_passwords_file: there is no file {file}; name the list that was downloaded, or leave "
            "the setting out (docs/running.md, Passwords known from breaches)"
        ]
    return []
