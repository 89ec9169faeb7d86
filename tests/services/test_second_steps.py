"""Signing in with more than a password: what lets somebody in, and all that does not."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import OperationalError

from copies import PASSWORD, Clock, make_copy, staff
from intake.domain.factors import Due, Proven
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services import accounts, own_account, own_app, own_factors, second_steps, sweeping
from intake.services.accounts import LockedOut
from intake.services.entering import Begun
from intake.services.second_steps import SignInOver
from intake.storage import accounts as members
from intake.storage import audit, authenticator_apps, outgoing, passkeys, passwords, rate_limits
from intake.storage.database import Database
from intake.storage.outgoing import Addressed
from intake.storage.passkeys import NoSuchPasskey
from intake.storage.tables import (
    AuthenticatorAppRow,
    OutgoingRow,
    PasskeyChallengeRow,
    PasskeyRow,
    RecoveryCodeRow,
    StaffMemberRow,
    StaffSessionRow,
)
from short_form import LIBRARY
from soft_passkeys import SoftPasskey

STEP = timedelta(seconds=30)


@dataclass
class Person:
    """Somebody with an account, and what they have to sign in with."""

    member: object
    token: str = ""
    passkey: SoftPasskey | None = None
    app: pyotp.TOTP | None = None
    codes: tuple = ()


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """Passwords and codes worked out fast: how dear they are is looked at elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="module")
def staffed(tmp_path_factory, cheap):
    """A clinic where three people have a password and nothing more; each test gets a copy of its files."""
    made = make_copy(tmp_path_factory.mktemp("staffed"), LIBRARY)
    for name in ("alice", "bob", "eve"):
        staff(made.clinic, name, f"{name}, NP", Role.CLINICIAN)
    made.desk.database.dispose()
    made.clinic.database.dispose()
    return made


@pytest.fixture
def copy(staffed, tmp_path):
    """A clinic that asks everybody for a second factor, as intake does out of the box."""
    instance = Path(shutil.copytree(staffed.settings.instance, tmp_path / "instance"))
    settings = replace(
        staffed.settings,
        instance=instance,
        database_url=f"sqlite:///{instance / 'intake.db'}",
        second_factor="required",
        clinic_address="http://localhost:8000/clinic",
    )
    database, clock = Database(settings.database_url), Clock()
    yield replace(
        staffed,
        settings=settings,
        clock=clock,
        clinic=replace(staffed.clinic, settings=settings, database=database, now=clock),
    )
    database.dispose()


@pytest.fixture
def clinic(copy):
    return copy.clinic


@pytest.fixture
def alice(clinic):
    return somebody(clinic, "alice")


def somebody(clinic, username):
    return Person(next(one for one in accounts.staff(clinic) if one.username == username))


def password(clinic, person):
    return accounts.sign_in(clinic, person.member.username, PASSWORD, "here")


def with_passkey(clinic, person, **device):
    """Signed in, and with a passkey set up."""
    person.token = person.token or password(clinic, person)
    person.passkey = SoftPasskey(**device)
    asked = own_factors.ask_for_new_passkey(clinic, person.member)
    made = person.passkey.make(asked.options)
    changed = own_factors.add_passkey(clinic, person.member, person.token, asked.token, made, "laptop")
    person.token = changed.token
    return person


def with_app(clinic, person):
    """Signed in, with an app and recovery codes set up."""
    person.token = person.token or password(clinic, person)
    offered = own_app.offer(clinic, person.member)
    person.app = pyotp.TOTP(offered.seed)
    code = code_of(clinic, person)
    changed = own_app.set_up(clinic, person.member, person.token, offered.carried, code)
    with_codes = own_factors.make_recovery_codes(clinic, person.member, changed.token)
    person.token, person.codes = with_codes.token, with_codes.codes
    return person


def types(clinic, person, code):
    """The password, and then this."""
    return second_steps.finish_with_code(clinic, password(clinic, person).token, code)


def code_of(clinic, person, steps=0):
    return person.app.at(clinic.now() + steps * STEP)


def sign_in_with_passkey(clinic, passkey, **false):
    asked = second_steps.ask_for_passkey(clinic)
    return second_steps.finish_with_passkey(clinic, asked.token, passkey.use(asked.options, **false))


def who(clinic, token, **also):
    return accounts.whoever(clinic, token, **also)


def events(clinic):
    with clinic.database.read() as session:
        return audit.events(session)


def change(clinic, statement):
    """What somebody does who can write to the database."""
    with clinic.database.write() as session:
        session.execute(statement)


# Passkeys


def test_a_passkey_alone_signs_in_and_says_who_it_is(clinic, alice):
    with_passkey(clinic, alice)

    token = sign_in_with_passkey(clinic, alice.passkey)

    assert who(clinic, token) == alice.member
    assert events(clinic)[-1].detail["proven"] == "passkey"


@pytest.mark.parametrize(
    ("false", "reason"),
    [
        ({"origin": "https://localhost.evil.example"}, "it was used at another address"),
        ({"origin": "http://localhost:8001"}, "it was used at another address"),
        ({"rp_id": "evil.example"}, "it was made for another address"),
        ({"challenge": bytes(64)}, "it answered another question"),
        ({"verified": False}, "the device did not ask who was there"),
        ({"count": 1}, "it counted backwards, as a copy of it would"),
        ({"user": bytes(16)}, "somebody else's"),
        ({"user": b""}, "somebody else's"),
    ],
)
def test_a_passkey_that_was_used_otherwise_lets_nobody_in(clinic, alice, false, reason):
    with_passkey(clinic, alice)

    assert sign_in_with_passkey(clinic, alice.passkey, **false) is None

    assert reason in events(clinic)[-1].detail["reason"]
    assert sign_in_with_passkey(clinic, alice.passkey, count=9) is not None, "the control"


