"""Attacks on signing in: guessing, keeping people out, flooding, and asking who works here."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

import torn
from copies import NOON, PASSWORD, make_copy, staff
from intake.domain.events import PasswordSetAside, SignInAlarm, SignInRefused
from intake.domain.permissions import Role
from intake.domain.sign_in_limits import Budget, Counted, budgets_of
from intake.services import (
    accounts,
    coming_in,
    own_account,
    passkeys,
    people,
    provider_sign_in,
    second_steps,
    wrong_passwords,
)
from intake.services.accounts import LockedOut, NotCounted
from intake.services.coming_in import Browser
from intake.services.provider_sign_in import Back, NotSignedIn
from intake.storage import audit, rate_limits, sign_in_limits, signing_in
from intake.storage.database import DatabaseRefused
from intake.storage.passwords import Proof
from intake.storage.tables import KnownBrowserRow, OutgoingRow, RateLimitRow, StaffMemberRow, StaffSessionRow

WRONG, PAUSED, IN = "wrong", "paused", "in"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One clinic for all of these: setting one up takes longer than most attacks."""
    copy = make_copy(tmp_path_factory.mktemp("attacked"))
    for username in ("alice", "bob"):
        staff(copy.clinic, username, username.title(), Role.CLINICIAN)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def copy(shared):
    """The same with nothing counted, nobody signed in and no browser known."""
    with rate_limits.counting(shared.clinic.database).write() as session:
        session.execute(delete(RateLimitRow))
    with shared.clinic.database.write() as session:
        session.execute(delete(KnownBrowserRow))
        session.execute(delete(StaffSessionRow))
        session.execute(update(StaffMemberRow).values(failures=0))
    shared.clock.at = NOON
    return shared


@pytest.fixture
def alice(copy):
    return next(one for one in accounts.staff(copy.clinic) if one.username == "alice")


@pytest.fixture
def before(copy):
    """The last line of the trail before the attack."""
    return len(every_line(copy))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Argon2id is slow on purpose, and tried elsewhere: here a password is right when it is the right one."""
    monkeypatch.setattr(
        signing_in, "prove", lambda kept, password: Proof(kept is not None and password == PASSWORD)
    )


def attempt(copy, password="a guess", username="alice", address="203.0.113.9", known_as=""):
    try:
        came = accounts.sign_in(copy.clinic, username, password, address, known_as)
    except LockedOut:
        return PAUSED
    return WRONG if came is None else IN


def from_everywhere(times):
    """So many addresses, each in a network of its own."""
    return (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in range(times))


def every_line(copy):
    with copy.clinic.database.read() as session:
        return audit.events(session)


def lines(copy, event, before):
    return [one for one in every_line(copy)[before:] if one.event == event.__name__]


def wrong_in_a_row(copy, number):
    """As if so many had been wrong before."""
    with copy.clinic.database.write() as session:
        session.execute(update(StaffMemberRow).values(failures=number))


def at_home(copy):
    """Alice's own browser, and what it is known by."""
    return known_after(copy, "alice")


def known_after(copy, username):
    token = accounts.sign_in(copy.clinic, username, PASSWORD, "192.0.2.1")
    return coming_in.recognize(copy.clinic, token, "", "Firefox", "192.0.2.1")


def test_guesses_from_many_networks_do_not_keep_the_owner_out(copy, alice):
    """The short form of ten thousand (campaigns.lockouts): more than any of what is counted."""
    known_as = at_home(copy)
    wrong_in_a_row(copy, 90)
    for address in from_everywhere(40):
        copy.clock.at += timedelta(seconds=20)
        attempt(copy, address=address)

    assert attempt(copy) == PAUSED, "the control: strangers have no tries left"
    copy.clock.at += timedelta(seconds=91)
    assert attempt(copy, PASSWORD, address="198.51.100.4") == WRONG, "and the password is set aside for them"
    for address in from_everywhere(12):
        attempt(copy, address=address)
    assert attempt(copy, PASSWORD, known_as=known_as) == IN
    assert attempt(copy, PASSWORD, known_as=known_as, address="10.0.0.1") == IN, "also beside the attacker"


