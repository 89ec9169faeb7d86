"""The frame of both sites: colors anyone can read, small pages, the same protection on every answer."""

import importlib
import logging
import pkgutil
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from flask import abort, render_template_string
from wtforms import Form, TextAreaField
from wtforms.form import BaseForm

from intake import resources, web
from intake.config import Settings
from intake.web.frame import digits, new_site, stylesheet
from intake.web.languages import date_and_time
from intake.web.patient import reply_forms
from intake.web.theme import contrast, theme, unreadable_pairs
from journeys.served import Served

SETTINGS = Settings(Path("instance"))
TEMPLATES = sorted(resources.TEMPLATES.rglob("*.html"))
STATUSES = (400, 403, 404, 405, 409, 410, 413, 415, 429, 500, 503)
HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "X-Robots-Tag",
)


def client(settings=SETTINGS):
    site = new_site("patient", settings, b"k" * 32)
    # Pages that refuse, and one that breaks with an answer in its error.
    site.add_url_rule("/refuse/<int:status>", view_func=lambda status: abort(status), endpoint="refuse")
    site.add_url_rule("/break", view_func=lambda: render_template_string("{{ pregnant }}"), endpoint="break")
    site.add_url_rule("/whole", view_func=lambda: int("a secret answer"), endpoint="whole")
    return site.test_client()


def ask(path, settings=SETTINGS):
    return client(settings).get(path, base_url=settings.public_address)


@pytest.mark.parametrize("path", [f"/refuse/{status}" for status in STATUSES] + ["/break", "/no-such-page"])
def test_every_refusal_is_a_page_with_help_on_it(path):
    response = ask(path)
    page = Served(path, response.text)

    assert response.status_code in STATUSES
    assert {page.links()["988"], page.links()["911"]} == {"tel:988", "tel:911"}


@pytest.mark.parametrize("status", STATUSES)
def test_the_people_of_a_clinic_are_refused_in_a_frame_of_their_own(status):
    site = new_site("clinic", SETTINGS, b"k" * 32)
    site.add_url_rule("/refuse", view_func=lambda: abort(status), endpoint="refuse")
    page = site.test_client().get("/refuse", base_url=SETTINGS.public_address)

    assert page.status_code == status
    assert "988" not in page.text
    assert "Need help now?" not in page.text


