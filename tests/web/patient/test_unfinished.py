"""What is typed and not continued from is kept: when a page is hidden, and when it comes back."""

import re
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest

from intake.services import answering
from intake.web.scripts import script
from web.patient.visitor import Visitor
from web.patient.windows import Window, without_dialog, words_of

KEPT = "We kept what you typed here. It is not saved as your answer until you press Continue."


def draft(pat):
    return answering.find(pat.desk, pat.token)


def test_a_hidden_page_is_kept_and_there_again(pat):
    window = Window(pat, "reasons_more")
    assert window.hide(reasons_more__words="It began last").status_code == 204
    pat.ask("reasons_more")

    assert KEPT in pat.text
    assert "It began last</textarea>" in pat.html


def test_what_is_kept_is_no_answer_and_no_page_that_was_seen(pat):
    Window(pat, "pregnancy").hide(pregnancy="trying")

    assert "pregnancy" not in pat.answers
    assert draft(pat).seen == frozenset()
    pat.open("/form")
    assert "0 of 7 parts are done." in pat.text


def test_what_cannot_be_read_is_kept_too_and_not_spoken_of(pat):
    Window(pat, "date_of_birth").hide(date_of_birth__month="Ju")
    pat.ask("date_of_birth")

    assert pat.status == 200
    assert pat.problems == []
    assert 'value="Ju"' in pat.html


def test_continue_makes_an_answer_of_it_and_nothing_is_kept_any_more(pat):
    Window(pat, "pregnancy").hide(pregnancy="trying")
    Window(pat, "pregnancy").go_on(pregnancy="trying")
    pat.ask("pregnancy")

    assert KEPT not in pat.text
    assert draft(pat).unfinished == {}


def test_a_page_that_was_only_looked_at_leaves_nothing(pat):
    pat.answer("height", height__ft_in__0="5", weight__lb__0="150")
    for question, fields in {
        "pregnancy": {},
        "height": {
            "height__unit": "ft_in",
            "height__ft_in__0": "5",
            "weight__lb__0": "150",
            "weight__unit": "lb",
        },
        "first_name": {"first_name__words": " ", "last_name__words": ""},
    }.items():
        Window(pat, question).hide(**fields)

    assert draft(pat).unfinished == {}


def test_what_was_typed_and_taken_out_again_is_not_kept(pat):
    window = Window(pat, "reasons_more")
    window.hide(reasons_more__words="It")
    window.hide(reasons_more__words="")

    assert draft(pat).unfinished == {}


def test_who_saved_before_can_go_back_to_that(pat):
    pat.answer("pregnancy", pregnancy="no")
    window = Window(pat, "pregnancy")
    window.hide(pregnancy="trying")
    pat.ask("pregnancy")
    assert 'value="trying" checked' in pat.html
    window.go_on(pregnancy="trying", as__saved="1")

    assert 'value="no" checked' in pat.html
    assert draft(pat).unfinished == {}


@pytest.mark.parametrize("question", ["first_name", "pregnancy"])
def test_the_enter_key_continues_and_never_drops_what_was_typed(pat, question):
    """It presses the first button there is."""
    pat.answer("pregnancy", pregnancy="no")
    pat.answer("first_name", first_name__words="Pat", last_name__words="Doe")
    fields = {"first_name": {"first_name__words": "Patty"}, "pregnancy": {"pregnancy": "trying"}}
    Window(pat, question).hide(**fields[question])
    pat.ask(question)
    buttons = [*pat.page.form("Continue").buttons]

    assert buttons[0] == "Continue"
    assert buttons[-1] == "Go back to what I saved before"


def test_a_hidden_page_does_not_keep_the_form_open(pat, copy):
    words_of(pat)
    window = Window(pat, "pregnancy")
    idle = copy.settings.patient_idle_minutes
    for _ in range(2):
        copy.clock.at += timedelta(minutes=idle - 10)
        answer = window.hide(pregnancy="trying")

    assert answer.status_code == 410


