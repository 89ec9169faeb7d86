"""The language a page is in: who speaks while a request is answered, in the code and in the templates."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from babel import Locale
from flask import Flask, current_app, g, has_request_context
from jinja2.ext import i18n
from markupsafe import Markup, escape

from intake.config import USUAL_HOURS
from intake.domain.answers import MedicineEntry
from intake.domain.languages import APART, ENGLISH, SOURCE, TOGETHER, Language, Voice
from intake.domain.reading_promise import Unit, promise_in
from intake.domain.wording import details
from intake.services.languages import signed_in_english

_FINDS = "intake.finds_voice"


def voice() -> Voice:
    """Who speaks now: English, until a site knows otherwise."""
    if not has_request_context():
        return ENGLISH
    if "voice" not in g:
        find: Callable[[], Voice] | None = current_app.extensions.get(_FINDS)
        g.voice = ENGLISH if find is None else find()
    spoken: Voice = g.voice
    return spoken


def let_speak(other: Voice) -> None:
    """Let somebody speak for the rest of this request."""
    g.voice = other


@contextmanager
def speaking(other: Voice) -> Iterator[None]:
    """Let somebody else speak for a while: for a paper in the language of whom it is for."""
    before = voice()
    let_speak(other)
    try:
        yield
    finally:
        let_speak(before)


def say(message: str, /, **values: object) -> str:
    """A message in the language of the page."""
    return voice().say(message, **values)


def say_many(one: str, many: str, number: int, /, **values: object) -> str:
    """A message for this number of things, in the language of the page."""
    return voice().say_many(one, many, number, **values)


def long_date(day: date) -> str:
    """A day as the page says it."""
    return voice().date(day)


def date_and_time(at: datetime) -> str:
    """A day and a time as the page says them: ``November 20, 2026 at 4:12 pm``."""
    return say("%(date)s at %(time)s", date=voice().date(at.date()), time=voice().time(at))


def find_voices(app: Flask, find: Callable[[], Voice]) -> None:
    """Let a site find out, once for each request, who speaks."""
    app.extensions[_FINDS] = find


def teach(app: Flask) -> None:
    """Let the templates say things in the language of the page."""
    app.jinja_env.add_extension(i18n)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        _gettext, _ngettext, newstyle=True
    )
    app.jinja_env.tests["signed_in_english"] = signed_in_english
    app.jinja_env.filters.update(
        spoken=_spoken,
        taken=_taken,
        duration=_duration,
        as_written=_as_written,
        parts_apart=_parts_apart,
        language_name=_language_name,
        long_date=long_date,
        date_and_time=date_and_time,
        clock_time=lambda at: voice().time(at),
        week_day=lambda at: voice().week_day(at),
    )
    # For macros, too, which are not told of a page's own words.
    app.jinja_env.globals["language"] = language


def language() -> Language:
    """The language of the page."""
    return voice().language


def _gettext(message: str) -> str:
    return voice().say(message)


def _ngettext(one: str, many: str, number: int) -> str:
    return voice().say_many(one, many, number)


def _taken(entry: MedicineEntry) -> str:
    """How a medicine is taken."""
    return details(entry, voice())


def _duration(words: str) -> str:
    """A length of time that was promised; other words of the clinic's stay as they are."""
    promise = promise_in(words)
    if promise is None or language().code == SOURCE:
        return words
    number = promise.amount
    if promise.unit is Unit.HOURS:
        return say_many("%(number)s hour", "%(number)s hours", number, number=number)
    return say_many("%(number)s work day", "%(number)s work days", number, number=number)


def _as_written(words: str) -> str:
    """Words of the clinic's own, which it wrote in English; hours it left as they come are ours."""
    if language().code == SOURCE:
        return words
    if words == USUAL_HOURS:
        return say(words)
    return Markup('<span lang="{}" dir="ltr">{}</span>').format(SOURCE, words)


def _parts_apart(words: str) -> Markup:
    """Words in which what stands in English is set apart: it is marked as English, and reads as such."""
    marked = (
        str(escape(words)).replace(APART, f'<span lang="{SOURCE}" dir="ltr">').replace(TOGETHER, "</span>")
    )
    return Markup(marked)  # noqa: S704  # escaped above; what was put in is our own


def _language_name(code: str) -> str:
    """The English name of a language, for the people of a clinic: "Spanish"."""
    return Locale(code).get_display_name(SOURCE) or code


def _spoken(words: str) -> str:
    """Words that were marked elsewhere; anything else stays as it is."""
    return words if isinstance(words, Markup) else voice().say(words)
