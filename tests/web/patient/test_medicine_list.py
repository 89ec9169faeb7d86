"""The list of medicines: what is typed is never lost, and nothing is taken off by mistake."""

import pytest

from intake.domain.answers import BLANK, MedicineEntry, MedicineList
from intake.domain.truth import Truth
from intake.web.patient import medicines
from intake.web.patient.medicines import MOST, key_of

SERTRALINE = MedicineEntry("Sertraline", "50 mg", "Once a day")


@pytest.fixture
def listing(pat):
    """Pat at the list of medicines."""
    pat.answer("takes_medicines", takes_medicines="yes")
    return pat


def add(pat, **fields):
    pat.answer("medicines", add="1", **fields)


def listed(pat):
    value = pat.answers.value("medicines")
    return value.entries if isinstance(value, MedicineList) else ()


def test_who_takes_none_is_not_asked_for_a_list(pat):
    pat.answer("takes_medicines", takes_medicines="no")

    assert pat.location == pat.address("opioid_use")


def test_a_medicine_is_added_in_the_patients_own_words(listing):
    add(listing, name=" Sertraline ", amount="50  mg", how_often="once")

    assert listed(listing) == (SERTRALINE,)
    listing.follow()
    assert "You have added 1 medicine" in listing.text
    assert "50 mg, Once a day" in listing.text


def test_adding_is_not_yet_going_on(listing):
    add(listing, name="Sertraline")
    listing.open("/form")

    assert listing.page.links()["Keep going"] == "/f/1/1"
    assert "Medicines 3 questions Started" in listing.text


def test_what_was_typed_and_not_added_is_added_on_continue(listing):
    add(listing, name="Sertraline")
    listing.answer("medicines", name="Lithium")

    assert listing.location == listing.address("opioid_use")
    assert [entry.name for entry in listed(listing)] == ["Sertraline", "Lithium"]


def test_what_was_typed_and_not_added_is_added_on_stopping(listing):
    listing.answer("medicines", name="Lithium", **{"go-later": "1"})

    assert [entry.name for entry in listed(listing)] == ["Lithium"]


def test_a_medicine_whose_name_is_not_known_counts_as_one(listing):
    add(listing, unknown="y", amount="a white pill")

    assert listed(listing) == (MedicineEntry("", "a white pill", "", named=False),)
    evidence = listing.desk.evidence(listing.answers)
    # It could be anything: to a rule it is not known, never no.
    assert evidence.medicines.in_class(listing.answers.value("medicines"), "maoi") is Truth.NOT_KNOWN


@pytest.mark.parametrize("button", [{"add": "1"}, {}])
def test_an_amount_without_a_name_is_asked_about_and_kept_on_the_page(listing, button):
    listing.answer("medicines", amount="50 mg", **button)

    assert listing.status == 422
    assert listing.problems == ["Type the name of the medicine, or tick “I don't know the name”"]
    assert 'value="50 mg"' in listing.html


def test_a_medicine_is_taken_off_and_a_half_typed_one_stays(listing):
    add(listing, name="Sertraline", amount="50 mg", how_often="once")
    add(listing, name="Lithium")
    listing.answer("medicines", remove=key_of(SERTRALINE), name="Cloz")

    assert [entry.name for entry in listed(listing)] == ["Lithium"]
    assert "We took Sertraline, 50 mg, Once a day off your list." in listing.text
    assert 'value="Cloz"' in listing.html


def test_taking_off_twice_takes_off_once(listing):
    add(listing, name="Sertraline", amount="50 mg", how_often="once")
    add(listing, name="Lithium")
    for _ in range(2):
        listing.answer("medicines", remove=key_of(SERTRALINE))

    assert [entry.name for entry in listed(listing)] == ["Lithium"]


def test_an_empty_list_is_spoken_of_once_and_then_left_blank(listing):
    listing.answer("medicines")
    assert listing.status == 422
    assert "Your list is empty." in listing.text

    listing.answer("medicines", noticed="list")
    assert listing.status == 303
    assert listing.answers["medicines"] == BLANK


def test_the_list_holds_forty_and_what_is_typed_after_that_is_not_lost(listing, monkeypatch):
    assert MOST == 40
    monkeypatch.setattr(medicines, "MOST", 1)
    add(listing, name="Sertraline")
    listing.answer("medicines", name="Lithium")

    assert listing.status == 422
    assert "tell the clinic" in listing.problems[0]
    assert [entry.name for entry in listed(listing)] == ["Sertraline"]
    listing.answer("medicines")
    assert listing.status == 303


def test_a_name_too_long_is_asked_about(listing):
    add(listing, name="x" * 201)

    assert listing.problems == ["Make this shorter. It has 201 letters, and there is room for 200"]


def test_a_how_often_that_is_not_on_the_page_is_refused(listing):
    add(listing, name="Sertraline", how_often="hourly")

    assert listing.status == 422
    assert listed(listing) == ()
