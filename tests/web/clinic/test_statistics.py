"""The statistics page: for clinicians and administrators, aggregates alone, each chart beside its table."""

import re

import pytest

import sending
from intake.services import accounts, reviewing
from intake.services.clinic import PatientDesk
from intake.storage import submissions
from intake.storage.keyring import read_patient_keys
from intake.storage.tables import SubmissionRow
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD, Clock, copied, opened
from web.clinic.person import Person, words

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def busy_instance(staffed_instance, tmp_path_factory):
    """Twenty forms: eight say that home is not safe and six do not know of their blood pressure."""
    folder, clock = copied(staffed_instance, tmp_path_factory.mktemp("busy")), Clock()
    clinic = opened(folder, clock)
    desk = PatientDesk(
        clinic.settings, clinic.database, clinic.library, read_patient_keys(folder / "keys"), clock
    )
    for place in range(20):
        home, pressure = "no" if place < 8 else "yes", "not_sure" if place > 13 else "no"
        sending.send_at_once(desk, f"first_name: Pat, last_name: Doe, home: {home}, pressure: {pressure}")
    clock.move(minutes=40)
    alice = next(member for member in accounts.staff(clinic) if member.username == "alice")
    with clinic.database.read() as session:
        forms = submissions.ids(session)
    for submission in forms[:15]:
        reviewing.open_review(clinic, alice, submission)
    clinic.database.dispose()
    return folder


@pytest.fixture
def clinic(busy_instance, tmp_path, clock):
    clock.move(minutes=40)
    clinic = opened(copied(busy_instance, tmp_path), clock)
    yield clinic
    clinic.database.dispose()


@pytest.fixture
def bob(signed_in):
    bob = signed_in("bob")
    bob.open("/statistics")
    return bob


def figures(person):
    """Each chart: what its picture says, and its table."""
    found = {}
    for figure in person.page.tree.iter("figure"):
        texts = [words(one) for one in figure.iter(f"{SVG}text")]
        rows = [[words(cell) for cell in row] for row in figure.iter("tr")]
        found[words(figure.find("h2"))] = (texts, rows[1:])
    return found


def test_an_administrator_sees_counts_and_no_name_reference_or_clinician(bob, clinic):
    assert "20 forms" in bob.text
    assert figures(bob)["Rules most raised"][1] == [["Home is not a safe place", "8", "20"]]
    with clinic.database.read() as session:
        references = [one.reference for one in session.query(SubmissionRow)]
    for secret in (*references, "Pat", "Doe", "Rivera", "alice"):
        assert secret not in bob.response.text


def test_every_number_of_a_chart_stands_in_its_table(bob):
    for title, (texts, rows) in figures(bob).items():
        numbers = {cell for row in rows for cell in row[1:]}
        drawn = [one for one in texts if re.fullmatch(r"\d+", one)]
        assert set(drawn) <= numbers, title
        assert rows, title


def test_each_chart_has_a_name_and_a_description(bob):
    pictures = list(bob.page.tree.iter(f"{SVG}svg"))
    assert len([one for one in pictures if one.get("role") == "img"]) >= 3
    for picture in pictures:
        if picture.get("role") == "img":
            title, said = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
            assert (title.get("id"), said.get("id")) == (
                picture.get("aria-labelledby"),
                picture.get("aria-describedby"),
            )
            assert words(title)
            assert words(said)
    assert "style=" not in bob.response.text  # the content security policy would drop it


def test_no_cell_below_five_is_on_the_page(bob):
    cells = [cell for _, rows in figures(bob).values() for row in rows for cell in row[1:]]

    assert cells
    assert not [cell for cell in cells if re.fullmatch("[0-4]", cell)]
    assert {"held back", "fewer than 5"} & set(cells)


def test_the_period_is_chosen_by_links_and_anything_else_is_ninety_days(bob):
    bob.open(bob.page.links()["Last 365 days"])
    assert "in the last 365 days" in bob.text
    bob.open("/statistics?days=7")
    assert "in the last 90 days" in bob.text


def test_a_clinician_sees_them_too_without_the_figures_of_rules(alice, bob):
    alice.open("/statistics")

    assert "Figures of all rules" not in alice.page.links()
    assert bob.page.links()["Figures of all rules"].startswith("/clinic/rules/figures")


def test_nothing_sent_yet_is_shown_as_that(staffed_instance, tmp_path, clock):
    empty = opened(copied(staffed_instance, tmp_path / "empty"), clock)
    bob = Person(create_clinic_site(empty)).sign_in("bob", PASSWORD)

    bob.open("/statistics")
    empty.database.dispose()

    assert "fewer than 5 forms" in bob.text
    assert "Numbers below 5 are held back." in bob.text
    assert "held back sent" not in bob.text
    assert "The number sent is held back." in bob.text
