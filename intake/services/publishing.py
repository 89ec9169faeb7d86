"""Publishing rules: what a new file changes, what is wrong with it, and the two people it takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from intake.content.library import Library
from intake.content.overlay import OVERLAY_NAME, RULES_NAME
from intake.domain.events import RulesCountersigned, RulesProposed, RulesWithdrawn
from intake.domain.permissions import StaffMember
from intake.domain.publications import (
    NotAsked,
    Publication,
    PublicationRefused,
    in_force,
    proposal,
)
from intake.domain.rulebook_changes import RulebookChanges, rulebook_changes
from intake.services import in_force as screening
from intake.services import published_rules, rule_warnings
from intake.services.clinic import Clinic
from intake.services.published_rules import OVERLAY, RULES_FILE, Rules
from intake.storage import audit, editions, publications
from intake.storage.publications import NoSuchPublication


class OtherRulesMeanwhile(PublicationRefused):
    """What is in force is no longer what the new rules were compared with."""


@dataclass(frozen=True, slots=True)
class NewRules:
    """A rules file that somebody wants in force, and the clinic's overlay if there is one."""

    rules: str
    overlay: str | None = None
    rules_name: str = RULES_NAME
    overlay_name: str = OVERLAY_NAME


@dataclass(frozen=True, slots=True)
class Examined:
    """New rules that load, whose examples come out as they say.

    ``made_of`` are the editions of the rules file and of the overlay, if there is one;
    ``against`` is the edition in force that ``changes`` are compared with.
    """

    library: Library
    made_of: tuple[str, str | None]
    changes: RulebookChanges
    against: str

    @property
    def examples(self) -> int:
        """How many examples were run."""
        return sum(len(rule.examples) for rule in self.library.rulebook.rules)


def examine(clinic: Clinic, new: NewRules, on: date) -> Examined:
    """What new rules would be on a day. Raises DocumentRefused."""
    asked = clinic.library.asked
    names = new.rules_name, new.overlay_name
    return _checked(
        clinic, published_rules.merged(asked, new.rules, new.overlay, max(on, clinic.today()), names)
    )


def examine_kept(clinic: Clinic, publication: Publication) -> Examined:
    """The same for a publication, with the questionnaire in force now."""
    asked = clinic.library.asked
    day = max(publication.effective_on, clinic.today())
    return _checked(clinic, published_rules.rules(clinic.database, asked, publication, day))


def warnings(clinic: Clinic, examined: Examined) -> tuple[str, ...]:
    """What `intake rules check` warns of in these rules, for both people to read before they sign."""
    return rule_warnings.warnings(clinic.settings, examined.library.texts["rules"], clinic.today())


def rehearse(
    clinic: Clinic,
    first: StaffMember,
    second: StaffMember | None,
    new: NewRules,
    reason: str,
    effective_on: date,
) -> Examined:
    """Everything that publishing would refuse, and nothing recorded, before anybody types a password.

    Raises DocumentRefused, NotAllowed, NotAsked and SamePerson.
    """
    examined = examine(clinic, new, effective_on)
    with clinic.database.read() as session:
        every = publications.every(session)
    proposed = _new(clinic, every, first, examined.made_of, reason, effective_on)
    if second is not None:
        proposed.countersign(second, clinic.now(), clinic.today())
    return examined


def propose(clinic: Clinic, by: StaffMember, new: NewRules, reason: str, effective_on: date) -> Publication:
    """Propose rules, for a second person to countersign.

    Raises DocumentRefused, NotAllowed and NotAsked.
    """
    made_of = examine(clinic, new, effective_on).made_of
    with clinic.database.write() as session:
        proposed = _new(clinic, publications.every(session), by, made_of, reason, effective_on)
        _propose(clinic, session, proposed, new)
    return proposed


