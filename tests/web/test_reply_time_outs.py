"""The pages of a reply are closed after a time, and what was typed on them is not lost."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, select

from copies import NOON
from exchanging import FORM, begun, sent_to, signs
from intake.services import answering, asking, replying, sweeping
from intake.storage.encryption import token_digest
from intake.storage.held_pages import HELD_FOR
from intake.storage.rate_limits import counting
from intake.storage.tables import HeldPageRow, RateLimitRow, ReplySessionRow
from sending import fill_in
from web.patient.visitor import Visitor
from web.patient.windows import come_back, words_of

CLOSED = "We closed this page to keep your answers private"
ANOTHER = "Another message is open in this browser"
KEPT = "We kept what you typed here. It is not saved as your answer until you press Continue."
SHOWN = re.compile(r'name="shown-page" value="([^"]+)"')


@pytest.fixture(scope="module")
def clinic_of_today(tmp_path_factory):
    exchange = begun(tmp_path_factory.mktemp("clinic"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture
def exchange(clinic_of_today):
    clinic_of_today.copy.clock.at = NOON
    with counting(clinic_of_today.copy.desk.database).write() as session:
        session.execute(delete(RateLimitRow))
    return sent_to(clinic_of_today.copy, clinic_of_today.alice)


@pytest.fixture
def healthy(clinic_of_today, exchange):
    """A form whose questions open others when they are answered once more."""
    form = FORM.replace("pressure: yes, treated: not_sure", "pressure: no")
    return sent_to(clinic_of_today.copy, exchange.alice, form)


@pytest.fixture
def pat(exchange):
    return Visitor(exchange.desk)


@pytest.fixture
def link(exchange):
    return exchange.asks("Is it still so?").link


def opens(pat, exchange, link):
    """The link and the reference, and on to the page it leads to, with what was held put in."""
    pat.open("/reply")
    pat.send("/reply", link=link, reference=exchange.reference)
    pat.follow()
    return pat.follow() if pat.status == 303 else pat


def shown(pat):
    return SHOWN.search(pat.html)[1]


def sends(pat, step, carried, **fields):
    return pat.send(f"/reply/{step}", shown__page=carried, **fields)


def leave_alone(exchange, minutes=61):
    exchange.copy.clock.at += timedelta(minutes=minutes)


def token(pat):
    cookie = pat.client.get_cookie("intake_reply", domain=urlsplit(pat.site).hostname)
    return cookie.value if cookie else ""


def held_cookie(pat, name="intake_held_reply"):
    return pat.client.get_cookie(name, domain=urlsplit(pat.site).hostname)


def draft(pat):
    return replying.find(pat.desk, token(pat), attended=False).draft


def last_seen(pat):
    with pat.desk.database.read() as session:
        digest = token_digest(token(pat))
        seen = select(ReplySessionRow.last_seen).where(ReplySessionRow.token_digest == digest)
        return session.scalars(seen).one()


# A page sent too late.


def test_it_waits_and_is_there_filled_in_after_the_message_is_opened_again(exchange, pat, link):
    opens(pat, exchange, link)
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Since last winter.")

    assert (pat.status, pat.page.h1) == (410, CLOSED)
    assert "We hold the page you just sent for 15 minutes." in pat.text
    assert "Since last" not in pat.html, "whoever sits there now may be somebody else"
    assert pat.page.links()["Open my message again"] == "/reply"

    opens(pat, exchange, link)
    assert "Since last winter.</textarea>" in pat.html
    assert KEPT in pat.text
    assert held_cookie(pat) is None
    assert draft(pat).words == "", "it is no answer yet"
    assert exchange.take_in() == 0
    sends(pat, "question", shown(pat), reply__words="Since last winter.")
    assert (pat.location, draft(pat).words) == ("/reply/check", "Since last winter.")
    pat.open("/reply/question")
    assert KEPT not in pat.text


def test_the_cookie_lasts_as_long_as_the_page_and_no_script_reads_it(exchange, pat, link):
    opens(pat, exchange, link)
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Since last winter.")

    cookies = pat.response.headers.getlist("Set-Cookie")
    (cookie,) = (one for one in cookies if one.startswith("intake_held_reply="))
    assert f"Max-Age={15 * 60};" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secret = cookie.partition("=")[2].partition(";")[0].encode()
    with pat.desk.database.read() as session:
        (row,) = session.scalars(select(HeldPageRow)).all()
        stored = row.secret_digest + row.wrapped_key + row.sealed
    assert not [one for one in (secret, b"last winter") if one in stored]


@pytest.mark.parametrize(("late", "found"), [(-1, True), (0, False)])
def test_it_waits_for_fifteen_minutes(exchange, pat, link, late, found):
    opens(pat, exchange, link)
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Since last winter.")
    exchange.copy.clock.at += HELD_FOR + timedelta(seconds=late)
    opens(pat, exchange, link)

    assert ("Since last winter." in pat.html) is found


def test_another_browser_with_link_and_reference_never_sees_it(exchange, pat, link):
    opens(pat, exchange, link)
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Since last winter.")
    other = Visitor(exchange.desk)
    opens(other, exchange, link)

    assert other.status == 200
    assert "Since last" not in other.html


def test_one_persons_page_is_not_put_into_the_message_of_the_next(exchange, clinic_of_today, pat, link):
    """Pat's page is still open in a tab when somebody else opens their message in the same browser."""
    opens(pat, exchange, link)
    carried = shown(pat)
    other = sent_to(clinic_of_today.copy, clinic_of_today.alice)
    opens(pat, other, other.asks("How are you?").link)
    assert "How are you?" in pat.text

    sends(pat, "question", carried, reply__words="Since last winter.")

    assert (pat.status, pat.page.h1) == (409, ANOTHER)
    assert (draft(pat).words, draft(pat).unfinished) == ("", {})
    pat.open("/reply/question")
    assert "Since last" not in pat.html
    opens(pat, exchange, link)
    assert "Since last winter." in pat.html, "the control: it waits for its own"


