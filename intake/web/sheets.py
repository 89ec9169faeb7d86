"""Pages as PDF, on both sites: put together from the same components as the pages, made by the engine."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from intake.config import Settings
from intake.papers import engine
from intake.papers.engine import Sheet
from intake.web.frame import logo_of
from intake.web.theme import theme

_STATIC = Path(__file__).parent / "static"


def can_be_made() -> bool:
    """Whether this machine can make PDFs: asked before a record is opened for one."""
    return engine.is_here()


def made(
    template: str,
    settings: Settings,
    made_at: datetime,
    words: Mapping[str, object],
    seconds: int = engine.SECONDS,
    *,
    styles: Sequence[str] = (),
) -> bytes:
    """The PDF of a page, with further ``styles`` from the static files. Raises EngineMissing and NotMade."""
    return engine.make(_sheet(template, settings, made_at, words, styles), seconds)


def made_once(
    template: str,
    settings: Settings,
    made_at: datetime,
    words: Mapping[str, object],
    *,
    styles: Sequence[str] = (),
) -> bytes:
    """The PDF of a page with nothing about anybody: kept at hand, for whoever asks next on the same day."""
    sheet = _sheet(template, settings, made_at, words, styles)
    return _pressed_once(sheet.html, sheet.stylesheet, tuple(sheet.files.items()))


def as_file(content: bytes, name: str, media_type: str) -> ResponseReturnValue:
    """A file to keep, under this name."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# The form to print in two languages, each in normal and in large print, and what came before it.
@lru_cache(maxsize=8)
def _pressed_once(html: str, stylesheet: str, files: tuple[tuple[str, bytes], ...]) -> bytes:
    # Seconds of work.
    return engine.make(Sheet(html, stylesheet, dict(files)))


def _sheet(
    template: str, settings: Settings, made_at: datetime, words: Mapping[str, object], styles: Sequence[str]
) -> Sheet:
    logo = logo_of(settings)
    files = {logo.name: logo.content} if logo else {}
    html = render_template(template, logo=logo.name if logo else None, made_at=made_at, **words)
    return Sheet(html, _stylesheet(settings, styles), files)


def _stylesheet(settings: Settings, more: Sequence[str]) -> str:
    brand = theme(settings.clinic_color)["brand"].light
    sources = "".join((_STATIC / name).read_text("utf-8") for name in ("paper.css", *more))
    return f":root{{--brand:{brand}}}" + re.sub(r"/\*.*?\*/", "", sources, flags=re.DOTALL)
