"""What the doctor asks of the way in from outside: the certificate, the ciphers, and nothing in the open."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from intake.services.doctor_checks import Check, Weight
from intake.services.doctor_facts import Facts
from intake.services.front_door import Front

REFUSE, WARN, NOTE = Weight.REFUSE, Weight.WARN, Weight.NOTE
# Who renews by itself does so with a third of the time left; two weeks are time for a person to do it.
_SOON = timedelta(days=14)
_NEWEST = "TLSv1.3"
_A_YEAR = 31_536_000


def _at(decide: Callable[[Front], bool]) -> Callable[[Facts], Iterable[str]]:
    """Each host that answered and at which it is so."""
    return lambda facts: (one.host for one in facts.fronts if one.is_reached and decide(one))


def _holds(decide: Callable[[Front], bool]) -> Callable[[Facts], Iterable[str]]:
    """The same, where the certificate was believed: only then there was more to look at."""
    return _at(lambda one: not one.certificate_fault and decide(one))


def _runs_out(facts: Facts) -> Iterable[str]:
    for one in facts.fronts:
        if one.certificate_until is not None and one.certificate_until - facts.now < _SOON:
            yield f"{one.host}, until {one.certificate_until:%Y-%m-%d}"


def _doubted(facts: Facts) -> Iterable[str]:
    return (f"{one.host} ({one.certificate_fault})" for one in facts.fronts if one.certificate_fault)


CHECKS = (
    Check(
        "front-not-seen",
        NOTE,
        "this machine could not reach the clinic's own https address, so nothing was looked at there",
        "run `intake doctor` where it can be reached, or look as docs/limits.md says",
        lambda facts: (one.host for one in facts.fronts if not one.is_reached),
    ),
    Check(
        "front-certificate",
        REFUSE,
        "browsers do not believe this certificate, and people would have to go past a warning",
        "get one from an authority that browsers know, for this very name, with its whole chain",
        _doubted,
    ),
    Check(
        "front-certificate-runs-out",
        WARN,
        "the certificate runs out soon, and then nobody comes in",
        "renew it; certbot and Caddy do so by themselves when they are let",
        _runs_out,
    ),
    Check(
        "front-speaks-old-tls",
        REFUSE,
        "it still speaks TLS 1.0 or 1.1, which can be listened to",
        "allow TLS 1.2 and 1.3 alone, as deploy/nginx/intake.conf does",
        _at(lambda one: bool(one.old)),
    ),
    Check(
        "front-speaks-no-newest-tls",
        WARN,
        "it does not speak TLS 1.3 with browsers that do",
        "allow TLS 1.3 beside 1.2, as deploy/nginx/intake.conf does",
        _holds(lambda one: one.newest != _NEWEST),
    ),
    Check(
        "front-weak-suite",
        REFUSE,
        "it takes a cipher without forward secrecy, or one that does not seal: "
        "who keeps what was sent may read it once the key is known",
        "take the ssl_ciphers of deploy/nginx/intake.conf",
        _at(lambda one: bool(one.weak_suite)),
    ),
    Check(
        "front-promises-nothing",
        WARN,
        "browsers are not told to come by HTTPS alone for a year (Strict-Transport-Security)",
        "let the proxy hand on intake's headers as they are",
        _holds(lambda one: one.promised < _A_YEAR),
    ),
    Check(
        "front-in-the-open",
        REFUSE,
        "plain HTTP is answered with a page, and what is sent there can be read on the way",
        "lead plain HTTP to https and refuse all else, as deploy/nginx/intake.conf does",
        _at(lambda one: one.plain),
    ),
)
