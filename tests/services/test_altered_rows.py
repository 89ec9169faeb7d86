"""What something else than intake wrote into the database: nobody comes in by it, and it is told once."""

import json
import logging
from dataclasses import replace

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import OperationalError

from copies import PASSWORD, make_copy
from intake.domain.events import (
    AccountAltered,
    AccountMadeAnew,
    PasswordSetAside,
    SignInRefused,
    WayInPlanted,
)
from intake.domain.permissions import Role
from intake.services import accounts, altered_rows, at_start, doctor_gathering, people
from intake.services.instance import prepare
from intake.services.refusals import Refusal
from intake.storage import audit
from intake.storage.accounts import NoSuchMember, UsernameTaken
from intake.storage.database import is_current, undo_migration
from intake.storage.encryption import token_digest
from intake.storage.keyring import ACCOUNTS_SEALED, CLINIC_FILE
from intake.storage.row_seals import CHALLENGES, LINKS, SESSIONS, UNFINISHED
from intake.storage.tables import (
    OneTimeLinkRow,
    PasskeyChallengeRow,
    StaffMemberRow,
    StaffSessionRow,
    UnfinishedSignInRow,
)

HERE = "192.0.2.1"
NEW = "another four plain words"
MINE = "a token that somebody made up"


@pytest.fixture
def copy(tmp_path):
    """On SQLite, where the patient site's process can write every table."""
    copy = make_copy(tmp_path, under_roles=False)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def written(copy, *statements):
    """As whoever took over the patient site's process does it."""
    with copy.desk.database.write() as session:
        for one in statements:
            session.execute(one)


def session_of(copy, member):
    now = copy.clinic.now()
    return insert(StaffSessionRow).values(
        token_digest=token_digest(MINE),
        member_id=member.id,
        auth_epoch=2,
        created_at=now,
        last_seen=now,
        authenticated_at=now,
        proven="passkey",
        due="",
    )


def link_to(copy, member):
    expires = copy.clinic.now() + accounts.INVITATION_LASTS
    return insert(OneTimeLinkRow).values(
        token_digest=token_digest(MINE), purpose="reset", member_id=member.id, expires_at=expires
    )


def other_roles(member, roles="administrator auditor clinician"):
    return update(StaffMemberRow).where(StaffMemberRow.id == member.id).values(roles=roles)


def lines(copy, *kinds):
    names = {kind.__name__ for kind in kinds}
    with copy.clinic.database.read() as session:
        return [one for one in audit.events(session) if one.event in names]


def sign_in(copy, username, password=PASSWORD):
    return accounts.sign_in(copy.clinic, username, password, HERE)


def test_a_session_or_link_written_by_hand_opens_nothing(copy, alice):
    written(copy, session_of(copy, alice), link_to(copy, alice))

    assert accounts.whoever(copy.clinic, MINE) is None
    assert accounts.link_purpose(copy.clinic, MINE) is None
    with pytest.raises(accounts.LinkUsedUp):
        accounts.accept_invitation(copy.clinic, MINE, NEW)
    assert accounts.whoever(copy.clinic, sign_in(copy, "alice")) == alice


def test_what_was_planted_is_taken_out_and_told_once(copy, alice, caplog):
    token = sign_in(copy, "alice")
    written(copy, session_of(copy, alice), link_to(copy, alice))

    with caplog.at_level(logging.ERROR, logger="intake"):
        for _ in range(2):
            altered_rows.look(copy.clinic)

    assert sorted(one.detail["kind"] for one in lines(copy, WayInPlanted)) == ["link", "session"]
    assert sorted(one.message for one in caplog.records) == [
        "way_in_planted why=link",
        "way_in_planted why=session",
    ]
    assert accounts.whoever(copy.clinic, token) == alice, "what is ours stays"


