"""Pages as PDF, on both sites: put together from the same components as the pages, made by the engine."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from intake.config import Settings
from intake.papers import engine
from intake.papers.engine import Sheet
from intake.web.frame import logo_of
from intake.web.theme import theme

_STYLE = Path(__file__).parent / "static" / "paper.css"


def can_be_made() -> bool:
    """Whether this machine can make PDFs: asked before a record is opened for one."""
    return engine.is_here()


def made(
    template: str,
    settings: Settings,
    made_at: datetime,
    words: Mapping[str, object],
    seconds: int = engine.SECONDS,
) -> bytes:
    """The PDF of a page. Raises EngineMissing and NotMade."""
    logo = logo_of(settings)
    files = {logo.name: logo.content} if logo else {}
    html = render_template(template, logo=logo.name if logo else None, made_at=made_at, **words)
    return engine.make(Sheet(html, _stylesheet(settings), files), seconds)


def as_file(content: bytes, name: str, media_type: str) -> ResponseReturnValue:
    """A file to keep, under this name."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _stylesheet(settings: Settings) -> str:
    brand = theme(settings.clinic_color)["brand"].light
    return f":root{{--brand:{brand}}}" + re.sub(r"/\*.*?\*/", "", _STYLE.read_text("utf-8"), flags=re.DOTALL)
