"""A clinician asks and a patient replies, each in a browser without a screen."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete

from copies import NOON, PASSWORD
from exchanging import CANNOT_TELL, FORM, begun, sent_to, shown_link, signed_in
from intake.domain.review_entries import Done
from intake.domain.standing import LINK_LIVES
from intake.services import answering, asking, exchanges, replay, replying, reviewing
from intake.services import replies as taking_in
from intake.services.asked_then import NotKept
from intake.services.languages import in_language
from intake.storage import audit, patient_questions
from intake.storage.rate_limits import counting
from intake.storage.tables import RateLimitRow
from intake.web.clinic.site import create_clinic_site
from sending import fill_in
from web.clinic.person import Person, words
from web.patient.visitor import Visitor

SECRETS = ("Quetzal", "Is it still so?", "not sure", "high blood pressure")


@pytest.fixture(scope="module")
def clinic_of_today(tmp_path_factory):
    exchange = begun(tmp_path_factory.mktemp("clinic"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture(scope="module")
def signed_in_once(clinic_of_today):
    return signed_in(Person(create_clinic_site(clinic_of_today.copy.clinic)))


@pytest.fixture
def exchange(clinic_of_today):
    clinic_of_today.copy.clock.at = NOON
    # Everybody in this file sits at one address: what was tried in a test before is forgotten.
    with counting(clinic_of_today.copy.desk.database).write() as session:
        session.execute(delete(RateLimitRow))
    return sent_to(clinic_of_today.copy, clinic_of_today.alice)


@pytest.fixture
def alice(signed_in_once, exchange):
    # A test before may have let the clock run on, and the session with it.
    if signed_in_once.open(f"/submissions/{exchange.submission}").status_code == 303:
        signed_in(signed_in_once)
        signed_in_once.open(f"/submissions/{exchange.submission}")
    return signed_in_once


@pytest.fixture
def pat(exchange):
    """The patient, at a browser that was never here."""
    return Visitor(exchange.desk)


def ask_page(exchange):
    return f"/submissions/{exchange.submission}/ask"


def hidden(person, name):
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"', person.response.text)
    assert found, f"no hidden {name}"
    return found[1]


def sends(alice, exchange, words="Is it still so?", place="", **fields):
    """Alice writes a question on its page and sends it."""
    alice.open(ask_page(exchange) + place)
    kept = {name: hidden(alice, name) for name in ("flag", "question", "asked_before")}
    return alice.send(ask_page(exchange), words=words, **{**kept, **fields})


def place_of(exchange, alice, title):
    """The place of a flag, from the link beside it."""
    page = alice.open(f"/submissions/{exchange.submission}")
    found = re.search(
        rf'href="[^"]*\?flag=(\d+)">Ask the patient<span class="vh"> about: {re.escape(title)}<', page.text
    )
    assert found, f"no link to ask about {title}"
    return found[1]


def opens(pat, exchange, link):
    pat.open("/reply")
    pat.send("/reply", link=link, reference=exchange.reference)
    assert pat.status == 303, pat.text
    return pat.follow()


def replies(pat, exchange, link, **fields):
    """The patient opens the link, answers, signs and sends."""
    opens(pat, exchange, link)
    pat.send("/reply/question", **fields)
    pat.follow()
    signs(pat)


def signs(pat, name="Quetzal Doe"):
    shown = re.search(r'name="shown" value="([^"]+)"', pat.html)[1]
    pat.send("/reply/check", shown=shown, agree="y", typed_name=name)


@pytest.fixture
def in_spanish(exchange):
    """A form sent by somebody who reads Spanish, to a clinic that offers it."""
    settings = replace(exchange.copy.settings, languages=("es",))
    clinic, desk = exchange.copy.clinic.with_settings(settings), exchange.desk.with_settings(settings)
    copy = replace(exchange.copy, settings=settings, clinic=clinic, desk=in_language(desk, "es"))
    exchange = sent_to(copy, exchange.alice)
    exchange.copy = replace(copy, desk=desk)
    return exchange


def test_a_question_opens_in_the_language_the_form_was_read_in(in_spanish):
    asked = in_spanish.asks("Is it still so?", flag=in_spanish.flag().key)
    huda = Visitor(in_spanish.desk)
    opens(huda, in_spanish, asked.link)

    assert (huda.page.tree.get("lang"), huda.page.h1) == ("es", "Una pregunta para usted")
    assert "Esto está en las palabras de quien lo escribió" in huda.text
    assert "Is it still so?" in huda.text
    # What was pressed in this browser comes first.
    huda.send("/language", lang="en", page="/reply/question")
    huda.follow()
    assert (huda.page.tree.get("lang"), huda.page.h1) == ("en", "A question for you")
    assert 'class="rows" lang="es"' in huda.html, "the answers stay in the words they were read in"


def test_what_nobody_translated_is_marked_where_it_is_asked_about_again(in_spanish):
    asked = in_spanish.asks("Is it still so?", flag=in_spanish.flag().key, again="pressure")
    huda = Visitor(in_spanish.desk)
    opens(huda, in_spanish, asked.link)

    english = 'lang="en" dir="ltr"'
    assert (
        f"<dt {english}>Do you have high blood pressure?</dt><dd><bdi {english}>Yes</bdi></dd>" in huda.html
    )
    assert f"Antes respondió: <strong><span {english}>Yes</span></strong>" in huda.html
    # What the program says of an answer is in Spanish, and is not marked.
    assert f"<dt {english}>Is it treated?</dt><dd><bdi>No lo sé con seguridad</bdi></dd>" in huda.html
    huda.send("/reply/question", pressure="no", words="Ya no")
    huda.follow()
    assert f"<dt {english}>Do you have high blood pressure?</dt><dd><bdi {english}>No</bdi>" in huda.html


def test_a_question_to_somebody_who_read_english_opens_as_it_always_did(exchange, pat):
    asked = exchange.asks("Is it still so?", flag=exchange.flag().key)
    opens(pat, exchange, asked.link)

    assert pat.page.tree.get("lang") == "en"
    assert 'class="rows"><' in pat.html.replace("\n", "") and "palabras" not in pat.html


def test_a_clinician_sees_the_letter_in_both_languages_and_that_nobody_translates(in_spanish):
    alice = signed_in(Person(create_clinic_site(in_spanish.copy.clinic)))
    alice.open(ask_page(in_spanish))

    assert "Tiene un mensaje de Harbor Light Clinic" in alice.text
    assert "You have a message from Harbor Light Clinic" in alice.text
    assert "Your question goes as you write it: nobody translates it." in alice.text
    (letter,) = [one for one in alice.page.tree.iter("div") if one.get("lang") == "es"]
    assert "enlace" in words(letter)


# The clinician's page.


def test_the_page_of_a_form_says_how_to_call_the_patient(alice, exchange):
    alice.open(f"/submissions/{exchange.submission}")

    assert "Filled in by: Me. Phone 555-010-0142. A message may name the clinic." in alice.text
    assert 'href="tel:5550100142"' in alice.response.text


def test_a_flag_leads_to_a_page_with_what_the_patient_will_see_and_sentences_to_start_from(alice, exchange):
    place = place_of(exchange, alice, CANNOT_TELL)
    assert CANNOT_TELL not in ask_page(exchange) + f"?flag={place}"

    alice.open(f"{ask_page(exchange)}?flag={place}")

    assert f"About: {CANNOT_TELL}" in alice.text
    assert "Is it treated?" in alice.text
    assert "“Is it treated?” You said you are not sure. Do you know more now?" in alice.text
    assert "No mail server is set up here" in alice.text
    assert "You have a message from Harbor Light Clinic" in alice.text
    assert "Not for emergencies" in alice.text


def test_a_sentence_is_put_into_the_box_and_nothing_is_sent(alice, exchange):
    alice.open(f"{ask_page(exchange)}?flag={place_of(exchange, alice, CANNOT_TELL)}")
    alice.send(ask_page(exchange), flag=hidden(alice, "flag"), words="Hello.", start="0")

    assert alice.status == 200
    box = alice.page.one("textarea").text
    assert box.strip().startswith("Hello.\nWe asked: “Is it treated?”")
    assert exchange.review.entries == ()


@pytest.mark.parametrize("start", ["9" * 5000, "99", "-1", "²", ""])
def test_a_sentence_that_is_not_offered_changes_nothing(alice, exchange, start):
    alice.open(f"{ask_page(exchange)}?flag={place_of(exchange, alice, CANNOT_TELL)}")
    alice.send(ask_page(exchange), flag=hidden(alice, "flag"), words="Hello.", start=start)

    assert alice.status == 200
    assert alice.page.one("textarea").text.strip() == "Hello."


def test_sending_shows_the_link_once_and_moves_the_form_to_the_patient(alice, exchange):
    page = sends(alice, exchange, place=f"?flag={place_of(exchange, alice, CANNOT_TELL)}", again="treated")

    link = shown_link(page.text)
    assert "(555) 010-0142" not in page.text  # the clinic's own; the patient's is there to call
    assert "555-010-0142" in alice.text
    assert "mailto:quetzal@example.org" in page.text
    (question,) = exchange.review.entries
    assert (question.words, question.again) == ("Is it still so?", "treated")
    alice.open(f"/submissions/{exchange.submission}")
    assert "Waiting on patient" in alice.text
    assert link not in alice.response.text
    assert secret_is_nowhere(exchange, link)


def secret_is_nowhere(exchange, link):
    secret = link.partition("#")[2].encode()
    folder = exchange.copy.settings.instance
    return all(secret not in one.read_bytes() for one in folder.glob("intake.db*"))


def test_a_question_without_words_is_not_sent_and_too_long_a_one_is_kept(alice, exchange):
    assert sends(alice, exchange, words="  ").status_code == 422
    assert "Type your question" in alice.text
    long = "word " * 300
    assert sends(alice, exchange, words=long).status_code == 422
    assert long.strip() in alice.response.text
    assert exchange.review.entries == ()


def test_a_question_about_a_flag_that_is_gone_is_not_sent_and_its_words_stay(alice, exchange):
    page = sends(alice, exchange, flag="0" * 32)

    assert page.status_code == 409
    assert "That flag no longer stands" in alice.text
    assert "Is it still so?" in alice.page.one("textarea").text
    assert alice.open(f"{ask_page(exchange)}?flag=99").status_code == 409
    assert alice.open(f"{ask_page(exchange)}?answer=99").status_code == 404
    assert exchange.review.entries == ()


def test_a_button_pressed_twice_asks_once_and_says_so(alice, exchange):
    sends(alice, exchange, asked_before="0")
    page = sends(alice, exchange, asked_before="0")

    assert page.status_code == 409
    assert "the button was pressed twice" in alice.text
    assert asking.asked_so_far(exchange.review) == 1
    page = sends(alice, exchange)  # knowing of the first one, a second may be asked
    assert page.status_code == 200


def test_what_is_not_known_is_offered_to_be_asked_again(alice, exchange):
    alice.open(f"{ask_page(exchange)}?answer=9")
    chosen = re.findall(r'<option selected value="([^"]*)"', alice.response.text)

    assert "Is it treated?" in alice.text
    assert chosen == ["treated"]


def test_a_new_link_and_taking_back_are_on_the_form(alice, exchange):
    first = shown_link(sends(alice, exchange).text)
    alice.open(f"/submissions/{exchange.submission}")

    second = shown_link(alice.send(f"{ask_page(exchange)}/1/renew").text)
    assert first != second
    assert "The link before stopped working" in alice.text
    alice.open(f"/submissions/{exchange.submission}")
    assert alice.send(f"{ask_page(exchange)}/1/take-back").status_code == 303
    alice.open(f"/submissions/{exchange.submission}")
    assert "Taken back by A. Rivera, NP" in alice.text
    assert alice.send(f"{ask_page(exchange)}/1/take-back").status_code == 409
    assert alice.send(f"{ask_page(exchange)}/7/renew").status_code == 409
    nobody = "00000000-0000-0000-0000-000000000000"
    assert alice.send(f"/submissions/{nobody}/ask/1/renew").status_code == 404


def test_after_three_days_the_form_says_so_gently(alice, exchange, signed_in_once):
    sends(alice, exchange)
    page = exchanges.exchanges(exchange.copy.clinic, exchange.review)
    assert not page.every[0].waits_long

    exchange.copy.clock.at += timedelta(days=3)
    signed_in(signed_in_once)
    signed_in_once.open(f"/submissions/{exchange.submission}")

    assert "No answer for 3 days. You may want to call." in signed_in_once.text


def test_what_came_back_stands_on_the_form_with_the_old_and_the_new_answer(alice, exchange, pat):
    link = shown_link(sends(alice, exchange, again="treated").text)
    replies(pat, exchange, link, **{"reply-words": "I stopped <b>it</b>.", "treated": "no"})
    assert pat.status == 303

    alice.open(f"/submissions/{exchange.submission}")

    assert "New answer" in alice.text
    assert "I stopped <b>it</b>." in alice.text
    assert "Now: No" in alice.text
    assert "Before: Not sure" in alice.text
    assert "High blood pressure, not treated" in alice.text
    assert "stands otherwise now: High blood pressure, not treated (Urgent, Cannot tell). Now: Raised:" in (
        alice.text
    )


def test_a_flag_an_answer_made_vanish_is_told_with_a_link_to_the_answer(alice, exchange, pat):
    link = shown_link(sends(alice, exchange, again="treated").text)
    replies(pat, exchange, link, **{"reply-words": "It is.", "treated": "yes"})

    alice.open(f"/submissions/{exchange.submission}")

    told = "and does not stand now: High blood pressure, not treated (Urgent, Cannot tell). Is it treated? "
    assert told + "Before: Not sure Now: Yes" in alice.text
    assert 'href="#asked-1"' in alice.response.text
    assert 'id="asked-1"' in alice.response.text


def test_a_reply_that_cannot_be_read_is_told_on_the_form(alice, exchange, pat, monkeypatch):
    link = shown_link(sends(alice, exchange).text)
    replies(pat, exchange, link, **{"reply-words": "Yes."})
    monkeypatch.setattr("intake.services.replies._take_in", _breaks)

    alice.open(f"/submissions/{exchange.submission}")

    assert alice.status == 200
    assert "A reply is not read in" in alice.text


def _breaks(*_of):
    raise ValueError("Yes.")


# The patient's pages.


def test_the_patient_reads_the_question_their_answer_and_where_help_is(alice, exchange, pat):
    link = shown_link(sends(alice, exchange, place=f"?flag={place_of(exchange, alice, CANNOT_TELL)}").text)

    opens(pat, exchange, link)

    assert "Is it still so?" in pat.text
    assert "A. Rivera, NP" in pat.text
    assert "Is it treated?" in pat.text
    assert "Not sure" in pat.text
    assert "Call 911" in pat.text
    assert "within 2 work days. It is not a chat" in pat.text
    for told in ("flag", "urgent", "cannot tell", CANNOT_TELL.casefold()):
        assert told not in pat.text.casefold()


def test_every_step_of_a_reply_can_be_gone_back_to_and_keeps_what_was_typed(alice, exchange, pat):
    link = shown_link(sends(alice, exchange, again="takes").text)
    opens(pat, exchange, link)
    pat.send("/reply/question", **{"reply-words": "Since May.", "takes": "yes"})
    assert pat.location == "/reply/medicines"
    pat.follow()
    pat.send("/reply/medicines", name="Nardil", add="1")
    pat.follow()
    pat.send("/reply/medicines", name="Aspirin")
    pat.follow()
    assert "Nardil; Aspirin" in pat.text

    pat.open("/reply/question")
    assert "Since May." in pat.html
    pat.open("/reply/medicines")
    key = re.search(r'name="remove" value="([^"]+)">Remove<span class="vh"> (?:<bdi>)?Aspirin', pat.html)[1]
    pat.send("/reply/medicines", remove=key)
    assert "We took it off your list" in pat.text
    pat.send("/reply/medicines")
    pat.follow()
    signs(pat)
    pat.follow()
    assert "We got it. Thank you." in pat.text

    review = exchange.review
    assert [one.name for one in review.submission.answers["medicines"].value.entries] == ["Nardil"]
    # A press of the browser's Back, and of the button once more, sends nothing.
    signs_again = pat.send("/reply/check", agree="y", typed_name="Quetzal Doe")
    assert signs_again.status_code == 303
    assert len(exchange.review.revisions) == 2


def test_what_is_asked_again_stands_beside_the_old_answer_and_nothing_is_chosen_yet(alice, exchange, pat):
    link = shown_link(sends(alice, exchange, again="treated").text)
    opens(pat, exchange, link)
    assert "You answered before: Not sure" in pat.text
    assert " checked" not in pat.html

    pat.send("/reply/question", treated="not-sure")
    pat.follow()
    assert "Not sure (the same as before)" in pat.text
    assert "You changed your form" not in pat.text
    assert "You answered once more" in pat.text
    pat.open("/reply/question")
    assert " checked" in pat.html, "what this reply says so far is kept"
    pat.send("/reply/question", treated="no")
    pat.follow()
    assert "the same as before" not in pat.text
    assert "You changed your form" in pat.text


def test_a_reply_that_cannot_be_read_is_told_in_the_queue_and_where_one_signs_and_keeps_the_note(
    alice, exchange, pat, monkeypatch
):
    for flag in exchange.review.flags:
        reviewing.acknowledge(
            exchange.copy.clinic, exchange.alice, exchange.submission, flag.key, "", Done.CALLED_PATIENT
        )
    replies(pat, exchange, shown_link(sends(alice, exchange, again="treated").text), treated="no")

    def not_kept(*_editions):
        raise NotKept("NoSuchEdition")

    monkeypatch.setattr(taking_in, "asked_then", not_kept)
    assert "Reply not read in" in alice.open("/queue").text
    page = f"/submissions/{exchange.submission}/sign-off"
    alice.open(page)
    assert "A reply is not read in" in alice.text
    kept = {name: hidden(alice, name) for name in ("shown", "seen")}
    alice.send(page, password=PASSWORD, note="Spoke with Pat", **kept)

    assert alice.status == 409
    assert "The patient sent something that is not in this form" in alice.text
    assert "Spoke with Pat" in alice.response.text
    monkeypatch.undo()
    assert exchange.take_in() == 1
    assert not exchange.review.sign_offs


def test_what_another_tab_wrote_while_the_page_was_being_signed_is_shown_before_it_is_sent(
    alice, exchange, pat, monkeypatch
):
    link = shown_link(sends(alice, exchange).text)
    opens(pat, exchange, link)
    pat.send("/reply/question", **{"reply-words": "SHOWN"})
    pat.follow()
    shown = re.search(r'name="shown" value="([^"]+)"', pat.html)[1]
    real = replying.send

    def after_another_tab(desk, token, name, seen):
        replying.save(desk, token, "NEVER SHOWN", {})
        return real(desk, token, name, seen)

    monkeypatch.setattr(replying, "send", after_another_tab)
    pat.send("/reply/check", shown=shown, agree="y", typed_name="Quetzal Doe")

    assert pat.status == 409
    assert "NEVER SHOWN" in pat.text
    assert "changed in another window" in pat.text
    assert exchange.take_in() == 0


def test_a_changed_answer_is_signed_for_anew_and_by_what_is_shown(alice, exchange, pat):
    link = shown_link(sends(alice, exchange, again="treated").text)
    opens(pat, exchange, link)
    pat.send("/reply/question", treated="no")
    pat.follow()
    before = pat.html

    pat.send("/reply/check", typed_name=" ")
    assert pat.status == 409, "what was signed for is not said"
    signs(pat, name=" ")
    assert pat.status == 422
    assert pat.problems == ["Type your full name to sign"]

    pat.send("/reply/question", treated="yes")  # in another window
    shown = re.search(r'name="shown" value="([^"]+)"', before)[1]
    pat.send("/reply/check", shown=shown, agree="y", typed_name="Quetzal Doe")
    assert pat.status == 409
    assert "changed in another window" in pat.text
    assert len(exchange.review.revisions) == 1


def test_an_answer_the_questionnaire_has_help_lines_for_shows_them_first(alice, exchange, pat):
    link = shown_link(sends(alice, exchange, again="home").text)
    opens(pat, exchange, link)

    pat.send("/reply/question", home="no")
    assert pat.location == "/reply/pause/1"
    pat.send("/reply/question", home="no")

    assert pat.location == "/reply/pause/1", "pressed twice, the second is the one that is followed"
    pat.follow()
    assert "You are not alone" in pat.text
    pat.open("/reply/check")
    signs(pat)
    assert pat.location == "/reply/sent"


def test_a_sensitive_answer_is_not_spelled_out_on_the_page_to_sign(alice, exchange, pat):
    """Somebody may look over the patient's shoulder: as on the page where a form is checked."""
    link = shown_link(sends(alice, exchange, again="home").text)
    opens(pat, exchange, link)
    pat.send("/reply/question", home="no")
    pat.open("/reply/check")

    assert "Is home a safe place for you?Answered Change" in pat.text
    pat.open("/reply/question")
    assert 'value="no" checked' in pat.html, "it can be looked at"