def test_roles_written_by_hand_make_nobody_anything(copy, alice):
    token = sign_in(copy, "alice")

    written(copy, other_roles(alice))

    assert accounts.whoever(copy.clinic, token) is None
    assert sign_in(copy, "alice") is None
    assert lines(copy, SignInRefused)[-1].detail["reason"] == "what is kept of the password does not open"
    assert accounts.staff(copy.clinic) == ()


def test_a_hundred_wrong_passwords_for_an_altered_account_are_all_counted(copy, alice):
    """The last of them has the person told, and this account is nobody's to tell."""
    told = replace(copy.clinic, settings=replace(copy.settings, mail_host="mail.example.org"))
    written(copy, other_roles(alice), update(StaffMemberRow).values(failures=99))

    assert accounts.sign_in(told, "alice", "a guess", HERE) is None

    assert [one.detail["member"] for one in lines(copy, SignInRefused)] == [str(alice.id)]
    assert len(lines(copy, PasswordSetAside)) == 1
    with copy.clinic.database.read() as session:
        assert session.get_one(StaffMemberRow, alice.id).failures == 100


def test_an_account_written_by_hand_can_be_given_no_link(copy, alice, bob):
    made_up = {"username": "mallory", "printed_name": "M. Allory", "roles": "administrator"}
    with copy.desk.database.write() as session:
        kept = session.get_one(StaffMemberRow, alice.id)
        row = {one.name: getattr(kept, one.name) for one in StaffMemberRow.__table__.columns}
        session.execute(insert(StaffMemberRow).values(row | made_up | {"id": alice.id.__class__(int=7)}))

    assert sign_in(copy, "mallory") is None
    assert [one.username for one in accounts.staff(copy.clinic)] == ["alice", "bob"]
    with pytest.raises(NoSuchMember):
        accounts.invite_again(copy.clinic, bob, alice.id.__class__(int=7))


def test_an_altered_account_is_told_once_and_given_back_at_the_console(copy, alice, caplog):
    old = sign_in(copy, "alice")
    written(copy, other_roles(alice))
    with caplog.at_level(logging.ERROR, logger="intake"):
        for _ in range(2):
            altered_rows.look(copy.clinic)
    assert [one.object for one in lines(copy, AccountAltered)] == [str(alice.id)]
    assert [one.message for one in caplog.records] == [f"account_altered id={alice.id}"]
    assert any("'alice' was changed in the database" in one for one in at_start.told(copy.clinic))
    assert doctor_gathering.gather(copy.settings).records.altered == ("alice",)

    token = altered_rows.say_who(copy.clinic, "alice", "A. Rivera, MD", [Role.CLINICIAN])

    assert sign_in(copy, "alice") is None, "the password of before is not kept"
    back = accounts.accept_invitation(copy.clinic, token, NEW)
    assert (back.id, back.roles, back.printed_name) == (alice.id, {Role.CLINICIAN}, "A. Rivera, MD")
    assert accounts.whoever(copy.clinic, sign_in(copy, "alice", NEW)) == back
    assert accounts.whoever(copy.clinic, old) is None
    assert [one.detail["roles"] for one in lines(copy, AccountMadeAnew)] == ["clinician"]
    assert altered_rows.altered(copy.clinic) == ()

    copy.clock.at += accounts.INVITATION_LASTS
    written(copy, other_roles(alice))
    altered_rows.look(copy.clinic)
    assert len(lines(copy, AccountAltered)) == 2, "another time is told again"
    assert lines(copy, WayInPlanted) == [], "a link that was used is none that somebody planted"


def test_nothing_kept_from_before_opens_an_account_that_was_given_back(copy, alice, bob):
    """Whoever kept a session of hers writes the point in time before it: the next one would be its own."""
    old = sign_in(copy, "alice")
    with copy.desk.database.read() as session:
        row = session.get_one(StaffSessionRow, token_digest(old))
        kept = {one.name: getattr(row, one.name) for one in StaffSessionRow.__table__.columns}
    link = people.make_reset_link(copy.clinic, bob, alice.id)
    written(copy, other_roles(alice).values(auth_epoch=kept["auth_epoch"] - 1))

    altered_rows.say_who(copy.clinic, "alice", "A. Rivera, MD", [Role.CLINICIAN])
    written(copy, insert(StaffSessionRow).values(kept))

    assert accounts.whoever(copy.clinic, old) is None
    assert accounts.link_purpose(copy.clinic, link) is None


