"""The settings page: what an administrator sets is in force on both sites, told apart, and never lost."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.answers import Text, answered
from intake.domain.clinic_settings import ClinicSettings
from intake.domain.clinic_settings_typed import boxes_of, settings_in
from intake.domain.permissions import Permission
from intake.domain.reading_promise import ReadingPromise, Unit
from intake.services.clinic import PatientDesk
from intake.services.clinic_settings import with_settings_in_force
from intake.storage import audit
from intake.storage.keyring import read_patient_keys
from intake.web.clinic.color_preview import color_preview
from intake.web.guard import who_may
from intake.web.patient.site import create_patient_site
from intake.web.theme import unreadable_pairs
from web.clinic.conftest import PASSWORD
from web.clinic.person import words

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="4"/></svg>'
LINE = {
    "say-emergency": "Call 911",
    "way-emergency": "tel",
    "number-emergency": "911",
    "about-emergency": "Now",
    "verified-emergency": "2026-11-20",
    "expires-emergency": "2027-02-01",
    "pages-emergency": "support",
    "line": "emergency",
}


@pytest.fixture
def bob(signed_in):
    return signed_in("bob")


@pytest.fixture
def dana(signed_in):
    return signed_in("dana")


@pytest.fixture
def patient(clinic, clock):
    """A browser at the patient's form of the same clinic."""
    keys = read_patient_keys(clinic.settings.instance / "keys")
    desk = PatientDesk(clinic.settings, clinic.database, clinic.library, keys, clock)
    return create_patient_site(desk).test_client()


def boxes(person):
    """What stands in the boxes of the page that was opened last, as a browser would send it."""
    found = {}
    for one in person.page.tree.iter():
        kind, name = one.get("type", "text"), one.get("name")
        if one.tag == "textarea" and name:
            found[name] = (one.text or "").lstrip("\n")
        chosen = kind not in ("radio", "checkbox") or one.get("checked") is not None
        if one.tag == "input" and name and kind != "file" and chosen:
            found[name] = one.get("value", "on")
    return found


def save(person, do="save", path="/settings", **changes):
    """Open the page, change some boxes, and press the button."""
    person.open(path)
    return person.send(path, **{**boxes(person), "do": do, **changes})


def lines_saved(person, **changes):
    return save(person, path="/settings/help-lines", **{**LINE, **changes})


def test_what_is_set_stands_on_both_sites_at_once(bob, patient):
    before = patient.get("/help").text
    save(
        bob,
        clinic_name="North & <Ridge>",
        clinic_phone="555 0199",
        clinic_hours="Always",
        promised_amount="3",
    )

    page = patient.get("/help").text
    assert bob.status == 303
    assert "North &amp; &lt;Ridge&gt;" in page
    assert 'href="tel:5550199"' in page
    assert "Always" in page
    assert "Harbor Light" in before
    assert "Harbor Light" not in page
    bob.open("/settings")
    assert "North & <Ridge>" in bob.page.title
    # An error page of the other site as well.
    assert "North &amp;" in patient.get("/no-such-page").text


def test_the_promise_is_told_to_patients_and_to_the_queue(bob, clinic):
    save(bob, promised_amount="36", promised_unit="hours")

    settings_now = with_settings_in_force(clinic).settings
    assert (settings_now.reading_time, settings_now.promised_reading) == ("36 hours", timedelta(hours=36))


def test_a_new_color_is_another_address_and_the_old_one_still_answers(bob, patient):
    old = style(patient)
    save(bob, clinic_color="#7c3a8c")
    new = style(patient)

    assert old != new
    assert patient.get(old).status_code == patient.get(new).status_code == 200
    assert patient.get(new).headers["Cache-Control"] == "public, immutable, max-age=31536000"


def test_a_process_that_starts_later_still_serves_the_last_few_looks(bob, clinic, clock):
    keys = read_patient_keys(clinic.settings.instance / "keys")
    desk = PatientDesk(clinic.settings, clinic.database, clinic.library, keys, clock)
    looks = []
    for color in ("#7c3a8c", "#9a3412", "#1d4ed8"):
        save(bob, clinic_color=color)
        looks.append(style(create_patient_site(desk).test_client()))

    later = create_patient_site(desk).test_client()

    assert [later.get(address).status_code for address in looks] == [200, 200, 200]
    assert later.get("/static/style-000000000000.css").status_code == 404


