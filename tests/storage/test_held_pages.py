"""A page that came after a sign-out is there for its own browser and its own draft, for 15 minutes."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.storage import drafts, held_pages, shown_pages
from intake.storage.encryption import DecryptionFailed
from intake.storage.held_pages import HELD_FOR, LARGEST, MOST
from intake.storage.tables import HeldPageRow
from storage.samples import NOW, make_way_back

# The three that say the most of how it is asked for run on PostgreSQL too.
SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
TYPED = UnfinishedPage((("pregnancy", "no"), ("anything_else-words", "half a")), {"pregnancy": "a1"})


@pytest.fixture
def draft(database, patient_keys):
    """A draft with a way back to it."""
    with database.write() as session:
        token, draft = drafts.start(session, patient_keys, NOW)
        make_way_back(session, patient_keys, token)
        return draft


@pytest.fixture
def hold(database, patient_keys, draft):
    def hold(typed=TYPED, *, secret="pats", page="pregnancy", of=None, at=NOW):
        with database.write() as session:
            shown = ShownPage(of or draft.id, page, typed.marks or {})
            return held_pages.hold(session, patient_keys, secret, shown, typed, at)

    return hold


@pytest.fixture
def take(database, patient_keys, draft):
    def take(secret="pats", *, of=None, at=NOW):
        with database.write() as session:
            return held_pages.take(session, patient_keys, secret, of or draft.id, at)

    return take


def count(database):
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(HeldPageRow))


def test_it_is_taken_once_as_it_was_sent(database, hold, take):
    assert hold()

    assert take() == {"pregnancy": TYPED}
    assert take() == {}
    assert count(database) == 0


@SQLITE
def test_another_browser_does_not_get_it(database, hold, take):
    hold()

    assert take("somebody else's") == {}
    assert take() == {"pregnancy": TYPED}


@SQLITE
def test_another_draft_does_not_get_it(hold, take):
    hold()

    assert take(of=uuid4()) == {}
    assert take() == {"pregnancy": TYPED}


@SQLITE
def test_of_one_page_the_newest_is_taken(hold, take):
    hold()
    newer = replace(TYPED, boxes=(("pregnancy", "trying"),))
    hold(newer, at=NOW + timedelta(minutes=1))
    hold(page="phq9", at=NOW + timedelta(minutes=2))

    assert take(at=NOW + timedelta(minutes=3)) == {"pregnancy": newer, "phq9": TYPED}


@SQLITE
@pytest.mark.parametrize(("late", "found"), [(-1, {"pregnancy": TYPED}), (0, {}), (60, {})])
def test_after_a_quarter_of_an_hour_it_is_gone(database, hold, take, late, found):
    hold()

    then = NOW + HELD_FOR + timedelta(seconds=late)
    assert take(at=then) == found
    with database.write() as session:
        held_pages.remove_over(session, then)
    assert count(database) == 0


@SQLITE
def test_by_a_clock_that_is_ahead_nothing_is_erased_on_the_way(hold, take):
    hold()
    hold(page="phq9", secret="another", at=NOW + HELD_FOR)

    assert take(at=NOW + HELD_FOR) == {}
    assert take() == {"pregnancy": TYPED}


@SQLITE
def test_without_a_way_back_nothing_is_held(database, patient_keys, hold):
    with database.write() as session:
        _, lonely = drafts.start(session, patient_keys, NOW)

    assert not hold(of=lonely.id)


def test_for_a_draft_that_is_gone_nothing_is_held(database, patient_keys, hold, take):
    assert not hold(of=uuid4())
    hold()
    with database.write() as session:
        drafts.remove_expired(session, NOW + timedelta(days=40), drafts.LIMITS)
        held_pages.remove_over(session, NOW)

    assert count(database) == 0


def test_of_one_draft_only_so_many_are_held_and_the_oldest_goes(database, hold, take):
    for minute in range(MOST + 2):
        assert hold(page=f"page-{minute}", at=NOW + timedelta(minutes=minute))

    assert count(database) == MOST
    assert [*take(at=NOW + timedelta(minutes=12))] == [f"page-{minute}" for minute in range(2, MOST + 2)]


@SQLITE
def test_a_page_larger_than_any_of_the_form_is_not_held(database, hold):
    assert hold(UnfinishedPage((("a", "x" * (LARGEST - 1)),)))
    assert not hold(UnfinishedPage((("a", "x" * LARGEST),)))
    assert not hold(UnfinishedPage((("a", "é" * (LARGEST // 2)),)))


@SQLITE
def test_a_row_put_in_the_place_of_another_does_not_open(database, hold, take):
    hold()
    hold(page="phq9", at=NOW + timedelta(minutes=1))
    with database.write() as session:
        first, second = session.scalars(select(HeldPageRow).order_by(HeldPageRow.created_at)).all()
        first.sealed, second.sealed = second.sealed, first.sealed

    with pytest.raises(DecryptionFailed):
        take(at=NOW + timedelta(minutes=2))


def test_what_a_page_carries_is_read_back(patient_keys):
    shown = ShownPage(uuid4(), "phq9", {"phq9_1": "0a1b2c3d4e5f", "phq9_2": ""})
    words = shown_pages.made(patient_keys, shown)

    assert shown_pages.read(patient_keys, words) == replace(shown, marks={"phq9_1": "0a1b2c3d4e5f"})
    assert "phq9" not in words


@pytest.mark.parametrize(
    "spoil", [str.swapcase, lambda words: words[:-4], lambda words: "", lambda words: "é%"]
)
def test_what_no_page_carried_is_not_read(patient_keys, spoil):
    words = shown_pages.made(patient_keys, ShownPage(uuid4(), "phq9", {}))

    assert shown_pages.read(patient_keys, spoil(words)) is None


def test_the_name_of_a_state_says_nothing_of_the_answers(patient_keys):
    one, other = uuid4(), uuid4()
    tags = {
        shown_pages.tag_of(patient_keys, draft, marks)
        for draft in (one, other)
        for marks in ({"avm": "a"}, {"avm": "b"}, {"avm": "a", "liver": "b"})
    }

    assert len(tags) == 6
    assert shown_pages.tag_of(patient_keys, one, {"b": "1", "a": "2"}) == shown_pages.tag_of(
        patient_keys, one, {"a": "2", "b": "1"}
    )
