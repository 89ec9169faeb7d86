"""Every edition is kept once, as it was published."""

import pytest

from intake.storage import editions

DOCUMENT = "title: Questions — «¿Cómo está?»\n"


def test_an_edition_is_kept_once(database):
    with database.write() as session:
        assert editions.keep(session, "questionnaire", "a" * 64, DOCUMENT)
    with database.write() as session:
        assert not editions.keep(session, "questionnaire", "a" * 64, "something else")
    with database.read() as session:
        assert editions.fetch(session, "questionnaire", "a" * 64) == DOCUMENT


def test_kinds_and_editions_are_kept_apart(database):
    with database.write() as session:
        assert editions.keep(session, "questionnaire", "a", "one")
        assert editions.keep(session, "rules", "a", "two")
        assert editions.keep(session, "rules", "b", "three")
        assert editions.fetch(session, "rules", "a") == "two"


def test_an_edition_that_was_never_kept_is_named(database):
    with database.read() as session, pytest.raises(editions.NoSuchEdition, match="rules of edition nine"):
        editions.fetch(session, "rules", "nine")
