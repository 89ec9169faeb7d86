"""Lucía reads the form in Spanish, on a phone and at a desk, and changes it in the middle of a page."""

import shutil
from dataclasses import replace

import pytest

from copies import make_copy
from intake import resources
from intake.content import catalogues
from intake.content.catalogues import catalogue_path
from journeys.chromium import Chromium
from journeys.modes import MODES_OF_RARE_PAGES

pytestmark = pytest.mark.browser

BORN, MOOD, MEDICINES = "/f/1/4", "/f/6/1", "/f/5/4"
ABOUT = "name: العربية\nlocale: ar_EG\nstate: a sample\n"
ARABIC = {
    "Back": "رجوع",
    "Continue": "متابعة",
    "Save and finish later": "حفظ والإنهاء لاحقًا",
    "Month": "الشهر",
}


@pytest.fixture
def copy(tmp_path):
    """A copy of a clinic that switched both languages on."""
    made = make_copy(tmp_path)
    settings = replace(made.settings, languages=("ar", "es"))
    yield replace(made, settings=settings, desk=replace(made.desk, settings=settings))
    made.desk.database.dispose()
    made.clinic.database.dispose()


@pytest.fixture(autouse=True)
def with_a_sample_of_arabic(tmp_path, monkeypatch):
    folder = tmp_path / "translations"
    shutil.copytree(resources.TRANSLATIONS / "es", folder / "es")
    shutil.copytree(resources.TRANSLATIONS / "es", folder / "ar")
    (folder / "ar" / "about.yaml").write_text(ABOUT, "utf-8")
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    entries = "".join(f'msgid "{text}"\nmsgstr "{said}"\n\n' for text, said in ARABIC.items())
    catalogue_path(folder / "ar", "interface").write_text(header + entries, "utf-8")
    catalogue_path(folder / "ar", "content").write_text(header, "utf-8")
    monkeypatch.setattr(catalogues.resources, "TRANSLATIONS", folder)


def switch(person, code):
    person.press_at(f'footer button[name="lang"][value="{code}"]')


@MODES_OF_RARE_PAGES
def test_a_patient_changes_the_language_on_a_phone_and_loses_nothing(window, width, scripts, kind):
    lucia = window(width, scripts, kind)
    lucia.open("/")
    switch(lucia, "es")
    assert lucia.tab.locator("html").get_attribute("lang") == "es"
    lucia.picture("start-es")
    lucia.press_at("main .acts button.btn:not(.sm):not(.quiet)")
    assert lucia.page.h1 == "Su formulario"

    lucia.open(BORN)
    lucia.tab.locator("#date_of_birth-month").fill("juli")
    lucia.tab.locator("#date_of_birth-day").fill("cuatro")
    switch(lucia, "en")
    assert lucia.tab.locator("#date_of_birth-month").input_value() == "juli"
    assert lucia.tab.locator("#date_of_birth-day").input_value() == "cuatro"
    assert "What is your date of birth?" in lucia.page.text
    switch(lucia, "es")
    lucia.press_at("main .acts button.btn:not(.quiet)", expecting=(422,))
    assert lucia.has_focus("#errors")
    assert "En su fecha de nacimiento falta el año" in lucia.page.text

    lucia.open(MOOD)
    assert "Una parte de esta página está en inglés" in lucia.page.text
    lucia.picture("phq-es")


def test_a_page_from_the_right_is_turned_around(window):
    huda = window(390, scripts=True, kind=Chromium)
    huda.open("/")
    switch(huda, "ar")
    huda.press_at("main .acts button.btn:not(.sm):not(.quiet)")
    huda.open(BORN)

    assert huda.tab.locator("html").get_attribute("dir") == "rtl"
    flip = huda.tab.locator(".back svg").evaluate("one => getComputedStyle(one).transform")
    assert flip.startswith("matrix(-1")
    back, card = (huda.tab.locator(one).bounding_box() for one in (".back", ".card"))
    assert back["x"] + back["width"] > card["x"] + card["width"] / 2
    # What is in English reads from the left within it.
    legend = huda.tab.locator("legend[lang=en]").first
    assert legend.evaluate("one => getComputedStyle(one).direction") == "ltr"
    huda.picture("rtl")