def test_two_questions_about_one_form_are_told_apart_as_well(exchange, pat, link):
    opens(pat, exchange, link)
    first, carried = token(pat), shown(pat)
    opens(pat, exchange, exchange.asks("And at night?").link)

    sends(pat, "question", carried, reply__words="Since last winter.")

    assert pat.page.h1 == ANOTHER
    assert draft(pat).unfinished == {}
    assert replying.find(exchange.desk, first) is not None


def test_a_signature_waits_and_is_never_sent_by_itself(exchange, pat, link):
    opens(pat, exchange, link)
    sends(pat, "question", shown(pat), reply__words="Since last winter.")
    pat.follow()
    carried, checked = shown(pat), re.search(r'name="shown" value="([^"]+)"', pat.html)[1]
    leave_alone(exchange)
    sends(pat, "check", carried, shown=checked, agree="y", typed_name="Quetzal Doe")
    assert pat.page.h1 == CLOSED

    opens(pat, exchange, link)

    assert pat.page.h1 == "Check, sign, and send"
    assert "We kept what you typed. Nothing was sent yet." in pat.text
    assert 'value="Quetzal Doe"' in pat.html
    assert "Since last winter." in pat.text, "what was saved before is there too"
    assert exchange.take_in() == 0


def test_words_of_an_earlier_page_come_along_where_nothing_else_is_left_of_them(exchange, pat, link):
    opens(pat, exchange, link)
    sends(pat, "question", shown(pat), reply__words="Since last winter.")
    pat.follow()
    carried = shown(pat)
    pat.send("/reply/leave")
    sends(pat, "check", carried, typed_name="Quetzal Doe", kept__words="Since last winter.")

    opens(pat, exchange, link)

    assert pat.page.h1 == "Check, sign, and send"
    assert "Since last winter." in pat.text


def test_a_medicine_half_typed_waits_with_the_list(exchange, pat):
    link = exchange.asks("What do you take?", again="takes").link
    opens(pat, exchange, link)
    sends(pat, "question", shown(pat), takes="yes")
    pat.follow()
    sends(pat, "medicines", shown(pat), name="Lithium", add="1")
    pat.open("/reply/medicines")
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "medicines", carried, name="Sertraline", amount="50 mg", add="1")

    opens(pat, exchange, link)

    assert "We kept what you typed below. It is not on your list until you add it." in pat.text
    assert 'value="Sertraline"' in pat.html
    assert "1 medicine on your list" in pat.text


@pytest.mark.parametrize("end", ["taken back", "answered elsewhere"])
def test_where_nothing_leads_back_it_is_shown_to_copy(exchange, pat, link, end):
    opens(pat, exchange, link)
    carried = shown(pat)
    if end == "taken back":
        asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 1)
    else:
        elsewhere = replying.open_question(exchange.desk, link, exchange.reference)
        replying.save(exchange.desk, elsewhere, "Yes.", {})
        signs(exchange.desk, elsewhere, "Quetzal Doe")
        leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Since last winter.")

    assert pat.status == 410
    assert "Since last winter.</textarea>" in pat.html
    assert held_cookie(pat) is None