def test_an_altered_account_may_be_nobodys(copy, alice, bob):
    written(copy, other_roles(alice))

    altered_rows.say_nobody(copy.clinic, "alice", "A. Rivera, MD")

    assert altered_rows.altered(copy.clinic) == ()
    assert accounts.staff(copy.clinic) == (bob,)
    assert sign_in(copy, "alice") is None
    (said,) = lines(copy, AccountMadeAnew)
    assert (said.object, said.detail["roles"]) == (str(alice.id), "")


def test_an_account_that_nobody_altered_is_not_made_anew(copy, alice):
    with pytest.raises(NoSuchMember):
        altered_rows.say_who(copy.clinic, "alice", "A. Rivera, MD", [Role.ADMINISTRATOR])
    assert accounts.staff(copy.clinic) == (alice,)


@pytest.mark.parametrize("written_there", ["Alice", " alice ", "ALICE"])
def test_an_altered_username_is_named_as_it_stands_and_signs_in_as_every_other(copy, alice, written_there):
    written(copy, update(StaffMemberRow).where(StaffMemberRow.id == alice.id).values(username=written_there))
    (found,) = altered_rows.altered(copy.clinic)

    token = altered_rows.say_who(copy.clinic, found.username, "A. Rivera, MD", [Role.CLINICIAN])

    back = accounts.accept_invitation(copy.clinic, token, NEW)
    assert (back.id, back.username) == (alice.id, "alice")
    assert accounts.whoever(copy.clinic, sign_in(copy, "alice", NEW)) == back


def test_an_altered_username_that_somebody_else_has_is_made_nobodys_and_takes_theirs_from_nobody(
    copy, alice, bob
):
    written(copy, update(StaffMemberRow).where(StaffMemberRow.id == alice.id).values(username="Bob"))

    with pytest.raises(UsernameTaken, match="somebody else has the username bob"):
        altered_rows.say_who(copy.clinic, "Bob", "A. Rivera, MD", [Role.CLINICIAN])
    with pytest.raises(NoSuchMember, match="'bob'"):
        altered_rows.say_nobody(copy.clinic, "bob", "B. Stone")
    altered_rows.say_nobody(copy.clinic, "Bob", "A. Rivera, MD")

    assert altered_rows.altered(copy.clinic) == ()
    assert accounts.staff(copy.clinic) == (bob,)


class Rounds:
    """Tells to stop after so many, and remembers how long was to be waited for each."""

    def __init__(self, most):
        self.most, self.waited = most, []

    def is_set(self):
        return len(self.waited) >= self.most

    def wait(self, seconds):
        self.waited.append(seconds)
        return self.is_set()


def test_it_is_looked_for_again_and_again_also_after_a_time_when_nobody_could(copy, monkeypatch, caplog):
    looked, rounds = [], Rounds(3)

    def look(_clinic):
        looked.append(len(rounds.waited))
        if len(looked) == 1:
            raise OperationalError("a statement", {}, Exception("busy"))

    monkeypatch.setattr(altered_rows, "look", look)
    with caplog.at_level(logging.ERROR, logger="intake"):
        altered_rows.keep_looking(copy.clinic, rounds, 7.0)

    assert (looked, rounds.waited) == ([0, 1, 2], [7.0, 7.0, 7.0])
    (said,) = caplog.messages
    assert said.startswith("altered_not_looked_for")
    assert "error=OperationalError" in said


def test_everything_is_looked_at_every_minute(copy, monkeypatch):
    rounds = Rounds(1)
    monkeypatch.setattr(altered_rows, "look", lambda _clinic: None)
    altered_rows.keep_looking(copy.clinic, rounds)

    assert rounds.waited == [60.0]


