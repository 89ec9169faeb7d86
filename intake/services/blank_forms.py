"""The form in force, ready to be printed: for whoever would rather write than type."""

from dataclasses import dataclass

from intake.domain.blank_form import BlankPart, blank_form, short_edition
from intake.domain.questionnaire import Consent, CrisisLine
from intake.services.clinic import Clinic, PatientDesk

# As many as fit on a page; the paper says to use one more sheet, and typing in takes all of them.
MEDICINE_ROWS = 12


@dataclass(frozen=True, slots=True)
class PrintableForm:
    """What stands on the paper. Nothing of it is about anybody."""

    title: str
    parts: tuple[BlankPart, ...]
    consent: Consent
    lines: tuple[CrisisLine, ...]
    edition: str
    large: bool = False
    medicine_rows: int = MEDICINE_ROWS


def foot(site: Clinic | PatientDesk) -> str:
    """The style that puts the edition in force in the foot of every page a browser prints."""
    edition = short_edition(site.library.questionnaire.edition)
    return f'@page{{@bottom-center{{content:"Edition {edition}"}}}}'


def printable(site: Clinic | PatientDesk, *, large: bool = False) -> PrintableForm:
    """The form in force; ``large`` for people who need big print."""
    asked = site.library.questionnaire
    return PrintableForm(
        asked.title,
        blank_form(asked),
        asked.consent,
        asked.crisis_lines,
        short_edition(asked.edition),
        large,
    )
