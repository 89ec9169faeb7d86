"""Saying that a flag is not useful, wrong or missing; the safety log; and who sees what of it."""

import pytest

from intake.domain.review_entries import Done
from intake.services import reviewing
from web.clinic.conftest import PASSWORD
from web.clinic.person import words
from web.clinic.test_submission import acknowledge, cards, flag_key, flag_place, section

WORDS = "He was never treated for that"


@pytest.fixture
def submission(alice, sent):
    """Pat's form, opened by Alice."""
    one = sent()
    alice.open(f"/submissions/{one}")
    return one


def say(person, submission, says, note="", title="not treated"):
    place = flag_place(person, title)
    fields = {"flag": flag_key(person, title), "place": place.removeprefix("flag-"), "note": note}
    person.send(f"/submissions/{submission}/feedback", says=says, **fields)
    return place


def miss(person, submission, note):
    person.send(f"/submissions/{submission}/missing", note=note)


def close(person, submission, entry, note):
    person.send(f"/safety-log/{submission}", entry=str(entry), note=note)


def test_a_flag_is_said_to_be_not_useful_with_one_press(alice, submission):
    place = say(alice, submission, "not_useful")

    assert alice.response.headers["Location"] == f"/clinic/submissions/{submission}#{place}"
    alice.follow()
    assert "Not useful, says A. Rivera, NP, November 20, 2026 at 12:00 pm EST" in cards(alice, "raised")[0]
    assert "0 of 3 flags acknowledged" in alice.text


def test_a_wrong_flag_is_said_to_be_so_in_words(alice, submission):
    say(alice, submission, "wrong")

    assert alice.status == 422
    assert alice.page.title.startswith("Error:")
    assert "Say what is wrong with this flag" in alice.text
    say(alice, submission, "wrong", WORDS)
    alice.follow()
    assert (
        f"Wrong, says A. Rivera, NP, November 20, 2026 at 12:00 pm EST {WORDS}" in cards(alice, "raised")[0]
    )


def test_a_missing_flag_is_said_in_words(alice, submission):
    miss(alice, submission, "  ")
    assert alice.status == 422
    assert "Say what should have been pointed out" in words(section(alice, "missing-title"))

    miss(alice, submission, "Her tremor")

    assert alice.response.headers["Location"].endswith("#missing")
    alice.follow()
    assert "A flag is missing, says A. Rivera, NP" in words(section(alice, "missing-title"))
    assert "Her tremor" in words(section(alice, "missing-title"))


@pytest.mark.parametrize("where", ["flag", "submission", "entry"])
def test_typed_words_are_kept_when_they_are_too_long(alice, submission, where):
    long = "x" * 2001
    match where:
        case "flag":
            say(alice, submission, "wrong", long)
        case "submission":
            miss(alice, submission, long)
        case "entry":
            miss(alice, submission, "tremor")
            alice.open("/safety-log")
            close(alice, submission, 1, long)

    assert alice.status == 422
    assert alice.page.title.startswith("Error:")
    assert long in alice.response.text
    (open_again,) = (one for one in alice.page.tree.iter("details") if one.get("open") is not None)
    assert long in words(open_again)


@pytest.mark.parametrize("says", ["", "missing", "useful"])
def test_only_the_two_buttons_count_and_typed_words_are_kept(alice, submission, says):
    say(alice, submission, says, WORDS)

    assert alice.status == 422
    assert WORDS in alice.response.text


def test_of_a_flag_nobody_was_shown_nothing_is_recorded_and_the_words_are_kept(alice, submission):
    alice.send(f"/submissions/{submission}/feedback", says="wrong", flag="0" * 32, note=WORDS)
    assert alice.status == 409
    assert WORDS in alice.response.text

    alice.send(f"/submissions/{submission}/feedback", says="wrong", flag="0" * 32, note="x" * 2001)
    assert alice.status == 422
    assert "x" * 2001 in alice.response.text