def test_after_a_new_link_it_is_held_for_that_one(exchange, pat, link):
    opens(pat, exchange, link)
    carried = shown(pat)
    renewed = asking.renew(exchange.copy.clinic, exchange.alice, exchange.submission, 1).link
    sends(pat, "question", carried, reply__words="Since last winter.")
    opens(pat, exchange, renewed)

    assert "Since last winter.</textarea>" in pat.html


@pytest.mark.parametrize(("step", "asked"), [("more", "pressure"), ("medicines", "takes")])
def test_what_is_typed_on_any_page_after_it_was_sent_elsewhere_is_given_back(healthy, pat, step, asked):
    opens(pat, healthy, healthy.asks("Once more?", again=asked).link)
    sends(pat, "question", shown(pat), **{asked: "yes", "reply__words": "It is."})
    pat.follow()
    carried = shown(pat)
    signs(healthy.desk, token(pat), "Quetzal Doe")
    sends(pat, step, carried, name="Sertraline", kept__words="It is.")

    assert (pat.status, pat.page.h1) == (409, "This was answered before")
    assert "Sertraline" in pat.html


def test_a_page_without_its_token_is_kept_while_the_message_is_open_and_held_after(exchange, pat, link):
    """The cookie of the token went with the browser's data; what the page carries nobody can make up."""
    opens(pat, exchange, link)
    carried = shown(pat)
    pat.client.delete_cookie("intake_patient_page", domain="127.0.0.1")
    sends(pat, "question", carried, reply__words="Since last winter.")
    assert "Since last winter.</textarea>" in pat.html
    assert draft(pat).words == ""

    pat.client.delete_cookie("intake_patient_page", domain="127.0.0.1")
    leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Since last spring.")
    assert pat.page.h1 == CLOSED
    opens(pat, exchange, link)
    assert "Since last spring.</textarea>" in pat.html


def test_without_what_the_page_carries_the_token_is_needed(exchange, pat, link):
    opens(pat, exchange, link)
    for carried in ("", "made up", "x" * 400):
        sends(pat, "question", carried, csrf_token="", reply__words="Since last winter.")

        assert pat.status == 400
        assert (draft(pat).words, draft(pat).unfinished) == ("", {})


def test_the_page_of_a_form_and_that_of_a_reply_wait_beside_each_other(exchange, pat, link):
    pat.open("/")
    pat.send("/start")
    way = words_of(pat)
    pat.ask("more")
    of_form = shown(pat)
    opens(pat, exchange, link)
    of_reply = shown(pat)
    leave_alone(exchange)
    pat.send(pat.address("more"), shown__page=of_form, more__words="A form's")
    sends(pat, "question", of_reply, reply__words="A reply's")
    opens(pat, exchange, link)
    assert "A reply&#39;s</textarea>" in pat.html

    come_back(pat, way)
    pat.ask("more")

    assert pat.location == pat.address("more")
    pat.follow()
    assert "A form&#39;s</textarea>" in pat.html


# What was saved before.


def test_what_was_saved_waits_a_day_for_whoever_opens_it_again_in_the_same_browser(exchange, pat, link):
    opens(pat, exchange, link)
    sends(pat, "question", shown(pat), reply__words="Since last winter.")
    leave_alone(exchange)
    pat.open("/reply/check")
    assert pat.status == 410
    assert "What you saved until now waits for you for a day." in pat.text
    assert "Since last" not in pat.html
    elsewhere = Visitor(exchange.desk)
    opens(elsewhere, exchange, link)
    assert "Since last" not in elsewhere.html

    exchange.copy.clock.at += timedelta(hours=22)
    opens(pat, exchange, link)
    assert "Since last winter.</textarea>" in pat.html
    exchange.copy.clock.at += timedelta(hours=25)
    pat.open("/reply/question")
    assert "What you saved until now" not in pat.text
    opens(pat, exchange, link)
    assert "Since last" not in pat.html


def test_closing_it_leaves_nothing_of_it_here(exchange, pat, link):
    opens(pat, exchange, link)
    sends(pat, "question", shown(pat), reply__words="Since last winter.")
    pat.send("/reply/leave")
    opens(pat, exchange, link)

    assert "Since last" not in pat.html


def test_the_day_being_over_nothing_of_it_is_stored(exchange, pat, link):
    opens(pat, exchange, link)
    sends(pat, "question", shown(pat), reply__words="Since last winter.")
    exchange.copy.clock.at += timedelta(hours=23)
    sweeping.sweep(exchange.copy.worker)
    assert last_seen(pat)
    exchange.copy.clock.at += timedelta(hours=2)
    sweeping.sweep(exchange.copy.worker)

    with exchange.desk.database.read() as session:
        of_the_form = select(ReplySessionRow).where(ReplySessionRow.submission_id == exchange.submission)
        assert session.scalars(of_the_form).all() == []


