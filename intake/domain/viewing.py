"""Reading a form before its flags are shown: who is asked for a view of their own, and noting it.

A view measures the rules: what they point out against what a clinician sees. Nobody is compared
with anybody. Why it is as it is: docs/decisions/0038.
"""

from datetime import datetime

from intake.domain.permissions import StaffMember
from intake.domain.review import Review, Status
from intake.domain.review_entries import By, View, ViewKind
from intake.domain.rules import Priority


class ViewNotDue(Exception):
    """The clinician has seen the flags by now, or nobody asks for a view."""


class ViewInWords(Exception):
    """What stands out has to be said in words."""


def view_due(review: Review, member: StaffMember, *, read_first: bool) -> ViewKind | None:
    """Which view the clinician is asked for before the flags are shown; None for nobody and nothing.

    A second reading of a signed form, by anybody but the signer; and in read-first mode a first
    reading, once for each clinician and form. Never a first one while an urgent flag stands that
    nobody has acknowledged: what asks for a look today is shown at once.
    """
    if may_read_second(review, member):
        since = review.entries[review.sign_offs[-1].entries :]
        mine = (one for one in since if isinstance(one, View) and one.by.clinician == member.id)
        return None if any(one.kind is ViewKind.SECOND for one in mine) else ViewKind.SECOND
    if read_first and review.status is Status.NEEDS_REVIEW and not _has_seen_flags(review, member):
        return None if _urgent_waits(review) else ViewKind.FIRST
    return None


def may_read_second(review: Review, member: StaffMember) -> bool:
    """Whether the form waits for a second reading, and this clinician may give it."""
    return review.standing.second_read and review.sign_offs[-1].clinician != member.id


def note_view(
    review: Review,
    kind: ViewKind,
    priority: Priority | None,
    words: str,
    member: StaffMember,
    at: datetime,
) -> View:
    """A clinician's own view: how soon to look (None: nothing stands out to them), and why.

    Raises ViewInWords when something stands out and no words say what, and ViewNotDue.
    """
    _refuse_unless_open(review, kind, member)
    if priority is not None and not words.strip():
        raise ViewInWords
    by = By(member.id, member.printed_name, at)
    return View(kind, priority, words.strip(), by, screening=len(review.screenings))


def skip_view(review: Review, kind: ViewKind, member: StaffMember, at: datetime) -> View:
    """Have the flags shown at once; recorded as just that, and counted as no view. Raises ViewNotDue."""
    _refuse_unless_open(review, kind, member)
    by = By(member.id, member.printed_name, at)
    return View(kind, None, "", by, screening=len(review.screenings), skipped=True)


def counts(view: View, before: tuple[View, ...]) -> bool:
    """Whether a view says anything about the rules: noted by somebody who had not seen what they said.

    ``before`` are the views of the same form noted earlier.
    """
    return not view.skipped and all(one.by.clinician != view.by.clinician for one in before)


def _refuse_unless_open(review: Review, kind: ViewKind, member: StaffMember) -> None:
    match kind:
        case ViewKind.SECOND:
            is_open = may_read_second(review, member)
        case ViewKind.FIRST:
            is_open = review.status is Status.NEEDS_REVIEW and not _has_seen_flags(review, member)
    if not is_open:
        raise ViewNotDue


def _has_seen_flags(review: Review, member: StaffMember) -> bool:
    acknowledged = {one.clinician for one in review.acknowledgements}
    signed = {one.clinician for one in review.sign_offs}
    viewed = {one.by.clinician for one in review.entries if isinstance(one, View)}
    return member.id in acknowledged | signed | viewed


def _urgent_waits(review: Review) -> bool:
    return any(one.flag.outcome.priority is Priority.URGENT for one in review.blockers())
