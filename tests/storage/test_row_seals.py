"""A session, a link, a sign-in under way or an account written into the database by hand opens nothing."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text, update

from intake.domain.factors import Due, Proven
from intake.domain.permissions import Role
from intake.storage import (
    accounts,
    one_time_links,
    passkey_challenges,
    session_proofs,
    staff_sessions,
    unfinished_sign_ins,
)
from intake.storage.encryption import Place, token_digest
from intake.storage.one_time_links import Purpose
from intake.storage.passkey_challenges import Asked
from intake.storage.row_seals import CHALLENGES, EVERY, LINKS, MEMBERS, SESSIONS, UNFINISHED
from intake.storage.tables import (
    OneTimeLinkRow,
    PasskeyChallengeRow,
    StaffMemberRow,
    StaffSessionRow,
    UnfinishedSignInRow,
)
from storage.samples import MINUTE, NOW

LATER = NOW + MINUTE
MINE = "a token that somebody made up"


class Clinic:
    """Alice and Bob, and one of every way in of Alice's."""

    def __init__(self, session, keys):
        self.session, self.keys = session, keys
        self.alice, self.bob = (
            accounts.add_member(session, keys, name, name.title(), [Role.FRONT_DESK], NOW)
            for name in ("alice", "bob")
        )
        row = accounts.hold(session, keys, self.alice.id)
        self.tokens = {
            SESSIONS: staff_sessions.start(session, keys, self.alice.id, NOW, due=Due.SET_UP),
            LINKS: one_time_links.make(session, keys, Purpose.INVITATION, LATER + MINUTE, self.alice.id),
            UNFINISHED: unfinished_sign_ins.begin(session, keys, row, NOW),
            CHALLENGES: passkey_challenges.make(session, keys, Asked.AGAIN, self.alice.id, NOW)[0],
            MEMBERS: "",
        }

    def opens(self, rows, token="", whose=None, asked=Asked.AGAIN):
        """Whether anybody comes in by it."""
        session, keys, token = self.session, self.keys, token or self.tokens[rows]
        whose = whose or self.alice.id
        if rows is SESSIONS:
            return staff_sessions.find(session, keys, token, LATER, also_due=True)
        if rows is LINKS:
            return one_time_links.find(session, keys, token, LATER)
        if rows is UNFINISHED:
            return unfinished_sign_ins.find(session, keys, token, LATER)
        if rows is CHALLENGES:
            return passkey_challenges.take(session, keys, token, asked, whose, LATER)
        return [one for one in accounts.members(session, keys) if one.id == whose]

    def change(self, rows, **changed):
        """As somebody does who can write to the database."""
        table = rows.row
        key = table.id == self.alice.id if rows is MEMBERS else True
        self.session.execute(update(table).where(key).values(**changed))
        self.session.expire_all()


@pytest.fixture
def clinic(sqlite_database, clinic_keys):
    """On one kind of database: a seal is made of values that are the same in every one (see below)."""
    with sqlite_database.write() as session:
        yield Clinic(session, clinic_keys)


def everything_sealed():
    return [
        pytest.param(rows, column, id=f"{rows.table}.{column}") for rows in EVERY for column in rows.sealed
    ]


CHANGED = {
    "auth_epoch": 7,
    "authenticated_at": NOW + MINUTE / 2,
    "challenge": b"another",
    "created_at": NOW + MINUTE / 2,
    "due": Due.NOTHING.value,
    "expires_at": NOW + timedelta(days=3000),
    "last_seen": NOW + MINUTE / 2,
    "moved": True,
    "network": token_digest("elsewhere"),
    "printed_name": "Bob",
    "proven": "passkey",
    "roles": "administrator clinician",
    "second_factor": True,
    "token_digest": token_digest(MINE),
    "username": "alicia",
}