def test_each_kind_of_what_is_planted_is_told_by_its_own_word(copy, alice, monkeypatch, caplog):
    """As the trail has always said it."""
    kinds = {"session": SESSIONS, "link": LINKS, "sign-in": UNFINISHED, "challenge": CHALLENGES}
    assert {way.value: rows for way, rows in altered_rows._WAYS} == kinds

    written(copy, begun_by(copy, alice), asked_for(copy))
    with caplog.at_level(logging.ERROR, logger="intake"):
        altered_rows.look(copy.clinic)

    assert sorted(one.detail["kind"] for one in lines(copy, WayInPlanted)) == ["challenge", "sign-in"]
    assert sorted(caplog.messages) == ["way_in_planted why=challenge", "way_in_planted why=sign-in"]


def begun_by(copy, member):
    return insert(UnfinishedSignInRow).values(
        token_digest=token_digest(MINE), member_id=member.id, auth_epoch=2, created_at=copy.clinic.now()
    )


def asked_for(copy):
    return insert(PasskeyChallengeRow).values(
        token_digest=token_digest(MINE), purpose="sign in", challenge=b"x" * 32, created_at=copy.clinic.now()
    )


def test_an_invitation_that_was_used_is_no_second_one(copy):
    token = accounts.add_staff(copy.clinic, None, "zoe", "Z. Oe", [Role.CLINICIAN])
    with copy.desk.database.read() as session:
        row = session.get_one(OneTimeLinkRow, token_digest(token))
        kept = {one.name: getattr(row, one.name) for one in OneTimeLinkRow.__table__.columns}
    accounts.accept_invitation(copy.clinic, token, PASSWORD)

    of_it = update(OneTimeLinkRow).where(OneTimeLinkRow.token_digest == kept["token_digest"])
    written(copy, of_it.values(kept))

    with pytest.raises(accounts.LinkUsedUp):
        accounts.accept_invitation(copy.clinic, token, NEW)


def test_accounts_of_before_are_sealed_once_and_never_again(copy, alice):
    """A clinic's database from before there were seals, and then somebody who takes one away."""
    file = copy.settings.instance / "keys" / CLINIC_FILE
    document = json.loads(file.read_text())
    assert document.pop(ACCOUNTS_SEALED) is True, "new keys never sealed anything else"
    file.write_text(json.dumps(document))
    token = sign_in(copy, "alice")
    link = accounts.add_staff(copy.clinic, None, "zoe", "Z. Oe", [Role.CLINICIAN])
    undo_migration(copy.clinic.database, "0019")

    assert prepare(copy.settings).migrated

    assert accounts.whoever(copy.clinic, token) is None, "once everybody signs in anew"
    assert accounts.link_purpose(copy.clinic, link) is None, "and is invited anew (docs/running.md)"
    assert [one.username for one in accounts.staff(copy.clinic)] == ["alice", "zoe"]
    assert accounts.whoever(copy.clinic, sign_in(copy, "alice")) == alice
    assert json.loads(file.read_text())[ACCOUNTS_SEALED] is True

    written(copy, other_roles(alice), update(StaffMemberRow).values(seal=None))
    prepare(copy.settings)
    assert accounts.staff(copy.clinic) == ()


def test_a_database_put_back_without_its_keys_is_refused_before_it_is_changed(copy, alice):
    """Else it is brought up to date with accounts that nothing seals, and nobody ever comes in again."""
    file = copy.settings.instance / "keys" / CLINIC_FILE
    newer = file.read_text()
    undo_migration(copy.clinic.database, "0019")

    with pytest.raises(Refusal, match="Put the key files back that were saved with it"):
        prepare(copy.settings)

    assert not is_current(copy.clinic.database)
    assert file.read_text() == newer
    file.write_text(json.dumps({k: v for k, v in json.loads(newer).items() if k != ACCOUNTS_SEALED}))
    prepare(copy.settings)
    assert accounts.whoever(copy.clinic, sign_in(copy, "alice")) == alice, "with the keys of that day"
