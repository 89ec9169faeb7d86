"""Whoever asks for a page, or sends a letter, by a clock that is ahead erases nothing of anybody's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from copies import PASSWORD
from exchanging import begun, secret_of, sent_to
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.domain.reply_pages import ReplyPage
from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.services import accounts, coming_in, dead_letters, notices, replying, sweeping
from intake.storage import held_pages, known_browsers, outgoing
from intake.storage.outgoing import Addressed, Outcome
from intake.storage.tables import HeldPageRow, KnownBrowserRow, OutgoingRow, ReplySessionRow

YEAR = timedelta(days=365)
HELD = UnfinishedPage((("reply-words", "It began in spring."),))


class Left:
    """What people left behind: words of a reply, a page that is held, a browser, a letter."""

    def __init__(self, exchange):
        self.exchange, copy, now = exchange, exchange.copy, exchange.copy.clock()
        self.visit, shown = opens(exchange)
        replying.save(copy.desk, self.visit, "Since last winter.", {})
        holds(copy, "pats", shown)
        self.browser = comes_in(copy, "")
        letter, addressed = outgoing.new_id(), Addressed("ann@example.org", "", NoticeKind.ACCOUNT)
        with copy.clinic.database.write() as session:
            outgoing.add(session, copy.clinic.keys, letter, addressed, now)
            outgoing.settle(session, letter, Outcome.REFUSED, now, NoticeFailure.NO_SUCH_ADDRESS)

    def found(self):
        """What is still there for them."""
        exchange, copy, now = self.exchange, self.exchange.copy, self.exchange.copy.clock()
        visit = replying.find(copy.desk, self.visit, attended=False)
        with copy.desk.database.write() as session:
            held = held_pages.take(
                session, copy.desk.keys, "pats", exchange.submission, now, lambda page: True
            )
        with copy.clinic.database.read() as session:
            known = known_browsers.is_known(session, exchange.alice.id, self.browser, now)
        letters = dead_letters.not_sent(copy.clinic, None)
        return visit and visit.draft.words, [*held.values()], known, len(letters)


def opens(exchange):
    """A patient opens a question: the visit, and the page of it."""
    asked = exchange.asks()
    token = replying.open_question(exchange.desk, secret_of(asked), exchange.reference)
    visit = replying.find(exchange.desk, token)
    return token, ShownPage(visit.submission, ReplyPage(visit.number, "question").id, {})


def holds(copy, secret, shown):
    with copy.desk.database.write() as session:
        assert held_pages.hold(session, copy.desk.keys, secret, shown, HELD, copy.clock())


def comes_in(copy, known_as):
    """Alice signs in; what her browser is known by."""
    token = accounts.sign_in(copy.clinic, "alice", PASSWORD, "127.0.0.1")
    return coming_in.recognize(copy.clinic, token, known_as, "Firefox on Linux", "192.0.2.1")


@pytest.fixture
def left(tmp_path):
    left = Left(begun(tmp_path))
    yield left
    left.exchange.copy.desk.database.dispose()
    left.exchange.copy.clinic.database.dispose()


def test_what_others_left_is_there_when_the_clock_is_put_right(left):
    copy = left.exchange.copy
    copy.clock.at += YEAR
    other = sent_to(copy, left.exchange.alice)
    _, shown = opens(other)
    holds(copy, "another", shown)
    comes_in(copy, "")
    with_mail = replace(copy.settings, mail_host="mail.clinic.example", mail_sender="forms@clinic.example")
    notices.deliver_due(replace(copy.worker, settings=with_mail))
    assert left.found() == (None, [], False, 0), "whoever asks for what is over is refused all the same"

    copy.clock.at -= YEAR
    assert left.found() == ("Since last winter.", [HELD], True, 1)


def test_the_worker_erases_each_of_them_when_it_is_over(left):
    """The control: nothing is kept for longer because no page erases it."""
    copy = left.exchange.copy
    assert all(kept(copy)), kept(copy)
    sweeping.sweep(copy.worker)
    assert all(kept(copy)), kept(copy)

    copy.clock.at += timedelta(days=120)
    sweeping.sweep(copy.worker)

    assert not any(kept(copy)), kept(copy)


def kept(copy):
    letters = select(func.count()).where(OutgoingRow.kept_until.is_not(None))
    rows = [select(func.count()).select_from(row) for row in (ReplySessionRow, HeldPageRow, KnownBrowserRow)]
    with copy.clinic.database.read() as session:
        return [session.scalar(one) for one in (*rows, letters)]