def test_a_person_is_held_before_their_passkey_so_that_no_two_wait_for_each_other(clinic, alice):
    """A sign-in beside a change of roles, which holds the person and then seals their passkeys anew."""
    with_passkey(clinic, alice)
    said = []

    def says(_connection, _cursor, statement, *_rest):
        said.append(statement)

    with clinic.database.read() as session:
        credential = passkeys.of(session, clinic.keys, members.hold(session, clinic.keys, alice.member.id))[
            0
        ].credential
    with clinic.database.write() as session:
        event.listen(session.connection(), "before_cursor_execute", says)
        assert passkeys.find(session, clinic.keys, credential)
    froms = [one.partition("FROM ")[2].split()[0] for one in said]
    assert froms == ["staff_members", "passkeys"]


def test_a_passkey_counting_backwards_is_told_to_its_owner(copy, clinic, alice):
    """Somebody has a copy of it: whose it is should know, though nobody typed a name."""
    clinic = clinic.with_settings(
        replace(clinic.settings, mail_host="mail.example", mail_sender="a@b.example")
    )
    with_passkey(clinic, alice)
    own_account.tell_at(clinic, alice.member, "quetzal@example.org")
    told = len(letters(clinic))

    assert sign_in_with_passkey(clinic, alice.passkey, count=1) is None
    assert sign_in_with_passkey(clinic, alice.passkey, count=1) is None

    last = events(clinic)[-1]
    assert (last.event, last.detail["member"]) == ("SignInRefused", str(alice.member.id))
    assert "a copy" in last.detail["reason"]
    assert len(letters(clinic)) == told + 1, "once a minute, however often it is tried"
    assert own_account.look(clinic, alice.member, "").happened[0].what.startswith("Was refused")


def test_who_only_knows_a_passkey_s_name_raises_no_alarm_about_it(clinic, alice):
    """Counting backwards says something of whoever has the key, and its name is no secret."""
    with_passkey(clinic, alice)
    real, alice.passkey.key = alice.passkey.key, SoftPasskey().key

    assert sign_in_with_passkey(clinic, alice.passkey, count=1) is None

    assert real is not alice.passkey.key
    assert events(clinic)[-1].detail.get("member") in (None, "")


def test_where_nothing_can_be_counted_a_passkey_still_lets_in_and_a_wrong_one_does_not(
    clinic, alice, monkeypatch
):
    """Nobody guesses one: it is the way in that is left while the tallies cannot be had."""

    def broken(_database):
        raise OperationalError("a statement", {}, Exception("no disk"))

    with_passkey(clinic, alice)
    monkeypatch.setattr(rate_limits, "counting", broken)

    assert who(clinic, sign_in_with_passkey(clinic, alice.passkey)) == alice.member
    alice.passkey.key = SoftPasskey().key
    assert sign_in_with_passkey(clinic, alice.passkey) is None


def test_an_answer_counts_once(clinic, alice):
    with_passkey(clinic, alice, counts=False)
    asked = second_steps.ask_for_passkey(clinic)
    answer = alice.passkey.use(asked.options)
    assert second_steps.finish_with_passkey(clinic, asked.token, answer)

    assert second_steps.finish_with_passkey(clinic, asked.token, answer) is None
    again = second_steps.ask_for_passkey(clinic)
    assert second_steps.finish_with_passkey(clinic, again.token, answer) is None


def test_a_challenge_is_used_up_by_a_wrong_answer_too(clinic, alice):
    with_passkey(clinic, alice)
    asked = second_steps.ask_for_passkey(clinic)
    assert second_steps.finish_with_passkey(clinic, asked.token, "{}") is None

    assert second_steps.finish_with_passkey(clinic, asked.token, alice.passkey.use(asked.options)) is None


def test_a_challenge_lasts_five_minutes(copy, clinic, alice):
    with_passkey(clinic, alice)
    asked = second_steps.ask_for_passkey(clinic)

    copy.clock.at += timedelta(minutes=5, seconds=1)

    assert second_steps.finish_with_passkey(clinic, asked.token, alice.passkey.use(asked.options)) is None


def test_challenges_nobody_answered_are_forgotten(copy, clinic):
    for _ in range(3):
        second_steps.ask_for_passkey(clinic)
        copy.clock.at += timedelta(minutes=6)

    second_steps.ask_for_passkey(clinic)
    sweeping.sweep(copy.worker)

    with clinic.database.read() as session:
        assert len(session.scalars(select(PasskeyChallengeRow)).all()) == 1


def test_a_challenge_for_one_thing_answers_nothing_else(clinic, alice):
    with_passkey(clinic, alice)
    asked = second_steps.ask_again(clinic, alice.member)

    assert second_steps.finish_with_passkey(clinic, asked.token, alice.passkey.use(asked.options)) is None


