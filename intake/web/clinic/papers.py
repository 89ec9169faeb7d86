"""Papers of a form: the PDF for the chart, the patient's copy, and who opened the record."""

from uuid import UUID

from flask import Blueprint, abort, get_template_attribute, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.leaving_out import LeftOut
from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import Review
from intake.services import papers
from intake.services.languages import voice_of
from intake.services.papers import AccessRecord, Paper
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic import paper_entries, sheets
from intake.web.clinic.reading import read
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires
from intake.web.languages import speaking

pages = Blueprint("papers", __name__)


@pages.get("/submissions/<uuid:submission>/form.pdf")
@requires(Permission.REVIEW)
def form_pdf(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """The form for the chart: answers, flags, acknowledgements, signatures."""
    print_page = url_for("review.submission", submission=submission)
    if not sheets.can_be_made():
        return sheets.missing(submission, print_page)
    review = _printed(member, submission, Paper.CHART)
    return send_form(member, review, review.fingerprint())


@pages.get("/submissions/<uuid:submission>/copy")
@requires(Permission.REVIEW)
def copy(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """The patient's copy, ready to print: their answers, what they signed, what happens next."""
    review = _printed(member, submission, Paper.COPY)
    sent = review.submission
    # Only the copy is in the patient's language; the page around it is for the clinic.
    with speaking(voice_of(sent.language)):
        copied = get_template_attribute("components/copy_for_patient.html", "on_a_page")(
            sent, this_clinic().settings
        )
    return render_template("clinic/copy.html", submission=sent, copied=copied)


@pages.get("/submissions/<uuid:submission>/copy.pdf")
@requires(Permission.REVIEW)
def copy_pdf(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """The patient's copy as a PDF."""
    print_page = url_for("papers.copy", submission=submission)
    if not sheets.can_be_made():
        return sheets.missing(submission, print_page)
    sent = _printed(member, submission, Paper.COPY).submission
    name = f"copy-{sent.reference}.pdf"
    speaks = voice_of(sent.language)
    return sheets.sent("papers/copy.html", name, submission, print_page, speaks, submission=sent)


@pages.get("/submissions/<uuid:submission>/access")
@requires(Permission.REVIEW)
def access(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Who opened the record, ready to print for its patient."""
    record = _who_opened(member, submission)
    return render_template("clinic/access.html", submission=submission, record=record)


@pages.get("/submissions/<uuid:submission>/access.pdf")
@requires(Permission.REVIEW)
def access_pdf(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Who opened the record, as a PDF."""
    print_page = url_for("papers.access", submission=submission)
    if not sheets.can_be_made():
        return sheets.missing(submission, print_page)
    record = _who_opened(member, submission)
    name = f"access-{record.reference}.pdf"
    return sheets.sent("papers/access.html", name, submission, print_page, record=record)


def send_form(
    member: StaffMember,
    review: Review,
    fingerprint: str,
    *,
    notice: str = "",
    left_out: LeftOut | None = None,
) -> ResponseReturnValue:
    """The PDF of a form, once that it is made was recorded."""
    submission = review.submission
    return sheets.sent(
        "papers/form.html",
        f"form-{submission.reference}.pdf",
        submission.id,
        url_for("review.submission", submission=submission.id),
        reading=read(review, this_clinic().library.rulebook),
        review=review,
        asked=paper_entries.asked(review),
        others=paper_entries.others(review),
        made_by=member,
        fingerprint=fingerprint,
        notice=notice,
        left_out=left_out,
    )


def _printed(member: StaffMember, submission: UUID, paper: Paper) -> Review:
    try:
        return papers.printed(this_clinic(), member, submission, paper)
    except NoSuchSubmission:
        abort(404)


def _who_opened(member: StaffMember, submission: UUID) -> AccessRecord:
    try:
        return papers.who_opened(this_clinic(), member, submission)
    except NoSuchSubmission:
        abort(404)