def test_whoever_just_chose_a_password_with_a_link_comes_in_while_strangers_guess(copy, alice):
    """They have no browser that is known, and no passkey yet: nothing else would let them in."""
    bob = next(one for one in accounts.staff(copy.clinic) if one.username == "bob")
    for address in from_everywhere(12):
        attempt(copy, address=address)
    assert attempt(copy, PASSWORD, address="192.0.2.1") == PAUSED, "the control: they are kept out"

    link = people.make_reset_link(copy.clinic, bob, alice.id)
    browser = Browser(coming_in.new_name(), "Firefox")
    accounts.accept_invitation(copy.clinic, link, PASSWORD, browser)

    assert attempt(copy, PASSWORD, address="192.0.2.1") == IN, "what was guessed before is forgotten"
    for _ in range(20):
        for address in from_everywhere(12):
            attempt(copy, address=address)
        assert attempt(copy, PASSWORD, address="192.0.2.1", known_as=browser.known_as) == IN
        copy.clock.at += timedelta(seconds=90)


def test_the_password_is_set_aside_after_a_hundred_and_the_owner_is_told(copy, alice, before):
    known_as = at_home(copy)
    wrong_in_a_row(copy, 95)
    for address in from_everywhere(6):
        copy.clock.at += timedelta(seconds=100)
        attempt(copy, address=address)

    assert [one.detail["member"] for one in lines(copy, PasswordSetAside, before)] == [str(alice.id)]
    copy.clock.at += timedelta(hours=1)
    assert attempt(copy, PASSWORD) == WRONG, "right, and not taken: a guesser learns nothing"
    assert attempt(copy, PASSWORD, known_as=known_as) == IN

    assert accounts.change_password(copy.clinic, alice, PASSWORD, "another four plain words", "here")
    with copy.clinic.database.read() as session:
        assert not signing_in.is_set_aside(session, alice.id)


def test_ten_guesses_are_taken_and_then_one_in_ninety_seconds(copy, alice):
    assert [attempt(copy, address=one) for one in from_everywhere(12)] == [WRONG] * 10 + [PAUSED] * 2
    copy.clock.at += timedelta(seconds=90)
    assert [attempt(copy), attempt(copy)] == [WRONG, PAUSED]
    copy.clock.at += timedelta(minutes=16)
    assert attempt(copy, PASSWORD) == IN


def test_tries_during_the_pause_do_not_lengthen_it(copy, alice):
    for one in from_everywhere(60):
        attempt(copy, address=one)
    copy.clock.at += timedelta(seconds=91)
    assert attempt(copy, PASSWORD) == IN


def test_one_network_guesses_at_thirty_names_and_no_more(copy, alice):
    tried = [attempt(copy, username=f"name{number}") for number in range(31)]

    assert tried == [WRONG] * 30 + [PAUSED]
    assert attempt(copy, PASSWORD) == PAUSED, "whoever sits in that network waits"
    assert attempt(copy, PASSWORD, address="192.0.2.1") == IN, "and nobody else does"


def test_the_sixty_four_bits_of_a_household_are_one_network(copy, alice):
    addresses = [f"2001:db8:0:1::{number:x}" for number in range(1, 32)]
    tried = [attempt(copy, username=f"name{number}", address=one) for number, one in enumerate(addresses)]

    assert tried[-1] == PAUSED
    assert attempt(copy, username="name99", address="2001:db8:0:2::1") == WRONG


def test_an_owner_who_mistypes_does_not_use_up_what_strangers_have_and_neither_do_they(copy, alice):
    known_as = at_home(copy)
    assert [attempt(copy, known_as=known_as) for _ in range(11)] == [WRONG] * 10 + [PAUSED]
    assert attempt(copy, PASSWORD, address="192.0.2.77") == IN


def test_a_made_up_or_borrowed_cookie_is_a_strangers(copy, alice):
    bobs = known_after(copy, "bob")
    for one in from_everywhere(10):
        attempt(copy, address=one)

    assert attempt(copy, PASSWORD, known_as=bobs) == PAUSED
    assert attempt(copy, PASSWORD, known_as="made up") == PAUSED


def test_a_right_password_does_not_give_a_network_its_tries_back(copy, alice):
    """Whoever has an account of their own could guess at another's for ever."""
    for number in range(29):
        attempt(copy, username=f"name{number}")
    assert attempt(copy, PASSWORD, username="bob") == IN
    assert [attempt(copy, username="name98"), attempt(copy, username="name99")] == [WRONG, PAUSED]


def test_whoever_came_in_has_all_their_tries_again(copy, alice):
    known_as = at_home(copy)
    for _ in range(9):
        attempt(copy, known_as=known_as)
    assert attempt(copy, PASSWORD, known_as=known_as) == IN

    assert [attempt(copy, known_as=known_as) for _ in range(10)] == [WRONG] * 10


