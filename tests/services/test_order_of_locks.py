"""Two who need the same two rows take them in one order, so that neither waits for the other (0065)."""

import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Thread, local
from types import SimpleNamespace

import psycopg
import pyotp
import pytest
import sqlalchemy
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from copies import PASSWORD, make_copy, staff
from exchanging import FORM, begun, secret_of, signs
from intake.content.phrase_words import phrase_words
from intake.domain.events import PasswordChanged
from intake.domain.permissions import Role
from intake.services import accounts as people_accounts
from intake.services import (
    answering,
    asking,
    coming_in,
    erasing,
    own_account,
    own_app,
    own_factors,
    people,
    replying,
    returning,
    sweeping,
    typed_codes,
    wrong_passwords,
)
from intake.storage import (
    accounts,
    audit,
    auth_epochs,
    drafts,
    passkeys,
    passwords,
    patient_questions,
    rewrapping,
    ways_back,
)
from intake.storage.drawn_ways import Drawn
from intake.storage.encryption import digest_of
from intake.storage.erasing import Erasure, Why
from intake.storage.lock_order import OF_A_PERSON, ORDER, PERSON, UNLESS, in_order
from intake.storage.signing_in import Claim, Refused
from intake.storage.tables import Base, OneTimeLinkRow, PasskeyRow, StaffMemberRow
from sending import fill_in
from short_form import LIBRARY

LOCKS = re.compile(r"FOR UPDATE|^\s*(UPDATE|DELETE)\b")
# How long somebody who has their first row waits for the other to have theirs.
MEETING = 0.3
DEADLOCK = psycopg.errors.DeadlockDetected

