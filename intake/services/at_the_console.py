"""Publishing at the console, where two people sit at one keyboard and an instance may not start."""

from pathlib import Path

from intake.config import Settings
from intake.content.documents import DocumentRefused, read_text
from intake.domain.permissions import StaffMember
from intake.domain.publications import Publication
from intake.domain.rules import RuleBook
from intake.services import accounts, instance
from intake.services.clinic import Clinic, asked_of
from intake.services.in_force import PublishedRulesRefused
from intake.services.publication_list import Listed
from intake.services.publishing import NewRules
from intake.services.refusals import Refusal
from intake.storage.database import Database
from intake.storage.keyring import read_clinic_keys

# Where wrong passwords are counted for, beside those of each browser's address.
CONSOLE = "console"


def new_rules(rules: Path, overlay: Path | None) -> NewRules:
    """The files somebody wants in force. Raises DocumentRefused."""
    if overlay is None:
        return NewRules(read_text(rules), rules_name=rules.name)
    return NewRules(read_text(rules), read_text(overlay), rules.name, overlay.name)


def clinic_for_publishing(settings: Settings, new: NewRules | None = None) -> Clinic:
    """The clinic, also where it does not start because no rules in force can be read.

    New rules are what puts that right; they are then compared with no rules at all. Raises
    Refusal where nothing was set up, and DocumentRefused for the questionnaire and medicines.
    """
    if not instance.is_prepared(settings):
        raise Refusal(
            f"{settings.instance} was not set up yet, so nobody has an account who could publish. "
            "Run `intake init` first, or name the instance folder with INTAKE_INSTANCE"
        )
    instance.prepare(settings)
    try:
        return instance.opened(settings)
    except (PublishedRulesRefused, DocumentRefused):
        if new is None:
            raise
        keys = read_clinic_keys(settings.instance / "keys")
        # Nobody is screened by this one: it lives as long as the command.
        nothing = asked_of(settings).with_rulebook(RuleBook(()), "rules: []\n")
        return Clinic(settings, Database(settings.database_url), nothing, keys)


def named(clinic: Clinic, username: str) -> StaffMember:
    """The person with this username. Raises Refusal."""
    wanted = username.strip().casefold()
    found = next((one for one in accounts.staff(clinic) if one.username == wanted), None)
    if found is None:
        raise Refusal(f"nobody here has the username {wanted}; the Staff page lists everybody")
    return found


def refuse_unless_confirmed(
    clinic: Clinic, person: StaffMember, password: str, undone: str = "Nothing was published"
) -> None:
    """Go on only when it is this person's password. A wrong one is counted and recorded. Raises Refusal.

    ``undone`` is what the refusal says was not done.
    """
    try:
        if accounts.confirms(clinic, person, password, CONSOLE):
            return
    except accounts.LockedOut:
        raise Refusal(
            f"too many wrong passwords for {person.username}: wait 15 minutes, then try again. {undone}"
        ) from None
    raise Refusal(f"that is not the password of {person.printed_name}. {undone}")


def as_plain(one: Publication, listed: Listed | None = None) -> dict[str, object]:
    """A publication as plain data, for other programs."""
    first_day = one.in_force_from
    plain: dict[str, object] = {
        "publication": str(one.id),
        "rules": one.rules,
        "overlay": one.overlay,
        "reason": one.reason,
        "effective_on": one.effective_on.isoformat(),
        "in_force_from": first_day.isoformat() if first_day else None,
    }
    if listed is not None:
        plain |= {
            "standing": listed.standing.value,
            "proposed_by": listed.proposed_by,
            "countersigned_by": listed.countersigned_by or None,
            "withdrawn_by": listed.withdrawn_by or None,
            "editions": list(listed.editions),
        }
    return plain