def style(client):
    return re.search(r'rel="stylesheet" href="([^"]+)"', client.get("/help").text)[1]


def test_a_logo_is_shown_with_the_name_beside_it_and_can_be_taken_away(bob, patient):
    save(bob, logo=(io.BytesIO(SVG), "mark.svg"))
    address = re.search(r'<img src="([^"]+)" alt="">', patient.get("/help").text)[1]
    shown = patient.get(address)

    assert (shown.mimetype, shown.status_code) == ("image/svg+xml", 200)
    assert b"<circle" in shown.data
    bob.open("/settings")
    assert 'class="mark"' in bob.response.text
    save(bob, without_logo="y")
    assert "<img" not in patient.get("/help").text


def test_a_logo_that_does_something_is_refused_and_nothing_typed_is_lost(bob, patient):
    bad = SVG.replace(b"<circle", b'<circle onload="alert(1)"')
    save(bob, logo=(io.BytesIO(bad), "mark.svg"), clinic_name="North")

    assert bob.status == 422
    assert "runs when it is touched" in bob.text
    assert boxes(bob)["clinic_name"] == "North"
    assert "<img" not in patient.get("/help").text


def test_a_logo_and_a_color_that_cannot_be_are_told_at_once(bob):
    bad = SVG.replace(b"<circle", b'<circle onload="alert(1)"')
    save(bob, logo=(io.BytesIO(bad), "mark.svg"), clinic_color="teal", clinic_name="North")

    assert bob.status == 422
    assert "2 things to check" in bob.text
    assert boxes(bob)["clinic_color"] == "teal"
    assert boxes(bob)["clinic_name"] == "North"


def test_a_logo_is_kept_while_something_else_is_put_right(bob, patient):
    save(bob, logo=(io.BytesIO(SVG), "mark.svg"), claim_minutes="1")
    assert bob.status == 422
    again = {**boxes(bob), "do": "save", "claim_minutes": "20"}

    bob.send("/settings", **again)

    assert bob.status == 303
    assert "<img" in patient.get("/help").text


def test_a_file_that_is_too_large_is_told_in_words_and_nothing_typed_is_lost(bob):
    save(bob, logo=(io.BytesIO(SVG + b" " * 400_000), "mark.svg"), clinic_name="North")

    assert bob.status == 422
    assert "That file is 391 KB. Choose one of at most 100 KB" in bob.text
    assert boxes(bob)["clinic_name"] == "North"


def test_what_cannot_be_set_stays_in_its_box_and_is_linked_from_the_top(bob, clinic):
    wrong = {"clinic_name": " ", "clinic_color": "teal", "promised_amount": "soon", "next_steps": "a\na"}
    for box, typed in wrong.items():
        save(bob, clinic_hours="Always", **{box: typed})

        assert bob.status == 422, box
        assert bob.page.title.startswith("Error: ")
        assert boxes(bob)["clinic_hours"] == "Always"
        assert boxes(bob)[box].strip() == typed.strip()
        assert f"#{box}" in bob.page.links().values()
    assert changes_recorded(clinic) == []


def test_a_form_with_nothing_in_it_is_told_what_is_missing(bob):
    bob.open("/settings")
    bob.send("/settings")

    assert bob.status == 422


def test_the_preview_changes_nothing_and_keeps_what_was_typed(bob, patient, clinic):
    save(bob, do="preview", clinic_color="#e8930c", clinic_name="North")

    assert bob.status == 200
    assert "We darkened this for text so everyone can read it" in bob.text
    assert 'fill="#e8930c"' in bob.response.text
    assert boxes(bob)["clinic_name"] == "North"
    assert "Harbor Light" in patient.get("/help").text
    assert changes_recorded(clinic) == []


def test_a_color_that_can_be_read_is_not_said_to_be_darkened(bob):
    save(bob, do="preview", clinic_color="#064e48")

    assert "We darkened" not in bob.text
    assert "nothing was changed" in bob.text


@settings(max_examples=200)
@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_no_color_makes_a_page_that_cannot_be_read(color):
    assert unreadable_pairs(color) == []  # the same pairs, so that what is shown is what is looked at
    assert all(min(row.light, row.dark) >= row.least for row in color_preview(color).rows)