# What holds rows, and of which table.
HOLDS = re.compile(r"^\s*(?:UPDATE|DELETE FROM) (\w+)")


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """Passwords and codes worked out fast: how dear they are is looked at elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="module")
def two(_migrated, cheap, tmp_path_factory):
    """A clinic with two administrators, one of whom has two passkeys, and a form that was saved."""
    # The server looks for those who wait for each other after a moment, not after a second.
    url = f"{_migrated.address}&options=-c%20deadlock_timeout%3D30ms"
    yield from of_two(make_copy(tmp_path_factory.mktemp("two"), LIBRARY, url, under_roles=False))
    _migrated.empty()


def of_two(copy):
    settings = replace(copy.settings, mail_host="mail.example", mail_sender="forms@clinic.example")
    clinic = copy.clinic.with_settings(settings)
    alice, bob = (staff(clinic, name, name, Role.ADMINISTRATOR) for name in ("alice", "bob"))
    drawn = Drawn.new(phrase_words())
    with clinic.database.write() as session:
        row = accounts.hold(session, clinic.keys, alice.id)
        with auth_epochs.next_epoch(session, clinic.keys, row):
            for name in (b"one", b"other"):
                one = passkeys.new(row.id, name, b"key", 0, "Phone", (), clinic.now())
                passkeys.add(session, clinic.keys, row, one)
        token, _ = drafts.start(session, clinic.keys, clinic.now())
        ways_back.make(session, clinic.keys, drafts.opened(session, clinic.keys, token), drawn, clinic.now())
    yield SimpleNamespace(clinic=clinic, alice=alice, bob=bob, drawn=drawn)
    for database in (copy.desk.database, copy.clinic.database):
        database.dispose()


def waited_in_vain(database, *deeds):
    """The errors of these, done at once: nobody goes on from their first row before the others have theirs.

    Who cannot have it meanwhile is waited for no longer than a moment.
    """
    meeting, mine, failed = Barrier(len(deeds)), local(), []

    def meets(_connection, _cursor, statement, *_rest):
        if LOCKS.search(statement) and not getattr(mine, "met", False):
            mine.met = True
            with suppress(BrokenBarrierError):
                meeting.wait(MEETING)

    def does(deed):
        try:
            deed()
        except OperationalError as error:
            failed.append(type(error.orig))

    sqlalchemy.event.listen(database.engine, "after_cursor_execute", meets)
    threads = [Thread(target=does, args=(one,)) for one in deeds]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    sqlalchemy.event.remove(database.engine, "after_cursor_execute", meets)
    assert not any(one.is_alive() for one in threads)
    return failed


def within(clinic, *steps):
    """These steps, one after the other in one transaction."""

    def deed():
        with clinic.database.write() as session:
            for step in steps:
                step(session)

    return deed


@pytest.mark.postgres
def test_the_person_comes_before_the_trail(two):
    """The hundredth wrong password, and somebody who changes where they are told."""
    clinic, alice = two.clinic, two.alice
    own_account.tell_at(clinic, alice, "alice@clinic.example")
    refused = Claim("alice", alice.id), Refused(alice.id, "wrong", set_aside=True)

    def hundredth(session):
        wrong_passwords.record(session, clinic, *refused)

    def moves():
        own_account.tell_at(clinic, alice, "alice@elsewhere.example")

    def trail_first(session):
        audit.record(session, clinic.keys, alice.id, PasswordChanged(alice.id), clinic.now())

    def then_tells(session):
        coming_in.tell(clinic, session, alice.id)

    assert waited_in_vain(clinic.database, within(clinic, hundredth), moves) == []
    assert waited_in_vain(clinic.database, within(clinic, trail_first, then_tells), moves) == [DEADLOCK]


@pytest.mark.postgres
def test_the_person_comes_before_what_they_sign_in_with(two):
    """A sign-in with a passkey, and a change of how somebody signs in."""
    clinic, alice = two.clinic, two.alice

    def changes(session):
        with auth_epochs.next_epoch(session, clinic.keys, accounts.hold(session, clinic.keys, alice.id)):
            pass

    def signs_in(session):
        assert passkeys.find(session, clinic.keys, b"other") is not None

    def passkey_first(session):
        this = PasskeyRow.credential_digest == digest_of(b"other")
        session.scalars(select(PasskeyRow).where(this).with_for_update()).one()
        accounts.hold(session, clinic.keys, alice.id)

    changing = within(clinic, changes)
    assert waited_in_vain(clinic.database, within(clinic, signs_in), changing) == []
    assert waited_in_vain(clinic.database, within(clinic, passkey_first), changing) == [DEADLOCK]


@pytest.mark.postgres
def test_of_one_kind_they_come_in_the_order_of_their_ids(two):
    """Two administrators who remove each other; a new key beside a change of how somebody signs in."""
    clinic, alice = two.clinic, two.alice
    column = passkeys.SEALED_FOR_STAFF
    with clinic.database.read() as session:
        row = accounts.hold(session, clinic.keys, alice.id)
        every = sorted(passkeys.of(session, clinic.keys, row), key=lambda one: one.id)

    def takes_over(session):
        rewrapping.rewrap(session, clinic.keys, column, [(one.id,) for one in every])

    def one_by_one(session, *which):
        for one in which:
            session.scalars(select(PasskeyRow).where(PasskeyRow.id == one.id).with_for_update()).one()

    def reseals(session):
        row = session.get_one(StaffMemberRow, alice.id)
        passkeys.seal_again(session, clinic.keys, row, tuple(reversed(every)))

    def there(session):
        one_by_one(session, *every)

    def back(session):
        one_by_one(session, *reversed(every))

    assert waited_in_vain(clinic.database, within(clinic, takes_over), within(clinic, reseals)) == []
    assert waited_in_vain(clinic.database, within(clinic, there), within(clinic, back)) == [DEADLOCK]

    def removes(by, whom):
        def deed():
            with suppress(accounts.LastAdministrator):
                people.remove(clinic, by, whom.id)

        return deed

    carol, dave = (staff(clinic, name, name, Role.ADMINISTRATOR) for name in ("carol", "dave"))
    assert waited_in_vain(clinic.database, removes(carol, dave), removes(dave, carol)) == []


@pytest.mark.postgres
def test_the_browser_comes_before_the_way_back(two):
    """Somebody who comes back on the last day, and the worker, which deletes what is over."""
    clinic, way = two.clinic, two.drawn
    later = clinic.now() + timedelta(days=40)

    def comes_back(session):
        drafts.hold_browsers(session, ways_back.draft_of(session, way.way.secret))
        ways_back.open_with(session, clinic.keys, way.way.secret, way.phrase, clinic.now())

    def way_back_first(session):
        ways_back.remove_over(session, later)
        drafts.remove_expired(session, later, drafts.LIMITS)
        raise Undone

    def sweeps(session):
        drafts.remove_expired(session, later, drafts.LIMITS)

    def undone():
        with suppress(Undone):
            within(clinic, way_back_first)()

    coming = within(clinic, comes_back)
    assert waited_in_vain(clinic.database, undone, coming) == [DEADLOCK]
    assert waited_in_vain(clinic.database, within(clinic, sweeps), coming) == []
    with clinic.database.read() as session:
        assert ways_back.draft_of(session, way.way.secret) is None, "it was over, and it is gone"


class Undone(Exception):
    """What was done is to be as if it had not been."""


@pytest.mark.postgres
def test_the_person_comes_before_their_links(two):
    """Somebody who chooses a password with a link, while an administrator makes them another one."""
    clinic, alice, bob = two.clinic, two.alice, two.bob
    link = people.make_reset_link(clinic, alice, bob.id)

    def chooses():
        with suppress(people_accounts.LinkUsedUp):
            people_accounts.accept_invitation(clinic, link, "seven wild geese at noon")

    def makes_another():
        people.make_reset_link(clinic, alice, bob.id)

    def link_first(session):
        this = select(OneTimeLinkRow).where(OneTimeLinkRow.member_id == bob.id)
        session.scalars(this.with_for_update()).all()
        accounts.hold(session, clinic.keys, bob.id)

    assert waited_in_vain(clinic.database, chooses, makes_another) == []
    assert waited_in_vain(clinic.database, within(clinic, link_first), makes_another) == [DEADLOCK]


def test_journeys_hold_rows_in_the_order_that_is_written_down(tmp_path):
    """Of patients and staff, with what holds more than one row. SQLite is as good for it."""
    exchange = begun(tmp_path)
    with watched(exchange.copy) as against:
        a_patient_replies(exchange)
        a_patient_comes_back(exchange)
        somebody_signs_in(exchange)
        sweeping.sweep(exchange.copy.worker)
    erasing_keeps_to_a_form(exchange)
    exchange.copy.clinic.database.dispose()
    exchange.copy.desk.database.dispose()

    assert against.found == set()
    assert against.seen >= {"submissions", "reply_sessions", "ways_back", "staff_members", "audit_head"}


def test_what_is_held_the_other_way_round_is_seen(tmp_path):
    """The control."""
    exchange = begun(tmp_path)
    clinic = exchange.copy.clinic
    with watched(exchange.copy) as against, clinic.database.write() as session:
        audit.record(
            session, clinic.keys, exchange.alice.id, PasswordChanged(exchange.alice.id), clinic.now()
        )
        accounts.hold(session, clinic.keys, exchange.alice.id)
    exchange.copy.clinic.database.dispose()
    exchange.copy.desk.database.dispose()

    assert against.found == {("audit_head", "staff_members")}


def test_every_table_that_a_new_key_seals_anew_has_its_place():
    tables = {one.row.__tablename__ for one in rewrapping.SEALED_COLUMNS}

    assert set(in_order(tables)) == tables
    assert set(ORDER) <= set(Base.metadata.tables)
    assert len(set(ORDER)) == len(ORDER)


def a_patient_replies(exchange):
    """Asked twice, with a new link, taken back once; replied to and taken in."""
    exchange.asks()
    asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 1)
    asked = exchange.asks("And since when?")
    with exchange.copy.clinic.database.read() as session:
        number = max(patient_questions.states(session, exchange.submission))
    renewed = asking.renew(exchange.copy.clinic, exchange.alice, exchange.submission, number)
    assert replying.open_question(exchange.desk, secret_of(asked), exchange.reference) is None
    visit = replying.open_question(exchange.desk, secret_of(renewed), exchange.reference)
    replying.save(exchange.desk, visit, "Since last winter.", {})
    signs(exchange.desk, visit, "Quetzal Doe")
    assert exchange.take_in() == 1


def a_patient_comes_back(exchange):
    """A form that is saved, opened elsewhere and deleted; and one that is sent."""
    for ends in (answering.erase, lambda desk, token: answering.send(desk, token, "Quetzal Doe")):
        token = fill_in(exchange.desk, FORM)
        returning.keep_open(exchange.desk, token)
        way = returning.kept(exchange.desk, token).way
        assert returning.come_back(exchange.desk, way.secret, "abacus ability able abroad") is None
        token = returning.come_back(exchange.desk, way.secret, way.phrase)
        assert ends(exchange.desk, token)


def somebody_signs_in(exchange):
    """Wrongly and rightly; with an app, and without it again; invited, and taken away."""
    clinic, alice = exchange.copy.clinic, exchange.alice
    assert people_accounts.sign_in(clinic, "alice", "a guess", "192.0.2.1") is None
    token = people_accounts.sign_in(clinic, "alice", PASSWORD, "192.0.2.1")
    offered = own_app.offer(clinic, alice)
    code = pyotp.TOTP(offered.seed).at(clinic.now())
    token = own_app.set_up(clinic, alice, token, offered.carried, code).token
    own_factors.make_recovery_codes(clinic, alice, token)
    assert typed_codes.app_proves(clinic, alice.id, code) is False, "it is used up, and counts as wrong"
    typed_codes.forget(clinic, alice.id)
    bob = staff(clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    staff(clinic, "eve", "E. Ames", Role.ADMINISTRATOR)
    link = people.make_reset_link(clinic, bob, alice.id)
    people_accounts.accept_invitation(clinic, link, "seven wild geese at noon")
    people.set_roles(clinic, bob, alice.id, [Role.CLINICIAN, Role.FRONT_DESK])
    people.end_sessions(clinic, bob, alice.id)
    people.remove(clinic, bob, alice.id)


def erasing_keeps_to_a_form(exchange):
    """Everything about it may come in any order: it is held first, and nobody else has it by then.

    After a backup was put back, when nothing looked at the form before.
    """
    clinic = exchange.copy.clinic
    with watched(exchange.copy) as held:
        again = Erasure(exchange.submission, clinic.now(), Why.REQUESTED)
        assert erasing.erase_again(clinic, [again]).forms == 1
    assert held.order[0] == "submissions"


class Against:
    """What was held, in its order, and what was held before something that comes first."""

    def __init__(self):
        self.found, self.seen, self.order = set(), set(), []

    def holds(self, holder, table):
        before = holder.setdefault(self, [])
        self.seen.add(table)
        self.order.append(table)
        if table not in before and table in ORDER:
            later = {one for one in before if ORDER.index(one) > ORDER.index(table)}
            theirs = OF_A_PERSON if PERSON in before and table in OF_A_PERSON else frozenset()
            self.found |= {(one, table) for one in later - theirs} - set(UNLESS)
            before.append(table)


@contextmanager
def watched(copy):
    """Whatever both sides of this copy hold, transaction by transaction."""
    against, engines = Against(), (copy.desk.database.engine, copy.clinic.database.engine)

    def locks(state):
        wanted = getattr(state.statement, "_for_update_arg", None)
        if wanted is not None and not state.is_relationship_load:
            named = [one.__tablename__ for one in wanted.of or ()]
            for table in named or [one.name for one in state.statement.get_final_froms()]:
                against.holds(state.session.connection().info, table)

    def changes(connection, _cursor, statement, *_rest):
        if (found := HOLDS.match(statement)) is not None:
            against.holds(connection.info, found[1])

    def begins(connection):
        connection.info.pop(against, None)

    sqlalchemy.event.listen(Session, "do_orm_execute", locks)
    for engine in engines:
        sqlalchemy.event.listen(engine, "before_cursor_execute", changes)
        sqlalchemy.event.listen(engine, "begin", begins)
    try:
        yield against
    finally:
        sqlalchemy.event.remove(Session, "do_orm_execute", locks)
        for engine in engines:
            sqlalchemy.event.remove(engine, "before_cursor_execute", changes)
            sqlalchemy.event.remove(engine, "begin", begins)