# A page that is hidden, or left alone.


def test_a_page_that_is_hidden_is_kept_and_does_not_keep_the_message_open(exchange, pat, link):
    opens(pat, exchange, link)
    carried, before = shown(pat), last_seen(pat)
    leave_alone(exchange, 30)
    sends(pat, "keep/question", carried, reply__words="Since last win")

    assert pat.status == 204
    assert last_seen(pat) == before, "nobody was there"
    pat.open("/reply/question")
    assert "Since last win</textarea>" in pat.html
    assert KEPT in pat.text
    assert last_seen(pat) > before, "the control: somebody is"
    assert draft(pat).words == ""


def test_a_page_somebody_only_looked_at_leaves_nothing_behind(healthy, pat):
    opens(pat, healthy, healthy.asks("Is it treated?", again="pressure").link)
    carried = shown(pat)
    sends(pat, "keep/question", carried, reply__words="", pressure="yes")
    assert [*draft(pat).unfinished] == ["question"]
    sends(pat, "keep/question", carried, reply__words="")
    assert draft(pat).unfinished == {}

    sends(pat, "question", carried, pressure="yes")
    pat.follow()
    carried = shown(pat)
    sends(pat, "keep/more", carried, kept__words="x")
    assert draft(pat).unfinished == {}
    sends(pat, "keep/more", carried, treated="no")
    assert [*draft(pat).unfinished] == ["more"]
    pat.open("/reply/more")
    assert 'value="no" checked' in pat.html
    assert KEPT in pat.text

    sends(pat, "keep/check", carried, typed_name="x")
    assert pat.status == 404, "a signature is not kept while it is typed"


def test_a_page_that_is_hidden_too_late_is_held(exchange, pat, link):
    opens(pat, exchange, link)
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "keep/question", carried, reply__words="Since last winter.")
    opens(pat, exchange, link)

    assert "Since last winter.</textarea>" in pat.html


def test_a_page_left_alone_shows_nothing_and_leads_on(exchange, pat, link):
    opens(pat, exchange, link)
    sends(pat, "question", shown(pat), reply__words="Since last winter.")
    before = last_seen(pat)
    leave_alone(exchange, 59)
    pat.open("/reply/away")

    assert (pat.status, pat.page.h1) == (200, CLOSED)
    assert not [one for one in ("Since last", "Is it still so?", "Rivera") if one in pat.html]
    assert last_seen(pat) == before
    pat.open(pat.page.links()["Keep going"])
    assert "Since last winter.</textarea>" in pat.html
    leave_alone(exchange, 61)
    pat.open("/reply/away")
    assert pat.status == 410


def test_a_held_page_is_not_taken_up_by_a_page_that_nobody_asked_for(exchange, pat, link):
    opens(pat, exchange, link)
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Since last winter.")
    pat.open("/reply")
    pat.send("/reply", link=link, reference=exchange.reference)
    pat.open("/reply/away")

    assert draft(pat).unfinished == {}
    pat.open("/reply/question")
    assert draft(pat).unfinished, "the control: somebody is there"


def test_staying_keeps_it_open_and_needs_a_message_that_is(exchange, pat, link):
    opens(pat, exchange, link)
    leave_alone(exchange, 55)
    pat.send("/reply/stay")
    assert pat.status == 204
    leave_alone(exchange, 55)
    assert pat.open("/reply/question").status_code == 200
    leave_alone(exchange)
    pat.send("/reply/stay")
    assert pat.status == 410


def test_every_page_asks_whether_somebody_is_there_before_it_is_closed(healthy, pat):
    for asked, steps in {
        "pressure": ("question", "more", "check", "pause/1"),
        "takes": ("medicines",),
    }.items():
        opens(pat, healthy, healthy.asks("Once more?", again=asked).link)
        sends(pat, "question", shown(pat), **{asked: "yes", "reply__words": "It is."})
        for step in steps:
            pat.open(f"/reply/{step}")
            (dialog,) = re.findall(r"<dialog.*?</dialog>", pat.html, re.DOTALL)
            assert 'data-wait="3240" data-left="360" data-away="/reply/away"' in dialog
            assert 'action="/reply/stay"' in dialog
            assert "we close this page in 5 minutes" in dialog
            keeps = f'data-keep="/reply/keep/{step}"' in dialog
            assert keeps is (step in {"question", "more", "medicines"})
            assert "/static/keep/" in pat.html