def test_somebody_who_is_still_there_keeps_it_open(pat, copy):
    words_of(pat)
    pat.ask("pregnancy")
    for _ in range(3):
        copy.clock.at += timedelta(minutes=copy.settings.patient_idle_minutes - 10)
        assert pat.send("/stay").status_code == 204
    pat.open("/form")

    assert pat.status == 200


@pytest.mark.parametrize("path", ["/stay", "/f/1/1/keep"])
def test_what_a_page_sends_by_itself_needs_its_token(pat, path):
    pat.send(path, csrf_token="made up", filled_in_by="me")

    assert pat.status == 400
    assert draft(pat).unfinished == {}


def test_the_check_page_says_what_is_not_part_of_it(ready):
    Window(ready, "pregnancy").hide(pregnancy="trying")
    ready.open("/check")

    assert "You typed something and did not continue. It is not part of what you send." in ready.text
    asked = "Are you pregnant, could you be, or are you trying to be?"
    assert ready.page.links()[asked] == f"{ready.address('pregnancy')}/change"


def test_save_and_finish_later_keeps_half_an_answer(pat):
    Window(pat, "date_of_birth").go_on(date_of_birth__month="Ju", go__later="1")
    pat.follow()
    assert "One answer on your last page was not finished. We kept what you typed" in pat.text
    pat.ask("date_of_birth")

    assert 'value="Ju"' in pat.html
    assert KEPT in pat.text


def test_a_medicine_half_typed_is_kept_under_the_list(pat):
    pat.answer("takes_medicines", takes_medicines="yes")
    pat.answer("medicines", add="1", name="Lithium")
    window = Window(pat, "medicines")
    window.hide(name="Serta", amount="50")
    pat.ask("medicines")

    assert "We kept what you typed below. It is not on your list until you add it." in pat.text
    assert 'value="Serta"' in pat.html
    assert "You have added 1 medicine" in pat.text
    window.go_on(name="Sertaline", amount="50", add="1")
    pat.ask("medicines")
    assert "You have added 2 medicines" in pat.text
    assert "We kept" not in pat.text


def test_a_page_that_is_not_asked_any_more_keeps_what_was_typed(pat):
    pat.answer("takes_medicines", takes_medicines="yes")
    window = Window(pat, "medicines")
    pat.answer("takes_medicines", takes_medicines="no")
    window.go_on(name="Sertraline")
    assert pat.status == 303
    pat.answer("takes_medicines", takes_medicines="yes")
    pat.ask("medicines")

    assert 'value="Sertraline"' in pat.html


# Back: a page that is to be looked at again is shown at its own address, and not as the answer to a form.


@pytest.mark.parametrize(
    ("question", "fields", "heading"),
    [
        (
            "date_of_birth",
            {"date_of_birth__month": "June", "date_of_birth__day": "31"},
            "A few facts about you",
        ),
        ("pregnancy", {}, "Are you pregnant, could you be, or are you trying to be?"),
        ("height", {"height__ft_in__0": "8", "weight__lb__0": "150"}, "Is that right?"),
    ],
)
def test_a_page_to_look_at_again_is_a_page_of_its_own(pat, question, fields, heading):
    address = pat.address(question)
    raw = {name.replace("__", "-"): value for name, value in fields.items()}
    pat.ask(question)
    sent = pat.client.post(address, base_url=pat.site, data={**raw, "csrf_token": pat.csrf})
    assert (sent.status_code, sent.headers["Location"]) == (303, address)

    # As often as somebody comes back to it, by Back or by reload.
    for _ in range(2):
        pat.open(address)
        assert pat.page.h1 == heading or question == "date_of_birth"
        for value in fields.values():
            assert f'value="{value}"' in pat.html