@pytest.mark.parametrize("path", ["feedback", "missing"])
def test_of_a_form_that_is_not_there_nothing_can_be_said(alice, path):
    alice.open("/queue")
    fields = {"says": "not_useful", "flag": "0" * 32, "note": "words"}
    alice.send(f"/submissions/00000000-0000-0000-0000-000000000000/{path}", **fields)

    assert alice.status == 404


def test_words_typed_before_the_session_ended_are_not_lost(alice, submission, clock):
    key = flag_key(alice, "not treated")
    clock.move(minutes=20)

    alice.send(f"/submissions/{submission}/feedback", flag=key, says="wrong", note="He <never> was")

    assert alice.status == 403
    assert "He &lt;never&gt; was" in alice.response.text
    alice.sign_in("alice", PASSWORD)
    alice.open("/safety-log")
    assert "No entry is open." in alice.text


def test_pressing_twice_records_once(alice, submission):
    for _ in range(2):
        say(alice, submission, "wrong", WORDS)
        assert alice.status == 303
        alice.follow()
    for _ in range(2):
        miss(alice, submission, "Her tremor")
        assert alice.status == 303

    alice.open("/safety-log")
    assert "Open (2)" in alice.text


def test_one_may_change_ones_mind_and_two_may_differ(alice, signed_in, submission):
    say(alice, submission, "wrong", WORDS)
    alice.follow()
    say(alice, submission, "not_useful")
    dana = signed_in("dana")
    dana.open(f"/submissions/{submission}")
    say(dana, submission, "wrong", "Not so")
    dana.follow()

    card = cards(dana, "raised")[0]
    assert "Not useful, says A. Rivera, NP" in card
    assert "Wrong, says D. Both, MD" in card
    assert WORDS not in card
    dana.open(f"/submissions/{submission}/history")
    told = [line for line in dana.text.split("November") if "Feedback on the flags" in line]
    assert ["wrong" in line for line in told] == [True, False, True]


def test_feedback_can_be_given_after_the_sign_off_and_moves_nothing(clinic, staff, alice, submission):
    alice_herself = staff["alice"]
    for flag in reviewing.open_review(clinic, alice_herself, submission).flags:
        reviewing.acknowledge(clinic, alice_herself, submission, flag.key, "", Done.CALLED_PATIENT)
    shown = reviewing.open_review(clinic, alice_herself, submission).fingerprint()
    reviewing.sign_off(clinic, alice_herself, submission, "", shown)
    alice.open(f"/submissions/{submission}")

    say(alice, submission, "wrong", WORDS)
    alice.follow()
    miss(alice, submission, "Her tremor")
    alice.follow()

    assert "Signed off A. Rivera, NP" in alice.text
    assert WORDS in alice.text


def test_saying_something_leaves_a_page_that_is_open_ready_to_sign(
    alice, signed_in, clinic, staff, submission
):
    """The fingerprint carried by a sign-off page does not cover what is said of rules."""
    before = reviewing.open_review(clinic, staff["dana"], submission).fingerprint()

    say(alice, submission, "wrong", WORDS)

    assert reviewing.open_review(clinic, staff["dana"], submission).fingerprint() == before


def test_no_form_for_feedback_stands_where_a_form_is_signed(alice, submission):
    say(alice, submission, "wrong", WORDS)
    for title in ("not treated", "High blood pressure", "Home"):
        alice.open(f"/submissions/{submission}")
        if not any(title in card and "Acknowledged by" in card for card in _all_cards(alice)):
            acknowledge(alice, submission, title)
    alice.open(f"/submissions/{submission}/sign-off")

    assert "Was this flag useful?" not in alice.text
    assert WORDS not in alice.text


def _all_cards(person):
    return cards(person, "raised") + cards(person, "cannot-tell")


