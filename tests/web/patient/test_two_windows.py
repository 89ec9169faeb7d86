"""Two windows or two people on one form: nothing that was said is written over unseen."""

import re
import threading

import pytest

from intake.domain.answers import BLANK, Chosen, MedicineList, Text
from intake.domain.submissions import Receipt
from intake.services import answering
from intake.storage import submissions
from intake.web.patient import medicine_list
from web.patient.visitor import Visitor
from web.patient.windows import Window, come_back, leave_alone, words_of

H1 = "Which one is right?"
PICK = "both-pregnancy"


def picked(pat, which):
    form = pat.page.form("Continue")
    fields = {name.replace("-", "__"): [] for name, _ in form.hidden}
    for name, value in form.hidden:
        fields[name.replace("-", "__")].append(value)
    return pat.send(form.action, **{**fields, **which})


@pytest.fixture
def apart(pat):
    """Both windows showed an open question; the first said no, the second says trying."""
    one, other = Window(pat, "pregnancy"), Window(pat, "pregnancy")
    one.go_on(pregnancy="no")
    other.go_on(pregnancy="trying")
    return pat


def test_both_answers_are_shown_and_asked_about(apart):
    assert apart.status == 409
    assert apart.page.h1 == H1
    first, second = [one.label for one in apart.page.form("Continue").controls]
    assert first.endswith("From this page")
    assert second == "No Saved from somewhere else"
    assert not any(one.picked for one in apart.page.form("Continue").controls)
    assert apart.answers.value("pregnancy") == Chosen("no")


@pytest.mark.parametrize(("which", "kept"), [("here", "trying"), ("saved", "no")])
def test_what_is_chosen_is_kept(apart, which, kept):
    picked(apart, {PICK.replace("-", "__"): which})

    assert apart.status == 303
    assert apart.answers.value("pregnancy") == Chosen(kept)


def test_nothing_is_chosen_before_somebody_chooses_and_it_is_asked_again(apart):
    picked(apart, {})

    assert apart.page.h1 == H1
    assert apart.problems == ["Choose one: Are you pregnant, could you be, or are you trying to be?"]
    assert apart.answers.value("pregnancy") == Chosen("no")


def test_another_look_asks_again_and_writes_over_nothing(apart):
    picked(apart, {"look": "dark"})
    assert apart.page.h1 == H1
    assert apart.problems == []
    assert not any(one.picked for one in apart.page.form("Continue").controls)
    picked(apart, {})

    assert apart.page.h1 == H1
    assert apart.answers.value("pregnancy") == Chosen("no")


@pytest.mark.parametrize(("which", "kept"), [("here", "trying"), ("saved", "no")])
def test_what_was_picked_comes_back_in_another_look(apart, which, kept):
    picked(apart, {"both__pregnancy": which, "look": "dark"})
    assert apart.page.h1 == H1
    assert [one.picked for one in apart.page.form("Continue").controls] == [which == "here", which == "saved"]
    picked(apart, {"both__pregnancy": which})

    assert apart.status == 303
    assert apart.answers.value("pregnancy") == Chosen(kept)


def test_without_its_token_the_choice_is_asked_for_again(apart):
    apart.client.delete_cookie("intake_patient_page", domain="127.0.0.1")
    picked(apart, {"both__pregnancy": "saved"})

    assert apart.page.h1 == H1
    assert apart.answers.value("pregnancy") == Chosen("no")


def test_held_after_a_sign_out_the_choice_is_asked_for_again(pat, copy):
    way = words_of(pat)
    one, other = Window(pat, "pregnancy"), Window(pat, "pregnancy")
    one.go_on(pregnancy="no")
    other.go_on(pregnancy="trying")
    leave_alone(copy)
    picked(pat, {})
    assert pat.status == 410
    come_back(pat, way)
    pat.follow()
    pat.follow()

    assert pat.page.h1 == H1
    assert pat.answers.value("pregnancy") == Chosen("no")


