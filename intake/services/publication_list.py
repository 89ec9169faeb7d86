"""Every publication and where it stands, what is in force, and whether the rules file says the same."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from intake.config import Settings
from intake.content.documents import DocumentRefused
from intake.domain.publications import Publication, Standing, standing
from intake.services import in_force, published_rules
from intake.services.clinic import Clinic, library_of
from intake.services.in_force import InForce
from intake.storage import accounts, audit, publications


@dataclass(frozen=True, slots=True)
class Listed:
    """One publication with the names of its people; a name is empty where nobody did it.

    ``editions`` are those of the rules that have screened because of it.
    """

    publication: Publication
    standing: Standing
    proposed_by: str
    countersigned_by: str
    withdrawn_by: str
    editions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What screens now, and every publication, the newest proposal first.

    ``otherwise`` counts the submissions whose newest screening is of another edition of the
    rules. ``file_says`` is empty unless the rules file is something else than what is in force.
    """

    found: InForce
    every: tuple[Listed, ...]
    otherwise: int
    file_says: str

    @property
    def current(self) -> Listed | None:
        """The publication in force; None while the rules file screens."""
        return next((one for one in self.every if one.standing is Standing.IN_FORCE), None)

    def standing(self, *which: Standing) -> tuple[Listed, ...]:
        """The publications that stand so."""
        return tuple(one for one in self.every if one.standing in which)

    @property
    def waiting(self) -> tuple[Listed, ...]:
        """What waits for a second person."""
        return self.standing(Standing.PROPOSED)

    @property
    def scheduled(self) -> tuple[Listed, ...]:
        """What comes into force on a later day."""
        return self.standing(Standing.SCHEDULED)

    @property
    def past(self) -> tuple[Listed, ...]:
        """What is in force no longer, or was withdrawn before it was."""
        return self.standing(Standing.SUPERSEDED, Standing.WITHDRAWN)


def overview(clinic: Clinic) -> Overview:
    """What is in force and all that was published."""
    found = in_force.on(clinic.database, clinic.keys, clinic.library, clinic.today())
    with clinic.database.read() as session:
        otherwise = audit.screened_otherwise(session, found.library.editions.rules)
    return Overview(found, listed(clinic, found), otherwise, file_says(clinic.settings, found))


def listed(clinic: Clinic, found: InForce | None = None) -> tuple[Listed, ...]:
    """Every publication, the newest proposal first."""
    today = clinic.today()
    if found is None:
        found = in_force.on(clinic.database, clinic.keys, clinic.library, today)
    with clinic.database.read() as session:
        names = {member.id: member.printed_name for member in accounts.everybody(session, clinic.keys)}
        editions = publications.editions(session)
        every = published_rules.kept(session, clinic.database, clinic.keys).every
    return tuple(_listed(one, found.publication, today, names, editions.get(one.id, ())) for one in every)


def screened_otherwise(clinic: Clinic) -> int:
    """How many submissions were last screened with other rules than those in force by now."""
    found = in_force.on(clinic.database, clinic.keys, clinic.library, clinic.today())
    with clinic.database.read() as session:
        return audit.screened_otherwise(session, found.library.editions.rules)


def notes(clinic: Clinic) -> tuple[str, ...]:
    """What whoever starts this copy should know of its rules."""
    found = in_force.on(clinic.database, clinic.keys, clinic.library, clinic.today())
    told = [words] if (words := file_says(clinic.settings, found)) else []
    for one in listed(clinic, found):
        if one.standing is Standing.SCHEDULED and (refusal := _unreadable(clinic, one.publication)):
            first = str(refusal).splitlines()[0]
            told.append(
                f"the rules scheduled for {one.publication.effective_on.isoformat()} cannot be read with "
                f"this questionnaire ({first}). Withdraw them on the Rules page, and publish rules that fit"
            )
    return tuple(told)


def _unreadable(clinic: Clinic, publication: Publication) -> DocumentRefused | None:
    try:
        published_rules.rules(clinic.database, clinic.library.asked, publication, publication.effective_on)
    except DocumentRefused as refusal:
        return refusal
    return None


def file_says(settings: Settings, found: InForce) -> str:
    """What to tell when the rules file is something else than the published rules; else nothing."""
    if found.publication is None:
        return ""
    name = settings.screening_rules.name
    since = (
        "It screens nobody: what is in force is the published edition " + found.publication.rules[:8] + ". "
    )
    try:
        library = library_of(settings)
    except DocumentRefused as refusal:
        first = str(refusal).splitlines()[0]
        return f"{name} cannot be read ({first}). {since}Put the file right before you publish it."
    laid, edition = library.laid, library.editions.rules
    made_of = (edition, None) if laid is None else (laid.shipped.edition, laid.overlay.edition)
    if made_of == (found.publication.rules, found.publication.overlay):
        return ""
    return f"{name} (edition {edition[:8]}) differs from what is in force. {since}Publish the file to use it."


def _listed(
    one: Publication,
    screens: Publication | None,
    today: date,
    names: dict[UUID, str],
    editions: tuple[str, ...],
) -> Listed:
    def name(who: UUID | None) -> str:
        return names.get(who, "somebody") if who else ""

    signed, withdrawn = one.countersigned, one.withdrawn
    return Listed(
        one,
        standing(one, screens, today),
        name(one.proposed_by),
        name(signed.by if signed else None),
        name(withdrawn.by if withdrawn else None),
        editions,
    )