def test_after_the_password_only_that_persons_passkey_counts(clinic, alice):
    bob = with_passkey(clinic, somebody(clinic, "bob"))
    with_passkey(clinic, alice)
    begun = password(clinic, alice)
    assert isinstance(begun, Begun)
    for person, comes_in in ((bob, False), (alice, True)):
        asked = second_steps.ask_for_passkey(clinic, begun.token)
        answer = person.passkey.use(asked.options)
        token = second_steps.finish_with_passkey(clinic, asked.token, answer, begun.token)
        assert (token is not None) is comes_in


def test_the_passkey_of_somebody_else_proves_nothing_again(clinic, alice):
    bob = with_passkey(clinic, somebody(clinic, "bob"))
    with_passkey(clinic, alice)
    asked = second_steps.ask_again(clinic, alice.member)

    answer = bob.passkey.use(asked.options)

    assert (
        second_steps.again_with_passkey(clinic, alice.member, alice.token, asked.token, answer, "here")
        is None
    )


def test_a_passkey_moved_to_somebody_else_in_the_database_does_not_open(clinic, alice):
    """Somebody who can write to the database gives their own passkey to Alice."""
    eve = with_passkey(clinic, somebody(clinic, "eve"))
    with_passkey(clinic, alice)
    row = PasskeyRow.member_id == eve.member.id
    change(clinic, update(PasskeyRow).where(row).values(member_id=alice.member.id))

    assert sign_in_with_passkey(clinic, eve.passkey, user=alice.member.id.bytes) is None

    assert events(clinic)[-1].detail["reason"] == "what is kept of the passkey does not open"


def test_a_passkey_that_was_removed_and_put_back_in_the_database_does_not_open(clinic, alice):
    with_app(clinic, with_passkey(clinic, alice))
    with clinic.database.read() as session:
        kept = dict(session.execute(select(PasskeyRow.__table__)).mappings().one())
    alice.token = own_factors.remove_passkey(clinic, alice.member, alice.token, kept["id"]).token
    assert sign_in_with_passkey(clinic, alice.passkey) is None

    change(clinic, PasskeyRow.__table__.insert().values(**kept))

    assert sign_in_with_passkey(clinic, alice.passkey) is None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 15_000,
        '{"id": 7}',
        "x" * 20_000,
        '{"id":"a","rawId":"a","type":"public-key"}',
    ],
    ids=len,
)
def test_what_is_no_answer_is_refused_and_breaks_nothing(clinic, answer):
    asked = second_steps.ask_for_passkey(clinic)

    assert second_steps.finish_with_passkey(clinic, asked.token, answer) is None


def test_a_changed_byte_anywhere_in_an_answer_is_refused(clinic, alice):
    with_passkey(clinic, alice, counts=False)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        asked = second_steps.ask_for_passkey(clinic)
        answer = alice.passkey.use(asked.options)
        start = answer.index(part) + len(part) + 4
        changed = answer[: start + 20] + ("A" if answer[start + 20] != "A" else "B") + answer[start + 21 :]
        assert second_steps.finish_with_passkey(clinic, asked.token, changed) is None, part


@pytest.mark.parametrize(
    "false",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"challenge": bytes(64)},
        {"verified": False},
    ],
    ids=lambda false: next(iter(false)),
)
def test_a_passkey_made_otherwise_is_not_added(clinic, alice, false):
    token = password(clinic, alice)
    asked = own_factors.ask_for_new_passkey(clinic, alice.member)
    made = SoftPasskey().make(asked.options, **false)

    with pytest.raises(own_factors.PasskeyRefused):
        own_factors.add_passkey(clinic, alice.member, token, asked.token, made, "laptop")

    assert not second_steps.factors(clinic, alice.member.id).any


def test_one_passkey_belongs_to_one_person(clinic, alice):
    with_passkey(clinic, alice)
    bob = somebody(clinic, "bob")
    asked = own_factors.ask_for_new_passkey(clinic, bob.member)

    with pytest.raises(own_factors.PasskeyRefused):
        made = alice.passkey.make(asked.options)
        own_factors.add_passkey(clinic, bob.member, password(clinic, bob), asked.token, made, "laptop")


def test_wrong_passwords_do_not_keep_a_passkey_out(clinic, alice):
    with_passkey(clinic, alice)
    for _ in range(10):
        accounts.sign_in(clinic, "alice", "not it", "here")
    with pytest.raises(LockedOut):
        password(clinic, alice)

    assert sign_in_with_passkey(clinic, alice.passkey)


# Codes of an app


def test_a_password_alone_is_no_session_once_there_is_an_app(copy, clinic, alice):
    with_app(clinic, alice)
    copy.clock.at += STEP

    begun = password(clinic, alice)

    assert isinstance(begun, Begun)
    assert who(clinic, begun.token) is None
    assert who(clinic, begun.token, also_due=True) is None
    assert (
        who(clinic, second_steps.finish_with_code(clinic, begun.token, code_of(clinic, alice)))
        == alice.member
    )


def test_a_code_counts_once_and_none_before_it(copy, clinic, alice):
    with_app(clinic, alice)
    copy.clock.at += 4 * STEP
    begun = password(clinic, alice)
    before, now = code_of(clinic, alice, -1), code_of(clinic, alice)
    assert second_steps.finish_with_code(clinic, begun.token, now)

    for used_up in (now, before):
        assert types(clinic, alice, used_up) is None


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_for_one_step_either_side(copy, clinic, alice, steps, counts):
    with_app(clinic, alice)
    copy.clock.at += 10 * STEP

    token = second_steps.finish_with_code(
        clinic, password(clinic, alice).token, code_of(clinic, alice, steps)
    )

    assert (token is not None) is counts