def test_in_a_pause_no_password_is_worked_out(copy, alice, monkeypatch):
    """Which would cost this machine as much as it costs whoever guesses."""
    for one in from_everywhere(10):
        attempt(copy, address=one)
    worked_out = []
    monkeypatch.setattr(signing_in, "prove", lambda *given: worked_out.append(given) or Proof(right=True))

    assert attempt(copy, PASSWORD) == PAUSED
    assert worked_out == []


@pytest.mark.parametrize("known", [False, True])
def test_the_trail_says_whether_it_was_a_browser_that_was_known(copy, alice, before, known):
    known_as = at_home(copy) if known else ""
    wrong_in_a_row(copy, 99)
    with copy.clinic.database.write() as session:
        session.execute(update(KnownBrowserRow).values(failures=99))

    assert attempt(copy, known_as=known_as) == WRONG

    (said,) = lines(copy, PasswordSetAside, before)
    assert said.detail["where"] == ("a browser that was known" if known else "browsers nobody knows")


def test_known_and_unknown_names_are_answered_alike_until_it_is_set_aside(copy, alice):
    def told(username, network):
        found = []
        wrong_in_a_row(copy, 90)
        for number in range(25):
            copy.clock.at += timedelta(seconds=30)
            found.append(attempt(copy, username=username, address=f"{network}.{number}.1"))
        return found

    known = told("alice", "10.1")
    assert known == told("nobody", "10.2")
    assert {WRONG, PAUSED} == set(known)


def test_fifty_at_once_are_ten_guesses(copy, alice):
    """Each was let in before any had failed; what they come to is counted all the same."""
    budgets = budgets_of("alice", "203.0.113.9", "")
    clinic = copy.clinic
    with clinic.database.read() as session:
        claims = [signing_in.claim(session, clinic.keys, "alice", "", clinic.now()) for _ in range(50)]
    refused = [sign_in_limits.count(clinic.database, clinic.keys, budgets, clinic.now()) for _ in claims]

    assert refused == [False] * 10 + [True] * 40
    assert attempt(copy, PASSWORD) == PAUSED, "nor is the one that was right"


def test_very_many_everywhere_raise_one_alarm_an_hour_and_keep_nobody_out(copy, alice, before):
    for _ in range(97):
        sign_in_limits.is_an_alarm(copy.clinic.database, copy.clinic.keys, copy.clinic.now())
    for number, address in enumerate(from_everywhere(8)):
        attempt(copy, username=f"name{number}", address=address)

    assert len(lines(copy, SignInAlarm, before)) == 1
    assert attempt(copy, PASSWORD) == IN


def test_what_is_refused_in_a_pause_is_written_down_once_a_minute(copy, alice, before):
    """A line for each would let anybody fill the disk."""
    for address in from_everywhere(60):
        attempt(copy, address=address)

    reasons = [one.detail["reason"] for one in lines(copy, SignInRefused, before)]
    assert reasons == [signing_in.WRONG] * 10 + [signing_in.PAUSED]


def test_a_thousand_refusals_from_one_network_are_a_few_lines(copy, alice, before):
    """Each line stays for ever: strangers decide how many there are, whatever they try."""
    for number in range(330):
        attempt(copy, username=f"name{number}")
        provider_junk(copy)
        asked = passkeys.Ceremony("made up", "")
        assert second_steps.finish_with_passkey(copy.clinic, asked.token, "{}", source="203.0.113.9") is None

    # Thirty names are tried, as many as there are tries; then one line says that there are no more.
    reasons = [one.detail["reason"] for one in lines(copy, SignInRefused, before)]
    assert len(reasons) == 31
    copy.clock.at += timedelta(minutes=1)
    provider_junk(copy)
    assert len(lines(copy, SignInRefused, before)) == 32, "and another minute has its own"


def provider_junk(copy):
    with pytest.raises(NotSignedIn):
        provider_sign_in.come_back(copy.clinic, Back(state="x"), "", "203.0.113.9")


def test_one_network_is_asked_for_passkeys_a_hundred_times_and_no_more(copy, alice):
    """Each asking is a row for five minutes. Whoever shares the network goes on in a browser of theirs."""
    known_as = at_home(copy)
    for _ in range(100):
        second_steps.ask_for_passkey(copy.clinic, source="203.0.113.9")
    with pytest.raises(LockedOut):
        second_steps.ask_for_passkey(copy.clinic, source="203.0.113.9")
    with pytest.raises(LockedOut):
        second_steps.ask_for_passkey(copy.clinic, source="203.0.113.9", known_as="made up")
    assert second_steps.ask_for_passkey(copy.clinic, source="203.0.113.9", known_as=known_as)
    assert second_steps.ask_for_passkey(copy.clinic, source="192.0.2.1")


