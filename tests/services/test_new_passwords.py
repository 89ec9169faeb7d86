"""Passwords that would be guessed are refused wherever one is chosen, and it is said what to do."""

import hashlib
import time
from dataclasses import replace
from threading import Thread

import pytest
import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from copies import PASSWORD, make_copy
from intake.config import Settings
from intake.domain.password_rules import LONGEST, SHORTEST
from intake.domain.permissions import Role
from intake.services import accounts, new_passwords
from intake.services.accounts import PasswordTooWeak
from intake.services.new_passwords import refuse_guessable

# They came out of leaks, the commonest first.
LEAKED = tuple(FREQUENCY_LISTS["passwords"])
# As people reach the fifteen characters: twice, with figures, with a year, with signs.
STRETCHED = (
    lambda word: word * 2 if len(word) > 7 else (word * SHORTEST)[:SHORTEST],
    lambda word: (word + "123456789012345")[: max(SHORTEST, len(word) + 2)],
    lambda word: (word.capitalize() + "2026" * 4)[: max(SHORTEST, len(word) + 4)],
    lambda word: (word.capitalize() + "!" * SHORTEST)[: max(SHORTEST, len(word) + 2)],
)
DOOR = "harbor cloud pencil door"


def refusal(settings, password, username="somebody", printed_name="A. Rivera, NP"):
    try:
        refuse_guessable(settings, password, username, printed_name)
    except PasswordTooWeak as refused:
        return str(refused)
    return ""


@pytest.fixture
def settings(tmp_path):
    return Settings(tmp_path)


@pytest.mark.parametrize(
    "password",
    [
        "smokeweedeveryday",
        "jesusismysavior",
        "ilovemyfamily1234",
        "manchesterunited",
        "hunter2hunter2hunter2!!x",
        "1a2b3c4d5e6f7g8h",
        "2026-11-27 2026-11-28",
        "$m0k3w33d3v3ryd4y",
        "iloveyousomuchiloveyousomuch",
    ],
)
def test_what_a_program_would_soon_come_to_is_refused_and_says_what_to_do(settings, password):
    said = refusal(settings, password)

    assert "A program that guesses" in said
    assert "four or more words" in said


@pytest.mark.parametrize(
    "password",
    [
        "lamp river sock tuesday",
        "four words nobody says",
        "k8F!x0q2Zp9-wLm",
        "8205 1774 9036 2951",
        "trees houses river moon" * 5,
    ],
)
def test_words_that_have_nothing_to_do_with_each_other_will_do(settings, password):
    assert refusal(settings, password) == ""


def test_every_leaked_password_that_is_long_enough_is_refused(settings):
    long_enough = [one for one in LEAKED if SHORTEST <= len(one) <= LONGEST]

    assert len(long_enough) > 30
    assert [one for one in long_enough if not refusal(settings, one)] == []


def test_the_commonest_passwords_made_long_enough_are_refused(settings):
    made = {stretch(word) for word in LEAKED[:500:20] for stretch in STRETCHED}

    assert len(made) > 90
    assert [one for one in made if not refusal(settings, one)] == []


def test_names_of_the_person_and_of_the_clinic_are_no_secret(settings):
    theirs = {"username": "zwolanski", "printed_name": "Z. Tarkovnik, NP"}

    # With figures for letters, as our own rules do not see; and so no password of whoever is called so.
    for password in ("T4rk0vn1k.zw0l4n5k1", "T4rk0vn1kzw0l4n5k1"):
        assert not refusal(settings, password)
        assert refusal(settings, password, **theirs)
    assert not refusal(settings, "Vr1z1tdum-p3rgam0l")
    assert refusal(replace(settings, clinic_name="Vrizitdum Pergamol"), "Vr1z1tdum-p3rgam0l")


def test_the_longest_one_is_judged_in_a_moment_whatever_its_signs(settings):
    """zxcvbn alone takes seconds over signs that each may stand for several letters."""
    refusal(settings, "its lists are read once")
    signs = "[1159([789[138{05 %7$ $(!8<(8+36"
    began = time.process_time()
    for typed in (signs, signs + "4@8({[<36 91!|70$5+%2" * 5):
        refusal(settings, typed[:LONGEST])

    assert time.process_time() - began < 1


def test_what_one_person_is_called_is_nothing_to_another(settings, monkeypatch):
    """zxcvbn keeps the words it is told in one place: two at once would be judged by each other's."""
    at_work, most = [], []

    def judged(password, user_inputs, max_length):
        at_work.append(password)
        most.append(len(at_work))
        time.sleep(0.02)
        at_work.remove(password)
        return {"guesses": 10**20}

    monkeypatch.setattr(zxcvbn, "zxcvbn", judged)
    threads = [Thread(target=refusal, args=(settings, f"lamp river sock {one}")) for one in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert most == [1] * 5


@pytest.fixture
def stolen(tmp_path):
    """A clinic with a list on which one password stands that is hard to guess."""
    copy = make_copy(tmp_path)
    path = tmp_path / "stolen.txt"
    digest = hashlib.sha1(DOOR.encode()).hexdigest().upper()
    path.write_text(f"{'0' * 40}:9\n{digest}:2\n")
    yield replace(copy.clinic, settings=replace(copy.settings, breached_passwords_file=path))
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_a_stolen_password_is_refused_wherever_one_is_chosen(stolen):
    link = accounts.make_setup_link(stolen)
    with pytest.raises(PasswordTooWeak, match="list of passwords that were stolen"):
        accounts.set_up(stolen, link, "bob", "B. Stone", DOOR, [])
    bob = accounts.set_up(stolen, link, "bob", "B. Stone", PASSWORD, [])

    invitation = accounts.add_staff(stolen, bob, "carol", "C. Diaz, NP", [Role.CLINICIAN])
    with pytest.raises(PasswordTooWeak, match="four or more words"):
        accounts.accept_invitation(stolen, invitation, DOOR)
    carol = accounts.accept_invitation(stolen, invitation, PASSWORD)

    with pytest.raises(PasswordTooWeak, match="were stolen"):
        accounts.change_password(stolen, carol, PASSWORD, DOOR, "192.0.2.1")
    assert accounts.change_password(stolen, carol, PASSWORD, f"{DOOR} lamp", "192.0.2.1")


def test_without_a_list_the_same_password_is_taken(settings):
    assert refusal(settings, DOOR) == ""


def test_where_the_list_cannot_be_read_no_password_is_taken_and_the_log_says_so(stolen, caplog):
    stolen.settings.breached_passwords_file.unlink()

    with pytest.raises(PasswordTooWeak, match="cannot be read at the moment"):
        refuse_guessable(stolen.settings, "lamp river sock tuesday", "bob", "B. Stone")

    assert "breached_list_unread" in caplog.text
    assert new_passwords.Noted.BREACHED_LIST_UNREAD.value in caplog.text
