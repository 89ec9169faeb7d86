"""The page for when no page can be made: no template, no database, and the ways to reach help on it."""

import secrets
import string
from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from intake.config import Settings
from intake.domain.languages import ENGLISH, Voice
from intake.domain.processes import Process
from intake.log import Noted, note
from intake.services.languages import voice_of
from intake.web.headers import last_resort_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Letters and digits that nobody takes for another when they are read out on the phone.
_READ_OUT = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("01ILOSUV")))
_PAGE = Markup(
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n</head>\n'
    "<body>\n<main>\n{said}\n</main>\n</body>\n</html>\n"
)


def new_number() -> str:
    """A number for one failure: on the page and in the log, and nowhere else, like ``K7PQ-2MXA``."""
    drawn = [secrets.choice(_READ_OUT) for _ in range(8)]
    return f"{''.join(drawn[:4])}-{''.join(drawn[4:])}"


def answer(
    error: Exception,
    settings: Settings,
    site: Process,
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
) -> Iterable[bytes]:
    """Answer a request whose page broke, and whose error page broke as well."""
    number = new_number()
    note(Noted.PAGE_FAILED, error=error, number=number, site=site, status=500)
    headers = last_resort_headers(settings, str(environ.get("SCRIPT_NAME", "")))
    start_response("500 INTERNAL SERVER ERROR", headers)
    return [page(settings, site, number).encode()]


def page(settings: Settings, site: Process, number: str) -> str:
    """The page, in English and below it in each other language the settings offer."""
    if site is Process.CLINIC:
        return str(_PAGE.format(title=ENGLISH.say(_WRONG), said=_heading(ENGLISH, "h1") + _numbered(number)))
    voices = [voice_of(code) for code in settings.languages]
    said = [_for_a_patient(settings, ENGLISH, "h1")]
    said += [_in(voice, _for_a_patient(settings, voice, "h2")) for voice in voices]
    return str(_PAGE.format(title=ENGLISH.say(_WRONG), said=Markup("\n").join([*said, _numbered(number)])))


# Marked for translation where the page of an error of ours says the same (templates/errors/500.html).
_WRONG = "Something went wrong on our side"
_SAFE = "What you saved before is safe."
_AGAIN = "Go back, wait a minute, and try again."
_CALL = "If it does not work, call %(clinic_name)s at %(phone)s."
_HELP = (
    '<strong>Need help now?</strong> If you might hurt yourself, call or text <a href="tel:988">988</a>. '
    'It is free, private, and open day and night. In an emergency, call <a href="tel:911">911</a>.'
)


def _heading(voice: Voice, level: str) -> Markup:
    return Markup("<{level}>{words}</{level}>").format(level=level, words=voice.say(_WRONG))


def _for_a_patient(settings: Settings, voice: Voice, level: str) -> Markup:
    call = voice.say(_CALL, clinic_name=settings.clinic_name, phone=settings.clinic_phone)
    told = f"{voice.say(_SAFE)} {voice.say(_AGAIN)}"
    help_lines = Markup(voice.say(_HELP))  # noqa: S704  # ours and the translators', and nobody's who types
    return Markup("{heading}\n<p>{help}</p>\n<p>{told}</p>\n<p>{call}</p>").format(
        heading=_heading(voice, level), help=help_lines, told=told, call=call
    )


def _in(voice: Voice, said: Markup) -> Markup:
    language = voice.language
    return Markup('<section lang="{}" dir="{}">\n{}\n</section>').format(
        language.code, language.direction, said
    )


def _numbered(number: str) -> Markup:
    return Markup("<p>{}</p>").format(escape(number))
