"""Whether people of the clinic may do their work from where they are (decision 0062).

The lists are the operator's, in the settings of the machine: nobody changes them with a browser, and
commands at the console ask nothing of them.
"""

from intake.domain.events import NetworkRefused
from intake.domain.networks import Work
from intake.domain.permissions import StaffMember
from intake.services import accounts, wrong_passwords
from intake.services.clinic import Clinic
from intake.storage import audit


def keep_out(clinic: Clinic, source: str, work: Work) -> bool:
    """Whether some work may not be done from this address."""
    return not clinic.settings.staff_networks.of(work).hold(source)


def record_somebody(clinic: Clinic, token: str, work: Work) -> None:
    """Write down who was kept out, if somebody was signed in; their session does not count as used."""
    member = accounts.whoever(clinic, token, attended=False, also_due=True) if token else None
    if member is not None:
        record(clinic, member, work)


def record(clinic: Clinic, member: StaffMember, work: Work) -> None:
    """Write down that somebody was kept out: one line a minute, however often they try."""
    if wrong_passwords.is_to_be_told(clinic, f"{work.value} {member.id}"):
        with clinic.database.write() as session:
            event = NetworkRefused(member.id, work.value)
            audit.record(session, clinic.keys, member.id, event, clinic.now())
