"""Saving a form and coming back, and everybody who must not: scanners, guessers, whoever has one half."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.domain import ways_back as domain
from intake.services import answering, returning
from intake.storage.tables import OutgoingRow, WayBackRow
from intake.web.patient.site import create_patient_site
from returning_forms import copy, counted_runs, prepared, saved
from web.patient.visitor import Visitor

__all__ = ["copy", "prepared"]

# Words of Pat's that no answer to anybody else may have in it.
NAME, WORDS = "Xanthippe", "cellar@example.org"
WRONG = "abacus ability able abroad"
REFUSAL = "We could not open that."


@pytest.fixture
def runs(monkeypatch):
    return counted_runs(monkeypatch)


@pytest.fixture
def way(pat, runs):
    """The way back of a form that Pat began, with something in it that is nobody's business."""
    pat.answer("first_name", first_name__words=NAME, last_name__words="Doe")
    pat.answer("phone", phone__words="555-010-0199", message_ok="no", email__words=WORDS)
    assert pat.status == 303
    return saved(pat.desk, pat.token)


@pytest.fixture
def stranger(desk, way):
    """Another browser, at the page for coming back."""
    stranger = Visitor(desk)
    stranger.open("/return")
    return stranger


def tries(browser, link, words):
    browser.send("/return", link=link, phrase=words)
    return browser


def bare(html):
    """A page without what is typed into it and without its token: what is left must not tell anything."""
    return re.sub(r' value="[^"]*"', "", html)


def test_stopping_gives_words_that_open_the_form_on_another_phone(pat, desk):
    pat.answer("first_name", first_name__words="Pat", last_name__words="Doe", go__later="1")
    pat.follow()
    phrase, code = re.findall(r"<dd><strong[^>]*>([^<]+)</strong></dd>", pat.html)
    elsewhere = Visitor(desk)
    elsewhere.open("/")
    assert elsewhere.page.links()["I already started"] == "/return"
    elsewhere.open("/return")

    tries(elsewhere, code, phrase).follow()

    assert "Your answers are saved. Welcome back, Pat." in elsewhere.text
    assert elsewhere.page.links()["Keep going"].startswith("/f/")
    pat.open("/form")
    assert pat.status == 410, "the browser before was signed out"
    assert pat.page.links()["Go on with my form"] == "/return"


def test_the_words_are_shown_as_long_as_the_form_is_open_here_and_not_after(pat, way, copy):
    pat.open("/later")
    assert way.phrase in pat.text
    pat.open("/later")
    assert way.phrase in pat.text, "a page that is loaded again shows no other words"

    copy.clock.at += timedelta(minutes=61)
    pat.open("/later")
    assert pat.status == 410
    assert way.phrase not in pat.html


def refusals(browser, runs, pairs):
    """The pages, bare of what was typed, with their status and the runs of the slow hash: counted, for a
    clock would only sometimes notice.
    """
    seen = set()
    for handle, words in pairs:
        before = len(runs.counted)
        tries(browser, handle, words)
        seen.add((browser.status, bare(browser.html), len(runs.counted) - before))
        assert not browser.token
    return seen


UNKNOWN = ("x" * 43, "7K4M-92QX-TR6P", "", "https://clinic.example/return#" + "y" * 43)


def test_every_refusal_is_the_same_page_after_the_same_work(stranger, desk, way, copy, runs):
    """Of what may be four words: those of another form, wrong ones, those of before."""
    other = Visitor(desk)
    other.open("/")
    other.send("/start")
    renewed = saved(desk, other.token)
    returning.make_anew(desk, other.token)

    seen = refusals(
        stranger,
        runs,
        [
            *((handle, words) for handle in UNKNOWN for words in (way.phrase, WRONG)),
            *((handle, WRONG) for handle in (way.secret, way.code)),
            (renewed.secret, renewed.phrase),
        ],
    )
    copy.clock.at += timedelta(days=31)
    seen |= refusals(stranger, runs, [(way.secret, way.phrase)])

    assert len(seen) == 1
    ((status, html, worked),) = seen
    assert (status, REFUSAL in html, worked) == (422, True, 1)


def test_what_cannot_be_four_words_is_the_same_page_and_never_stretched(stranger, way, runs):
    """It waits at no door, so that it must cost nothing: anybody can press fifty times a second.

    That it was not worked out tells nothing of a form: whoever typed it knows that it is no phrase, and it
    is not worked out for a link that nobody has, either.
    """
    junk = ["", "one two", "four words of nothing", WORDS, way.phrase.rpartition(" ")[0], "a" * 60_000]

    seen = refusals(
        stranger, runs, [(handle, words) for handle in (way.secret, way.code, *UNKNOWN) for words in junk]
    )

    ((status, html, worked),) = seen
    assert (status, REFUSAL in html, worked) == (422, True, 0)
    assert refusals(stranger, runs, [(way.secret, WRONG)]) == {(422, html, 1)}, "the same page as any other"