@pytest.mark.parametrize(("rows", "column"), everything_sealed())
def test_with_one_column_written_by_hand_it_opens_nothing(clinic, rows, column):
    asked = {}
    match rows, column:
        case _, "member_id":
            clinic.change(rows, member_id=clinic.bob.id)
            asked = {"whose": clinic.bob.id}
        case _, "purpose":
            named = {LINKS.table: Purpose.RESET, CHALLENGES.table: Asked.SIGN_IN}[rows.table]
            clinic.change(rows, purpose=named.value)
            asked = {"asked": named}
        case _, "token_digest":
            clinic.change(rows, token_digest=CHANGED[column])
            asked = {"token": MINE}
        case _, "auth_epoch" if rows is not MEMBERS:
            # The person is let do other things, and what was ended is put back for today.
            kept = clinic.session.execute(select(rows.row.__table__)).mappings().one()
            accounts.set_roles(clinic.session, clinic.keys, clinic.alice.id, [Role.CLINICIAN])
            clinic.session.execute(insert(rows.row.__table__).values({**kept, "auth_epoch": 2}))
        case _, "id":
            other = uuid4()
            clone = clinic.session.execute(select(StaffMemberRow.__table__)).mappings().first()
            clinic.session.execute(
                insert(StaffMemberRow.__table__).values({**clone, "id": other, "username": "zoe"})
            )
            asked = {"whose": other}
        case _, "removed_at":
            accounts.remove(clinic.session, clinic.keys, clinic.alice.id, NOW)
            clinic.change(rows, removed_at=None)
        case _:
            clinic.change(rows, **{column: CHANGED[column]})

    assert not clinic.opens(rows, **asked)


@pytest.mark.parametrize("rows", [pytest.param(one, id=one.table) for one in EVERY])
def test_as_the_clinics_side_left_it_it_opens(clinic, rows):
    """The control."""
    assert clinic.opens(rows)


@pytest.mark.parametrize("rows", [pytest.param(one, id=one.table) for one in EVERY])
@pytest.mark.parametrize("seal", [None, b"", b"\x01\x01abcdefghijklmnopqrstuvwxyzabcdef", "moved"])
def test_with_no_seal_or_another_it_opens_nothing(clinic, rows, seal):
    if seal == "moved":
        elsewhere = LINKS if rows is not LINKS else SESSIONS
        seal = clinic.session.scalars(select(elsewhere.row.seal)).first()
    clinic.change(rows, seal=seal)
    assert not clinic.opens(rows)
    assert clinic.opens(LINKS if rows is not LINKS else CHALLENGES), "of the others nothing was said"


@pytest.mark.parametrize("rows", [pytest.param(one, id=one.table) for one in EVERY])
def test_every_column_is_under_the_seal_or_is_said_to_need_none(rows):
    columns = {one.name for one in rows.row.__table__.columns}
    assert set(rows.left_out) <= columns
    assert all(rows.left_out.values())
    assert set(rows.sealed) == columns - set(rows.left_out) - {"seal"}


def test_of_everything_else_that_stands_there_the_seal_is_made():
    """A column that was left out by mistake would be tried by none of the tests above."""
    assert {rows.table: set(rows.left_out) for rows in EVERY if rows.left_out} == {
        "staff_members": {"password", "created_at", "failures", "notice_address"},
        "staff_sessions": {"browser"},
        "one_time_links": {"used_at"},
    }


def test_a_made_up_session_of_a_real_person_opens_nothing(clinic):
    """What a reviewer did: one row, with the SHA-256 of a token of one's own."""
    clinic.session.execute(
        insert(StaffSessionRow).values(
            token_digest=token_digest(MINE),
            member_id=clinic.bob.id,
            auth_epoch=1,
            created_at=NOW,
            last_seen=NOW,
            authenticated_at=NOW,
            proven="passkey",
            due="",
        )
    )
    assert staff_sessions.find(clinic.session, clinic.keys, MINE, NOW) is None
    assert session_proofs.of(clinic.session, clinic.keys, MINE) is None
    assert (
        session_proofs.proved_again(clinic.session, clinic.keys, MINE, Proven.PASSKEY, NOW, "192.0.2.1")
        is None
    )


