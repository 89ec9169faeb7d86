"""The names behind the figures of an impact: for a clinician who gives a reason, and recorded first."""

from intake.domain.events import ImpactListed
from intake.domain.permissions import Permission, StaffMember
from intake.services import accounts
from intake.services.clinic import Clinic
from intake.services.impact_figures import Figures, Listed
from intake.services.refusals import Refusal
from intake.storage import audit

LONGEST_REASON = 500
CONSOLE = "console"


class ListingRefused(Refusal):
    """Names may not be listed; the message says why and what to do."""


def reader(clinic: Clinic, username: str, password: str) -> StaffMember:
    """The clinician who asks for names, by their password: counted and recorded like a sign-in.

    Raises ListingRefused.
    """
    wanted = username.strip().casefold()
    member = next((one for one in accounts.staff(clinic) if one.username == wanted), None)
    try:
        if member is None or not accounts.confirms(clinic, member, password, CONSOLE):
            raise ListingRefused("That is not the username and password of anybody here. No name was shown.")
    except accounts.LockedOut:
        raise ListingRefused("Too many wrong passwords. Wait 15 minutes. No name was shown.") from None
    if not member.may(Permission.REVIEW):
        raise ListingRefused(
            f"{member.printed_name} may not read forms, so no name was shown. "
            "Counts need nobody's name: leave out --list"
        )
    return member


def refuse_bad_reason(reason: str) -> None:
    """A reason is a few words that may stand in the audit trail. Raises ListingRefused."""
    if not 0 < len(reason.strip()) <= LONGEST_REASON or not reason.strip().isprintable():
        raise ListingRefused(
            f"Say why names have to be shown, on one line of at most {LONGEST_REASON} characters and "
            "without a patient's name: it is kept in the audit trail. No name was shown."
        )


def record_listing(clinic: Clinic, by: StaffMember, figures: Figures, reason: str) -> tuple[Listed, ...]:
    """The forms behind the counts, once it is recorded who is shown them and why. Raises ListingRefused."""
    refuse_bad_reason(reason)
    with clinic.database.write() as session:
        event = ImpactListed(figures.after, len(figures.listed), reason.strip())
        audit.record(session, clinic.keys, by.id, event, clinic.now())
    return figures.listed