def test_the_sameness_above_would_notice_a_word(stranger, way):
    tries(stranger, way.secret, WRONG)
    assert bare(stranger.html) != bare(stranger.html.replace("all four words", "all four Words"))


@pytest.mark.parametrize("half", ["link", "code", "words"])
def test_one_half_opens_nothing(stranger, way, half):
    link = {"link": way.secret, "code": way.code, "words": ""}[half]

    tries(stranger, link, way.phrase if half == "words" else "")

    assert (stranger.status, stranger.token) == (422, "")
    assert_nothing_of_it(stranger.html)


def test_scanners_open_nothing_and_use_nothing_up(desk, way, runs):
    """A hundred times each: looking, looking at the head, fetching ahead, pressing the button."""
    scanner = Visitor(desk)
    scanner.open("/return")
    first, state = bare(scanner.html), row(desk)
    for _ in range(100):
        answer = scanner.client.get("/return", base_url=scanner.site, headers={"Sec-Purpose": "prefetch"})
        assert (answer.status_code, bare(answer.text)) == (200, first)
        head = scanner.client.head("/return", base_url=scanner.site)
        assert (head.status_code, head.data) == (200, b"")
        pressed = scanner.client.post(
            "/return",
            base_url=scanner.site,
            data={"link": way.secret, "phrase": "", "csrf_token": scanner.csrf},
        )
        assert pressed.status_code == 422
        assert_nothing_of_it(pressed.text)
    without_token = scanner.client.post("/return", base_url=scanner.site, data={"link": way.secret})
    assert without_token.status_code == 400

    assert row(desk) == state, "not a thing was counted or changed"
    assert not scanner.token
    opened = tries(scanner, way.secret, way.phrase)
    assert opened.status == 303


def test_guessing_stops_after_five_and_ends_after_thirty(desk, way, copy, runs):
    guesser, patient = Visitor(desk), Visitor(desk)
    for number in range(30):
        tries_from(guesser, f"198.51.100.{number}", way.code, WRONG)
        if number % 5 == 4:
            tries_from(patient, "192.0.2.9", way.code, way.phrase)
            assert patient.status == 422, "it rests, and the right words open nothing meanwhile"
            copy.clock.at += timedelta(hours=1)

    tries_from(patient, "192.0.2.9", way.code, way.phrase)
    assert patient.status == 422, "only the clinic can make new words now"


def test_a_network_that_guesses_waits_whether_it_knows_a_link_or_not(desk, way, runs):
    """Twenty wrong tries at once, from wherever in the network; nothing is worked out for the next."""
    answers = {}
    for network, handle in (("2001:db8:0:1", way.secret), ("2001:db8:0:2", "x" * 43)):
        guesser, before = Visitor(desk), len(runs.counted)
        for number in range(25):
            tries_from(guesser, f"{network}::{number:x}", handle, WRONG)
            answers.setdefault(network, []).append((guesser.status, bare(guesser.html)))
        assert len(runs.counted) - before == 20
        assert "Wait 3 minutes, then press the button again" in guesser.text
        assert guesser.response.headers["Retry-After"] == "180"
        assert f'value="{WRONG}"' in guesser.html, "nothing typed is lost"

    known, unknown = answers.values()
    assert known == unknown
    assert [status for status, _ in known] == [422] * 20 + [429] * 5


def test_the_right_words_wait_with_the_network_and_from_elsewhere_they_do_not(desk, way, copy, runs):
    """What is refused before anything is looked up tells nobody which words were right."""
    guesser = Visitor(desk)
    for number in range(20):
        tries_from(guesser, "192.0.2.7", f"unknown {number}", WRONG)
    tries_from(guesser, "192.0.2.7", way.code, way.phrase)
    assert (guesser.status, guesser.token) == (429, "")

    tries_from(Visitor(desk), "192.0.2.8", way.code, way.phrase)
    copy.clock.at += timedelta(minutes=3)
    tries_from(guesser, "192.0.2.7", way.code, way.phrase)

    assert guesser.status == 303


def test_the_right_words_use_nothing_up(desk, way):
    """A whole waiting room comes back from one address."""
    for _ in range(25):
        pat = Visitor(desk)
        tries_from(pat, "192.0.2.7", way.code, way.phrase)
        assert pat.status == 303


