"""Pages as PDF: put together from the same components as the pages, made by the engine, sent as a file."""

import re
from pathlib import Path
from uuid import UUID

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.config import Settings
from intake.domain.languages import ENGLISH, Voice
from intake.papers import engine
from intake.papers.engine import EngineMissing, NotMade, Sheet
from intake.web.clinic.sessions import this_clinic
from intake.web.frame import logo_of
from intake.web.languages import speaking
from intake.web.theme import theme

_STYLE = Path(__file__).parents[1] / "static" / "paper.css"


def can_be_made() -> bool:
    """Whether this machine can make PDFs: asked before a record is opened for one."""
    return engine.is_here()


def sent(
    template: str, file_name: str, about: UUID, print_page: str, speaks: Voice = ENGLISH, /, **words: object
) -> ResponseReturnValue:
    """The PDF of a page, under a name that says nothing about anybody; ``speaks`` says its words.

    Where it cannot be made, a page that says so and leads to ``print_page``.
    """
    clinic = this_clinic()
    logo = logo_of(clinic.settings)
    files = {logo.name: logo.content} if logo else {}
    with speaking(speaks):
        html = render_template(
            template, logo=logo.name if logo else None, made_at=clinic.local(clinic.now()), **words
        )
    try:
        made = engine.make(Sheet(html, _stylesheet(clinic.settings), files))
    except EngineMissing:
        return missing(about, print_page)
    except NotMade:
        return _instead(about, print_page, installed=True)
    return as_file(made, file_name, "application/pdf")


def as_file(content: bytes, name: str, media_type: str) -> ResponseReturnValue:
    """A file to keep, under this name."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def missing(submission: UUID, print_page: str) -> ResponseReturnValue:
    """That PDFs cannot be made here, what to install, and the page to print instead."""
    return _instead(submission, print_page, installed=False)


def _instead(submission: UUID, print_page: str, *, installed: bool) -> ResponseReturnValue:
    here = url_for("review.submission", submission=submission)
    page = render_template("clinic/no_pdf.html", here=here, print_page=print_page, installed=installed)
    return page, 503


def _stylesheet(settings: Settings) -> str:
    brand = theme(settings.clinic_color)["brand"].light
    return f":root{{--brand:{brand}}}" + re.sub(r"/\*.*?\*/", "", _STYLE.read_text("utf-8"), flags=re.DOTALL)
