"""Light, dark, or as the device has it: chosen at the foot of a page, and nothing typed is lost by it."""

import re

import pytest

from intake import resources
from intake.web.frame import stylesheet

PAGES = sorted((resources.TEMPLATES / "patient").glob("*.html"))


def theme_of(html):
    """How the page says it is lit; empty for as the device has it."""
    found = re.search(r"<html[^>]* data-theme=\"(\w+)\"", html)
    return found[1] if found else ""


def pressed(html):
    """The button that is shown as pressed."""
    return re.findall(r'name="look" value="(\w+)" aria-pressed="true"', html)


def test_a_page_is_as_the_device_has_it_until_somebody_chooses(visitor):
    visitor.open("/")

    assert theme_of(visitor.html) == ""
    assert pressed(visitor.html) == ["device"]


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_what_is_chosen_holds_on_every_page_and_can_be_taken_back(visitor, chosen):
    visitor.open("/help")
    visitor.send("/look", look=chosen, page="/help")
    assert visitor.location == "/help"
    visitor.follow()
    assert (theme_of(visitor.html), pressed(visitor.html)) == (chosen, [chosen])
    visitor.open("/no-such-page")
    assert theme_of(visitor.html) == chosen

    visitor.open("/")
    visitor.send("/look", look="device", page="/")
    visitor.follow()
    assert theme_of(visitor.html) == ""


def test_what_is_typed_comes_back_and_is_not_saved(pat):
    pat.ask("first_name")
    pat.answer("first_name", first_name__words="Pat", last_name__words="", look="dark")

    assert pat.status == 200
    assert theme_of(pat.html) == "dark"
    assert 'value="Pat"' in pat.html
    assert not pat.answers

    pat.ask("phone")
    assert theme_of(pat.html) == "dark", "the next page follows"


@pytest.mark.parametrize("page", ["//elsewhere.example/", "https://elsewhere.example/", "/no-such-page", ""])
def test_the_way_back_never_leads_to_another_site(visitor, page):
    visitor.open("/")
    visitor.send("/look", look="dark", page=page)

    assert visitor.location == "/"


def test_no_other_word_is_kept(visitor):
    visitor.open("/")
    visitor.send("/look", look='"><script>', page="/")

    assert "look" not in visitor.response.headers.get("Set-Cookie", "")
    visitor.follow()
    assert theme_of(visitor.html) == ""


def loses(template, button="looks"):
    """Whether a press on a look, or a language, would lose what is typed in boxes that are not sent along."""
    boxes = re.search(
        r"\b(field|asked|ask_again|choices|boxes|signed_here|kept_note)\(|<textarea|type=\"text\"", template
    )
    sent_along = "{% block typed_in %}answers{% endblock %}" in template and 'id="answers"' in template
    # Taken out, or only where words stand on the page that would be lost.
    offers_none = re.search(rf"block {button} (scoped )?%}}{{% (endblock|if not) ", template)
    return bool(boxes) and not (sent_along or offers_none)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
@pytest.mark.parametrize("button", ["looks", "languages"])
def test_every_page_with_boxes_sends_them_along(path, button):
    assert not loses(path.read_text("utf-8"), button)


@pytest.mark.parametrize(
    ("taken_out", "page"), [("{% block typed_in %}answers{% endblock %}", "page"), (' id="answers"', "sign")]
)
def test_a_page_that_would_lose_what_is_typed_would_be_found(taken_out, page):
    """The control."""
    whole = (resources.TEMPLATES / "patient" / f"{page}.html").read_text("utf-8")
    assert taken_out in whole

    assert loses(whole.replace(taken_out, ""))


def test_the_stylesheet_follows_the_choice_but_paper_stays_white():
    css = stylesheet("#0f766e", "patient")
    chosen, paper = css.index("[data-theme=dark]{color-scheme:dark}"), css.index("@media print")

    assert "[data-theme=light]{color-scheme:light}" in css
    # As specific as the choice, so the later one holds.
    assert chosen < paper
    assert ":root{color-scheme:light;" in css[paper:]
