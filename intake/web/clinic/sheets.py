"""Pages as PDF: put together from the same components as the pages, made by the engine, sent as a file."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.config import Settings
from intake.papers import engine
from intake.papers.engine import EngineMissing, NotMade, Sheet
from intake.web.clinic.sessions import this_clinic
from intake.web.frame import logo_of
from intake.web.theme import theme

_STATIC = Path(__file__).parents[1] / "static"


def can_be_made() -> bool:
    """Whether this machine can make PDFs: asked before a record is opened for one."""
    return engine.is_here()


def sent(
    template: str, file_name: str, about: UUID, print_page: str, /, **words: object
) -> ResponseReturnValue:
    """The PDF of a page of a submission, under a name that says nothing about anybody.

    Where it cannot be made, a page that says so and leads to ``print_page``.
    """
    here = url_for("review.submission", submission=about)
    return pressed(template, file_name, Way(here, print_page), **words)


@dataclass(frozen=True, slots=True)
class Way:
    """Where a page leads that says no PDF was made: back, and to the page to print instead.

    ``styles`` are the stylesheets that the paper takes besides the one of all papers. ``of_nobody`` says that
    nothing about anybody stands in the paper: then it is kept at hand, for whoever asks next.
    """

    here: str
    print_page: str
    styles: tuple[str, ...] = ()
    of_nobody: bool = False


def pressed(template: str, file_name: str, way: Way, /, **words: object) -> ResponseReturnValue:
    """The PDF of a page, or a page that says that it was not made."""
    clinic = this_clinic()
    logo = logo_of(clinic.settings)
    files = {logo.name: logo.content} if logo else {}
    made_at = clinic.local(clinic.now())
    if way.of_nobody:
        made_at = made_at.replace(hour=0, minute=0, second=0, microsecond=0)
    html = render_template(template, logo=logo.name if logo else None, made_at=made_at, **words)
    style = _stylesheet(clinic.settings, *way.styles)
    try:
        if way.of_nobody:
            made = _made_once(html, style, tuple(files.items()))
        else:
            made = engine.make(Sheet(html, style, files))
    except EngineMissing:
        return instead(way, installed=False)
    except NotMade:
        return instead(way, installed=True)
    return as_file(made, file_name, "application/pdf")


@lru_cache(maxsize=4)
def _made_once(html: str, style: str, files: tuple[tuple[str, bytes], ...]) -> bytes:
    # Seconds of work, and the same for everybody who asks on the same day.
    return engine.make(Sheet(html, style, dict(files)))


def as_file(content: bytes, name: str, media_type: str) -> ResponseReturnValue:
    """A file to keep, under this name."""
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def missing(submission: UUID, print_page: str) -> ResponseReturnValue:
    """That PDFs cannot be made here, what to install, and the page to print instead."""
    return instead(Way(url_for("review.submission", submission=submission), print_page), installed=False)


def instead(way: Way, *, installed: bool) -> ResponseReturnValue:
    """That no PDF was made, and the page to print instead."""
    page = render_template(
        "clinic/no_pdf.html", here=way.here, print_page=way.print_page, installed=installed
    )
    return page, 503


def _stylesheet(settings: Settings, *more: str) -> str:
    brand = theme(settings.clinic_color)["brand"].light
    sources = "".join((_STATIC / name).read_text("utf-8") for name in ("paper.css", *more))
    return f":root{{--brand:{brand}}}" + re.sub(r"/\*.*?\*/", "", sources, flags=re.DOTALL)