def test_the_code_an_app_was_set_up_with_is_used_up(clinic, alice):
    with_app(clinic, alice)

    assert types(clinic, alice, code_of(clinic, alice)) is None


def test_five_wrong_codes_pause_codes_and_not_the_passkey(copy, clinic, alice):
    with_app(clinic, with_passkey(clinic, alice))
    copy.clock.at += 2 * STEP
    begun = password(clinic, alice)
    wrong = "000000" if code_of(clinic, alice) != "000000" else "111111"
    for _ in range(5):
        assert second_steps.finish_with_code(clinic, begun.token, wrong) is None

    with pytest.raises(LockedOut):
        second_steps.finish_with_code(clinic, begun.token, code_of(clinic, alice))
    with pytest.raises(LockedOut):
        second_steps.finish_with_code(clinic, begun.token, alice.codes[0])
    assert sign_in_with_passkey(clinic, alice.passkey)
    copy.clock.at += timedelta(minutes=15)
    assert types(clinic, alice, code_of(clinic, alice))


@pytest.mark.parametrize("ended", ["passkey", "recovery code", "administrator"])
def test_a_hundred_wrong_codes_in_a_row_end_the_app_however_slowly(copy, clinic, alice, ended):
    """One a day, so that no pause ever begins: whoever has the password could go on for a year."""
    with_app(clinic, with_passkey(clinic, alice))
    # A right one in between sets the count to nothing.
    wrong_in_a_row(copy, clinic, alice, 60)
    assert types(clinic, alice, code_of(clinic, alice))
    wrong_in_a_row(copy, clinic, alice, 99)
    assert types(clinic, alice, code_of(clinic, alice))

    wrong_in_a_row(copy, clinic, alice, 100)
    for _ in range(2):
        copy.clock.at += timedelta(days=20)
        with pytest.raises(LockedOut):
            types(clinic, alice, code_of(clinic, alice))
    assert events(clinic)[-1].detail["reason"] == "too many wrong codes in a row: the app is not taken"

    if ended == "passkey":
        assert sign_in_with_passkey(clinic, alice.passkey)
    elif ended == "recovery code":
        assert types(clinic, alice, alice.codes[0])
    else:
        own_factors.forget(clinic, None, alice.member.id)
        alice.token = ""
        with_app(clinic, alice)
    copy.clock.at += 2 * STEP
    assert types(clinic, alice, code_of(clinic, alice))


def test_no_file_that_may_be_lost_sets_that_count_back(copy, clinic, alice):
    """Wrong passwords are counted in a file beside the database that may be deleted at any time."""
    with_app(clinic, with_passkey(clinic, alice))
    wrong_in_a_row(copy, clinic, alice, 100)
    rate_limits.counting(clinic.database).dispose()
    lost = [one.unlink() for one in copy.settings.instance.glob("intake-limits.db*")]
    again = Database(copy.settings.database_url)

    with pytest.raises(LockedOut):
        types(replace(clinic, database=again), alice, code_of(clinic, alice))

    assert lost, "the control: there was such a file"
    again.dispose()


def test_whoever_writes_to_the_database_cannot_count_from_nothing(copy, clinic, alice):
    """How many there were is sealed with the seed: it goes only with the app."""
    with_app(clinic, with_passkey(clinic, alice))
    before = sealed_app(clinic)
    wrong_in_a_row(copy, clinic, alice, 3)
    with clinic.database.read() as session:
        row = members.hold(session, clinic.keys, alice.member.id)
        assert authenticator_apps.kept(session, clinic.keys, row).wrong == 3
    change(clinic, update(AuthenticatorAppRow).values(sealed=before[:-1] + bytes((before[-1] ^ 1,))))

    assert types(clinic, alice, code_of(clinic, alice)) is None


def test_a_wrong_code_is_counted_once_by_however_many_it_is_typed(copy, clinic, alice):
    """Eight at once: none is lost, or a guesser would type faster than intake counts."""
    with_app(clinic, alice)
    copy.clock.at += 2 * STEP
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda _: count_wrong(clinic, alice.member.id, 1), range(8)))

    with clinic.database.read() as session:
        row = members.hold(session, clinic.keys, alice.member.id)
        assert authenticator_apps.kept(session, clinic.keys, row).wrong == 8


def sealed_app(clinic):
    with clinic.database.read() as session:
        return session.scalar(select(AuthenticatorAppRow.sealed))


def count_wrong(clinic, member, times):
    """So many wrong codes in a row, as they are counted."""
    for _ in range(times):
        with clinic.database.write() as session:
            row = members.hold(session, clinic.keys, member)
            authenticator_apps.count_wrong(session, clinic.keys, row)


def wrong_in_a_row(copy, clinic, person, times):
    """As ``typed_codes`` counts them; the last one is typed."""
    count_wrong(clinic, person.member.id, times - 1)
    copy.clock.at += timedelta(days=times)
    right = code_of(clinic, person)
    assert types(clinic, person, "000000" if right != "000000" else "111111") is None