def test_changed_once_more_while_asked_it_is_asked_once_more(apart):
    html = apart.html
    Window(apart, "reasons_more")
    apart.answer("pregnancy", pregnancy="yes")
    apart.response.set_data(html)
    picked(apart, {"both__pregnancy": "here"})

    assert apart.page.h1 == H1
    assert "Yes" in apart.text
    assert apart.answers.value("pregnancy") == Chosen("yes")


def test_the_same_answer_twice_is_one_answer(pat):
    one, other = Window(pat, "pregnancy"), Window(pat, "pregnancy")
    one.go_on(pregnancy="no")
    other.go_on(pregnancy="no")

    assert pat.status == 303


def test_continue_pressed_twice_is_pressed_once(pat):
    window = Window(pat, "pregnancy")
    shown = window.shown
    window.go_on(pregnancy="no")
    first = pat.location
    window.shown = shown
    window.go_on(pregnancy="no")

    assert pat.location == first


def test_what_was_left_blank_here_does_not_take_away_what_was_said_there(pat):
    one, other = Window(pat, "phq9_1"), Window(pat, "phq9_1")
    one.go_on(phq9_1="several_days", phq9_2="not_at_all")
    other.go_on(phq9_3="not_at_all")

    assert pat.status == 303
    assert pat.answers.value("phq9_1") == Chosen("several_days")
    assert pat.answers.value("phq9_3") == Chosen("not_at_all")
    assert pat.answers["phq9_4"] == BLANK


def test_only_what_differs_is_asked_about_and_the_rest_is_carried_along(pat):
    one, other = Window(pat, "first_name"), Window(pat, "first_name")
    one.go_on(first_name__words="Pat", last_name__words="Doe")
    other.go_on(first_name__words="Pat", last_name__words="Roe", preferred_name__words="Patty")
    assert pat.text.count("From this page") == 1
    picked(pat, {"both__last_name": "here"})

    assert pat.answers.value("last_name") == Text("Roe")
    assert pat.answers.value("first_name") == Text("Pat")


def test_who_wants_to_stop_is_not_asked_now_and_loses_nothing(pat):
    one, other = Window(pat, "pregnancy"), Window(pat, "pregnancy")
    one.go_on(pregnancy="no")
    other.go_on(pregnancy="trying", go__later="1")
    assert pat.location == "/later/unfinished"
    assert pat.answers.value("pregnancy") == Chosen("no")
    back = Window(pat, "pregnancy")
    assert 'value="trying" checked' in pat.html
    back.go_on(pregnancy="trying")

    assert pat.page.h1 == H1


def test_stopping_at_the_choice_leaves_the_choice_for_later(apart):
    picked(apart, {"go__later": "1"})
    assert apart.location == "/later/unfinished"
    apart.ask("pregnancy")

    assert apart.page.h1 == H1


def test_two_windows_that_add_a_medicine_at_once_add_both(pat, monkeypatch):
    pat.answer("takes_medicines", takes_medicines="yes")
    pat.ask("medicines")
    keep, waiting = medicine_list.keep, ["Sertraline"]

    def other_window_first(visit, *of, **how):
        if waiting:
            name, token = waiting.pop(), pat.token
            other = Visitor(pat.desk)
            other.client.set_cookie("intake_patient", token, domain="127.0.0.1")
            other.ask("medicines")
            other.answer("medicines", add="1", name=name)
        return keep(visit, *of, **how)

    monkeypatch.setattr("intake.web.patient.medicines.keep", other_window_first)
    pat.answer("medicines", add="1", name="Lithium")

    value = pat.answers.value("medicines")
    assert isinstance(value, MedicineList)
    assert [entry.name for entry in value.entries] == ["Sertraline", "Lithium"]


# What is sent is what was checked.


@pytest.fixture
def signing(ready):
    """Pat has checked the answers, and is about to sign."""
    ready.open("/check")
    ready.open(ready.page.links()["Go on to sign"])
    return ready