def test_a_password_typed_again_is_counted_apart_from_strangers(copy, alice):
    """Nobody can keep a clinician from signing off who is signed in."""
    for one in from_everywhere(60):
        attempt(copy, address=one)

    assert accounts.confirms(copy.clinic, alice, PASSWORD, "192.0.2.1")
    for _ in range(10):
        assert not accounts.confirms(copy.clinic, alice, "a guess", "192.0.2.1")
    with pytest.raises(LockedOut):
        accounts.confirms(copy.clinic, alice, PASSWORD, "192.0.2.1")


def test_when_nothing_can_be_counted_no_password_is_taken(copy, alice, monkeypatch, caplog):
    def broken(_database):
        raise OperationalError("a statement", {}, Exception("no disk"))

    monkeypatch.setattr(rate_limits, "counting", broken)

    with pytest.raises(NotCounted), caplog.at_level(logging.ERROR, logger="intake"):
        accounts.sign_in(copy.clinic, "alice", PASSWORD, "192.0.2.1")

    (said,) = caplog.messages
    assert said.startswith("passwords_not_taken")
    assert "error=OperationalError" in said


@pytest.mark.parametrize("lose", [torn.deleted, torn.page_lost], ids=lambda one: one.__name__)
def test_a_file_of_counts_that_was_lost_keeps_nobody_out(copy, lose):
    for one in from_everywhere(12):
        attempt(copy, address=one)
    assert attempt(copy) == PAUSED

    if lose in torn.IN_PLACE:
        # It takes another connection to see it.
        rate_limits.counting(copy.clinic.database).dispose()
    lose(copy.settings.instance / "intake-limits.db")

    assert attempt(copy, PASSWORD) == IN
    assert [attempt(copy, address=one) for one in from_everywhere(12)][-2:] == [PAUSED] * 2, "and it counts"


def test_no_file_of_counts_sets_back_how_many_were_wrong_in_a_row(copy):
    """Whoever can lose that file gets ten tries more, and never a hundred (the database counts these)."""
    wrong_in_a_row(copy, 100)
    torn.deleted(copy.settings.instance / "intake-limits.db")

    assert attempt(copy, PASSWORD) == WRONG


def test_a_clock_set_back_keeps_nobody_out(copy, alice):
    for one in from_everywhere(12):
        attempt(copy, address=one)
    copy.clock.at = NOON - timedelta(days=400)
    assert attempt(copy, PASSWORD) == IN


def test_neither_the_name_typed_nor_the_place_is_kept(copy):
    """People type their password into the box for the name."""
    attempt(copy, username="hunter2 hunter2", address="192.0.2.7")
    with rate_limits.counting(copy.clinic.database).read() as session:
        keys = session.scalars(select(RateLimitRow.key)).all()
    assert keys
    assert {len(one) for one in keys} == {32}
    assert not any(b"hunter2" in one or b"192.0" in one for one in keys)


def test_what_is_counted_of_one_thing_is_not_counted_of_another(copy):
    """The control: a key that left something out would count two people as one."""
    which = [
        Budget(Counted.ACCOUNT, ("alice",)),
        Budget(Counted.ACCOUNT, ("bob",)),
        Budget(Counted.NETWORK, ("alice",)),
        Budget(Counted.BROWSER, ("alice", "one")),
        Budget(Counted.BROWSER, ("alice", "other")),
    ]
    assert len({sign_in_limits._key(copy.clinic.keys, one) for one in which}) == len(which)


def test_both_names_cost_the_same_commits(copy, alice):
    """Whoever hears how often the disk is written to is not to hear who works here."""
    changed, written = {}, []

    def begins(connection):
        changed[id(connection)] = raw(connection).total_changes

    def commits(connection):
        # One that changed nothing reaches no disk.
        if raw(connection).total_changes != changed[id(connection)]:
            written.append(connection)

    for engine in (copy.clinic.database.engine, rate_limits.counting(copy.clinic.database).engine):
        sqlalchemy.event.listen(engine, "begin", begins)
        sqlalchemy.event.listen(engine, "commit", commits)

    def cost(username, address):
        before = len(written)
        assert attempt(copy, username=username, address=address) == WRONG
        return len(written) - before

    assert cost("alice", "10.0.1.1") == cost("nobody", "10.0.2.1") > 1


def raw(connection):
    return connection.connection.dbapi_connection


