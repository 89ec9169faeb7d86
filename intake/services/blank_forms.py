"""The form in force, ready to be printed in any language it is offered in: to write instead of typing."""

from dataclasses import dataclass

from intake.domain.blank_form import BlankPart, blank_form, short_edition
from intake.domain.languages import SOURCE, Voice, mark
from intake.domain.questionnaire import Consent, CrisisLine, Questionnaire
from intake.services.clinic import Clinic, PatientDesk
from intake.services.languages import asked_in, voice_of

# As many as fit on a page; the paper says to use one more sheet, and typing in takes all of them.
MEDICINE_ROWS = 12
_EDITION = mark("Edition %(edition)s")
_CONFIDENTIAL = mark("Confidential health record")
_OF = mark("of")


@dataclass(frozen=True, slots=True)
class PrintableForm:
    """What stands on the paper. Nothing of it is about anybody."""

    title: str
    title_left_in: str
    parts: tuple[BlankPart, ...]
    consent: Consent
    lines: tuple[CrisisLine, ...]
    edition: str
    large: bool = False
    medicine_rows: int = MEDICINE_ROWS


def foot(site: Clinic | PatientDesk, code: str = SOURCE) -> str:
    """The style that puts the edition in force in the foot of every page a browser prints."""
    asked, voice = _in_language(site, code)
    edition = voice.say(_EDITION, edition=short_edition(asked.edition))
    return f"@page{{@bottom-center{{content:{_string(edition)}}}}}" + foot_words(voice)


def foot_words(voice: Voice) -> str:
    """The style that says the rest of the foot in another language; empty for English, which is there."""
    if voice.language.code == SOURCE:
        return ""
    kept, of = voice.say(_CONFIDENTIAL), voice.say(_OF)
    number = f"counter(page) {_string(f' {of} ')} counter(pages)"
    return f"@page{{@bottom-left{{content:{_string(kept)}}}@bottom-right{{content:{number}}}}}"


def printable(site: Clinic | PatientDesk, code: str = SOURCE, *, large: bool = False) -> PrintableForm:
    """The form in force; ``large`` for people who need big print.

    A patient has it in the language of their pages; a clinic says which. The ids, the numbers and the
    edition are the same in each, so that it is typed in beside the English.
    """
    asked, voice = _in_language(site, code)
    return PrintableForm(
        asked.title,
        asked.title_left_in,
        blank_form(asked, voice),
        asked.consent,
        asked.crisis_lines,
        short_edition(asked.edition),
        large,
    )


def _string(words: str) -> str:
    """Words as a string of a stylesheet."""
    escaped = words.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _in_language(site: Clinic | PatientDesk, code: str) -> tuple[Questionnaire, Voice]:
    match site:
        case PatientDesk():
            return site.library.questionnaire, site.voice
        case Clinic():
            return asked_in(site.library.asked, code).questionnaire, voice_of(code)