def test_the_person_is_told_when_codes_are_paused_and_when_a_recovery_code_is_used(copy, clinic, alice):
    clinic = clinic.with_settings(
        replace(clinic.settings, mail_host="mail.example", mail_sender="a@b.example")
    )
    with_app(clinic, alice)
    own_account.tell_at(clinic, alice.member, "quetzal@example.org")
    told = len(letters(clinic))
    copy.clock.at += 2 * STEP
    begun = password(clinic, alice).token
    wrong = "000000" if code_of(clinic, alice) != "000000" else "111111"
    for number in range(1, 6):
        assert second_steps.finish_with_code(clinic, begun, wrong) is None
        assert len(letters(clinic)) - told == (number == 5)

    copy.clock.at += timedelta(minutes=16)
    assert types(clinic, alice, alice.codes[0])
    assert len(letters(clinic)) - told == 2


def test_a_sign_in_that_was_begun_lasts_ten_minutes_and_leads_in_once(copy, clinic, alice):
    with_app(clinic, alice)
    copy.clock.at += 2 * STEP
    begun = password(clinic, alice).token
    assert second_steps.finish_with_code(clinic, begun, code_of(clinic, alice))
    with pytest.raises(SignInOver):
        second_steps.finish_with_code(clinic, begun, code_of(clinic, alice, 1))

    begun = password(clinic, alice).token
    copy.clock.at += timedelta(minutes=10, seconds=1)
    with pytest.raises(SignInOver):
        second_steps.finish_with_code(clinic, begun, code_of(clinic, alice))


def test_a_seed_moved_to_somebody_else_in_the_database_does_not_open(copy, clinic, alice):
    """Somebody who can write to the database puts their own app in the place of Alice's."""
    eve = with_app(clinic, somebody(clinic, "eve"))
    with_app(clinic, alice)
    with clinic.database.read() as session:
        theirs = session.get(AuthenticatorAppRow, eve.member.id).sealed
    row = AuthenticatorAppRow.member_id == alice.member.id
    change(clinic, update(AuthenticatorAppRow).where(row).values(sealed=theirs))
    copy.clock.at += 2 * STEP

    assert types(clinic, alice, code_of(clinic, eve)) is None

    assert events(clinic)[-1].detail["reason"] == "what is kept of the code does not open"


def test_factors_deleted_in_the_database_do_not_make_a_password_enough(clinic, alice):
    with_app(clinic, alice)
    change(clinic, delete(AuthenticatorAppRow))

    for flag in (True, False):
        change(clinic, update(StaffMemberRow).values(second_factor=flag))
        assert password(clinic, alice) is None
        assert events(clinic)[-1].detail["reason"] == "what is kept of the password does not open"


# Recovery codes


def test_a_recovery_code_lets_in_once_and_asks_for_a_look_first(clinic, alice):
    with_app(clinic, alice)
    typed = f" {alice.codes[3].upper().replace('-', ' ')} "

    token = types(clinic, alice, typed)

    assert who(clinic, token) is None, "first they look at how they sign in"
    assert who(clinic, token, also_due=True) == alice.member
    assert own_factors.overview(clinic, alice.member, token).due is Due.REVIEW
    assert [one.event for one in events(clinic)[-2:]] == ["RecoveryCodeUsed", "SignedIn"]
    assert types(clinic, alice, alice.codes[3]) is None
    own_factors.finish_review(clinic, alice.member, token)
    assert who(clinic, token) == alice.member


def test_new_recovery_codes_end_the_old_ones(clinic, alice):
    with_app(clinic, alice)
    old = alice.codes
    own_factors.make_recovery_codes(clinic, alice.member, alice.token)

    assert types(clinic, alice, old[0]) is None


def test_there_are_ten_codes_of_eighty_bits_and_none_lies_in_the_open(clinic, alice):
    with_app(clinic, alice)
    letters = {letter for code in alice.codes for letter in code[2:].replace("-", "")}

    assert len(set(alice.codes)) == 10
    assert {len(code[2:].replace("-", "")) for code in alice.codes} == {16}  # of 32 signs each: 80 bits
    assert letters <= set("0123456789abcdefghjkmnpqrstvwxyz")
    file = clinic.settings.instance / "intake.db"
    held = b"".join(path.read_bytes() for path in file.parent.glob("intake.db*"))
    for secret in (alice.app.secret, *alice.codes, *(code.replace("-", "") for code in alice.codes)):
        assert secret.encode() not in held
    assert b"argon2" not in held


def test_a_recovery_code_of_somebody_else_lets_nobody_in(clinic, alice):
    eve = with_app(clinic, somebody(clinic, "eve"))
    with_app(clinic, alice)
    with clinic.database.read() as session:
        theirs = session.get(RecoveryCodeRow, (eve.member.id, 0)).sealed
    row = (RecoveryCodeRow.member_id == alice.member.id) & (RecoveryCodeRow.number == 0)
    change(clinic, update(RecoveryCodeRow).where(row).values(sealed=theirs))

    assert types(clinic, alice, eve.codes[0]) is None


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_who_type_the_same_code_at_once_one_comes_in(copy, clinic, alice, kind):
    with_app(clinic, alice)
    copy.clock.at += 2 * STEP
    code = code_of(clinic, alice) if kind == "app" else alice.codes[0]
    begun = [password(clinic, alice).token for _ in range(8)]
    all_there = Barrier(len(begun))

    def comes(token):
        all_there.wait()
        try:
            return second_steps.finish_with_code(clinic, token, code)
        except LockedOut:
            return None

    with ThreadPoolExecutor(len(begun)) as people:
        came = list(people.map(comes, begun))

    assert len([token for token in came if token is not None]) == 1