def countersign(clinic: Clinic, by: StaffMember, publication: UUID, against: str) -> Publication:
    """The second signature, once everything was looked at again.

    ``against`` is the edition in force that the changes shown were compared with. Raises
    NoSuchPublication, DocumentRefused, OtherRulesMeanwhile, DecidedMeanwhile,
    NotAllowed and SamePerson.
    """
    found = fetch(clinic, publication)
    # Whoever may not, or comes too late, is told so before being told of the file.
    found.countersign(by, clinic.now(), clinic.today())
    if examine_kept(clinic, found).against != against:
        raise OtherRulesMeanwhile(
            "Other rules came into force after you opened this page, so what changes is not what you "
            "read. Nothing was countersigned. Read what changes now, then countersign"
        )
    with clinic.database.write() as session:
        signed = _countersign(clinic, session, by, publications.fetch(session, publication))
    screening.at_work(clinic)  # kept as in force at once, if its day has come
    return signed


def publish(
    clinic: Clinic, first: StaffMember, second: StaffMember, new: NewRules, reason: str, effective_on: date
) -> Publication:
    """Propose and countersign in one: both people are there.

    Raises DocumentRefused, NotAllowed, NotAsked and SamePerson.
    """
    made_of = examine(clinic, new, effective_on).made_of
    with clinic.database.write() as session:
        proposed = _new(clinic, publications.every(session), first, made_of, reason, effective_on)
        _propose(clinic, session, proposed, new)
        signed = _countersign(clinic, session, second, proposed)
    screening.at_work(clinic)
    return signed


def withdraw(clinic: Clinic, by: StaffMember, publication: UUID) -> None:
    """Take back what screens nobody yet. Raises NoSuchPublication, DecidedMeanwhile and NotAllowed."""
    with clinic.database.write() as session:
        found = publications.fetch(session, publication)
        now = clinic.now()
        publications.decide(session, found, found.withdraw(by, now, clinic.today()))
        event = RulesWithdrawn(found.id, found.rules, found.overlay)
        audit.record(session, clinic.keys, by.id, event, now)


def fetch(clinic: Clinic, publication: UUID) -> Publication:
    """One publication. Raises NoSuchPublication."""
    with clinic.database.read() as session:
        return publications.fetch(session, publication)


def file_of(clinic: Clinic, publication: UUID, which: str) -> str:
    """The rules file or the overlay of a publication, as it was sent. Raises NoSuchPublication."""
    with clinic.database.read() as session:
        found = publications.fetch(session, publication)
        kind, edition = (RULES_FILE, found.rules) if which == "rules" else (OVERLAY, found.overlay)
        if edition is None:
            raise NoSuchPublication(f"publication {publication} has no overlay")
        return editions.fetch(session, kind, edition)


def _checked(clinic: Clinic, rules: Rules) -> Examined:
    library = rules.beside(clinic.library.asked)
    now = clinic.library.rulebook
    return Examined(library, rules.made_of, rulebook_changes(now, library.rulebook), now.edition)


def _propose(clinic: Clinic, session: Session, proposed: Publication, new: NewRules) -> None:
    editions.keep(session, RULES_FILE, proposed.rules, new.rules)
    if proposed.overlay is not None and new.overlay is not None:
        editions.keep(session, OVERLAY, proposed.overlay, new.overlay)
    publications.add(session, proposed)
    first_day = proposed.effective_on.isoformat()
    event = RulesProposed(proposed.id, proposed.rules, proposed.overlay, first_day)
    audit.record(session, clinic.keys, proposed.proposed_by, event, proposed.proposed_at)


def _countersign(clinic: Clinic, session: Session, by: StaffMember, found: Publication) -> Publication:
    now = clinic.now()
    decision = found.countersign(by, now, clinic.today())
    publications.decide(session, found, decision)
    signed = publications.fetch(session, found.id)
    first_day = signed.in_force_from
    event = RulesCountersigned(
        found.id, found.rules, found.overlay, first_day.isoformat() if first_day else ""
    )
    audit.record(session, clinic.keys, by.id, event, now)
    return signed


def _new(
    clinic: Clinic,
    every: Iterable[Publication],
    by: StaffMember,
    made_of: tuple[str, str | None],
    reason: str,
    effective_on: date,
) -> Publication:
    new_one = proposal(uuid4(), by, made_of, reason, effective_on, clinic.now(), clinic.today())
    there = next(iter(in_force(every, effective_on)), None)
    if there is not None and (there.rules, there.overlay) == (new_one.rules, new_one.overlay):
        raise NotAsked(
            "rules", "These are the rules that are in force on that day already: there is nothing to publish"
        )
    return new_one