def test_a_page_whose_token_is_gone_gives_back_what_was_typed():
    site = new_site("clinic", SETTINGS, b"k" * 32)
    site.add_url_rule("/note", view_func=lambda: "kept", methods=["POST"], endpoint="note")
    sent = {"note": "Called <her> today."}
    page = site.test_client().post("/note", data=sent, base_url=SETTINGS.public_address)
    elsewhere = site.test_client().post(
        "/note", data=sent, base_url=SETTINGS.public_address, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert (page.status_code, elsewhere.status_code) == (400, 403)
    assert "Called &lt;her&gt; today." in page.text
    assert "What you typed is most often still there" not in page.text
    assert "Called" not in elsewhere.text, "what another site sends is not shown as ours"


@pytest.mark.parametrize(("status", "page"), [(418, 400), (422, 400), (504, 500)])
def test_a_refusal_without_a_page_of_its_own_gets_the_nearest(status, page):
    assert Served("", ask(f"/refuse/{status}").text).h1 == Served("", ask(f"/refuse/{page}").text).h1


@pytest.mark.parametrize("path", ["/refuse/404", "/break", "/no-such-page", "/static/no-such-file"])
def test_every_answer_carries_the_protection(path):
    response = ask(path)

    assert [name for name in HEADERS if name not in response.headers] == []
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in response.headers


def test_a_page_that_breaks_never_logs_an_answer(caplog):
    with caplog.at_level(logging.DEBUG):
        assert ask("/whole").status_code == 500

    assert re.search(r"page_failed error=ValueError place=test_frame.py:\d+ ", caplog.text)
    assert "secret" not in caplog.text


def test_the_stylesheet_has_a_name_of_its_own_and_is_kept_for_good():
    href = re.search(r'rel="stylesheet" href="([^"]+)"', ask("/no-such-page").text)[1]
    response = ask(href)

    assert re.fullmatch(r"/static/style-[0-9a-f]{12}\.css", href)
    assert response.headers["Cache-Control"] == "public, immutable, max-age=31536000"
    assert "Content-Security-Policy" in response.headers


def test_a_page_says_whom_to_call_also_when_nobody_can_say_what_is_set():
    def broken():
        raise OSError("no database")

    site = new_site("patient", SETTINGS, b"k" * 32, now=broken)
    page = site.test_client().get("/no-such-page", base_url=SETTINGS.public_address)

    assert page.status_code == 404
    assert "Harbor Light Clinic" in page.text


def test_a_word_nobody_gave_a_page_is_an_error_and_not_a_gap():
    assert ask("/break").status_code == 500


# What comes out of a file, or is on the page of the settings anyway, is no person's sentences.
NO_SENTENCES = {"RulesFilesForm": {"rules", "overlay"}, "SettingsForm": {"next_steps"}}


def boxes_of_sentences():
    """The name, as a browser sends it, of every box of several lines in the forms of both sites."""
    found = set()
    for one in pkgutil.walk_packages(web.__path__, "intake.web."):
        module = importlib.import_module(one.name)
        for form in vars(module).values():
            if not (isinstance(form, type) and issubclass(form, BaseForm | Form)):
                continue
            excepted = {name for base in form.__mro__ for name in NO_SENTENCES.get(base.__name__, ())}
            fields = {name: field for name in dir(form) if (field := getattr(form, name, None))}
            prefix = reply_forms.PREFIX if form is reply_forms.WordsForm else ""
            found |= {
                f"{prefix}{name}"
                for name, field in fields.items()
                if getattr(field, "field_class", None) is TextAreaField and name not in excepted
            }
    return found


def test_sentences_are_kept_on_the_page_that_says_that_something_went_wrong():
    boxes = boxes_of_sentences()
    typed = {name: f"What I wrote into {name}" for name in sorted(boxes)}
    site = new_site("patient", SETTINGS, b"k" * 32)
    site.config["WTF_CSRF_ENABLED"] = False
    site.add_url_rule("/whole", view_func=lambda: int("x"), endpoint="whole", methods=["POST"])

    page = site.test_client().post("/whole", data=typed, base_url=SETTINGS.public_address)

    assert page.status_code == 500
    assert {"note", "words", "reason", "reply-words"} <= boxes, "the forms are not found any more"
    assert [words for words in typed.values() if words not in page.text] == []


def test_another_color_is_another_name():
    other = replace(SETTINGS, clinic_color="#7c3a8c")
    names = {re.search(r"style-\w+", ask("/no-such-page", one).text)[0] for one in (SETTINGS, other)}

    assert len(names) == 2


def test_the_clinics_logo_is_served_and_its_name_stands_beside_it(tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    settings = replace(SETTINGS, clinic_logo=str(logo), clinic_name="North & <Ridge>")
    page = ask("/no-such-page", settings).text

    href = re.search(r'<img src="([^"]+)" alt="">', page)[1]
    assert ask(href, settings).mimetype == "image/svg+xml"
    assert "North &amp; &lt;Ridge&gt;" in page


def test_the_stylesheet_stays_small():
    assert len(brotli.compress(stylesheet("#0f766e", "patient").encode())) <= 6 * 1024


def test_the_stylesheet_names_only_colors_there_are():
    css = stylesheet("#0f766e", "clinic")

    assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= set(theme("#0f766e")) | {"sans", "head", "r"}


@pytest.mark.parametrize("color", ["#0f766e", "#e8930c", "#ffff00", "#000000", "#ffffff", "#777777"])
def test_any_color_makes_pages_that_can_be_read(color):
    assert unreadable_pairs(color) == []


def test_a_color_that_can_be_read_is_kept_as_it_is():
    assert theme("#064e48")["brand"].light == "#064e48"
    assert theme("#e8930c")["brand"].light != "#e8930c"
    assert theme("#e8930c")["accent"].light == "#e8930c"


def test_black_on_white_is_the_most_contrast_there_is():
    assert round(contrast("#000000", "#ffffff"), 6) == 21


@pytest.mark.parametrize(
    ("hour", "said"), [(0, "12:05 am"), (11, "11:05 am"), (12, "12:05 pm"), (16, "4:05 pm")]
)
def test_a_time_in_words(hour, said):
    assert date_and_time(datetime(2026, 11, 20, hour, 5, tzinfo=UTC)) == f"November 20, 2026 at {said}"


@pytest.mark.parametrize(
    ("phone", "dialed"), [("(555) 010-0142", "5550100142"), ("+1 555 010 0142", "+15550100142")]
)
def test_a_number_to_dial(phone, dialed):
    assert digits(phone) == dialed


# The one script there is, in a file of its own; where it is loaded is its own test (test_medicine_names.py).
_SUGGEST = '<script type="module" src="{{ script }}"></script>'


def inline(text):
    """What a template holds that the content policy refuses, or that escapes nothing."""
    return re.search(
        r"<style|<script|\sstyle=|\son[a-z]+=|\|safe(?!\s*}}</svg>)|autoescape", text.replace(_SUGGEST, "")
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_holds_a_style_or_a_script(path):
    assert not inline(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("held", ["<script>1</script>", '<script src="/other.js"></script>', "<p style='x'>"])
def test_a_script_in_a_page_would_be_noticed(held):
    assert inline(f"<p>{_SUGGEST}</p>{held}")