def test_a_mistake_in_the_signature_is_a_page_of_its_own(ready):
    ready.open("/check")
    ready.open(ready.page.links()["Go on to sign"])
    (tag,) = [
        value for name, value in ready.page.form("Sign and send to the clinic").hidden if "checked" in name
    ]
    sent = ready.client.post(
        "/sign",
        base_url=ready.site,
        data={"csrf_token": ready.csrf, "checked-answers": tag, "typed_name": "Pat Doe"},
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/sign/{tag}")
    ready.open(f"/sign/{tag}")

    assert ready.problems == ["Tick the box if you agree. If you do not, you can stop here and call us"]
    assert 'value="Pat Doe"' in ready.html


@pytest.mark.parametrize(
    ("typed", "leads_to"), [({"typed_name": "Pat"}, "/sign"), ({"typed_name": "Pat", "agree": "y"}, "/check")]
)
def test_what_names_no_answers_that_were_checked_stands_in_no_address(ready, typed, leads_to):
    ready.open("/sign")
    data = {"csrf_token": ready.csrf, "checked-answers": "kill myself, Zanzibar", **typed}

    sent = ready.client.post("/sign", base_url=ready.site, data=data)

    assert (sent.status_code, sent.headers["Location"]) == (303, leads_to)
    typed_there = ready.client.get("/sign/Zanzibar", base_url=ready.site)
    assert (typed_there.status_code, typed_there.headers["Location"]) == (303, "/check")


def test_a_page_of_the_form_has_the_question_whether_somebody_is_there(ready):
    for address in ("/form", "/check", "/sign", ready.address("pregnancy")):
        ready.open(address)
        (dialog,) = ready.page.tree.iter("dialog")
        assert "open" not in dialog.attrib
        # 60 minutes: asked after 54, of the 5 that are told, closed when the session surely is.
        assert (dialog.get("data-wait"), dialog.get("data-left")) == ("3240", "360")
        assert "we close your form in 5 minutes" in " ".join("".join(dialog.itertext()).split())
        assert [one.get("src")[:13] for one in ready.page.tree.iter("script")] == ["/static/keep/"]


@pytest.mark.parametrize(("minutes", "wait", "left", "told"), [(60, 54, 6, 5), (8, 4, 4, 3), (5, 2, 3, 2)])
def test_there_are_at_least_two_minutes_to_answer(pat, copy, minutes, wait, left, told):
    settings = replace(copy.settings, patient_idle_minutes=minutes)
    visitor = Visitor(replace(copy.desk, settings=settings))
    visitor.client.set_cookie("intake_patient", pat.token, domain="127.0.0.1")
    visitor.open("/form")

    assert f'data-wait="{wait * 60}" data-left="{left * 60}"' in visitor.html
    assert f"in {told} minutes" in visitor.text


def test_the_script_is_light():
    assert len(brotli.compress(script("keep.js"), quality=11)) < 1024


def test_the_script_keeps_nothing_in_the_browser():
    source = script("keep.js").decode()

    assert not re.search(
        r"localStorage|sessionStorage|indexedDB|document\.cookie|caches|innerHTML|eval", source
    )
    assert re.search(r"sendBeacon", source)


def test_the_script_is_kept_for_good_under_a_name_that_says_nothing(pat):
    pat.ask("pregnancy")
    (address,) = [one.get("src") for one in pat.page.tree.iter("script")]
    answer = pat.client.get(address, base_url=pat.site)

    assert re.fullmatch(r"/static/keep/[0-9a-f]{12}\.js", address)
    assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
    assert pat.client.get("/static/keep/000000000000.js", base_url=pat.site).status_code == 404


def test_pages_with_answers_are_stored_nowhere(ready):
    for address in (ready.address("pregnancy"), "/check", "/sign", "/form"):
        ready.open(address)
        assert ready.response.headers["Cache-Control"] == "no-store"


def test_the_answers_stay_out_of_what_a_page_carries(pat):
    pat.answer("pregnancy", pregnancy="trying")
    window = Window(pat, "pregnancy")

    assert "trying" not in window.shown
    assert window.shown != Window(pat, "pregnancy").shown
    assert without_dialog(pat.html).count(window.shown) == 0
