"""The list of medicines: what is typed is never lost, and nothing is taken off by mistake."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from intake.domain.answers import BLANK, MedicineEntry, MedicineList
from intake.domain.truth import Truth
from intake.services.paths import next_page
from intake.web.patient import medicine_list, medicines
from intake.web.patient.medicine_form import AS_TYPED, MedicineForm
from intake.web.patient.medicine_list import MOST, key_of
from intake.web.patient.medicines import HALF_TYPED

SERTRALINE = MedicineEntry("Sertraline", "50 mg", "Once a day")


@pytest.fixture
def listing(pat):
    """Pat at the list of medicines."""
    pat.answer("takes_medicines", takes_medicines="yes")
    return pat


def add(pat, **fields):
    pat.answer("medicines", add="1", **fields)


def press(pat, button, **typed):
    """Press a button of the page that came, as it stands there but for what is typed."""
    form = pat.page.form(button)
    pat.send(pat.address("medicines"), **{**dict(form.sent(button)), **typed})


def beyond(pat):
    """Where Continue leads from the list."""
    following = next_page(pat.desk.evidence(pat.answers), "medicines")
    return pat.address(following.questions[0].id)


def listed(pat):
    value = pat.answers.value("medicines")
    return value.entries if isinstance(value, MedicineList) else ()


def test_who_takes_none_is_not_asked_for_a_list(pat):
    pat.answer("takes_medicines", takes_medicines="no")

    pat.ask("medicines")
    assert pat.location == beyond(pat)


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
    assert re.search(r"Medicines \d+ questions Started", listing.text)


def test_what_was_typed_and_not_added_is_added_on_continue(listing):
    add(listing, name="Sertraline")
    listing.answer("medicines", name="Lithium")

    assert listing.location == beyond(listing)
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


def test_taking_one_off_is_asked_once_and_a_half_typed_one_stays(listing):
    add(listing, name="Sertraline", amount="50 mg", how_often="once")
    add(listing, name="Lithium")
    listing.answer("medicines", remove=key_of(SERTRALINE), name="Cloz", last_taken="week")

    assert listing.page.h1 == "Take Sertraline off your list?"
    assert [entry.name for entry in listed(listing)] == ["Sertraline", "Lithium"]
    press(listing, "Yes, remove it")
    assert [entry.name for entry in listed(listing)] == ["Lithium"]
    assert "We took Sertraline, 50 mg, Once a day off your list." in listing.text
    assert 'value="Cloz"' in listing.html
    assert dict(chosen(listing)) == {"last_taken": "week"}


def test_one_that_is_kept_after_all_stays_with_the_half_typed_one(listing):
    add(listing, name="Sertraline")
    listing.answer("medicines", remove=key_of(MedicineEntry("Sertraline")), name="Cloz", unknown="y")
    press(listing, "No, keep it")

    assert [entry.name for entry in listed(listing)] == ["Sertraline"]
    assert 'value="Cloz"' in listing.html
    assert dict(chosen(listing)) == {"unknown": "y"}


def test_taking_off_twice_takes_off_once(listing):
    add(listing, name="Sertraline", amount="50 mg", how_often="once")
    add(listing, name="Lithium")
    for _ in range(2):
        listing.answer("medicines", removed=key_of(SERTRALINE))

    assert [entry.name for entry in listed(listing)] == ["Lithium"]


def test_no_answer_about_how_often_makes_a_known_medicine_one_to_read_by_hand(listing):
    read = listing.desk.library.formulary.read

    for option in MedicineForm().how_often:
        assert read(f"Lexapro, 20 mg, {option.label.text}").is_complete, option.label.text
    assert not read("Lexapro, 20 mg, Something else").is_complete


def chosen(pat):
    return [
        (one.get("name"), one.get("value"))
        for one in pat.page.tree.iter("input")
        if one.get("checked") is not None
    ]


def test_a_medicine_is_changed_in_its_place(listing):
    add(listing, name="Sertraline", amount="50 mg", how_often="once", last_taken="today")
    add(listing, name="Lithium")
    listing.answer("medicines", change=key_of(listed(listing)[0]), name="Cloz")

    assert listing.page.h1 == "Change Sertraline"
    assert chosen(listing) == [("how_often", "once"), ("last_taken", "today")]
    press(listing, "Save the change", amount="100 mg", last_taken="yesterday")
    assert listed(listing) == (
        MedicineEntry("Sertraline", "100 mg", "Once a day", last_taken="Yesterday"),
        MedicineEntry("Lithium"),
    )
    assert "We saved your change to Sertraline." in listing.text
    assert 'value="Cloz"' in listing.html


def test_a_change_that_cannot_be_read_is_asked_about_and_nothing_is_lost(listing):
    add(listing, name="Sertraline")
    listing.answer("medicines", change=key_of(MedicineEntry("Sertraline")), name="Cloz")
    press(listing, "Save the change", name="", amount="100 mg")

    assert listing.status == 422
    assert listing.problems == ["Type the name of the medicine, or tick “I don't know the name”"]
    press(listing, "Save the change", name="Zoloft")
    assert listed(listing) == (MedicineEntry("Zoloft", "100 mg"),)
    assert 'value="Cloz"' in listing.html


def test_a_change_left_alone_changes_nothing(listing):
    add(listing, name="Sertraline", amount="50 mg", how_often="once")
    listing.answer("medicines", change=key_of(SERTRALINE))
    press(listing, "Leave it as it was", name="Lithium")

    assert listed(listing) == (SERTRALINE,)


def test_what_a_page_no_longer_offers_stays_when_nothing_else_is_chosen(listing):
    entry = MedicineEntry("Sertraline", "50 mg", "At night")
    form = MedicineForm(MultiDict({"name": "Sertraline", "amount": "100 mg"}))

    changed = form.revise(entry, listing.desk.library.formulary)

    assert changed == MedicineEntry("Sertraline", "100 mg", "At night")


def test_a_change_of_one_that_is_gone_keeps_what_was_typed(listing):
    add(listing, name="Sertraline")
    key = key_of(MedicineEntry("Sertraline"))
    listing.answer("medicines", change=key)
    listing.answer("medicines", removed=key)
    listing.answer("medicines", changed=key, name="Sertraline", amount="100 mg")

    assert "That one is not on your list now." in listing.text
    assert 'value="100 mg"' in listing.html
    assert listed(listing) == ()


def test_a_change_sent_twice_is_made_once(listing):
    add(listing, name="Sertraline")
    for _ in range(2):
        listing.answer(
            "medicines", changed=key_of(MedicineEntry("Sertraline")), name="Sertraline", amount="9 mg"
        )

    assert listed(listing) == (MedicineEntry("Sertraline", "9 mg"),)
    assert "not on your list now" not in listing.text
    assert 'value="9 mg"' not in listing.html


def offered(pat):
    return [one.label for one in pat.page.form("Add to my list").controls if one.name == "pick"]


def test_finding_shows_names_and_keeps_all_that_was_typed(listing):
    listing.answer("medicines", find="1", name="klonapin", amount="1 mg", how_often="twice")

    assert listing.status == 200
    assert offered(listing)[-1] == "None of these. Keep “klonapin”"
    assert "Klonopin" in offered(listing)
    assert 'value="1 mg"' in listing.html
    assert chosen(listing) == [("how_often", "twice")]
    assert listed(listing) == ()


def test_a_picked_name_stands_beside_what_was_typed_first(listing):
    listing.answer("medicines", find="1", name="klonapin", amount="1 mg")
    press(listing, "Add to my list", pick="Klonopin", last_taken="two-weeks")

    assert listed(listing) == (
        MedicineEntry("Klonopin", "1 mg", last_taken="In the last 2 weeks", typed_first="klonapin"),
    )


@pytest.mark.parametrize("pick", [{"pick": AS_TYPED}, {}])
def test_nothing_is_corrected_unless_a_name_is_picked(listing, pick):
    listing.answer("medicines", find="1", name="klonapin")
    press(listing, "Add to my list", **pick)

    assert listed(listing) == (MedicineEntry("klonapin"),)


def test_a_picked_name_that_only_differs_in_capitals_is_what_was_typed(listing):
    listing.answer("medicines", find="1", name="klonopin")
    press(listing, "Add to my list", pick="Klonopin")

    assert listed(listing) == (MedicineEntry("Klonopin"),)


def test_names_found_and_not_added_are_added_on_continue(listing):
    listing.answer("medicines", find="1", name="klonapin")
    press(listing, "Continue", pick="Klonopin")

    assert listing.location == beyond(listing)
    assert [entry.name for entry in listed(listing)] == ["Klonopin"]


def test_another_name_can_be_typed_after_finding(listing):
    listing.answer("medicines", find="1", name="klonapin", amount="1 mg")
    press(listing, "Type another name", pick="Klonopin")

    assert offered(listing) == []
    assert 'value="klonapin"' in listing.html
    press(listing, "Add to my list", name="Lithium")
    assert listed(listing) == (MedicineEntry("Lithium", "1 mg"),)


def test_names_found_outlast_a_look_at_another_page(listing):
    add(listing, name="Sertraline")
    listing.answer("medicines", find="1", name="klonapin")
    press(listing, "Remove Sertraline", pick="Klonopin")
    press(listing, "No, keep it")

    assert "Klonopin" in offered(listing)
    assert ("pick", "Klonopin") in chosen(listing)


def test_a_name_like_no_other_is_said_to_be_and_stays(listing):
    listing.answer("medicines", find="1", name="qqqq zzzz")

    assert "We found no name close to “qqqq zzzz”." in listing.text
    assert 'value="qqqq zzzz"' in listing.html


@pytest.mark.parametrize("sent", [{}, {"unknown": "y"}, {"name": "x" * 201}])
def test_finding_needs_a_name_that_can_be_read(listing, sent):
    listing.answer("medicines", find="1", **sent)

    assert listing.status == 422
    assert len(listing.problems) == 1


def test_a_pick_that_was_not_offered_is_refused(listing):
    listing.answer("medicines", add="1", found="1", name="klonapin", pick="Nardil")

    assert listing.status == 422
    assert listing.problems == ["Choose one of the answers on this page"]
    assert "Klonopin" in offered(listing)
    assert listed(listing) == ()


def test_a_name_picked_while_typing_stands_beside_what_was_typed_first(listing):
    add(listing, name="Klonopin", typed_first="klo")
    add(listing, name="Lithium", typed_first="lithium")

    assert [entry.typed_first for entry in listed(listing)] == ["klo", ""]


@pytest.mark.parametrize(
    "sent",
    [
        {"change": "x"},
        {"changed": "x"},
        {"changed": "x", "half-name": "y" * 9_000},
        {"remove": "x"},
        {"removed": ""},
        {"find": "1", "name": "\x00\x1f\u202e" * 50},
        {"find": "1", "unknown": "y"},
        {"add": "1", "name": "Lithium", "typed_first": "z" * 9_000},
        {"add": "1", "name": "Lithium", "pick": "Nardil", "found": ""},
        {"add": "1", "found": "1"},
        {"retype": "1", "found": "1", "name": "y" * 9_000},
        {"leave-it": "1", "half-found": "1", "half-pick": "x", "half-how_often": "x"},
        {"find": "1", "add": "1", "remove": "1", "go-later": "1"},
    ],
)
def test_whatever_a_browser_makes_up_is_answered_with_a_page(listing, sent):
    add(listing, name="Sertraline")
    listing.answer("medicines", **sent)

    assert listing.status in (200, 303, 422)
    assert listed(listing)[0] == MedicineEntry("Sertraline")


_FIELDS = st.sampled_from(
    ["name", "typed_first", "found", "pick", "unknown", "amount", "how_often", "last_taken"]
)
_BUTTONS = st.sampled_from([*medicines._BUTTONS, "add", "go-later", "noticed", ""])
_VALUES = st.text(max_size=12) | st.sampled_from(["klonapin", "Klonopin", "1", "once", "week", AS_TYPED])


def test_whatever_is_sent_never_ends_in_an_error_of_ours(listing):
    @settings(max_examples=80)
    @given(_BUTTONS, _VALUES, st.lists(st.tuples(st.booleans(), _FIELDS, _VALUES), max_size=6))
    def send(button, value, fields):
        key = next((key_of(entry) for entry in listed(listing)), value)
        typed = [(f"{HALF_TYPED if half else ''}{name}", words) for half, name, words in fields]
        sent = MultiDict([("csrf_token", listing.csrf), (button, key), *typed])
        response = listing.client.post(listing.address("medicines"), base_url=listing.site, data=sent)
        assert response.status_code in (200, 303, 422)

    send()


def test_forty_medicines_with_the_longest_names_are_kept_and_shown(listing):
    for number in range(MOST):
        add(listing, name=f"{number} {'x' * 196}", amount="y" * 200, last_taken="longer")
    listing.ask("medicines")

    assert len(listed(listing)) == MOST
    assert "This list holds 40." in listing.text
    assert "/static/suggest/" not in listing.html


def test_an_empty_list_is_spoken_of_once_and_then_left_blank(listing):
    listing.answer("medicines")
    assert listing.status == 422
    assert "Your list is empty." in listing.text

    listing.answer("medicines", noticed="list")
    assert listing.status == 303
    assert listing.answers["medicines"] == BLANK


def test_the_list_holds_forty_and_what_is_typed_after_that_is_not_lost(listing, monkeypatch):
    assert MOST == 40
    for module in (medicines, medicine_list):
        monkeypatch.setattr(module, "MOST", 1)
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


@pytest.mark.parametrize("made_up", [{"how_often": "hourly"}, {"last_taken": "last year"}])
def test_an_answer_that_is_not_on_the_page_is_refused(listing, made_up):
    add(listing, name="Sertraline", **made_up)

    assert listing.status == 422
    assert listed(listing) == ()


@pytest.mark.parametrize("button", [{"add": "1"}, {}])
def test_a_name_that_is_listed_already_is_asked_about_once_and_then_added(listing, button):
    add(listing, name="Sertraline", amount="50 mg")
    listing.answer("medicines", name=" sertraline ", amount="100 mg", **button)

    assert listing.status == 422
    assert "sertraline is on your list already. Do you take it in two ways?" in listing.text
    assert len(listed(listing)) == 1
    again = dict(listing.page.form("Add to my list").sent("Add to my list"))
    assert (again["name"], again["amount"]) == ("sertraline", "100 mg")
    press(listing, "Add to my list")
    assert [entry.amount for entry in listed(listing)] == ["50 mg", "100 mg"]
    # Another one is asked about anew.
    add(listing, name="Sertraline", again="lithium")
    assert listing.status == 422


def test_medicines_without_a_name_and_other_names_are_never_taken_for_the_same(listing):
    for fields in ({"unknown": "y"}, {"unknown": "y"}, {"name": "Lithium"}, {"name": "Lithium ER"}):
        add(listing, **fields)
        assert listing.status == 303

    assert len(listed(listing)) == 4