# Setting up, and the clinic's policy


def test_somebody_with_a_password_alone_is_let_in_to_set_up_and_nowhere_else(clinic, alice):
    """An update must keep nobody out who had a password only."""
    token = password(clinic, alice)

    assert who(clinic, token) is None
    assert who(clinic, token, also_due=True) == alice.member
    with_app(clinic, alice)
    assert who(clinic, alice.token) == alice.member


def test_where_a_passkey_is_asked_for_an_app_leads_to_setting_one_up(copy, clinic, alice):
    with_app(clinic, alice)
    strict = replace(clinic, settings=replace(clinic.settings, require_passkey=True))
    copy.clock.at += 2 * STEP

    token = types(strict, alice, code_of(clinic, alice))

    assert who(strict, token) is None
    alice.token = token
    with_passkey(strict, alice)
    assert who(strict, alice.token) == alice.member
    copy.clock.at += 2 * STEP
    assert types(strict, alice, code_of(clinic, alice)) is None
    assert second_steps.confirms(strict, alice.member, PASSWORD, code_of(clinic, alice), "here") is None
    assert sign_in_with_passkey(strict, alice.passkey)


def test_whoever_has_a_second_factor_is_asked_for_it_wherever_it_is_not_required(clinic, alice):
    with_app(clinic, alice)
    easy = replace(clinic, settings=replace(clinic.settings, second_factor="not_required"))

    assert isinstance(password(easy, alice), Begun)
    assert who(easy, password(easy, somebody(clinic, "bob"))) is not None


def test_the_last_way_in_stays(clinic, alice):
    with_passkey(clinic, alice)
    (only,) = own_factors.overview(clinic, alice.member, alice.token).passkeys

    with pytest.raises(own_factors.LastWayIn):
        own_factors.remove_passkey(clinic, alice.member, alice.token, only.id)
    with_app(clinic, alice)
    alice.token = own_factors.remove_passkey(clinic, alice.member, alice.token, only.id).token
    with pytest.raises(own_factors.LastWayIn):
        own_app.remove(clinic, alice.member, alice.token)


def test_every_change_ends_all_other_sessions_and_is_recorded(clinic, alice):
    with_passkey(clinic, alice)
    changes = [
        lambda: own_factors.make_recovery_codes(clinic, alice.member, alice.token),
        lambda: own_factors.rename_passkey(clinic, alice.member, alice.token, first().id, "phone"),
        lambda: (with_app(clinic, alice), own_factors.make_recovery_codes(clinic, alice.member, alice.token))[
            1
        ],
        lambda: own_factors.remove_passkey(clinic, alice.member, alice.token, first().id),
    ]

    def first():
        return own_factors.overview(clinic, alice.member, alice.token).passkeys[0]

    for deed in changes:
        elsewhere = sign_in_with_passkey(clinic, alice.passkey)
        before = len(events(clinic))
        alice.token = deed().token
        assert who(clinic, elsewhere) is None
        assert who(clinic, alice.token) == alice.member
        with clinic.database.read() as session:
            assert len(session.scalars(select(StaffSessionRow.token_digest)).all()) == 1
        assert len(events(clinic)) > before


def test_whoever_gave_an_address_is_told_of_every_change_and_not_what_it_was(copy, clinic, alice):
    """ASVS 6.3.7: also when somebody else made it, at an open session or as an administrator."""
    clinic = clinic.with_settings(
        replace(clinic.settings, mail_host="mail.example", mail_sender="a@b.example")
    )
    alice.token = password(clinic, alice)
    own_account.tell_at(clinic, alice.member, "quetzal@example.org")
    told = [len(letters(clinic))]

    def count():
        told.append(len(letters(clinic)) - sum(told))

    with_passkey(clinic, alice)
    count()
    with_app(clinic, alice)  # and recovery codes
    count()
    first = own_factors.overview(clinic, alice.member, alice.token).passkeys[0]
    alice.token = own_factors.rename_passkey(clinic, alice.member, alice.token, first.id, "phone").token
    count()
    alice.token = own_factors.remove_passkey(clinic, alice.member, alice.token, first.id).token
    count()
    with_passkey(clinic, alice)
    alice.token = own_app.remove(clinic, alice.member, alice.token).token
    count()
    own_factors.forget(clinic, None, alice.member.id)
    count()
    accounts.change_password(clinic, alice.member, PASSWORD, "another four plain words", "here")
    count()

    # A name alone changes nothing of how somebody signs in.
    assert told[1:] == [1, 2, 0, 1, 2, 1, 1]
    assert set(letters(clinic)) == {Addressed("quetzal@example.org", "", NoticeKind.ACCOUNT)}
    # What it was stands on their own page.
    happened = own_account.look(clinic, alice.member, "").happened
    assert [one.what for one in happened[:5]] == [
        "Chose a password",
        "Took away how somebody signs in, to be set up anew",
        "Removed an authenticator app",
        "Added a passkey",
        "Removed a passkey",
    ]
    print([(one.what, one.who, one.details) for one in happened])


def letters(clinic):
    """What waits to be e-mailed to staff, opened."""
    with clinic.database.read() as session:
        rows = session.scalars(select(OutgoingRow))
        return [outgoing.opened(clinic.keys.outbox_keys, row) for row in rows]


