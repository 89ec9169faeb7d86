"""Deleting what is over, on the clock and beside the pages: nobody who asks for a page waits for it.

Whoever asks for something that is over is refused at once, whether or not it was deleted yet.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from intake.domain.stretches import DAYS_KEPT
from intake.services.answering import limits_of
from intake.services.worker import Worker
from intake.storage import (
    drafts,
    held_pages,
    known_browsers,
    lockouts,
    one_time_links,
    outgoing,
    own_copies,
    page_counts,
    passkey_challenges,
    provider_sign_ins,
    rate_limits,
    reply_sessions,
    staff_sessions,
    unfinished_sign_ins,
)

# Longer than wrong codes of an authenticator app count (``typed_codes``).
_WRONG_CODES_COUNT = timedelta(hours=2)


def sweep(worker: Worker) -> int:
    """Delete everything whose time is over; how many drafts went. No copy of them stays in the files.

    Each kind in a transaction of its own, so that a patient who saves waits for one of them at most.
    """
    worker = worker.as_set_by_now()
    settings, now = worker.settings, worker.now()
    erased = _alone(worker, lambda session: drafts.remove_expired(session, now, limits_of(settings)))
    copies = _alone(worker, lambda session: own_copies.remove_over(session, now))
    idle = timedelta(minutes=settings.staff_idle_minutes)
    others: tuple[Callable[[Session], None], ...] = (
        lambda session: held_pages.remove_over(session, now),
        lambda session: reply_sessions.remove_over(session, now),
        lambda session: staff_sessions.remove_expired(session, now, idle),
        lambda session: passkey_challenges.remove_over(session, now),
        lambda session: unfinished_sign_ins.remove_over(session, now),
        lambda session: lockouts.remove_over(session, _WRONG_CODES_COUNT, now),
        lambda session: known_browsers.remove_expired(session, now),
        lambda session: provider_sign_ins.remove_over(session, now),
        lambda session: one_time_links.remove_over(session, now),
        lambda session: outgoing.erase_what_is_over(session, now),
        lambda session: page_counts.remove_before(session, worker.today() - timedelta(days=DAYS_KEPT)),
    )
    for deed in others:
        with worker.database.write() as session:
            deed(session)
    if erased or copies:
        worker.database.empty_log()
    # Last, since with SQLite it lies in a file of its own: what is wrong with that keeps nothing else.
    rate_limits.sweep(worker.database, now)
    return erased


def _alone(worker: Worker, deed: Callable[[Session], int]) -> int:
    with worker.database.write() as session:
        return deed(session)
