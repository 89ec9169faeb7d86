"""Publications come back as they were kept, and of two people who decide at once one is told."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from intake.domain.permissions import Role
from intake.domain.publications import DecidedMeanwhile, proposal
from intake.storage import accounts, publications
from storage.samples import NOW, publish
from storage.side_by_side import at_once

TODAY = NOW.date()


@pytest.fixture
def people(database, clinic_keys):
    with database.write() as session:
        return [
            accounts.add_member(session, clinic_keys, name, name.title(), [Role.ADMINISTRATOR], NOW)
            for name in ("bob", "dana", "erin")
        ]


@pytest.fixture
def proposed(database, people):
    one = proposal(uuid4(), people[0], ("r" * 64, None), "Why.", TODAY, NOW, TODAY)
    with database.write() as session:
        publications.add(session, one)
    return one


def test_a_publication_comes_back_as_it_was_kept(database, clinic_keys):
    with database.write() as session:
        kept = publish(session, clinic_keys)
    with database.read() as session:
        assert publications.every(session) == (kept,)
        assert publications.editions(session) == {kept.id: ("e" * 64,)}
        assert publications.condition(session) == (1, 1)
    assert kept.countersigned.at == NOW
    assert kept.in_force_from == TODAY
    assert (kept.rules, kept.overlay, kept.reason) == ("r" * 64, "o" * 64, "A new label.")


def test_the_newest_proposal_comes_first(database, people):
    with database.write() as session:
        for days in (0, 2, 1):
            at = NOW + timedelta(days=days)
            one = proposal(uuid4(), people[0], ("r", None), f"{days}", date(2027, 1, 1), at, TODAY)
            publications.add(session, one)
    with database.read() as session:
        assert [one.reason for one in publications.every(session)] == ["2", "1", "0"]


def test_a_publication_nobody_made_is_named(database):
    with database.read() as session, pytest.raises(publications.NoSuchPublication, match="no publication"):
        publications.fetch(session, uuid4())


def test_an_edition_is_noted_once(database, clinic_keys):
    with database.write() as session:
        kept = publish(session, clinic_keys)
        assert not publications.note_edition(session, kept.id, "e" * 64, TODAY + timedelta(days=1))
        assert publications.note_edition(session, kept.id, "f" * 64, TODAY + timedelta(days=1))
    with database.read() as session:
        assert publications.editions(session)[kept.id] == ("e" * 64, "f" * 64)


def test_an_older_database_is_known_for_what_it_is(empty_database):
    with empty_database.read() as session:
        assert not publications.are_kept(session)


def test_of_two_who_countersign_at_once_one_wins(database, people, proposed):
    def countersign(by):
        return lambda session: publications.decide(session, proposed, proposed.countersign(by, NOW, TODAY))

    told = at_once(database, [countersign(people[1]), countersign(people[2])])

    assert sorted(type(one) for one in told if one is not None) == [DecidedMeanwhile]
    with database.read() as session:
        assert len(publications.fetch(session, proposed.id).decisions) == 1


def test_of_one_who_countersigns_and_one_who_withdraws_at_once_one_wins(database, people, proposed):
    told = at_once(
        database,
        [
            lambda session: publications.decide(
                session, proposed, proposed.countersign(people[1], NOW, TODAY)
            ),
            lambda session: publications.decide(session, proposed, proposed.withdraw(people[0], NOW, TODAY)),
        ],
    )

    assert [type(one) for one in told if one is not None] == [DecidedMeanwhile]