def test_it_asks_in_spanish(exchange, link):
    pat = Visitor(replace(exchange.desk, settings=replace(exchange.desk.settings, languages=("es",))))
    opens(pat, exchange, link)
    pat.send("/reply/question", lang="es", shown__page=shown(pat), reply__words="Desde el invierno.")

    assert "¿Sigue ahí?" in pat.html
    assert "cerraremos esta página en 5 minutos" in pat.html
    assert "Desde el invierno.</textarea>" in pat.html
    carried = shown(pat)
    leave_alone(exchange)
    sends(pat, "question", carried, reply__words="Desde el invierno.")
    assert pat.page.h1 == "Cerramos esta página para mantener privadas sus respuestas"
    assert "Guardamos por 15 minutos la página que acaba de enviar." in pat.text
    opens(pat, exchange, link)
    assert "Desde el invierno.</textarea>" in pat.html
    assert "Guardamos lo que escribió aquí." in pat.text


# Something added unasked.


@pytest.fixture
def adding(exchange, pat):
    """Pat, who has words for their form, sent it and adds something."""
    pat.client.set_cookie("intake_patient", fill_in(exchange.desk, FORM), domain="127.0.0.1")
    return pat


def adds(pat):
    pat.open("/sent")
    pat.send("/reply/add")
    pat.follow()
    return pat.follow() if pat.status == 303 else pat


def test_something_added_unasked_waits_for_whoever_comes_back_with_words(exchange, adding):
    way = words_of(adding)
    answering.send(exchange.desk, adding.token, "Quetzal Doe")
    adds(adding)
    carried = shown(adding)
    leave_alone(exchange)
    sends(adding, "question", carried, reply__words="I fainted once.")
    assert adding.page.h1 == CLOSED
    assert "with your link or code and your four words" in adding.text
    assert "I fainted" not in adding.html

    come_back(adding, way)
    adds(adding)

    assert "I fainted once.</textarea>" in adding.html


def test_without_words_it_is_shown_to_copy(exchange, adding):
    answering.send(exchange.desk, adding.token, "Quetzal Doe")
    adds(adding)
    carried = shown(adding)
    leave_alone(exchange)
    sends(adding, "question", carried, reply__words="I fainted once.")

    assert adding.status == 410
    assert "I fainted once.</textarea>" in adding.html


def test_pressing_add_once_more_shows_what_was_written_before(exchange, adding):
    answering.send(exchange.desk, adding.token, "Quetzal Doe")
    adds(adding)
    sends(adding, "question", shown(adding), reply__words="I fainted once.")
    adds(adding)

    assert "I fainted once.</textarea>" in adding.html
    sends(adding, "question", shown(adding), reply__words="I fainted once.")
    adding.follow()
    seen = re.search(r'name="shown" value="([^"]+)"', adding.html)[1]
    sends(adding, "check", shown(adding), shown=seen, agree="y", typed_name="Quetzal Doe")
    adds(adding)
    assert "I fainted" not in adding.html, "what was sent is not there to be sent again"


# One medicine twice.


def test_a_medicine_that_is_on_the_list_is_asked_about_once(exchange, pat):
    opens(pat, exchange, exchange.asks("What do you take?", again="takes").link)
    sends(pat, "question", shown(pat), takes="yes")
    pat.follow()
    sends(pat, "medicines", shown(pat), name="Lithium", amount="300 mg", add="1")
    pat.follow()
    sends(pat, "medicines", shown(pat), name="lithium ", amount="600 mg", add="1")

    assert pat.status == 422
    assert "lithium is on your list already. Do you take it in two ways?" in pat.text
    assert "1 medicine on your list" in pat.text
    assert 'value="600 mg"' in pat.html
    hidden = dict(pat.page.form("Add to my list").hidden)
    assert hidden["again"] == "lithium"
    sends(pat, "medicines", shown(pat), name="lithium", amount="600 mg", add="1", again="lithium")
    pat.follow()
    assert "2 medicines on your list" in pat.text

    # On Continue it is asked as well, and of another medicine once more.
    sends(pat, "medicines", shown(pat), name="Lithium", again="sertraline")
    assert "is on your list already" in pat.text


def test_of_two_lines_that_say_the_same_one_is_removed(exchange, pat):
    opens(pat, exchange, exchange.asks("What do you take?", again="takes").link)
    sends(pat, "question", shown(pat), takes="yes")
    for _ in range(2):
        pat.open("/reply/medicines")
        sends(pat, "medicines", shown(pat), name="Lithium", add="1", again="lithium")
    pat.open("/reply/medicines")
    key = re.search(r'name="remove" value="([^"]+)"', pat.html)[1]
    sends(pat, "medicines", shown(pat), remove=key)

    assert "1 medicine on your list" in pat.text
