"""What a journey in another language looks for, and what it notices: each with something that is wrong."""

import pytest

from journeys.leftovers import leftovers
from journeys.pages_served import PagesServed
from journeys.readers import AsItStands, NotTranslated, reader
from journeys.served import Served

LEFT_BLANK = ("You left 1 question blank. That is OK.", "You left %(count)s questions blank. That is OK.")
FORM = (
    "<!doctype html><html lang=es><title>t</title><main><h1>h</h1><form action=/f>"
    "<label>Mes <input name=m></label><label><input type=radio name=a value=n>No lo sé con seguridad</label>"
    "<button name=go value=1>Continuar</button></form></main></html>"
)


@pytest.fixture
def spanish():
    return reader("es")


def page(body, lang="es"):
    return f"<!doctype html><html lang={lang}><title>t</title><main><h1>h</h1>{body}</main></html>"


def test_words_are_found_in_the_catalogue_and_filled_in(spanish):
    assert spanish.said("Continue") == "Continuar"
    assert spanish.said_many(*LEFT_BLANK, 3, count=3) == "Dejó 3 preguntas en blanco. Está bien."
    assert reader("en").said("Continue") == "Continue"


@pytest.mark.parametrize("words", ["Carry on", "continue", "Contin", "Continue.", "Continuar", ""])
def test_words_that_nobody_translated_stop_the_journey(spanish, words):
    with pytest.raises(NotTranslated, match=f"of exactly these words: {words!r}"):
        spanish.said(words)


def test_what_is_looked_for_as_it_stands_is_not_translated(spanish):
    assert spanish.said(AsItStands("Continue")) == "Continue"


def test_the_tags_in_a_message_are_not_read_and_those_in_a_value_are(spanish):
    said = spanish.said("We took <bdi>%(name)s</bdi> off your list.", name="<b>")

    assert said == "Quitamos <b> de su lista."


def test_the_link_inside_a_message_is_found(spanish):
    message = 'You can <a href="%(address)s">take back your consent, or ask us to delete your form</a>.'

    assert spanish.said_in_link(message) == "retirar su consentimiento o pedirnos que borremos su formulario"
    with pytest.raises(NotTranslated):
        spanish.said_in_link("You <a href='/'>can</a>.")


def test_a_form_is_filled_in_by_its_english_words(spanish):
    form = Served("/f", FORM, spanish).form("Continue")
    form.fill("Month", "julio")
    form.choose("I'm not sure")

    assert form.sent("Continue") == [("m", "julio"), ("a", "n"), ("go", "1")]
    with pytest.raises(AssertionError, match="0 controls are labelled 'Día'"):
        form.fill("Day", "4")
    with pytest.raises(AssertionError, match="0 forms with a button 'Continuar'"):
        Served("/f", FORM.replace("Continuar", "Continue"), spanish).form("Continue")


@pytest.mark.parametrize(
    "left",
    [
        "<p>Continue</p>",
        "<p><b>You left</b> 3 questions blank. That is OK.</p>",
        "<p>¿Listo? <b>Keep going</b></p>",
        "<button aria-label='Save and finish later'>x</button>",
        "<div lang=en><p lang=es>Continue</p></div>",
        "<dl><dd><bdi>Once a day</bdi></dd></dl>",
        "<p>Do you live with someone?</p>",
        "<p>Little interest or pleasure in doing things</p>",  # published, and stays in English
        "<p>There is no\n July 32. Check the day</p>",
    ],
)
def test_english_that_is_not_marked_is_noticed(left):
    assert leftovers(page(left), "es")


@pytest.mark.parametrize(
    "fine",
    [
        "<p lang=en>Continue</p>",
        "<p>Continuar</p>",
        "<p>No</p>",  # the same in both
        "<p lang=en>Little interest or pleasure in doing things</p>",
        "<textarea>Continue</textarea>",
        "<ul><li><span lang=en>Continue</span></li></ul>",
    ],
)
def test_what_is_marked_or_is_the_same_in_both_is_left_alone(fine):
    assert leftovers(page(fine), "es") == []


def test_a_page_that_slipped_into_english_is_noticed_at_the_door():
    answers = {"/right": page("<p>Continuar</p>"), "/left": page("<p>Continue</p>"), "/other": page("", "en")}
    answers["/away"] = answers["/other"]

    def site(environ, start_response):
        status = "303 SEE OTHER" if environ["PATH_INFO"] == "/away" else "200 OK"
        start_response(status, [("Content-Type", "text/html; charset=utf-8")])
        return [answers[environ["PATH_INFO"].removeprefix("/clinic")].encode()]

    seen = PagesServed(site)
    for path in ("/right", "/left", "/other", "/clinic/other", "/away"):
        b"".join(seen({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda *_: None))

    assert seen.not_in("es") == {
        "GET /left": ["Continue"],
        "GET /other": ["the page says it is in 'en'"],
    }
