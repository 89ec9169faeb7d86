"""Rules and settings that something else than intake put into the database: not believed, and told once.

What is in force is what the trail bears witness to (``storage/witnesses.py``); here it is told what was not.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import Event, RulesPlanted, SettingsPlanted
from intake.log import Noted, note
from intake.services import clinic_settings as set_here
from intake.services import published_rules
from intake.services.clinic import SYSTEM, Clinic
from intake.storage import audit, clinic_settings, publications
from intake.storage.encryption import ClinicKeys


@dataclass(frozen=True, slots=True)
class Planted:
    """The publications, and the numbers of the changes of settings, that nobody made here."""

    rules: tuple[UUID, ...]
    settings: tuple[int, ...]

    @property
    def in_words(self) -> tuple[str, ...]:
        """Each of them, in words."""
        return (
            *(f"rules (publication {one})" for one in self.rules),
            *(f"settings (change {number})" for number in self.settings),
        )


def planted(session: Session, keys: ClinicKeys) -> Planted:
    """Everything that would put rules or settings in force and that the trail knows nothing of."""
    rules = publications.believed(session, keys).planted if publications.are_kept(session) else ()
    settings = clinic_settings.believed(session, keys).planted if clinic_settings.are_kept(session) else ()
    return Planted(rules, settings)


def found(clinic: Clinic) -> Planted:
    """The same of a clinic, as things are now."""
    with clinic.database.read() as session:
        return planted(session, clinic.keys)


def look(clinic: Clinic) -> None:
    """Tell of each once, in the trail and in the log."""
    with clinic.database.read() as session:
        if not _untold(session, _as_known(session, clinic)):
            return
    with clinic.database.write() as session:
        untold = _untold(session, _as_known(session, clinic))
        audit.record_all(session, clinic.keys, SYSTEM, untold, clinic.now())
    for one in untold:
        match one:
            case RulesPlanted(publication):
                note(Noted.RULES_PLANTED, id=publication)
            case _:
                note(Noted.SETTINGS_PLANTED)


def _as_known(session: Session, clinic: Clinic) -> Planted:
    """The same as both sites have read it, which costs little while nothing is added."""
    rules = published_rules.kept(session, clinic.database, clinic.keys)
    settings = set_here.kept(session, clinic.database, clinic.keys)
    return Planted(rules.planted, settings.planted)


def _untold(session: Session, there: Planted) -> list[Event]:
    if not (there.rules or there.settings):
        return []
    rules = audit.last_times(session, RulesPlanted, there.rules)
    settings = {line.detail["number"] for line in audit.of_kind(session, SettingsPlanted)}
    return [
        *(RulesPlanted(one) for one in there.rules if one not in rules),
        *(SettingsPlanted(number) for number in there.settings if number not in settings),
    ]