def test_nothing_typed_is_not_continued_from_and_words_too_long_are_kept(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    opens(pat, exchange, link)

    pat.send("/reply/question", **{"reply-words": " "})
    assert pat.status == 422
    assert pat.problems == ["Write your answer. A few words are enough"]
    pat.send("/reply/question", **{"reply-words": "w" * 2001})
    assert pat.status == 422
    assert "w" * 2001 in pat.html
    pat.open("/reply/check")
    assert pat.location == "/reply/question"


def test_words_typed_into_a_page_that_was_closed_meanwhile_are_given_back(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    opens(pat, exchange, link)
    alice.open(f"/submissions/{exchange.submission}")
    alice.send(f"{ask_page(exchange)}/1/take-back")

    pat.send("/reply/question", **{"reply-words": "Since May."})

    assert pat.status == 410
    assert "Since May." in pat.html
    assert "or the clinic took the question back" in pat.text
    assert "Add something" not in pat.text, "nothing was sent from this browser"
    assert "If you want to tell us something, call Harbor Light Clinic" in pat.text


def test_words_of_an_earlier_page_are_given_back_when_the_question_is_taken_back(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    opens(pat, exchange, link)
    pat.send("/reply/question", **{"reply-words": "Since May."})
    pat.follow()
    carried = re.search(r'name="kept-words" value="([^"]+)"', pat.html)[1]
    asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 1)

    pat.send("/reply/check", agree="y", typed_name="Quetzal Doe", **{"kept-words": carried})

    assert pat.status == 410
    assert "Since May.</textarea>" in pat.html


def test_words_typed_into_a_second_tab_are_not_lost_and_can_be_added(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    replies(pat, exchange, link, **{"reply-words": "Since May."})

    pat.send("/reply/question", **{"reply-words": "Since “March”."})

    assert pat.status == 409
    assert "Since “March”.</textarea>" in pat.html
    assert "Your words come with you" in pat.text
    pat.send("/reply/add", **{"kept-words": "Since “March”."})
    pat.follow()
    assert "Add something to your form" in pat.text
    assert "Since “March”.</textarea>" in pat.html


def test_an_answer_to_what_was_answered_meanwhile_is_given_back(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    other = Visitor(exchange.desk)
    for one in (pat, other):
        opens(one, exchange, link)
        one.send("/reply/question", **{"reply-words": "Since May."})
        one.follow()
    signs(pat)

    signs(other)

    assert other.status == 409
    assert "This was answered before" in other.text
    assert "Since May." in other.html


def test_a_patient_adds_something_right_after_sending_and_once_more_after_that(exchange, pat):
    form = fill_in(exchange.desk, FORM)
    pat.client.set_cookie("intake_patient", form, domain="127.0.0.1")
    reference = answering.send(exchange.desk, form, "Quetzal Doe").reference
    pat.open("/sent")
    assert "Add something" in pat.text

    pat.send("/reply/add")
    pat.follow()
    assert "Add something to your form" in pat.text
    pat.send("/reply/question", **{"reply-words": "I forgot: I fainted once."})
    pat.follow()
    signs(pat)
    pat.follow()
    pat.send("/reply/add")
    assert pat.location == "/reply/question"
    review = reviewing.open_review(
        exchange.copy.clinic, exchange.alice, replay.which(exchange.copy.clinic, reference)
    )
    assert [one.words for one in review.entries] == ["I forgot: I fainted once."]


def test_what_is_too_much_for_one_day_stays_on_the_page_with_whom_to_call(exchange, pat, monkeypatch):
    monkeypatch.setattr(replying, "MOST_REPLIES", 1)
    exchange.take_in()
    form = fill_in(exchange.desk, FORM)
    pat.client.set_cookie("intake_patient", form, domain="127.0.0.1")
    answering.send(exchange.desk, form, "Quetzal Doe")
    pat.open("/sent")
    for added in ("I fainted once.", "And I forgot: “twice”."):
        pat.send("/reply/add")
        pat.follow()
        pat.send("/reply/question", **{"reply-words": added})
        pat.follow()
        signs(pat)

    assert (pat.status, pat.problems) == (
        429,
        [
            "We cannot take more from here today. Your words are still on this page. "
            f"Call {exchange.copy.settings.clinic_name} at {exchange.copy.settings.clinic_phone}"
        ],
    )
    assert "And I forgot: “twice”." in pat.html
    assert "Call 911" in pat.text, "help in a crisis is on the page as ever"
    assert exchange.take_in() == 1
    pat.open("/reply/question")
    assert "And I forgot: “twice”.</textarea>" in pat.html, "and it waits to be sent"


def test_whoever_sent_nothing_here_adds_nothing(exchange, pat):
    pat.open("/")
    pat.send("/reply/add")

    assert pat.status == 410
    assert "Quetzal" not in pat.html


# Whoever has not both.


def tries(visitor, link, reference):
    """One try at the door: the answer, without the token of its form."""
    visitor.open("/reply")
    response = visitor.send("/reply", link=link, reference=reference)
    return response.status_code, _without_token(response.text)


def _without_token(html):
    html = re.sub(r'name="csrf_token" value="[^"]+"', "", html)
    return re.sub(r'(name="(link|reference)"[^>]*?) value="[^"]*"', r"\1", html)


def test_whatever_is_wrong_the_answer_is_one_and_the_same(alice, exchange):
    good = shown_link(sends(alice, exchange).text)
    unknown = f"{exchange.copy.settings.public_address}/reply#{'x' * 43}"

    def a_try(link, reference):
        # Not so many at once that the network they all come from would have to wait.
        exchange.copy.clock.at += timedelta(minutes=4)
        return tries(Visitor(exchange.desk), link, reference)

    answers = {
        "wrong reference": a_try(good, "HL-222-222"),
        "unknown link": a_try(unknown, exchange.reference),
        "no link": a_try("", exchange.reference),
        "no reference": a_try(good, ""),
        "strange letters": a_try("😀\x00", "\x00"),
    }
    other = sent_to(exchange.copy, exchange.alice)
    answers["another's reference"] = a_try(good, other.reference)
    exchange.copy.clock.at += LINK_LIVES
    answers["expired"] = a_try(good, exchange.reference)
    exchange.copy.clock.at -= LINK_LIVES
    asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 1)
    answers["taken back"] = a_try(good, exchange.reference)

    assert len(set(answers.values())) == 1, {why: status for why, (status, _) in answers.items()}
    status, html = answers["expired"]
    assert status == 422
    assert "We could not open that" in html
    assert "A reference looks like HL-7K4-92Q" in html
    assert "If you tried several times, wait an hour or call" in html
    assert not [word for word in SECRETS if word in html]


def test_a_real_pair_is_told_apart_from_a_wrong_one(alice, exchange):
    """The control of the test above."""
    link = shown_link(sends(alice, exchange).text)

    assert tries(Visitor(exchange.desk), link, exchange.reference)[0] == 303


@pytest.mark.parametrize(
    "written",
    [
        lambda link, reference: (link, reference.lower()),
        lambda link, reference: (link.partition("#")[2], reference.replace("-", " ")),
        lambda link, reference: (f" {link[:40]}\n{link[40:]} ", f"  {reference.replace('-', '')} "),
        lambda link, reference: (link, reference.partition("-")[2].lower().replace("-", " ")),
        lambda link, reference: (link, reference.replace("-", "")[2:]),
    ],
    ids=["small letters", "the secret alone", "broken by an e-mail", "without its prefix", "bare"],
)
def test_link_and_reference_are_taken_as_people_copy_them(alice, exchange, pat, written):
    link, reference = written(shown_link(sends(alice, exchange).text), exchange.reference)

    assert tries(pat, link, reference)[0] == 303


def test_five_wrong_references_rest_the_link_for_an_hour_and_thirty_end_it(alice, exchange):
    link = shown_link(sends(alice, exchange).text)
    visitor, clock = Visitor(exchange.desk), exchange.copy.clock
    wrong = tries(visitor, link, "HL-222-222")
    for _ in range(4):
        assert tries(visitor, link, "HL-222-222") == wrong

    assert tries(visitor, link, exchange.reference) == wrong, "also the right one waits"
    assert state_of(exchange).wrong == 5, "what is refused in the pause is not counted"
    clock.at += timedelta(minutes=59)
    assert tries(visitor, link, exchange.reference) == wrong
    clock.at += timedelta(minutes=1)
    for _ in range(5):
        for _ in range(5):
            replying.open_question(exchange.desk, link, "HL-222-222")
        clock.at += timedelta(hours=1)
    assert state_of(exchange).wrong == 30
    assert tries(visitor, link, exchange.reference) == wrong
    after = asking.renew(exchange.copy.clinic, exchange.alice, exchange.submission, 1).link
    assert tries(visitor, after, exchange.reference)[0] == 303


def state_of(exchange):
    with exchange.copy.clinic.database.read() as session:
        return patient_questions.states(session, exchange.submission)[1]


def test_whoever_looks_without_sending_changes_nothing(alice, exchange, pat):
    """Mail scanners follow links, fetch them ahead, and press buttons."""
    link = shown_link(sends(alice, exchange).text)
    before, events = state_of(exchange), events_of(exchange)
    first = _without_token(pat.open("/reply").text)

    for at in range(20):
        path = "/reply" if at % 2 else urlsplit(link).path
        seen = pat.open(path, purpose="prefetch")
        assert _without_token(seen.text) == first
        assert pat.client.head(path, base_url=pat.site).status_code == 200
        pressed = pat.send("/reply", link=link, reference="")
        assert pressed.status_code in (422,)
        assert not [word for word in SECRETS if word in seen.text + pressed.text]
        if at % 5 == 4:
            exchange.copy.clock.at += timedelta(hours=1)

    assert events_of(exchange) == events
    assert state_of(exchange).closed_at is before.closed_at is None
    assert tries(pat, link, exchange.reference)[0] == 303, "the link still opens"


def events_of(exchange):
    with exchange.copy.clinic.database.read() as session:
        return [one.event for one in audit.events(session, exchange.submission)]


def test_the_secret_is_asked_of_no_server_and_stands_in_no_answer(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    assert urlsplit(link).query == ""

    opens(pat, exchange, link)

    assert link.partition("#")[2] not in pat.html
    assert link.partition("#")[2] not in pat.response.headers.get("Location", "")


@pytest.mark.parametrize(
    "path", ["/reply/question", "/reply/more", "/reply/medicines", "/reply/check", "/reply/pause/1"]
)
def test_without_a_visit_no_page_of_a_reply_opens(exchange, path):
    nobody = Visitor(exchange.desk)
    assert nobody.open(path).status_code == 303
    stranger = Visitor(exchange.desk)
    stranger.client.set_cookie("intake_reply", "x" * 43, domain="127.0.0.1")
    assert stranger.open(path).status_code == 410


def test_the_cookie_of_a_form_opens_no_reply_and_that_of_a_reply_no_form(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    opens(pat, exchange, link)
    token = pat.client.get_cookie("intake_reply", domain="127.0.0.1").value

    other = Visitor(exchange.desk)
    other.client.set_cookie("intake_patient", token, domain="127.0.0.1")
    assert other.open("/form").status_code == 410
    assert replying.find(exchange.desk, token) is not None


def test_a_visit_ends_after_an_hour_without_a_page(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    opens(pat, exchange, link)
    exchange.copy.clock.at += timedelta(minutes=61)

    assert pat.open("/reply/question").status_code == 410


def test_leaving_closes_the_page_here_and_the_link_still_opens_it(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    opens(pat, exchange, link)

    pat.send("/reply/leave")

    assert pat.location == "/reply"
    assert pat.open("/reply/question").status_code == 303
    opens(pat, exchange, link)
    assert "Is it still so?" in pat.text


def test_the_script_is_small_and_stands_on_the_first_page_alone(alice, exchange, pat):
    link = shown_link(sends(alice, exchange).text)
    pat.open("/reply")
    address = re.search(r'<script type="module" src="([^"]+)"', pat.html)[1]
    sent = pat.client.get(address, base_url=pat.site)

    assert sent.status_code == 200
    assert len(sent.data) < 1024
    assert pat.client.get("/static/link/0.js", base_url=pat.site).status_code == 404
    opens(pat, exchange, link)
    assert address not in pat.html