def test_a_change_from_a_session_that_is_over_changes_nothing(clinic, alice):
    with_passkey(clinic, alice)
    accounts.sign_out(clinic, alice.token)

    with pytest.raises(own_factors.SessionOver):
        own_factors.make_recovery_codes(clinic, alice.member, alice.token)

    assert second_steps.factors(clinic, alice.member.id).codes == 0


def test_a_new_password_keeps_the_second_factor(copy, clinic, alice):
    with_app(clinic, with_passkey(clinic, alice))
    copy.clock.at += 2 * STEP
    accounts.change_password(clinic, alice.member, PASSWORD, "another four plain words", "here")

    begun = accounts.sign_in(clinic, "alice", "another four plain words", "here")

    assert isinstance(begun, Begun)
    assert second_steps.finish_with_code(clinic, begun.token, code_of(clinic, alice))
    assert sign_in_with_passkey(clinic, alice.passkey)


def test_a_sign_in_that_ended_with_a_passkey_is_not_gone_on_with_a_code(copy, clinic, alice):
    with_app(clinic, with_passkey(clinic, alice))
    copy.clock.at += 2 * STEP
    begun = password(clinic, alice)
    asked = second_steps.ask_for_passkey(clinic, begun.token)
    assert second_steps.finish_with_passkey(
        clinic, asked.token, alice.passkey.use(asked.options), begun.token
    )

    with pytest.raises(SignInOver):
        second_steps.finish_with_code(clinic, begun.token, code_of(clinic, alice))


def test_a_passkey_says_when_it_was_last_used(copy, clinic, alice):
    with_passkey(clinic, alice)
    copy.clock.at += timedelta(hours=1)
    token = sign_in_with_passkey(clinic, alice.passkey)

    (kept,) = own_factors.overview(clinic, alice.member, token).passkeys
    assert kept.used_at == clinic.now()


def test_a_passkey_that_is_not_there_is_neither_named_nor_removed(clinic, alice):
    with_app(clinic, with_passkey(clinic, alice))
    bob = with_passkey(clinic, somebody(clinic, "bob"))
    (theirs,) = own_factors.overview(clinic, bob.member, bob.token).passkeys
    before = own_factors.overview(clinic, alice.member, alice.token)

    for change in (own_factors.remove_passkey, partial(own_factors.rename_passkey, name="mine")):
        with pytest.raises(NoSuchPasskey):
            change(clinic, alice.member, alice.token, theirs.id)

    assert own_factors.overview(clinic, alice.member, alice.token) == before
    assert own_factors.overview(clinic, bob.member, bob.token).passkeys == (theirs,)


def test_forgetting_how_somebody_signs_in_leads_them_to_set_it_up_anew(clinic, alice):
    with_app(clinic, with_passkey(clinic, alice))
    change(clinic, update(PasskeyRow).values(sealed=b"planted"))
    with pytest.raises(own_factors.FactorsDamaged):
        own_factors.make_recovery_codes(clinic, alice.member, alice.token)

    own_factors.forget(clinic, None, alice.member.id)

    assert who(clinic, alice.token) is None
    assert not isinstance(password(clinic, alice), Begun)
    assert sign_in_with_passkey(clinic, alice.passkey) is None


# Proving it again


def test_a_session_is_fresh_for_five_minutes_and_a_clock_set_back_makes_none_fresh(copy, clinic, alice):
    with_passkey(clinic, alice)
    assert second_steps.is_fresh(clinic, alice.token, "here")

    for moved, fresh in (
        (timedelta(minutes=5), True),
        (timedelta(seconds=1), False),
        (-timedelta(hours=1), False),
    ):
        copy.clock.at += moved
        assert second_steps.is_fresh(clinic, alice.token, "here") is fresh


def test_proving_it_again_makes_a_new_token_and_the_old_one_leads_nowhere(copy, clinic, alice):
    with_passkey(clinic, alice)
    copy.clock.at += timedelta(minutes=6)
    asked = second_steps.ask_again(clinic, alice.member)

    answer = alice.passkey.use(asked.options)
    renewed = second_steps.again_with_passkey(clinic, alice.member, alice.token, asked.token, answer, "here")

    assert second_steps.is_fresh(clinic, renewed, "here")
    assert who(clinic, alice.token) is None
    assert not second_steps.is_fresh(clinic, alice.token, "here")


def test_neither_half_of_password_and_code_is_enough_again(copy, clinic, alice):
    with_app(clinic, alice)
    copy.clock.at += 2 * STEP

    def again(password, code):
        return second_steps.again_with_password(clinic, alice.member, alice.token, password, code, "here")

    assert again(PASSWORD, "") is None
    assert again(PASSWORD, alice.codes[0]) is None, "a recovery code is for coming in"
    assert again("not it", code_of(clinic, alice)) is None
    assert again(PASSWORD, code_of(clinic, alice)) is not None


def wrong_codes(clinic, person):
    """How many wrong codes in a row are counted."""
    with clinic.database.read() as session:
        row = members.hold(session, clinic.keys, person.member.id)
        return authenticator_apps.kept(session, clinic.keys, row).wrong


def again_by_passkey(clinic, person, device, **false):
    asked = second_steps.ask_again(clinic, person.member)
    answer = device.use(asked.options, **false)
    return second_steps.again_with_passkey(
        clinic, person.member, person.token, asked.token, answer, "192.0.2.1"
    )


