"""Whoever asks for a page, or sends a letter, by a clock that is ahead erases nothing of anybody's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from copies import PASSWORD, staff
from exchanging import begun, secret_of, sent_to
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.domain.reply_pages import ReplyPage
from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.services import accounts, coming_in, dead_letters, notices, passkeys, replying, sweeping
from intake.storage import accounts as members
from intake.storage import held_pages, known_browsers, outgoing, provider_sign_ins, unfinished_sign_ins
from intake.storage.outgoing import Addressed, Outcome
from intake.storage.passkey_challenges import Asked
from intake.storage.tables import (
    HeldPageRow,
    KnownBrowserRow,
    OutgoingRow,
    PasskeyChallengeRow,
    ProviderSignInRow,
    ReplySessionRow,
    StaffSessionRow,
    UnfinishedSignInRow,
)

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


def test_a_sign_in_by_that_clock_ends_nobody_elses_session(left):
    """Nor what somebody else is in the middle of: a code that is asked for, a passkey, a provider."""
    copy = left.exchange.copy
    bob = staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    token = accounts.sign_in(copy.clinic, "bob", PASSWORD, "127.0.0.1")
    begun = comes_in_otherwise(copy, bob)
    before = under_way(copy)

    copy.clock.at += YEAR
    alices = accounts.sign_in(copy.clinic, "alice", PASSWORD, "127.0.0.1")
    comes_in_otherwise(copy, left.exchange.alice)
    assert accounts.whoever(copy.clinic, token) is None, "it is over, by that clock"
    assert accounts.whoever(copy.clinic, alices) == left.exchange.alice
    copy.clock.at -= YEAR

    assert accounts.whoever(copy.clinic, token) == bob
    assert accounts.whoever(copy.clinic, alices) is None
    with copy.clinic.database.read() as session:
        assert unfinished_sign_ins.find(session, copy.clinic.keys, begun, copy.clock()) == bob.id
    assert under_way(copy) == [one + 1 for one in before]
    sweeping.sweep(copy.worker)
    copy.clock.at += timedelta(hours=11)
    sweeping.sweep(copy.worker)
    assert under_way(copy)[0] == 0, "the control: what is over goes, and what was of the future"


def test_sessions_of_the_future_take_no_place_among_the_three(left):
    copy = left.exchange.copy
    copy.clock.at += YEAR
    for _ in range(3):
        accounts.sign_in(copy.clinic, "alice", PASSWORD, "127.0.0.1")
    copy.clock.at -= YEAR

    tokens = []
    for _ in range(4):
        copy.clock.at += timedelta(seconds=1)
        tokens.append(accounts.sign_in(copy.clinic, "alice", PASSWORD, "127.0.0.1"))

    there = [accounts.whoever(copy.clinic, one) is not None for one in tokens]
    assert there == [False, True, True, True]


def comes_in_otherwise(copy, member):
    """A password, a passkey and a provider, each in the middle of it; the token of the first."""
    with copy.clinic.database.write() as session:
        keys, now = copy.clinic.keys, copy.clock()
        begun = unfinished_sign_ins.begin(session, keys, members.hold(session, keys, member.id), now)
        passkeys.ask(session, copy.clinic, Asked.SIGN_IN, member.id)
        provider_sign_ins.begin(session, keys, member.id, now)
    return begun


def under_way(copy):
    """How many sessions there are, and of each of the others."""
    every = (StaffSessionRow, UnfinishedSignInRow, PasskeyChallengeRow, ProviderSignInRow)
    with copy.clinic.database.read() as session:
        return [session.scalar(select(func.count()).select_from(one)) for one in every]
