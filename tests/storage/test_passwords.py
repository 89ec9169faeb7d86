"""Working out a password: what is of nobody costs the same, and not everybody does it at once."""

from dataclasses import replace
from threading import BoundedSemaphore

import argon2
import pytest

from intake.storage import passwords
from intake.storage.passwords import LONGEST_BYTES, TooBusy


@pytest.fixture
def cheap(monkeypatch):
    monkeypatch.setattr(
        passwords, "_HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


def test_what_is_kept_of_nobody_is_tried_as_what_is_kept_of_somebody():
    of_nobody = argon2.extract_parameters(passwords._NOBODY)

    assert of_nobody == argon2.extract_parameters(passwords.hashed("four plain words here"))
    assert of_nobody.salt_len == passwords._HASHER.salt_len
    assert of_nobody.hash_len == passwords._HASHER.hash_len


def test_no_password_is_right_where_none_is_kept(cheap):
    for words in ("", "a guess", passwords._NOBODY):
        assert passwords.prove(None, words) == passwords.Proof(right=False)


def test_whoever_waits_too_long_for_their_turn_is_told_and_takes_nobodys_turn(cheap, monkeypatch):
    turns = BoundedSemaphore(1)
    monkeypatch.setattr(passwords, "_AT_ONCE", turns)
    monkeypatch.setattr(passwords, "_SECONDS_TO_WAIT", 0.01)
    kept = passwords.hashed("right")

    with turns:
        for work in (
            lambda: passwords.hashed("right"),
            lambda: passwords.prove(kept, "right"),
            lambda: passwords.stretched("right", b"salt" * 4),
        ):
            with pytest.raises(TooBusy):
                work()

    assert passwords.prove(kept, "right").right


def test_a_turn_is_given_back_by_a_wrong_password_and_by_what_is_no_hash(cheap, monkeypatch):
    monkeypatch.setattr(passwords, "_AT_ONCE", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_SECONDS_TO_WAIT", 0.01)

    for kept in (passwords.hashed("right"), "no hash", None):
        assert not passwords.prove(kept, "wrong").right


def test_what_is_longer_than_anybody_types_is_not_worked_out(cheap, monkeypatch):
    monkeypatch.setattr(passwords, "_turn", None)

    for words in ("x" * (LONGEST_BYTES + 1), "\udcff" * LONGEST_BYTES):
        assert not passwords.prove("kept", words).right


def test_a_hash_that_costs_less_than_was_decided_is_made_anew(cheap):
    kept = passwords.hashed("right")

    assert passwords.prove(kept, "right") == passwords.Proof(right=True)
    cheaper = argon2.PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash("right")
    again = passwords.prove(cheaper, "right")
    assert replace(again, renewed=None) == passwords.Proof(right=True)
    assert again.renewed is not None
    assert argon2.extract_parameters(again.renewed) == argon2.extract_parameters(kept)
