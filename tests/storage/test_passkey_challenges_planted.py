"""What a passkey is asked to sign cannot be guessed, is answered once, and only if we made it."""

import pytest
from sqlalchemy import select, text

from intake.storage import accounts, passkey_challenges
from intake.storage.encryption import token_digest
from intake.storage.passkey_challenges import Asked
from intake.storage.tables import PasskeyChallengeRow
from storage.samples import NOW


@pytest.fixture
def session(sqlite_database):
    with sqlite_database.write() as session:
        yield session


@pytest.fixture
def alice(session, clinic_keys):
    return accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW).id


def test_neither_the_token_nor_what_is_signed_can_be_guessed(session, clinic_keys):
    made = [passkey_challenges.make(session, clinic_keys, Asked.SIGN_IN, None, NOW) for _ in range(9)]
    assert len({token for token, _ in made}) == len({challenge for _, challenge in made}) == 9
    assert {len(token) for token, _ in made} == {43}, "of 32 random bytes"
    assert {len(challenge) for _, challenge in made} == {64}
    kept = session.scalars(select(PasskeyChallengeRow.token_digest))
    assert set(kept) == {token_digest(token) for token, _ in made}


def test_one_is_answered_once_and_leaves_the_others(session, clinic_keys, alice):
    token, challenge = passkey_challenges.make(session, clinic_keys, Asked.ADD, alice, NOW)
    other, its = passkey_challenges.make(session, clinic_keys, Asked.ADD, alice, NOW)

    def taken(token):
        return passkey_challenges.take(session, clinic_keys, token, Asked.ADD, alice, NOW)

    assert [taken(token), taken(token), taken("another"), taken(other)] == [challenge, None, None, its]


@pytest.mark.parametrize(
    "change",
    [
        "challenge = x'00'",
        "seal = x'00'",
        "seal = NULL",
        "purpose = 'sign off'",
        "created_at = '2199-01-01 00:00:00.000000'",
    ],
)
def test_one_changed_in_the_database_is_taken_by_nobody(session, clinic_keys, alice, change):
    token, _ = passkey_challenges.make(session, clinic_keys, Asked.ADD, alice, NOW)
    session.execute(text(f"UPDATE passkey_challenges SET {change}"))
    session.expire_all()
    asked = Asked(session.scalar(select(PasskeyChallengeRow.purpose)))
    now = session.scalar(select(PasskeyChallengeRow.created_at))
    assert passkey_challenges.take(session, clinic_keys, token, asked, alice, now) is None