def test_a_session_is_under_seal_again_after_every_use(clinic):
    token = clinic.tokens[SESSIONS]
    for minute in range(1, 4):
        now = NOW + minute * MINUTE
        assert staff_sessions.find(clinic.session, clinic.keys, token, now, also_due=True)
        clinic.session.expire_all()
    row = clinic.session.scalars(select(StaffSessionRow)).one()
    assert row.last_seen == NOW + 3 * MINUTE
    assert SESSIONS.is_ours(clinic.keys, row)


def test_a_link_that_was_used_is_not_made_new_by_taking_the_note_back(clinic):
    token, kept = clinic.tokens[LINKS], clinic.session.scalar(select(LINKS.row.seal))
    assert one_time_links.burn(clinic.session, clinic.keys, token, NOW)
    clinic.change(LINKS, used_at=None)
    assert one_time_links.burn(clinic.session, clinic.keys, token, NOW) is None
    clinic.change(LINKS, used_at=NOW, seal=kept)
    assert not clinic.opens(LINKS), "nor by putting its seal back"


def test_an_account_that_was_altered_is_nobody_wherever_it_is_asked_for(clinic):
    clinic.change(MEMBERS, roles="administrator", printed_name="Dr. Mallory")
    session, keys, alice = clinic.session, clinic.keys, clinic.alice.id

    with pytest.raises(accounts.NoSuchMember):
        accounts.hold(session, keys, alice)
    with pytest.raises(accounts.NoSuchMember):
        staff_sessions.start(session, keys, alice, NOW)
    assert not clinic.opens(SESSIONS), "whoever was signed in is not any more"
    assert not clinic.opens(UNFINISHED)
    assert [one.username for one in accounts.members(session, keys)] == ["bob"]
    assert "Dr. Mallory" not in {one.printed_name for one in accounts.everybody(session, keys)}


def test_an_altered_account_is_not_the_other_administrator(clinic):
    session, keys = clinic.session, clinic.keys
    accounts.set_roles(session, keys, clinic.bob.id, [Role.ADMINISTRATOR])
    for one in (clinic.alice, clinic.bob):
        accounts.set_password(session, keys, one.id, "a hash")
    clinic.change(MEMBERS, roles="administrator")

    with pytest.raises(accounts.LastAdministrator):
        accounts.remove(session, keys, clinic.bob.id, NOW)


@pytest.mark.parametrize("rows", [pytest.param(one, id=one.table) for one in EVERY])
def test_a_row_reads_the_same_from_every_database(database, clinic_keys, rows):
    with database.write() as session:
        Clinic(session, clinic_keys)
    with database.read() as session:
        found = session.scalars(select(rows.row)).all()
        assert found
        assert all(rows.is_ours(clinic_keys, row) for row in found)