def sign(pat):
    hidden = {
        name.replace("-", "__"): value for name, value in pat.page.form("Sign and send to the clinic").hidden
    }
    return pat.send("/sign", **{**hidden, "agree": "y", "typed_name": "Pat Doe"})


def sent_count(copy):
    with copy.desk.database.read() as session:
        return len(submissions.ids(session))


def test_unchanged_it_is_sent(signing, copy):
    sign(signing)

    assert signing.location == "/sent"
    assert sent_count(copy) == 1


def test_changed_in_another_window_it_is_checked_again_with_the_signature_kept(signing, copy):
    html = signing.html
    signing.answer("pregnancy", pregnancy="trying")
    signing.response.set_data(html)
    sign(signing)
    assert re.fullmatch(r"/check/[0-9a-f]{16}", signing.location)
    signing.follow()

    assert sent_count(copy) == 0
    assert "Something changed since you checked, so nothing was sent." in signing.text
    link = "Look at it: Are you pregnant, could you be, or are you trying to be?"
    assert [one for one in signing.page.links() if one.startswith("Look at it")] == [link]
    signing.open(signing.page.links()["Go on to sign"])
    assert 'value="Pat Doe"' in signing.html
    assert "We kept what you typed. Nothing was sent yet." in signing.text
    sign(signing)
    assert signing.location == "/sent"
    assert sent_count(copy) == 1


def test_changed_and_changed_back_it_is_what_was_checked(signing):
    html = signing.html
    signing.answer("pregnancy", pregnancy="trying")
    signing.answer("pregnancy", noticed="pregnancy")
    signing.response.set_data(html)
    sign(signing)

    assert signing.location == "/sent"


def test_changed_between_checking_and_going_on_it_is_checked_again(ready):
    ready.open("/check")
    onward = ready.page.links()["Go on to sign"]
    ready.answer("pregnancy", pregnancy="trying")
    # Somebody else checks it as it is by now: that is not what this window showed.
    ready.open("/check")
    ready.open(onward)

    assert ready.location == onward.replace("/sign/", "/check/")
    ready.follow()
    assert "Look at it: Are you pregnant, could you be, or are you trying to be?" in ready.page.links()


def test_a_state_nobody_checked_is_asked_to_be_checked(ready):
    ready.open("/sign/0123456789abcdef")

    assert ready.location == "/check/0123456789abcdef"
    ready.follow()
    assert "Something changed since you checked, so nothing was sent." in ready.text
    assert "Look at it" not in ready.text


def test_send_pressed_twice_at_once_sends_once_and_thanks_twice(signing, copy):
    hidden = dict(signing.page.form("Sign and send to the clinic").hidden)
    signing.csrf = hidden["csrf_token"]
    presses = [Visitor(signing.desk) for _ in range(2)]
    for press in presses:
        for name in ("intake_patient", "intake_patient_page"):
            cookie = signing.client.get_cookie(name, domain="127.0.0.1")
            press.client.set_cookie(name, cookie.value, domain="127.0.0.1")
    ready = threading.Barrier(2)
    answers = []

    def press(visitor):
        ready.wait(timeout=10)
        data = {**hidden, "agree": "y", "typed_name": "Pat Doe"}
        answers.append(visitor.client.post("/sign", base_url=visitor.site, data=data))

    threads = [threading.Thread(target=press, args=(one,)) for one in presses]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=30)

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(303, "/sent")] * 2
    assert sent_count(copy) == 1
    assert isinstance(answering.find(signing.desk, signing.token), Receipt)


@pytest.mark.parametrize("path", ["/f/1/1", "/check", "/sign", "/form"])
def test_back_after_sending_leads_to_the_page_that_says_so(ready, path):
    ready.send("/sign", agree="y", typed_name="Pat Doe")
    ready.open(path)

    assert ready.location == "/sent"
