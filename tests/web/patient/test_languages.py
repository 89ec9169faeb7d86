"""A patient reads the form in their language, changes it where they are, and loses nothing they typed."""

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest

from accessibility.states import of_patients
from intake import resources
from intake.content import catalogues
from intake.content.catalogues import catalogue_path
from intake.domain.answers import Day, MedicineEntry
from intake.services import answering
from intake.storage import submissions
from intake.web.patient import language_choice
from web.clinic.person import Page
from web.patient.visitor import Visitor
from web.patient.windows import Window

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}


@pytest.fixture
def offering(desk):
    """The desk of a clinic that switched Spanish on."""
    return replace(desk, settings=replace(desk.settings, languages=("es",)))


@pytest.fixture
def lucia(offering):
    """Lucía, who has chosen Spanish and pressed Start."""
    visitor = Visitor(offering)
    visitor.open("/")
    visitor.send("/language", lang="es", page="/")
    visitor.follow()
    visitor.send("/start")
    return visitor


def language(visitor):
    return visitor.page.tree.get("lang"), visitor.page.tree.get("dir")


def test_a_clinic_that_switched_nothing_on_speaks_english_and_offers_nothing_else(visitor):
    visitor.open("/", **SPANISH)

    assert language(visitor) == ("en", None)
    assert "Español" not in visitor.text


def test_the_browsers_language_is_taken_where_it_is_offered(offering):
    visitor = Visitor(offering)

    visitor.open("/", **SPANISH)

    assert language(visitor) == ("es", None)
    assert visitor.page.h1 == "Preguntas de salud antes de su visita"
    visitor.open("/", **{"Accept-Language": "fr-CA, en"})
    assert language(visitor) == ("en", None)


def test_a_chosen_language_stays_in_this_browser_and_in_no_address(lucia):
    lucia.open("/form", **{"Accept-Language": "en"})

    assert lucia.page.h1 == "Su formulario"
    assert not [one for one in lucia.page.links().values() if "lang" in one or "es" in one.split("/")]
    lucia.send("/language", lang="en", page="/form")
    assert lucia.location == "/form"
    lucia.follow()
    assert lucia.page.h1 == "Your form"


