"""A patient who sends, a clinician who takes the question back, and two who look, all at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from exchanging import begun, signs
from intake.domain.review_entries import QuestionWithdrawn, Revised
from intake.services import asking, replies, replying, trail
from intake.services.asking import NotOpen
from intake.services.replying import Over, Settled

ROUNDS = 6


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def exchange(request, tmp_path):
    url = request.getfixturevalue("migrated_postgres_database") if request.param == "postgresql" else ""
    exchange = begun(tmp_path, database_url=url)
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


def came_of(deed, *refusals):
    """What a deed came to: done, or the name of its refusal."""
    try:
        deed()
    except refusals as refusal:
        return type(refusal).__name__
    return "done"


def test_a_question_is_answered_or_taken_back_and_never_both(exchange):
    clinic, desk, alice, form = exchange.copy.clinic, exchange.desk, exchange.alice, exchange.submission
    with ThreadPoolExecutor(6) as pool:
        for number in range(1, ROUNDS + 1):
            sent = exchange.asks(f"Question {number}?")
            place = len(exchange.review.entries)
            token = replying.open_question(desk, sent.link, exchange.reference)
            replying.save(desk, token, f"Answer {number}.", {})
            deeds = [
                lambda token=token: signs(desk, token, "Quetzal Doe"),
                lambda token=token: signs(desk, token, "Quetzal Doe"),
                lambda place=place: asking.take_back(clinic, alice, form, place),
                lambda: replies.take_in(clinic),
                lambda: replies.take_in(clinic),
                lambda sent=sent: replying.open_question(desk, sent.link, exchange.reference),
            ]
            found = list(pool.map(lambda deed: came_of(deed, NotOpen, Settled, Over), deeds))
            exchange.take_in()
            settled = [one for one in exchange.review.entries if getattr(one, "asked", None) == place]
            assert len(settled) == 1, found
            assert isinstance(settled[0], Revised) is (found[2] == "NotOpen"), found
            assert isinstance(settled[0], QuestionWithdrawn) is (found[2] == "done"), found
    revisions = [one.revision for one in exchange.review.revisions]
    assert revisions == list(range(1, len(revisions) + 1))
    assert trail.verify(clinic).ok


def test_a_link_renewed_while_it_is_opened_leaves_no_page_open(exchange):
    clinic, desk, alice, form = exchange.copy.clinic, exchange.desk, exchange.alice, exchange.submission
    sent = exchange.asks()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(ROUNDS):
            opened = [
                pool.submit(replying.open_question, desk, sent.link, exchange.reference) for _ in range(3)
            ]
            renewed = pool.submit(asking.renew, clinic, alice, form, 1).result()
            for token in (one.result() for one in opened):
                assert token is None or replying.find(desk, token) is None
            sent = renewed
