"""Pages of the clinic as PDF, sent as a file; or what is the matter where none can be made."""

from dataclasses import dataclass
from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.languages import ENGLISH, Voice
from intake.papers.engine import EngineMissing, NotMade
from intake.web.clinic.sessions import this_clinic
from intake.web.languages import speaking
from intake.web.sheets import as_file, can_be_made, made, made_once

__all__ = ["Way", "as_file", "can_be_made", "instead", "missing", "pressed", "sent"]


def sent(
    template: str, file_name: str, about: UUID, print_page: str, speaks: Voice = ENGLISH, /, **words: object
) -> ResponseReturnValue:
    """The PDF of a page of a submission, under a name that says nothing about anybody.

    ``speaks`` says its words.

    Where it cannot be made, a page that says so and leads to ``print_page``.
    """
    here = url_for("review.submission", submission=about)
    with speaking(speaks):
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
    made_at = clinic.local(clinic.now())
    if way.of_nobody:
        made_at = made_at.replace(hour=0, minute=0, second=0, microsecond=0)
    make = made_once if way.of_nobody else made
    try:
        pdf = make(template, clinic.settings, made_at, words, styles=way.styles)
    except EngineMissing:
        return instead(way, installed=False)
    except NotMade:
        return instead(way, installed=True)
    return as_file(pdf, file_name, "application/pdf")


def missing(submission: UUID, print_page: str) -> ResponseReturnValue:
    """That PDFs cannot be made here, what to install, and the page to print instead."""
    return instead(Way(url_for("review.submission", submission=submission), print_page), installed=False)


def instead(way: Way, *, installed: bool) -> ResponseReturnValue:
    """That no PDF was made, and the page to print instead."""
    page = render_template(
        "clinic/no_pdf.html", here=way.here, print_page=way.print_page, installed=installed
    )
    return page, 503