def test_of_two_administrators_the_second_is_shown_what_the_first_changed(bob, dana, clinic):
    dana.open("/settings")
    typed = {**boxes(dana), "do": "save", "clinic_hours": "Never", "next_steps": "Call\nWrite"}
    save(bob, clinic_phone="555 0199", clinic_hours="Always")

    dana.send("/settings", **typed)

    assert dana.status == 409
    assert dana.page.title.startswith("Error: ")
    assert "B. Stone" in dana.text
    assert "From Monday to Friday, 9 am to 5 pm to Always" in dana.text
    kept = boxes(dana)
    assert (kept["clinic_hours"], kept["next_steps"]) == ("Never", "Call\nWrite")
    # What Dana left alone is not set back to what it was before Bob.
    assert kept["clinic_phone"] == "555 0199"
    dana.send("/settings", **{**kept, "do": "save"})
    assert dana.status == 303
    assert changes_recorded(clinic) == ["clinic_phone, clinic_hours", "clinic_hours, next_steps"]


def test_the_page_says_who_changed_what_and_from_what(bob):
    save(bob, clinic_phone="555 0199", read_first="y")
    bob.open("/settings")

    (told,) = [words(one) for one in bob.page.tree.iter("ol")]
    assert "B. Stone" in told
    assert "November 20, 2026 at 12:00 pm EST" in told
    assert "Phone From (555) 010-0142 to 555 0199" in told
    assert "Read first From off to on" in told


def test_the_lines_of_help_are_changed_for_patients_at_once(bob, clinic, site):
    lines_saved(bob, **{"say-emergency": "Call the night nurse", "number-emergency": "(555) 010-0177"})

    assert bob.status == 303
    bob.open("/settings")
    assert "Call the night nurse" in bob.text
    assert "Check by February 1, 2027" in bob.text
    assert changes_recorded(clinic) == ["crisis_lines"]


def test_a_line_of_the_clinics_own_is_added(bob):
    own = {key.replace("emergency", "own_1"): value for key, value in LINE.items() if key != "line"}
    lines_saved(bob, **{**own, "say-own_1": "Call us at night", "number-own_1": "555 0100"})
    bob.open("/settings/help-lines")

    assert boxes(bob)["say-own_1"] == "Call us at night"
    assert boxes(bob)["number-own_1"] == "5550100"


WRONG_LINES = (
    ("expires-emergency", "2026-11-19", "a day after the last check"),
    ("expires-emergency", "soon", "Write a day like 2026-12-01"),
    ("expires-emergency", "2028-01-01", "2027-02-20 or earlier"),
    ("verified-emergency", "2026-11-21", "today or earlier"),
    ("number-emergency", "nine", "digits only"),
    ("way-emergency", "https", "call or text"),
    ("say-emergency", "", "Say what to do"),
    ("pages-emergency", "", "would have no line"),
)


def test_a_line_that_cannot_be_shown_stays_in_its_boxes(bob, clinic):
    for box, typed, told in WRONG_LINES:
        lines_saved(bob, **{"about-emergency": "Day and night", box: typed})

        assert bob.status == 422, box
        assert told in bob.text
        assert boxes(bob)["about-emergency"] == "Day and night"
        assert box.startswith(("way", "pages")) or boxes(bob)[box] == typed
    assert changes_recorded(clinic) == []


def test_an_expiry_that_is_over_is_refused(bob, clock):
    clock.move(days=30)
    bob.sign_in("bob", PASSWORD)
    lines_saved(bob, **{"verified-emergency": "2026-12-01", "expires-emergency": "2026-12-19"})

    assert bob.status == 422
    assert "That day is over" in bob.text


def test_lines_somebody_else_changed_meanwhile_are_told(bob, dana, clinic):
    dana.open("/settings/help-lines")
    typed = {**LINE, **boxes(dana), "about-emergency": "Day and night"}
    lines_saved(bob, **{"say-emergency": "Call the night nurse"})

    dana.send("/settings/help-lines", **typed)

    assert dana.status == 409
    assert "Call the night nurse" in dana.text
    kept = boxes(dana)
    assert (kept["say-emergency"], kept["about-emergency"]) == ("Call the night nurse", "Day and night")
    dana.send("/settings/help-lines", **kept)
    assert dana.status == 303