@pytest.mark.parametrize(
    "page",
    ["https://elsewhere.example/", "//elsewhere.example/", "/no/such/page", "", "javascript:x", "/\\x"],
)
def test_changing_the_language_leads_nowhere_else(lucia, page):
    lucia.send("/language", lang="en", page=page)

    assert (lucia.status, lucia.response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("code", ["xx", "fr", "<b>", "../es"])
def test_a_language_nobody_offers_is_not_kept(lucia, code):
    lucia.send("/language", lang=code, page="/form")

    assert "Set-Cookie" not in lucia.response.headers
    lucia.follow()
    assert lucia.page.h1 == "Su formulario"


def test_what_is_typed_comes_along_when_the_language_changes(lucia):
    address = lucia.address("date_of_birth")
    lucia.open(address)
    button = next(one for one in lucia.page.tree.iter("button") if one.get("value") == "en")
    assert (button.get("form"), button.get("name")) == ("answers", "lang")
    assert button.get("formnovalidate") is not None

    typed = {"month": "jul", "day": "no sé", "year": "19"}
    lucia.answer("date_of_birth", **{f"date_of_birth__{one}": x for one, x in typed.items()}, lang="en")

    assert (lucia.status, language(lucia)) == (200, ("en", None))
    for one, words in typed.items():
        assert f'name="date_of_birth-{one}" value="{words}"' in lucia.html
    assert lucia.answers.get("date_of_birth") is None
    assert lucia.problems == []


def buttons(visitor):
    return [one for one in visitor.page.tree.iter("button") if one.get("name") == "lang"]


def test_where_what_was_typed_is_on_no_other_page_no_language_takes_it_away(lucia, copy):
    window = Window(lucia, "reasons_more")
    assert buttons(lucia)
    copy.clock.at += timedelta(days=14, minutes=1)
    window.go_on(reasons_more__words="Desde el invierno")

    assert lucia.status == 410
    assert "Desde el invierno</textarea>" in lucia.html
    assert buttons(lucia) == []


def test_nor_on_a_page_that_came_after_the_form_was_sent(lucia):
    lucia.give_name_and_number()
    lucia.skip_everything()
    window = Window(lucia, "anything_else")
    lucia.send("/sign", agree="y", typed_name="Pat Doe")
    window.go_on(anything_else__words="Una cosa más")

    assert lucia.status == 409
    assert "Una cosa más</textarea>" in lucia.html
    assert buttons(lucia) == []


def test_an_address_that_is_not_right_is_not_lost_by_a_language_but_the_words_can_be_read_in_any(lucia):
    lucia.send("/leave")
    lucia.follow()
    assert buttons(lucia)
    lucia.send("/later/mail", email="lucia@")

    assert lucia.status == 422
    assert buttons(lucia) == []


def test_a_half_typed_medicine_and_a_signature_come_along_too(lucia):
    lucia.answer("takes_medicines", takes_medicines="yes", noticed="stopped_medicine")
    lucia.answer("medicines", name="sertra", amount="50", how_often="once", lang="en")
    assert 'value="sertra"' in lucia.html and 'value="50"' in lucia.html
    assert lucia.answers.value("medicines") is None
    lucia.give_name_and_number()
    lucia.skip_everything()

    lucia.open("/sign")
    lucia.send("/sign", typed_name="Lucía Doe", lang="es")

    assert 'value="Lucía Doe"' in lucia.html
    assert lucia.page.tree.get("lang") == "es"


def test_mistakes_are_told_in_the_language_of_the_page(lucia):
    lucia.answer("date_of_birth", date_of_birth__month="31 de junio de 1988")
    assert lucia.problems == ["No existe el 31 de junio. Revise el día"]
    assert lucia.page.title.startswith("Error: Sobre usted")
    lucia.answer("phone", phone__words="12")
    assert "Revise el número. Debe tener al menos 7 dígitos, como (555) 010-0142" in lucia.problems
    lucia.answer("first_name")
    assert "Necesitamos su nombre. Para agregarlo después, oprima Continuar otra vez" in lucia.problems


@pytest.mark.parametrize("typed", ["4 de julio de 1988", "4 julio 1988", "julio 4 1988"])
def test_a_date_is_read_as_it_is_written_in_spanish(lucia, typed):
    lucia.answer("date_of_birth", date_of_birth__month=typed, noticed="record_sex")

    assert lucia.answers.value("date_of_birth") == Day(date(1988, 7, 4))
    lucia.ask("date_of_birth")
    assert 'name="date_of_birth-month" value="julio"' in lucia.html


def test_instruments_are_in_english_with_a_note_and_the_clinics_number(lucia):
    lucia.ask("phq9_9")

    assert "Una parte de esta página está en inglés" in lucia.text
    assert lucia.page.links()[lucia.desk.settings.clinic_phone].startswith("tel:")
    item = next(one for one in lucia.page.tree.iter("legend") if "better off dead" in "".join(one.itertext()))
    assert (item.get("lang"), item.get("dir")) == ("en", "ltr")
    lucia.ask("message_ok")
    assert "está en inglés" not in lucia.text


def test_a_support_page_speaks_spanish_and_names_the_spanish_line_first(lucia):
    lucia.answer("reasons", reasons="suicidal_thoughts")
    lucia.follow()

    assert lucia.page.h1 == "No tiene que pasar por esto a solas"
    lines = [name for name, link in lucia.page.links().items() if link.startswith(("tel:", "sms:"))]
    assert lines.index("Llame al 988 y luego oprima 2") < lines.index("Llame al 988")
    assert "AYUDA" in lucia.text


def test_medicines_are_kept_in_english_words_and_said_in_spanish(lucia):
    lucia.answer("takes_medicines", takes_medicines="yes", noticed="stopped_medicine")
    lucia.answer("medicines", name="Lithium", amount="10 mg", how_often="once", last_taken="today", add="1")

    kept = MedicineEntry("Lithium", "10 mg", "Once a day", last_taken="Today")
    assert lucia.answers.value("medicines").entries == (kept,)
    lucia.ask("medicines")
    assert "10 mg, Una vez al día, última vez: Hoy" in lucia.text


def test_a_form_opened_elsewhere_is_in_the_language_it_was_last_read_in(lucia, offering):
    lucia.answer("message_ok", message_ok="yes", phone__words="(555) 010-0142")
    other = Visitor(offering)
    other.client.set_cookie("intake_patient", lucia.token, domain="127.0.0.1")

    other.open("/form", **{"Accept-Language": "en"})

    assert other.page.h1 == "Su formulario"


def test_a_form_in_spanish_is_sent_with_both_texts(lucia, copy):
    lucia.give_name_and_number()
    lucia.answer("home_support", home_support="no", home_safe="rather-not-say")
    lucia.skip_everything()
    lucia.open("/check")
    assert "¿Vive con alguien?" in lucia.text and "Prefiero no decirlo" in lucia.text
    lucia.open("/sign")
    assert "está en inglés" in lucia.text  # no reviewed translation of what is signed
    lucia.send("/sign", agree="y", typed_name="Pat Doe")
    lucia.follow()
    assert lucia.page.h1 == "Recibimos sus respuestas. Gracias."

    with copy.clinic.database.read() as session:
        (number,) = submissions.ids(session)
        sent = submissions.fetch(session, copy.clinic.keys, number)
    written = {line.question: line for part in sent.transcript for line in part.lines}
    read = {line.question: line for part in sent.as_read for line in part.lines}
    assert sent.language == "es"
    assert written["home_support"].asked == "Do you live with someone?"
    assert (read["home_support"].asked, read["home_support"].said) == ("¿Vive con alguien?", "No")
    assert (written["home_safe"].said, read["home_safe"].said) == ("Chose not to say", "Prefiero no decirlo")
    assert written.keys() == read.keys()
    assert sent.signature.agreed[-1] == "I have read this page and I agree"


def test_every_page_of_the_form_is_whole_in_spanish(lucia):
    for _, page in lucia.desk.library.questionnaire.pages[::5]:
        lucia.ask(page.questions[0].id)
        if lucia.status == 200:
            assert language(lucia) == ("es", None)
    for address in ("/", "/help", "/privacy", "/form", "/reply", "/no-such-page", "/forgotten"):
        lucia.open(address)
        assert lucia.page.tree.get("lang") == "es", address


def test_how_long_a_form_waits_is_said_in_spanish(lucia):
    lucia.open("/privacy")

    assert "esperan en este navegador por 14 días después" in lucia.text


@pytest.fixture
def arabic(tmp_path, monkeypatch, offering):
    """A clinic that also offers a language written from the right: a few words of it, for this test alone."""
    folder = tmp_path / "translations" / "ar"
    shutil.copytree(resources.TRANSLATIONS / "es", folder)
    about = "name: العربية\nlocale: ar_EG\nstate: a sample\n"
    (folder / "about.yaml").write_text(about, "utf-8")
    for name, words in (
        ("interface", {"Continue": "متابعة", "Back": "رجوع", "Need help now?": "هل تحتاج إلى مساعدة الآن؟"}),
        ("content", {("takes_medicines.ask", "Do you take any medicines?"): "هل تتناول أي أدوية؟"}),
    ):
        entries = "".join(_entry(text, said) for text, said in words.items())
        header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        catalogue_path(folder, name).write_text(header + entries, "utf-8")
    monkeypatch.setattr(catalogues.resources, "TRANSLATIONS", folder.parent)
    return replace(offering, settings=replace(offering.settings, languages=("ar",)))


def _entry(text, said):
    place, text = text if isinstance(text, tuple) else ("", text)
    context = f'msgctxt "{place}"\n' if place else ""
    return f'{context}msgid "{text}"\nmsgstr "{said}"\n\n'


def test_a_language_written_from_the_right_turns_the_page_around_and_leaves_english_as_it_is(arabic):
    visitor = Visitor(arabic)
    visitor.open("/")
    visitor.send("/language", lang="ar", page="/")
    visitor.send("/start")
    visitor.answer("takes_medicines", takes_medicines="yes", noticed="stopped_medicine")
    visitor.answer("medicines", name="Lithium", amount="10 mg", add="1")
    visitor.ask("medicines")

    assert language(visitor) == ("ar", "rtl")
    assert "رجوع" in visitor.text
    # Nobody translated the question: it is in English, from the left, and says so.
    assert re.search(r'<h1 lang="en" dir="ltr">What medicines do you take\?</h1>', visitor.html)
    assert "<bdi>Lithium</bdi>" in visitor.html
    assert 'class="flip"' in visitor.html


def test_a_translation_that_cannot_be_read_leaves_the_form_in_english(arabic, caplog):
    catalogue_path(resources.TRANSLATIONS / "ar", "interface").write_text('msgid "x', "utf-8")
    catalogues._read_once.cache_clear()
    visitor = Visitor(arabic)

    visitor.open("/")

    assert (visitor.status, language(visitor)) == (200, ("en", None))
    assert "translation_unread document=ar/interface.po" in caplog.text
    catalogues._read_once.cache_clear()


def test_the_language_of_a_draft_is_sealed_and_left_out_in_english(lucia, pat):
    lucia.answer("message_ok", message_ok="yes", phone__words="(555) 010-0142")
    pat.answer("message_ok", message_ok="yes", phone__words="(555) 010-0142")

    assert answering.find(lucia.desk, lucia.token).language == "es"
    assert answering.find(pat.desk, pat.token).language == ""


def test_a_page_printed_in_spanish_is_spanish_to_its_foot_and_english_asks_for_nothing_more(lucia):
    lucia.open("/form")
    (foot,) = [one.get("href") for one in lucia.page.tree.iter("link") if one.get("media") == "print"]
    lucia.open(foot)
    assert "Expediente médico confidencial" in lucia.response.text
    assert "immutable" in lucia.response.headers["Cache-Control"]
    nobody = Visitor(lucia.desk)
    assert nobody.open(foot).status_code == 200, "also where the form alone knows the language"
    lucia.open("/static/foot/other.css")
    assert lucia.status == 404

    lucia.send("/language", lang="en", page="/form")
    lucia.follow()
    assert not [one for one in lucia.page.tree.iter("link") if one.get("media") == "print"]


# Words that no Spanish sentence has; a clinic's name may have some.
ENGLISH_WORDS = re.compile(
    r"\b(?:the|you|your|and|with|this|that|when|what|how|not|is|are|for|if|have|answers?|form|call|or|one|of|to|on|at)\b",
    re.IGNORECASE,
)


def in_english(html, clinic):
    """What stands in English on a page and is not marked as English."""
    found = []

    def look(one, english):
        english = english or one.get("lang") == "en"
        said = [one.get(name, "") for name in ("aria-label", "alt", "title", "placeholder")]
        said += [one.text or "", *(part.tail or "" for part in one)]
        if not english and one.tag not in ("script", "style"):
            found.extend(line for line in said if ENGLISH_WORDS.search(line.replace(clinic, "")))
        for part in one:
            look(part, english)

    look(Page("a page", html).tree, english=False)
    return found


def test_no_page_in_any_state_holds_english_that_is_not_marked(copy, offering, monkeypatch):
    monkeypatch.setattr(language_choice, "_wanted", lambda *_: iter(("es",)))

    states = of_patients(replace(copy, desk=offering))

    name = offering.settings.clinic_name
    assert len(states) > 30
    assert {one.name: in_english(one.html, name) for one in states if in_english(one.html, name)} == {}
    (phq,) = [one for one in states if one.name == "left-blank"]
    assert in_english(phq.html.replace(' lang="en"', ""), name), "what is not marked is noticed"
