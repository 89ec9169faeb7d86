"""What whoever starts the clinic's side is told: what is out of date, and how to come in first."""

from collections.abc import Sequence

from intake.config import Settings
from intake.content.library import Library
from intake.services import (
    accounts,
    altered_rows,
    clinic_settings,
    overlaying,
    planted_rules,
    publication_list,
)
from intake.services.clinic import Clinic


def warnings(library: Library, settings: Settings) -> tuple[str, ...]:
    """What should be looked at soon: lines of help to check again, changes of the rules that ended."""
    old = (
        f"“{line.say}” was to be checked again by {line.expires.isoformat()}. "
        "Check that it still works, then write down the day on the settings page."
        for line in library.questionnaire.out_of_date(settings.today())
    )
    name = settings.rules_overlay.name if settings.rules_overlay else ""
    ended = (f"{name}: {line}" for line in overlaying.ended(library, settings.today()))
    return (*old, *ended)


def told(clinic: Clinic) -> Sequence[str]:
    """The notes, and the link for the first account while nobody can sign in: it is made anew each time."""
    notes = (*publication_list.notes(clinic), *clinic_settings.notes(clinic))
    if not clinic.settings.sign_in_policy.second_factor:
        alone = "a password alone opens this copy (second_factor). Keep no real patients in it."
        notes = (alone, *notes)
    notes = (*_altered(clinic), *_planted(clinic), *notes)
    return [*(f"Note: {one}" for one in notes), *setup_link(clinic)]


def setup_link(clinic: Clinic) -> Sequence[str]:
    """The link for the first account, in words; nothing once somebody can sign in."""
    if not accounts.setup_needed(clinic):
        return ()
    token = accounts.make_setup_link(clinic)
    return (
        "Nobody can sign in yet. Make the first account here (once, within a day):",
        f"  {clinic.settings.clinic_side}/setup#{token}",
    )


def _altered(clinic: Clinic) -> Sequence[str]:
    return [
        f"the account {one.username!r} was changed in the database by something else than intake, and nobody "
        "comes in with it. `intake say-who` gives it back to its person (docs/running.md)"
        for one in altered_rows.altered(clinic)
    ]


def _planted(clinic: Clinic) -> Sequence[str]:
    return [
        f"{one} were put into the database by something else than intake, and are not in force. Find out who "
        "can write there (SECURITY.md)"
        for one in planted_rules.found(clinic).in_words
    ]
