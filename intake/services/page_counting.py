"""Counting where people leave the form, beside what they save: a count that fails costs nobody an answer."""

import logging
from collections.abc import Callable, Iterable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from intake.domain.questionnaire import Page
from intake.domain.stretches import Came, at_a_save, at_sending, at_the_start
from intake.log import Noted, note
from intake.services.clinic import PatientDesk
from intake.storage import page_counts


def begun(desk: PatientDesk, session: Session) -> None:
    """A form was begun."""
    _add(desk, session, lambda: at_the_start(desk.library.questionnaire))


def saved(
    desk: PatientDesk,
    session: Session,
    page: Page,
    before: frozenset[str],
    after: frozenset[str],
    *,
    stopped: bool,
) -> None:
    """A page was saved; ``before`` and ``after`` are the pages that were continued from."""
    _add(
        desk,
        session,
        lambda: at_a_save(desk.library.questionnaire, page.id, before, after, stopped=stopped),
    )


def sent(desk: PatientDesk, session: Session) -> None:
    """A form was sent."""
    _add(desk, session, at_sending)


def _add(desk: PatientDesk, session: Session, came: Callable[[], Iterable[tuple[str, Came]]]) -> None:
    _or_else_nothing(session, lambda: page_counts.add(session, desk.today(), came()))


def _or_else_nothing(session: Session, deed: Callable[[], None]) -> None:
    try:
        # Apart from what is saved: rolled back alone.
        with session.begin_nested():
            deed()
    except Exception as error:
        # Whatever it is: the patient waits for their answers to be kept, not for a number. The class
        # alone: an error's words may name a page, and with it what somebody was asked.
        note(Noted.PAGE_NOT_COUNTED, logging.WARNING, error=error)
        # With the connection gone nothing else can be kept either; said here, it is still known why.
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