def test_the_log_tells_what_was_said_of_which_rule_and_form_by_whom(alice, submission):
    say(alice, submission, "wrong", WORDS)
    alice.follow()
    miss(alice, submission, "Her tremor")
    alice.open("/safety-log")

    (wrong, missing) = (words(one) for one in alice.page.tree.iter("article"))
    assert wrong.startswith("Wrong HL-")
    assert "High blood pressure, not treated Rule pressure-untreated" in wrong
    assert f"{WORDS} A. Rivera, NP, November 20, 2026" in wrong
    assert missing.startswith("A flag is missing HL-")
    assert "Her tremor" in missing
    assert f"/clinic/submissions/{submission}" in alice.page.links().values()
    assert "Pat" not in alice.text
    assert "Opening this page was recorded." in alice.response.text


def test_an_entry_is_closed_with_a_note_and_stays_to_be_read(alice, signed_in, submission):
    miss(alice, submission, "Her tremor")
    alice.open("/safety-log")
    close(alice, submission, 1, " ")
    assert alice.status == 422
    assert "Say what came of it" in alice.text

    close(alice, submission, 1, "A rule was written")

    alice.follow()
    assert "Open (0)" in alice.text
    assert "Closed by A. Rivera, NP, November 20, 2026 at 12:00 pm EST A rule was written" in alice.text
    close(alice, submission, 1, "A rule was written")
    assert alice.status == 303, "a button pressed twice"
    dana = signed_in("dana")
    dana.open("/safety-log")
    close(dana, submission, 1, "Something else")
    assert dana.status == 409
    assert "Something else" in dana.response.text
    close(dana, submission, 1, "x" * 2001)
    assert dana.status == 422
    assert "x" * 2001 in dana.response.text


def test_somebody_who_changed_their_mind_leaves_the_entry_open(alice, submission):
    say(alice, submission, "wrong", WORDS)
    alice.follow()
    say(alice, submission, "not_useful")

    alice.open("/safety-log")

    assert "Open (1)" in alice.text
    assert "Later A. Rivera, NP said of this flag: Not useful" in alice.text


@pytest.mark.parametrize("entry", ["0", "2", "99999999", "-1", "one", ""])
def test_an_entry_that_is_not_there_is_not_found(alice, submission, entry):
    miss(alice, submission, "Her tremor")
    alice.open("/safety-log")

    close(alice, submission, entry, "done")

    assert alice.status == 404


def test_an_administrator_sees_counts_and_never_a_word_a_name_or_a_reference(alice, signed_in, submission):
    say(alice, submission, "wrong", "xanthocanary one")
    alice.follow()
    reference = alice.page.title.partition(",")[0]
    miss(alice, submission, "xanthocanary two")
    alice.open("/safety-log")
    close(alice, submission, 2, "xanthocanary three")
    bob = signed_in("bob")

    seen = {path: bob.open(path).status_code for path in ("/safety-log", "/rules/figures", "/rules")}
    told = bob.open("/rules/figures?days=365&order=not_useful").text

    assert seen == {"/safety-log": 403, "/rules/figures": 200, "/rules": 200}
    assert "Safety log, of all time 1 open, 1 closed" in bob.text
    for secret in ("xanthocanary", "Rivera", "Doe", reference, str(submission)):
        assert secret not in told, secret
        assert secret in alice.open("/safety-log").text + alice.open(f"/submissions/{submission}").text


def test_an_administrator_says_nothing_of_flags(alice, signed_in, submission):
    key = flag_key(alice, "not treated")
    bob = signed_in("bob")
    bob.open("/password")

    for path, fields in (
        (f"/submissions/{submission}/feedback", {"flag": key, "says": "not_useful"}),
        (f"/submissions/{submission}/missing", {"note": "tremor"}),
        (f"/safety-log/{submission}", {"entry": "1", "note": "done"}),
    ):
        bob.send(path, csrf_token=bob.csrf, **fields)
        assert bob.status == 403
