"""What the doctor asks of addresses, proxies, ports, the clock and e-mail."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from intake.services.doctor_checks import Check, Weight, so
from intake.services.doctor_facts import Facts

REFUSE, WARN = Weight.REFUSE, Weight.WARN
# This version was written in 2026: a clock before that is wrong.
_WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
_LONGEST_STAFF_IDLE, _LONGEST_PATIENT_IDLE = 60, 240
_FEWEST_THREADS, _MOST_THREADS = 2, 64
_FIRST_FREE_PORT = 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_RESERVED = ("example", "test", "invalid", "localhost", "example.com", "example.org", "example.net")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_reserved(host: str) -> bool:
    """Whether it is one of the names of RFC 2606, or under one; a name that merely ends alike is not."""
    return any(f".{host}".endswith(f".{name}") for name in _RESERVED)


def _behind_the_host(facts: Facts) -> Iterable[str]:
    found = urlsplit(facts.settings.public_address)
    return so(bool(found.path.strip("/") or found.query or found.fragment or "@" in found.netloc))


def _runs_ahead(facts: Facts) -> bool:
    newest = facts.records.newest_event
    return newest is not None and newest > facts.now + timedelta(minutes=5)


CHECKS = (
    Check(
        "address-with-more",
        REFUSE,
        "public_address has something behind the host's name, or a name before it",
        "write the scheme and the host alone, like https://intake.yourclinic.com",
        _behind_the_host,
    ),
    Check(
        "address-is-a-number",
        WARN,
        "public_address is a number: patients cannot tell whose it is, and passkeys need a name",
        "get a name for it, and a certificate for the name",
        lambda facts: so(facts.is_public and _is_number(facts.address_host)),
    ),
    Check(
        "address-leads-nowhere",
        REFUSE,
        "public_address is one of the names kept for examples, and the links of patients lead nowhere",
        "write the name people really type",
        lambda facts: so(facts.is_public and _is_reserved(facts.address_host)),
    ),
    Check(
        "plain-http-to-everybody",
        WARN,
        "intake speaks plain HTTP to more than this machine; whoever reaches the port goes around the proxy",
        "set host = 127.0.0.1, or let a firewall keep everybody but the proxy from the port",
        lambda facts: so(facts.is_public and facts.settings.host not in _LOOPBACK),
    ),
    Check(
        "proxy-not-counted",
        WARN,
        "the address is https, so a proxy stands before intake, and trusted_proxies is 0: "
        "everybody counts as one visitor, and one stranger can use up everybody's tries",
        "set trusted_proxies to how many proxies there are",
        lambda facts: so(facts.is_public and facts.settings.trusted_proxies == 0),
    ),
    Check(
        "proxy-believed",
        WARN,
        "trusted_proxies is set without an https address: a visitor may write any address of their own",
        "set trusted_proxies = 0, or public_address to the https address of the proxy",
        lambda facts: so(not facts.is_public and facts.settings.trusted_proxies > 0),
    ),
    Check(
        "one-name-for-both",
        WARN,
        "patients and the clinic's people come to one host name, so browsers keep the two sites less apart",
        "give the clinic's side a name of its own: clinic_address, as in deploy",
        lambda facts: so(
            facts.is_public and urlsplit(facts.settings.clinic_side).hostname == facts.address_host
        ),
    ),
    Check(
        "low-port",
        WARN,
        "ports below 1024 need rights that intake should not have",
        "take a port like 8000 and let the proxy have 443",
        lambda facts: so(facts.settings.port < _FIRST_FREE_PORT and facts.user != 0),
    ),
    Check(
        "too-few-threads",
        WARN,
        "one slow page keeps every patient waiting",
        f"set threads to at least {_FEWEST_THREADS}; 8 is the default",
        lambda facts: so(facts.settings.threads < _FEWEST_THREADS),
    ),
    Check(
        "too-many-threads",
        WARN,
        "so many threads stand in each other's way, and in the database's",
        f"set threads to at most {_MOST_THREADS}; 8 is the default",
        lambda facts: so(facts.settings.threads > _MOST_THREADS),
    ),
    Check(
        "staff-stay-signed-in",
        WARN,
        f"staff stay signed in for more than {_LONGEST_STAFF_IDLE} minutes after they left their desk",
        "set staff_idle_minutes to 15 (45 CFR 164.312(a)(2)(iii) asks for automatic logoff)",
        lambda facts: so(facts.settings.staff_idle_minutes > _LONGEST_STAFF_IDLE),
    ),
    Check(
        "patients-stay-open",
        WARN,
        "a form stays open for hours on a device that others may use",
        "set patient_idle_minutes to 60",
        lambda facts: so(facts.settings.patient_idle_minutes > _LONGEST_PATIENT_IDLE),
    ),
    Check(
        "starts-unlimited",
        WARN,
        "one network may begin so many forms in an hour that invented ones bury the real ones",
        "set starts_per_hour to 60, more where many patients share one network",
        lambda facts: so(facts.is_public and facts.settings.starts_per_hour > 10_000),
    ),
    Check(
        "clock-behind",
        REFUSE,
        "this machine's clock is behind: what is signed and what runs out would be dated wrongly",
        "set the clock (timedatectl set-ntp true)",
        lambda facts: so(facts.now < _WRITTEN),
    ),
    Check(
        "clock-before-the-trail",
        REFUSE,
        "the newest line of the audit trail is from later than now: the clock was set back",
        "set the clock (timedatectl set-ntp true) before anybody signs",
        lambda facts: so(_runs_ahead(facts)),
    ),
    Check(
        "no-mail",
        WARN,
        "no mail server is named: nobody is told that there is something to read, and no link can be sent",
        "set mail_host, mail_sender and the staff's addresses, or have somebody look at the queue every day",
        lambda facts: so(facts.is_public and not facts.settings.mail_host),
    ),
    Check(
        "mail-without-a-password",
        WARN,
        "mail_user is set without mail_password_file, and most mail servers will take nothing",
        "write the password into a file (chmod 600) and name it in mail_password_file",
        lambda facts: so(bool(facts.settings.mail_user) and facts.settings.mail_password_file is None),
    ),
)
