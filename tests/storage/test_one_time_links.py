"""A one-time link works once, in time, for what it was made for."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intake.storage import accounts, one_time_links
from intake.storage.one_time_links import Link, Purpose
from intake.storage.tables import OneTimeLinkRow
from storage.samples import NOW
from storage.side_by_side import at_once

EXPIRES = NOW + timedelta(hours=1)


@pytest.fixture
def alice(database, clinic_keys):
    with database.write() as session:
        return accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW)


@pytest.fixture
def token(database, clinic_keys, alice):
    with database.write() as session:
        return one_time_links.make(session, clinic_keys, Purpose.INVITATION, EXPIRES, alice.id)


def burn(database, clinic_keys, token, now=NOW):
    with database.write() as session:
        return one_time_links.burn(session, clinic_keys, token, now)


def test_looking_uses_nothing_up(database, clinic_keys, alice, token):
    with database.read() as session:
        for _ in range(2):
            link = one_time_links.find(session, clinic_keys, token, NOW)
            assert link == Link(Purpose.INVITATION, alice.id, EXPIRES)


def test_it_works_once(database, clinic_keys, alice, token):
    assert burn(database, clinic_keys, token) == Link(Purpose.INVITATION, alice.id, EXPIRES)
    assert burn(database, clinic_keys, token) is None
    with database.read() as session:
        assert one_time_links.find(session, clinic_keys, token, NOW) is None


def test_of_two_at_once_one_is_first(database, clinic_keys, token):
    outcomes = at_once(database, [lambda session: one_time_links.burn(session, clinic_keys, token, NOW)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["Link", "NoneType"]


def test_it_expires(database, clinic_keys, token):
    assert burn(database, clinic_keys, token, EXPIRES) is None
    with database.read() as session:
        assert one_time_links.find(session, clinic_keys, token, EXPIRES) is None
        assert one_time_links.find(session, clinic_keys, token, EXPIRES - timedelta(seconds=1)) is not None
    assert burn(database, clinic_keys, token, EXPIRES - timedelta(seconds=1)) is not None


def test_an_unknown_link_is_none(database, clinic_keys, token):
    assert burn(database, clinic_keys, token + "x") is None


def test_a_new_link_ends_the_earlier_one_of_that_person_alone(database, clinic_keys, alice, token):
    with database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "Bob", [], NOW)
        bobs = one_time_links.make(session, clinic_keys, Purpose.INVITATION, EXPIRES, bob.id)
        setup = one_time_links.make(session, clinic_keys, Purpose.SETUP, EXPIRES)
        newer = one_time_links.make(session, clinic_keys, Purpose.INVITATION, EXPIRES, alice.id)
    assert burn(database, clinic_keys, token) is None
    for other in (bobs, setup, newer):
        assert burn(database, clinic_keys, other) is not None


def test_a_new_setup_link_ends_the_earlier_one(database, clinic_keys):
    with database.write() as session:
        first, second = (one_time_links.make(session, clinic_keys, Purpose.SETUP, EXPIRES) for _ in range(2))
    assert burn(database, clinic_keys, first) is None
    assert burn(database, clinic_keys, second) == Link(Purpose.SETUP, None, EXPIRES)


def test_the_token_cannot_be_guessed(token):
    assert len(token) == 43, "of 32 random bytes"


@pytest.mark.parametrize("changed", [{"seal": b"planted"}, {"seal": None}, {"purpose": "reset"}])
def test_a_link_changed_in_the_database_works_for_nobody(database, clinic_keys, token, changed):
    with database.write() as session:
        read = session.scalars(select(OneTimeLinkRow)).one()
        assert one_time_links.find(session, clinic_keys, token, NOW) is not None
        session.execute(update(OneTimeLinkRow.__table__).values(**changed))
        assert read.purpose == "invitation", "it was read before"
        assert one_time_links.find(session, clinic_keys, token, NOW) is None
        assert one_time_links.burn(session, clinic_keys, token, NOW) is None