def test_lines_nobody_asked_for_are_not_taken(bob, clinic):
    lines_saved(bob, **{"say-x: 1": "Call", "line": ["emergency", "x: 1"]})

    assert bob.status == 303
    bob.open("/settings/help-lines")
    assert [name for name in boxes(bob) if name.startswith("say-")] == ["say-emergency", "say-own_2"]


def test_a_line_that_runs_out_is_told(bob, clock):
    lines_saved(bob)
    for day, told in ((20, []), (33, ["Check by"]), (93, ["Check by"]), (94, ["Ran out on"])):
        clock.at = datetime(2026, 11, 1, 17, 0, tzinfo=UTC) + timedelta(days=day - 1)
        bob.sign_in("bob", PASSWORD)
        bob.open("/settings")

        tags = [words(one) for one in bob.page.tree.iter("span") if "tag" in one.get("class", "").split()]
        assert [tag.partition(" February")[0] for tag in tags] == told, day


def test_the_settings_of_the_machine_are_shown_with_where_they_come_from(bob, monkeypatch):
    monkeypatch.setenv("INTAKE_TIMEZONE", "America/New_York")
    bob.open("/settings")

    assert "Time zone America/New_York environment, INTAKE_TIMEZONE" in bob.text
    assert "Listens on the port 8000 default" in bob.text


def test_too_many_urgent_forms_are_told_in_numbers_and_few_are_not(bob, sent, monkeypatch):
    monkeypatch.setattr("intake.domain.figures.FEW", 2)
    sent()
    bob.open("/settings")
    assert "More than one in five" not in bob.text
    sent()
    bob.open("/settings")
    assert "More than one in five forms is urgent 2 of 2 forms" in bob.text


def test_no_settings_page_shows_anything_about_a_patient(bob, dana, sent, clinic):
    form = sent(typed_name="Wilhelmina Canary", more=answered(Text("zebra-canary-answer")))
    save(bob, clinic_name="North")
    lines_saved(bob)
    seen = ""
    for path in ("/settings", "/settings/help-lines"):
        bob.open(path)
        seen += bob.response.text
    save(bob, claim_minutes="1")
    seen += bob.response.text

    canaries = ("Canary", "Doe", "1988", "zebra", str(form), "High blood pressure", "Queue")
    assert [word for word in canaries if word in seen] == []
    # The words would be found where they may stand.
    dana.open(f"/submissions/{form}")
    assert "Doe" in dana.response.text


def test_only_those_who_manage_the_settings_come_in(site, alice):
    marks = {name: who_may(view) for name, view in site.view_functions.items() if name.startswith("settings")}

    assert set(marks.values()) == {Permission.MANAGE_SETTINGS}
    alice.open("/settings")
    assert alice.status == 403


def changes_recorded(clinic):
    with clinic.database.read() as session:
        found = [one.detail for one in audit.events(session) if one.event == "ClinicSettingsChanged"]
    return [one["names"] for one in found]


def test_addresses_of_staff_are_looked_at_and_kept(bob, clinic):
    save(bob, staff_addresses="desk@clinic.example\r\nnobody", urgent_addresses="")
    assert bob.status == 422
    assert "Line 2 is no e-mail address" in words(bob.page.one("main"))
    assert "nobody</textarea>" in bob.response.text

    save(bob, staff_addresses="desk@clinic.example\r\n\r\n", urgent_addresses="on-call@clinic.example")

    settings = with_settings_in_force(clinic).settings
    assert settings.staff_addresses == ("desk@clinic.example",)
    assert settings.urgent_addresses == ("on-call@clinic.example",)
    bob.open("/settings")
    assert "Told of urgent forms" in words(bob.page.one("main"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("two@clinic.example three@clinic.example", "Line 1 is no e-mail address"),
        ("a@clinic.example\nA@clinic.example", "stands here twice"),
        ("\n".join(f"{number}@clinic.example" for number in range(11)), "at most 10 addresses"),
        (f"{'a' * 250}@clinic.example", "Line 1 is no e-mail address"),
    ],
)
def test_addresses_that_cannot_be_told_are_refused_in_words(typed, told):
    now = ClinicSettings(
        "C", "#0f766e", "555-0100", "Always", None, ReadingPromise(2, Unit.HOURS), (), False, 0, 30, False
    )
    boxes = replace(boxes_of(now), staff_addresses=typed)

    _, problems = settings_in(boxes, now)

    assert told in problems["staff_addresses"]