def test_wrong_codes_are_forgotten_once_a_passkey_shows_who_it_is(clinic, alice):
    """The person is there: what a stranger typed is not to end their app."""
    with_app(clinic, with_passkey(clinic, alice))
    for shows in (
        lambda: sign_in_with_passkey(clinic, alice.passkey),
        lambda: again_by_passkey(clinic, alice, alice.passkey),
    ):
        count_wrong(clinic, alice.member.id, 3)
        assert wrong_codes(clinic, alice) == 3
        assert shows()
        assert wrong_codes(clinic, alice) == 0

    count_wrong(clinic, alice.member.id, 3)
    stranger = SoftPasskey()
    stranger.__dict__ |= alice.passkey.__dict__ | {"key": stranger.key}
    assert sign_in_with_passkey(clinic, stranger) is None
    assert again_by_passkey(clinic, alice, stranger) is None
    assert wrong_codes(clinic, alice) == 3, "the control: another key shows nothing"


def test_that_somebody_proved_it_again_stands_in_the_trail_with_what_they_proved_it(copy, clinic, alice):
    with_app(clinic, with_passkey(clinic, alice))
    copy.clock.at += 2 * STEP
    alice.token = again_by_passkey(clinic, alice, alice.passkey)
    code = code_of(clinic, alice)
    assert second_steps.again_with_password(clinic, alice.member, alice.token, PASSWORD, code, "192.0.2.1")

    told = [one for one in events(clinic) if one.event == "ProvedAgain"]
    assert [(one.actor, one.detail["member"]) for one in told] == [(str(alice.member.id),) * 2] * 2
    assert [one.detail["proven"] for one in told] == ["passkey", "password and app"]


def test_a_passkey_that_is_refused_is_told_of_where_the_password_was_right_or_there_is_a_copy(clinic, alice):
    """However often the network was told of: strangers can make no lines of these."""
    with_passkey(clinic, alice)
    real, alice.passkey.key = alice.passkey.key, SoftPasskey().key

    def told():
        return [one for one in events(clinic) if one.event == "SignInRefused"]

    def refused(begun="", **false):
        """Whose it is said to be, of each line that a refused passkey adds."""
        before = len(told())
        asked = second_steps.ask_for_passkey(clinic, begun)
        answer = alice.passkey.use(asked.options, **false)
        assert second_steps.finish_with_passkey(clinic, asked.token, answer, begun, "192.0.2.1") is None
        return [(one.actor, one.detail.get("member") or "") for one in told()[before:]]

    hers = (str(alice.member.id),) * 2
    assert [refused(), refused()] == [[("unknown", "")], []]
    begun = password(clinic, alice).token
    assert [refused(begun), refused(begun)] == [[hers], [hers]]
    alice.passkey.key = real
    assert [refused(count=0), refused(count=0)] == [[hers], []]


def test_a_passkey_that_is_refused_again_is_told_of_whoever_was_to_prove_it(clinic, alice):
    bob = with_passkey(clinic, somebody(clinic, "bob"))
    with_passkey(clinic, alice)
    assert again_by_passkey(clinic, alice, bob.passkey) is None

    last = events(clinic)[-1]
    assert (last.event, last.actor, last.detail["member"]) == ("SignInRefused", *(str(alice.member.id),) * 2)


def test_a_proof_holds_in_the_network_it_was_given_in_and_to_change_factors_one_minute(copy, clinic, alice):
    with_passkey(clinic, alice)
    alice.token = again_by_passkey(clinic, alice, alice.passkey)

    assert second_steps.is_fresh(clinic, alice.token, "192.0.2.1")
    assert not second_steps.is_fresh(clinic, alice.token, "198.51.100.1")
    assert not second_steps.is_fresh(clinic, "made up", "192.0.2.1")
    copy.clock.at += timedelta(minutes=1)
    for moved, fresh in ((timedelta(), True), (timedelta(seconds=1), False)):
        copy.clock.at += moved
        within = second_steps.FRESH_FOR_FACTORS
        assert second_steps.is_fresh(clinic, alice.token, "192.0.2.1", within) is fresh


def test_what_a_password_typed_again_proves_depends_on_what_somebody_has(copy, clinic, alice, monkeypatch):
    def proves(typed=PASSWORD, code=""):
        return second_steps.confirms(clinic, alice.member, typed, code, "192.0.2.1")

    alice.token = password(clinic, alice)
    assert [proves(), proves("not it")] == [Proven.PASSWORD, None]
    with_app(clinic, alice)
    copy.clock.at += 2 * STEP
    code = code_of(clinic, alice)
    assert [proves(), proves(code=alice.codes[0]), proves("not it", code)] == [None] * 3
    assert wrong_codes(clinic, alice) == 0, "what is no code of an app is no wrong one"
    assert proves(code=code) is Proven.PASSWORD_AND_APP

    bob = with_passkey(clinic, somebody(clinic, "bob"))
    monkeypatch.setattr(accounts, "confirms", lambda *_how: pytest.fail("it would be worked out for nothing"))
    assert second_steps.confirms(clinic, bob.member, PASSWORD, "", "192.0.2.1") is None, "only a passkey does"


def test_sessions_say_what_they_rest_on(clinic, alice):
    with_passkey(clinic, alice)
    sign_in_with_passkey(clinic, alice.passkey)

    with clinic.database.read() as session:
        rows = session.execute(select(StaffSessionRow.proven, StaffSessionRow.due)).all()
    assert {tuple(row) for row in rows} == {("passkey", "")}