def test_what_cannot_be_words_waits_for_nothing(desk, way, runs):
    presser = Visitor(desk)
    for words in ["", "hello", "four words of nothing", way.phrase.rpartition(" ")[0]] * 10:
        tries_from(presser, "192.0.2.7", way.code, words)
        assert presser.status == 422

    tries_from(presser, "192.0.2.7", way.code, way.phrase)
    assert presser.status == 303


@pytest.mark.parametrize("words", ["a" * 60_000, "zzzz " * 12_000])
def test_sixty_thousand_letters_are_refused_and_no_word_is_looked_up(desk, way, monkeypatch, words):
    looked_up = []
    monkeypatch.setattr(domain, "_one_slip_away", looked_up.append)

    stranger = tries_from(Visitor(desk), "192.0.2.7", way.secret, words)

    assert (stranger.status, REFUSAL in stranger.html, looked_up) == (422, True, [])


def tries_from(browser, source, link, words):
    if not browser.csrf:
        browser.open("/return")
    browser.response = browser.client.post(
        "/return",
        base_url=browser.site,
        data={"link": link, "phrase": words, "csrf_token": browser.csrf},
        environ_overrides={"REMOTE_ADDR": source},
    )
    return browser


def test_words_made_anew_end_the_ones_before(pat, stranger, way):
    pat.open("/later")
    pat.send("/later/anew")
    pat.follow()
    assert way.phrase not in pat.text

    tries(stranger, way.secret, way.phrase)

    assert (stranger.status, stranger.token) == (422, "")


def test_after_sending_the_words_show_the_reference_and_no_answer(pat, way, stranger, desk):
    receipt = answering.send(desk, pat.token, "Pat Doe")

    tries(stranger, way.code, way.phrase).follow()
    stranger.follow()

    assert stranger.page.h1 == "We got your answers. Thank you."
    assert receipt.reference in stranger.text
    assert_nothing_of_it(stranger.html)
    for path in ("/form", "/check", "/f/1/1", "/later"):
        stranger.open(path)
        assert (stranger.status, stranger.location) == (303, "/sent")


def test_the_address_of_the_link_stands_in_no_answer_and_leads_to_no_other_site(stranger, way):
    """What is after the # never gets here; the page says itself that nothing else may be asked for it."""
    tries(stranger, way.secret, WRONG)

    assert stranger.response.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert stranger.response.headers["Cache-Control"] == "no-store"
    assert "Location" not in stranger.response.headers


def test_without_a_mail_server_the_page_says_so(pat, way):
    pat.open("/later")

    assert "We cannot send email from here. Copy the link, or write down your code." in pat.text


def test_the_link_is_e_mailed_and_the_words_are_not(pat, way, copy):
    visitor = with_mail(pat, copy)
    visitor.open("/later")
    visitor.send("/later/mail", email="not an address")
    assert visitor.status == 422
    assert 'value="not an address"' in visitor.html

    visitor.send("/later/mail", email="pat@example.com")
    visitor.follow()

    assert "We will send the link in a few minutes." in visitor.text
    assert "pat@example.com" not in visitor.html
    with copy.desk.database.read() as session:
        (waiting,) = session.scalars(select(OutgoingRow)).all()
        for half in (b"pat@example.com", way.secret.encode(), way.phrase.encode()):
            assert half not in waiting.sealed + waiting.wrapped_key


def test_the_clinic_helps_whoever_ticked_it(pat, way, copy):
    pat.open("/later")
    pat.send("/later/clinic", may="y")
    pat.follow()
    assert re.search(r"<input checked[^>]*may|may[^>]*checked", pat.html)
    pat.send("/later/clinic")
    pat.follow()
    assert not re.search(r"<input checked[^>]*may|may[^>]*checked", pat.html)


def test_signing_out_of_a_shared_browser_keeps_the_saved_form_and_deleting_does_not(pat, way, desk):
    pat.open("/later")
    pat.send("/forget")
    pat.follow()
    assert pat.token == ""
    assert "If you have four words, they still open it." in pat.text
    pat.open("/return")
    tries(pat, way.code, way.phrase).follow()

    pat.open("/later")
    pat.send("/erase")
    pat.follow()
    assert "Your answers were deleted for good." in pat.text
    pat.open("/return")
    tries(pat, way.code, way.phrase)
    assert pat.status == 422


