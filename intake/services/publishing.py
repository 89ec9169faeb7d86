"""Publishing rules: what a new file changes, what is wrong with it, and the two people it takes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
from intake.domain.upload_limits import what_is_too_much
from intake.services import in_force as screening
from intake.services import published_rules, rule_warnings
from intake.services.clinic import Clinic
from intake.services.published_rules import OVERLAY, RULES_FILE, Rules
from intake.storage import audit, editions, publications
from intake.storage.publications import Kept, NoSuchPublication

_READ_AGAIN = (
    "Other rules were put in force or scheduled after you read what changes, so it is not what you read. "
    "Nothing was countersigned. Read what changes now, then countersign"
)


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
    ``against`` is the edition that ``changes`` are compared with: what would screen on their first
    day without them. ``base`` is the publication it comes of, None for the file of the settings;
    ``base_is_to_come`` says that it does not screen yet.
    """

    library: Library
    made_of: tuple[str, str | None]
    changes: RulebookChanges
    against: str
    base: UUID | None
    base_is_to_come: bool

    @property
    def examples(self) -> int:
        """How many examples were run."""
        return sum(len(rule.examples) for rule in self.library.rulebook.rules)


def examine(clinic: Clinic, new: NewRules, on: date) -> Examined:
    """What new rules would be on a day. Raises DocumentRefused."""
    names, day = (new.rules_name, new.overlay_name), max(on, clinic.today())
    rules = published_rules.merged(clinic.library.asked, new.rules, new.overlay, day, names)
    return _checked(clinic, rules, day)


def examine_kept(clinic: Clinic, publication: Publication) -> Examined:
    """The same for a publication, with the questionnaire in force now."""
    asked = clinic.library.asked
    day = max(publication.effective_on, clinic.today())
    return _checked(
        clinic, published_rules.rules(clinic.database, asked, publication, day), day, publication.id
    )


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
        every = _kept(clinic, session).every
    proposed = _new(clinic, every, first, examined.made_of, reason, effective_on)
    if second is not None:
        proposed.countersign(second, clinic.now(), clinic.today())
    return examined


def propose(clinic: Clinic, by: StaffMember, new: NewRules, reason: str, effective_on: date) -> Publication:
    """Propose rules, for a second person to countersign.

    Raises DocumentRefused, NotAllowed, NotAsked, and PublicationRefused when one person proposes too many.
    """
    made_of = examine(clinic, new, effective_on).made_of
    with clinic.database.write() as session:
        every = _kept(clinic, session).every
        proposed = _new(clinic, every, by, made_of, reason, effective_on)
        if (before := _waiting_already(every, proposed)) is not None:
            return before  # a button that was pressed twice
        sent = (one.proposed_at for one in every if one.proposed_by == by.id)
        if too_much := what_is_too_much(sent, clinic.now()):
            raise PublicationRefused(too_much)
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
    examined = examine_kept(clinic, found)
    if examined.against != against:
        raise OtherRulesMeanwhile(_READ_AGAIN)
    with clinic.database.write() as session:
        _refuse_other_base(clinic, session, examined, found)
        signed = _countersign(clinic, session, by, _kept(clinic, session).of(publication))
    screening.at_work(clinic)  # kept as in force at once, if its day has come
    return signed


def publish(
    clinic: Clinic,
    first: StaffMember,
    second: StaffMember,
    new: NewRules,
    reason: str,
    effective_on: date,
    against: str | None = None,
) -> Publication:
    """Propose and countersign in one: both people are there.

    ``against`` is the edition that what they read was compared with, if they read it. Raises
    DocumentRefused, OtherRulesMeanwhile, NotAllowed, NotAsked and SamePerson.
    """
    examined = examine(clinic, new, effective_on)
    if against is not None and examined.against != against:
        raise OtherRulesMeanwhile(_READ_AGAIN)
    with clinic.database.write() as session:
        every = _kept(clinic, session).every
        proposed = _new(clinic, every, first, examined.made_of, reason, effective_on)
        _refuse_other_base(clinic, session, examined, proposed)
        _propose(clinic, session, proposed, new)
        signed = _countersign(clinic, session, second, proposed)
    screening.at_work(clinic)
    return signed


def withdraw(clinic: Clinic, by: StaffMember, publication: UUID) -> None:
    """Take back what screens nobody yet. Raises NoSuchPublication, DecidedMeanwhile and NotAllowed."""
    with clinic.database.write() as session:
        found = _kept(clinic, session).of(publication)
        now = clinic.now()
        publications.decide(session, found, found.withdraw(by, now, clinic.today()))
        event = RulesWithdrawn(found.id, found.rules, found.overlay)
        audit.record(session, clinic.keys, by.id, event, now)


def fetch(clinic: Clinic, publication: UUID) -> Publication:
    """One publication. Raises NoSuchPublication."""
    with clinic.database.read() as session:
        return _kept(clinic, session).of(publication)


def file_of(clinic: Clinic, publication: UUID, which: str) -> str:
    """The rules file or the overlay of a publication, as it was sent. Raises NoSuchPublication."""
    with clinic.database.read() as session:
        found = _kept(clinic, session).of(publication)
        kind, edition = (RULES_FILE, found.rules) if which == "rules" else (OVERLAY, found.overlay)
        if edition is None:
            raise NoSuchPublication(f"publication {publication} has no overlay")
        return editions.fetch(session, kind, edition)


def _kept(clinic: Clinic, session: Session) -> Kept:
    # Never what the trail bears no witness to: it would be countersigned as if somebody had proposed it.
    return published_rules.kept(session, clinic.database, clinic.keys)


def _checked(clinic: Clinic, rules: Rules, day: date, but: UUID | None = None) -> Examined:
    library = rules.beside(clinic.library.asked)
    # Beside what would screen on that day without them: what is scheduled before then counts.
    before = screening.on(clinic.database, clinic.keys, clinic.library, day, but)
    base = before.publication
    old = before.library.rulebook
    return Examined(
        library,
        rules.made_of,
        rulebook_changes(old, library.rulebook),
        old.edition,
        None if base is None else base.id,
        base is not None and base.in_force_from is not None and base.in_force_from > clinic.today(),
    )


def _refuse_other_base(clinic: Clinic, session: Session, examined: Examined, found: Publication) -> None:
    # Asked again while nobody else can decide: two people may countersign two publications at once.
    publications.hold(session)
    day = max(found.effective_on, clinic.today())
    others = (one for one in _kept(clinic, session).every if one.id != found.id)
    base = next((one.id for one in in_force(others, day)), None)
    if base != examined.base and not _is_unreadable(clinic, base):
        raise OtherRulesMeanwhile(_READ_AGAIN)


def _is_unreadable(clinic: Clinic, publication: UUID | None) -> bool:
    # What cannot be read screens nobody, and was passed over when the changes were worked out.
    if publication is None:
        return False
    behind = screening.on(clinic.database, clinic.keys, clinic.library, date.max).behind
    return any(one.id == publication for one, _ in behind)


def _waiting_already(every: Iterable[Publication], proposed: Publication) -> Publication | None:
    def asks(one: Publication) -> tuple[object, ...]:
        return one.proposed_by, one.rules, one.overlay, one.reason, one.effective_on

    return next((one for one in every if not one.decisions and asks(one) == asks(proposed)), None)


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
    first_day = decision.in_force_from
    event = RulesCountersigned(
        found.id, found.rules, found.overlay, first_day.isoformat() if first_day else ""
    )
    audit.record(session, clinic.keys, by.id, event, now)
    return replace(found, decisions=(*found.decisions, decision))


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
