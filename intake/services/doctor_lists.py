"""What the doctor asks of the lists a clinic names: networks people may come from, and stolen passwords."""

from collections.abc import Callable, Iterable

from intake.domain.networks import Networks, Work
from intake.services.doctor_checks import Check, Weight
from intake.services.doctor_facts import Facts

REFUSE, WARN = Weight.REFUSE, Weight.WARN
_SETTINGS = {Work.CLINIC: "clinic_networks", Work.ADMINISTRATION: "administration_networks"}
_THIS_MACHINE = ("127.0.0.1", "::1")


def _each(decide: Callable[[Facts, Networks], bool]) -> Callable[[Facts], Iterable[str]]:
    """Each list that names something and of which it is so."""

    def where(facts: Facts) -> Iterable[str]:
        for work, name in _SETTINGS.items():
            networks = facts.settings.staff_networks.of(work)
            if networks.listed and decide(facts, networks):
                yield name

    return where


def _holds_this_machine(networks: Networks) -> bool:
    return any(networks.hold(one) for one in _THIS_MACHINE)


def _all_seem_to_be_here(facts: Facts) -> bool:
    """Whether every request seems to come from this machine: a proxy brings it, and is not believed."""
    return facts.settings.trusted_proxies == 0 and facts.settings.listens_here


def _outside(facts: Facts) -> Iterable[str]:
    networks = facts.settings.staff_networks
    if not networks.clinic.meet(networks.administration):
        yield _SETTINGS[Work.ADMINISTRATION]


CHECKS = (
    Check(
        "networks-lock-everybody-out",
        WARN,
        "every request seems to come from this machine, which is not on the list: nobody is let in",
        "set trusted_proxies to how many proxies stand before intake (commands at the console go on working)",
        _each(lambda facts, networks: _all_seem_to_be_here(facts) and not _holds_this_machine(networks)),
    ),
    Check(
        "networks-keep-nobody-out",
        WARN,
        "the list holds every address that requests seem to come from, and keeps nobody out",
        "write the clinic's own networks alone, and set trusted_proxies to how many proxies there are",
        _each(
            lambda facts, networks: (
                networks.are_everywhere
                or (facts.is_public and _all_seem_to_be_here(facts) and _holds_this_machine(networks))
            )
        ),
    ),
    Check(
        "administration-outside-the-clinic",
        WARN,
        "no address lies in it and in clinic_networks too: nobody can do an administrator's work",
        "write networks that lie in clinic_networks, or add them there (in settings.ini, then start again)",
        _outside,
    ),
    Check(
        "stolen-passwords-unread",
        REFUSE,
        "the list of stolen passwords cannot be used, and new passwords would be compared with nothing",
        "do what the words before say, or take breached_passwords_file out of the settings",
        lambda facts: (facts.breached_refused,) if facts.breached_refused else (),
    ),
)