def test_somebody_else_at_the_browser_does_not_delete_a_saved_form(pat, way, desk):
    pat.open("/")
    pat.send("/start", **{"somebody-else": "1"})
    assert len(pat.answers) == 0
    pat.open("/return")

    tries(pat, way.secret, way.phrase).follow()

    assert f"Welcome back, {NAME}." in pat.text


def test_questions_that_changed_are_named_on_the_list_of_parts(pat, monkeypatch):
    part = pat.desk.library.questionnaire.parts[0]
    monkeypatch.setattr("intake.web.patient.start.parts_asked_again", lambda _desk, _draft: (part,))
    pat.open("/form")

    assert "Some questions are new since you were here." in pat.text
    assert f"All your other answers are still here. {part.title}" in pat.text


def assert_nothing_of_it(html):
    assert NAME not in html
    assert WORDS not in html


def row(desk):
    with desk.database.read() as session:
        return tuple(session.execute(select(WayBackRow.__table__)).one())


def with_mail(pat, copy):
    """Pat's browser, at a clinic with a mail server."""
    settings = replace(copy.settings, mail_host="mail.example", mail_sender="forms@clinic.example")
    pat.client.application = create_patient_site(copy.desk.with_settings(settings))
    return pat


def test_deleting_is_said_only_where_something_was_deleted(pat, way, stranger):
    pat.open("/later")
    tries(stranger, way.code, way.phrase)

    pat.send("/erase")

    assert (pat.status, pat.page.h1) == (410, "We could not delete it from here")
    assert "were deleted for good" not in pat.text
    assert pat.page.links()["Open my form"] == "/return"
    assert stranger.open("/form").status_code == 200


def test_a_browser_that_was_signed_out_deletes_nothing(pat, way, desk, copy):
    """Nobody swept yet: whoever finds the browser an hour later sees no answer, and must not delete them."""
    pat.open("/later")
    copy.clock.at += timedelta(minutes=61)

    pat.send("/erase")

    assert (pat.status, pat.page.h1) == (410, "We could not delete it from here")
    assert tries_from(Visitor(desk), "192.0.2.9", way.code, way.phrase).status == 303


def test_deleting_a_form_that_was_sent_meanwhile_leads_to_its_reference(pat, way, desk):
    pat.open("/later")
    receipt = answering.send(desk, pat.token, "Pat Doe")

    pat.send("/erase")

    assert pat.location == "/sent"
    pat.follow()
    assert receipt.reference in pat.text


def test_the_only_key_to_another_form_is_not_thrown_away_unasked(stranger, way, desk):
    stranger.open("/")
    stranger.send("/start")
    stranger.answer("first_name", first_name__words="Alma", last_name__words="Doe")
    others = stranger.token
    stranger.open("/return")

    tries(stranger, way.code, way.phrase)

    assert (stranger.status, stranger.page.h1) == (409, "A form was started in this browser")
    assert stranger.page.links()["Keep going"] == "/form"
    assert stranger.token == others
    carried = dict(stranger.page.form("Close that one and open mine").hidden)["carried"]
    for typed in (way.phrase, way.code):
        assert typed not in stranger.html, "it is sealed, and no page shows it"
    assert not [one for one in stranger.page.tree.iter("input") if one.get("type") == "text"], "Enter"
    stranger.send("/return", link=way.code, phrase=WRONG, **{"close-that": "1"})
    assert stranger.status == 422
    assert stranger.answers.value("first_name").words == "Alma", "wrong words close nothing"

    stranger.send("/return", carried=carried[:-8] + "AAAAAAA=", **{"close-that": "1"})
    assert stranger.status == 422
    assert returning.carried(desk, "another browser", carried) == ("", "")

    stranger.send("/return", carried=carried, **{"close-that": "1"})

    assert stranger.answers.value("first_name").words == NAME
    assert answering.find(desk, others) is None


def test_a_form_with_words_of_its_own_is_not_asked_about(stranger, way, desk):
    stranger.open("/")
    stranger.send("/start")
    stranger.answer("first_name", first_name__words="Alma", last_name__words="Doe")
    saved(desk, stranger.token)
    stranger.open("/return")

    assert tries(stranger, way.code, way.phrase).status == 303


@pytest.mark.parametrize("path", ["/sent/ask", "/sent/asked", "/sent/copy", "/sent/copy.pdf"])
def test_who_is_in_the_middle_of_a_form_is_not_told_that_it_is_gone(pat, path):
    pat.open(path)

    assert (pat.status, pat.page.h1) == (200, "Nothing was sent from here yet")
    assert pat.page.links()["stop for now, or delete your answers for good"] == "/later"
    assert pat.open("/later").status_code == 200
    assert "Delete my answers for good" in pat.text