def test_when_the_alarm_cannot_be_counted_the_refusal_is_still_in_the_trail(copy, alice, before, monkeypatch):
    def broken(*_counted):
        raise OperationalError("a statement", {}, Exception("no disk"))

    wrong_in_a_row(copy, 99)
    monkeypatch.setattr(sign_in_limits, "is_an_alarm", broken)
    with pytest.raises(NotCounted):
        attempt(copy)

    assert len(lines(copy, SignInRefused, before)) == 1
    assert len(lines(copy, PasswordSetAside, before)) == 1, "as much as was counted"


def test_the_person_is_held_before_the_trail_so_that_no_two_wait_for_each_other(copy, alice):
    """The hundredth wrong password beside the owner's own sign-in, which holds its row before the trail."""
    settings = replace(copy.clinic.settings, mail_host="mail.example", mail_sender="a@b.example")
    mailed = replace(copy, clinic=copy.clinic.with_settings(settings))
    wrong_in_a_row(copy, 99)
    said = []

    def says(_connection, _cursor, statement, *_rest):
        said.append(statement)

    sqlalchemy.event.listen(copy.clinic.database.engine, "before_cursor_execute", says)
    attempt(mailed)
    sqlalchemy.event.remove(copy.clinic.database.engine, "before_cursor_execute", says)

    trail = next(place for place, one in enumerate(said) if "audit_head" in one)
    people_held = [place for place, one in enumerate(said) if "staff_members" in one]
    assert any("UPDATE audit_head" in one for one in said)
    assert people_held
    assert max(people_held) < trail


class Trying:
    """A password that is worked out while as many others are counted as a test says."""

    username, browser, member = "alice", "", None

    def __init__(self, right, meanwhile):
        self.right, self.meanwhile = right, meanwhile

    def prove(self, _password):
        self.meanwhile()
        return Proof(self.right)


@pytest.mark.parametrize("right", [True, False])
def test_whoever_began_before_there_were_too_many_is_refused_right_or_wrong(copy, right):
    """The counts are looked at before a password is worked out, and after it."""
    budgets = budgets_of("alice", "203.0.113.9", "")

    def count(times):
        for _ in range(times):
            sign_in_limits.count(copy.clinic.database, copy.clinic.keys, budgets, copy.clinic.now())

    def proved(meanwhile):
        return wrong_passwords.proved(copy.clinic, Trying(right, lambda: count(meanwhile)), "x", budgets)

    assert proved(9).right is right, "the control: one is left"
    with pytest.raises(LockedOut):
        proved(1)


def test_an_alarm_stands_in_the_trail_and_in_the_log(copy, before, caplog):
    """Whoever watches the log is to hear of it: the trail is read by people, at times."""
    with caplog.at_level(logging.WARNING, logger="intake"):
        for _ in range(103):
            wrong_passwords.alarm(copy.clinic)

    (said,) = lines(copy, SignInAlarm, before)
    assert said.detail == {"failures": 100}
    (noted,) = caplog.records
    assert (noted.levelno, noted.getMessage().strip()) == (logging.WARNING, "sign_in_alarm")


def test_whose_password_is_set_aside_is_told_of_it_by_e_mail(copy, alice, before):
    mail = {"mail_host": "mail.example", "mail_sender": "a@b.example"}
    mailed = copy.clinic.with_settings(replace(copy.clinic.settings, **mail))
    own_account.tell_at(copy.clinic, alice, "alice@example.com")
    told = []
    for failures in (5, 99):
        wrong_in_a_row(copy, failures)
        accounts.sign_in(mailed, "alice", "a guess", "203.0.113.9", "")
        with copy.clinic.database.read() as session:
            told.append(len(session.scalars(select(OutgoingRow)).all()))
    own_account.tell_at(copy.clinic, alice, "")

    assert told[1] == told[0] + 1
    assert len(lines(copy, PasswordSetAside, before)) == 1


def test_a_network_is_told_of_once_a_minute_and_always_where_nothing_can_be_counted(copy, monkeypatch):
    def told(network="192.0.2.1"):
        return wrong_passwords.is_to_be_told(copy.clinic, network)

    assert [told(), told(), told("192.0.2.2")] == [True, False, True]
    copy.clock.at += timedelta(minutes=1)
    assert [told(), told()] == [True, False]

    def refuse(*_how):
        raise DatabaseRefused("no room")

    for broken in (refuse, broken_disk):
        monkeypatch.setattr(rate_limits, "counting", broken)
        assert [told(), told()] == [True, True]
        with pytest.raises(NotCounted):
            wrong_passwords.counting(lambda: rate_limits.counting(copy.clinic.database))


def broken_disk(_database):
    raise OperationalError("a statement", {}, Exception("no disk"))