AT = datetime(2026, 11, 20, 9, 30, 12, tzinfo=UTC)
DIGEST, MEMBER = bytes(range(32)), UUID(int=9)
STANDS = {
    MEMBERS: StaffMemberRow(
        id=MEMBER,
        username="zoë",
        printed_name="Zoë",
        roles="clinician",
        auth_epoch=3,
        second_factor=True,
        removed_at=None,
    ),
    SESSIONS: StaffSessionRow(
        token_digest=DIGEST,
        member_id=MEMBER,
        auth_epoch=3,
        created_at=AT,
        last_seen=AT.astimezone(timezone(timedelta(hours=-5))),
        authenticated_at=AT + timedelta(microseconds=1),
        proven="passkey",
        due="",
        network=None,
        moved=False,
    ),
    LINKS: OneTimeLinkRow(token_digest=DIGEST, purpose="reset", member_id=MEMBER, expires_at=AT),
    UNFINISHED: UnfinishedSignInRow(token_digest=DIGEST, member_id=MEMBER, auth_epoch=3, created_at=AT),
    CHALLENGES: PasskeyChallengeRow(
        token_digest=DIGEST, purpose="again", member_id=None, challenge=b"abc", created_at=AT
    ),
}
TEXT = {
    MEMBERS: '{"auth_epoch":3,"id":"00000000000000000000000000000009","printed_name":"Zoë","removed_at":null,'
    '"roles":"clinician","second_factor":true,"username":"zoë"}',
    SESSIONS: '{"auth_epoch":3,"authenticated_at":"2026-11-20T09:30:12.000001+00:00",'
    '"created_at":"2026-11-20T09:30:12.000000+00:00","due":"","last_seen":"2026-11-20T09:30:12.000000+00:00",'
    '"member_id":"00000000000000000000000000000009","moved":false,"network":null,"proven":"passkey",'
    f'"token_digest":"{DIGEST.hex()}"}}',
    LINKS: '{"expires_at":"2026-11-20T09:30:12.000000+00:00","member_id":"00000000000000000000000000000009",'
    f'"purpose":"reset","token_digest":"{DIGEST.hex()}"}}',
    UNFINISHED: '{"auth_epoch":3,"created_at":"2026-11-20T09:30:12.000000+00:00",'
    f'"member_id":"00000000000000000000000000000009","token_digest":"{DIGEST.hex()}"}}',
    CHALLENGES: '{"challenge":"616263","created_at":"2026-11-20T09:30:12.000000+00:00","member_id":null,'
    f'"purpose":"again","token_digest":"{DIGEST.hex()}"}}',
}
PLACES = {
    MEMBERS: Place("staff_members", "seal", MEMBER.hex, 3),
    SESSIONS: Place("staff_sessions", "seal", DIGEST.hex(), 3),
    LINKS: Place("one_time_links", "seal", DIGEST.hex(), 1),
    UNFINISHED: Place("unfinished_sign_ins", "seal", DIGEST.hex(), 3),
    CHALLENGES: Place("passkey_challenges", "seal", DIGEST.hex(), 1),
}


@pytest.mark.parametrize("rows", [pytest.param(one, id=one.table) for one in EVERY])
def test_what_stands_under_a_seal_is_written_as_ever(clinic_keys, rows):
    """With any other byte every session, link and account that is kept would be nobody's from then on."""
    key, row = clinic_keys.staff_key, STANDS[rows]

    assert key.open(rows.seal(clinic_keys, row), PLACES[rows]).decode() == TEXT[rows]
    row.seal = key.seal(TEXT[rows].encode(), PLACES[rows])
    assert rows.is_ours(clinic_keys, row)


def test_what_nobody_said_how_to_seal_is_refused(clinic_keys):
    with pytest.raises(TypeError, match="how a float is sealed"):
        LINKS.seal(clinic_keys, STANDS[LINKS], purpose=0.5)


def test_a_row_without_a_whole_number_for_its_point_in_time_is_told_and_not_tripped_over(clinic):
    clinic.session.execute(text("UPDATE staff_sessions SET auth_epoch = 'x'"))
    clinic.session.expire_all()
    assert not clinic.opens(SESSIONS)
    assert len(SESSIONS.planted(clinic.session, clinic.keys)) == 1


def test_what_is_planted_is_looked_for_in_the_database_as_it_stands(clinic):
    """And not in what this process read of it a moment before."""
    held = clinic.session.scalars(select(StaffMemberRow)).all()
    assert MEMBERS.planted(clinic.session, clinic.keys) == []
    clinic.session.execute(text("UPDATE staff_members SET roles = 'administrator' WHERE username = 'alice'"))

    assert [one.username for one in MEMBERS.planted(clinic.session, clinic.keys)] == ["alice"]
    assert len(held) == 2


def test_a_row_with_its_seal_is_not_planted_and_one_without_is(clinic):
    row = clinic.session.scalars(select(LINKS.row)).one()
    assert not LINKS.is_planted(clinic.session, clinic.keys, row)
    for seal in (None, b"", b"\x01\x01abcdefghijklmnopqrstuvwxyzabcdef"):
        row.seal = seal
        assert LINKS.is_ours(clinic.keys, row) is False
        assert LINKS.is_planted(clinic.session, clinic.keys, row)
        assert LINKS.planted(clinic.session, clinic.keys) == [row]
        assert not LINKS.cannot_be_told(clinic.session, clinic.keys)
    row.used_at = NOW
    assert LINKS.planted(clinic.session, clinic.keys) == [], "what was used opens nothing and is not told of"
