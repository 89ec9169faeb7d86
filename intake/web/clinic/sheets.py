"""Pages of the clinic as PDF, sent as a file; or what is the matter where none can be made."""

from uuid import UUID

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.languages import ENGLISH, Voice
from intake.papers.engine import EngineMissing, NotMade
from intake.web.clinic.sessions import this_clinic
from intake.web.languages import speaking
from intake.web.sheets import as_file, can_be_made, made

__all__ = ["as_file", "can_be_made", "missing", "sent"]


def sent(
    template: str, file_name: str, about: UUID, print_page: str, speaks: Voice = ENGLISH, /, **words: object
) -> ResponseReturnValue:
    """The PDF of a page, under a name that says nothing about anybody; ``speaks`` says its words.

    Where it cannot be made, a page that says so and leads to ``print_page``.
    """
    clinic = this_clinic()
    try:
        with speaking(speaks):
            pdf = made(template, clinic.settings, clinic.local(clinic.now()), words)
    except EngineMissing:
        return missing(about, print_page)
    except NotMade:
        return _instead(about, print_page, installed=True)
    return as_file(pdf, file_name, "application/pdf")


def missing(submission: UUID, print_page: str) -> ResponseReturnValue:
    """That PDFs cannot be made here, what to install, and the page to print instead."""
    return _instead(submission, print_page, installed=False)


def _instead(submission: UUID, print_page: str, *, installed: bool) -> ResponseReturnValue:
    here = url_for("review.submission", submission=submission)
    page = render_template("clinic/no_pdf.html", here=here, print_page=print_page, installed=installed)
    return page, 503
