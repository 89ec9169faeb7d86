"""Answering a page: every kind of question, every way to leave one, and what is said about it."""

from datetime import date
from decimal import Decimal

import pytest

from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Chosen,
    ChosenMany,
    Day,
    Number,
    Reading,
    Text,
    answered,
)


@pytest.mark.parametrize(
    ("question", "sent", "kept"),
    [
        ("avm", "no", answered(Chosen("no"))),
        ("brain_bleed", "yes", answered(Chosen("yes"))),
        ("phq9_9", "not_at_all", answered(Chosen("not_at_all"))),
        ("avm", "not-sure", NOT_SURE),
        ("opioid_use", "rather-not-say", DECLINED),
    ],
)
def test_one_choice(pat, question, sent, kept):
    pat.answer(question, **{question: sent})

    assert pat.answers[question] == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (["blood", "past_better"], answered(ChosenMany(("past_better", "blood")))),
        (["none"], answered(ChosenMany(("none",)))),
        (["pain", "not-sure"], answered(ChosenMany(("pain",), unsure=True))),
        (["not-sure"], NOT_SURE),
    ],
)
def test_as_many_choices_as_fit_in_the_order_of_the_page(pat, sent, kept):
    pat.answer("bladder_cystitis", bladder_cystitis=sent)

    assert pat.answers["bladder_cystitis"] == kept


@pytest.mark.parametrize("other", ["blood", "not-sure"])
def test_none_of_these_goes_with_nothing_else(pat, other):
    pat.answer("bladder_cystitis", bladder_cystitis=["none", other])

    assert pat.status == 422
    assert pat.problems == ["You chose “None of these” and something else. Keep one or the other"]
    assert pat.page.title.startswith("Error: ")
    assert "bladder_cystitis" not in pat.answers


def test_height_and_weight_in_the_units_people_think_in(pat):
    pat.answer(
        "height", height__unit="ft_in", height__ft_in__0="5", height__ft_in__1="9", weight__lb__0="182"
    )

    assert pat.answers.value("height") == Number(Decimal("175.26"), ("5", "9"), "ft_in")
    assert pat.answers.value("weight").typed == ("182",)


def test_boxes_of_the_unit_not_chosen_count_when_only_they_are_filled(pat):
    pat.answer("height", height__unit="ft_in", height__cm__0="175", weight__unit="lb", weight__kg__0="82,5")

    assert pat.answers.value("height") == Number(Decimal(175), ("175",), "cm")
    assert pat.answers.value("weight").amount == Decimal("82.5")


def test_boxes_of_the_unit_not_chosen_are_left_alone_otherwise(pat):
    pat.answer("height", height__unit="cm", height__cm__0="175", height__ft_in__0="6", weight__lb__0="150")

    assert pat.answers.value("height").unit == "cm"


def test_an_improbable_number_is_asked_about_and_can_be_kept(pat):
    sent = {"height__ft_in__0": "8", "height__ft_in__1": "2", "weight__lb__0": "182"}
    pat.answer("height", **sent)

    assert pat.page.h1 == "Is that right?"
    assert "Height: you typed 8 ft 2 in." in pat.text
    assert "height" not in pat.answers

    pat.answer("height", **sent, kept="height")
    assert pat.answers.value("height").typed == ("8", "2")


def test_an_improbable_number_can_be_changed_with_nothing_lost(pat):
    pat.answer("height", height__ft_in__0="8", weight__lb__0="182", **{"change-it": "1"})

    assert pat.status == 200
    assert 'value="8"' in pat.html
    assert 'value="182"' in pat.html


def test_what_was_sent_travels_through_the_question_in_between(pat):
    pat.answer("height", height__ft_in__0="8", weight__lb__0="182", stranger="<b>")

    form = pat.page.form("Yes, keep it")
    names = {name for name, _ in form.hidden}
    assert {"height-ft_in-0", "weight-lb-0", "kept"} <= names
    assert "stranger" not in names


def test_a_date_of_birth(pat):
    pat.answer(
        "date_of_birth", date_of_birth__month="Jul", date_of_birth__day="4", date_of_birth__year="1988"
    )

    assert pat.answers.value("date_of_birth") == Day(date(1988, 7, 4))
    pat.ask("date_of_birth")
    assert 'value="July"' in pat.html


def test_an_error_names_what_is_missing_beside_the_box_and_at_the_top(pat):
    pat.answer("date_of_birth", date_of_birth__month="Jul", date_of_birth__day="4")

    assert pat.status == 422
    assert pat.problems == ["Your date of birth needs a year"]
    assert pat.text.count("Your date of birth needs a year") == 2
    assert 'value="Jul"' in pat.html
    assert pat.html.count('aria-invalid="true"') == 1


def test_the_same_error_twice_comes_with_a_way_out(pat):
    pat.answer("date_of_birth", date_of_birth__month="Jul")
    assert "Still stuck?" not in pat.text
    pat.answer("date_of_birth", date_of_birth__month="Jul", wrong="date_of_birth")

    assert "Still stuck? Leave it blank, and tell us at your visit." in pat.text


def test_somebody_under_18_goes_on_and_is_told_plainly(pat):
    pat.answer(
        "date_of_birth",
        date_of_birth__month="7",
        date_of_birth__day="4",
        date_of_birth__year="2012",
        record_sex="male",
    )
    pat.follow()

    assert "This form is made for adults. Keep going, and the clinic will talk with you." in pat.text
    assert pat.page.h1 == "How tall are you, and what do you weigh?"
    pat.ask("phone")
    assert "made for adults" not in pat.text


def test_the_words_of_a_patient_come_back_as_they_were(pat):
    words = "<b>“It's me” & others</b>\nsecond line"
    pat.answer("reasons_more", reasons_more__words=words)

    assert pat.answers.value("reasons_more") == Text(words)
    pat.ask("reasons_more")
    assert "<b>" not in pat.html
    (box,) = pat.page.tree.iter("textarea")
    assert box.text == words


def test_a_single_question_left_blank_is_spoken_of_once(pat):
    pat.answer("pregnancy")
    assert pat.status == 422
    assert "You can choose “I'm not sure”, or press Continue again to skip." in pat.text
    assert pat.problems == []
    assert not pat.page.title.startswith("Error")

    (noticed,) = [value for name, value in pat.page.form("Continue").hidden if name == "noticed"]
    pat.answer("pregnancy", noticed=noticed)
    assert pat.status == 303
    assert pat.answers["pregnancy"] == BLANK


def test_a_blank_is_not_taken_as_spoken_of_because_another_answer_was_wrong(pat):
    pat.answer("phone", phone__words="", message_ok="maybe")

    hidden = pat.page.form("Continue").hidden
    assert [value for name, value in hidden if name == "noticed"] == ["phone"]
    assert "We need your phone. To add it later, press Continue again" in pat.problems


def test_a_name_can_be_given_later(pat):
    pat.answer("first_name")
    assert pat.problems == [
        "We need your first name. To add it later, press Continue again",
        "We need your last name. To add it later, press Continue again",
    ]
    pat.answer("first_name", noticed=["first_name", "last_name"])
    assert pat.status == 303


def test_optional_words_left_blank_need_no_word(pat):
    pat.answer("anything_else")

    assert pat.status == 303
    assert pat.answers["anything_else"] == BLANK


def test_blanks_among_several_questions_get_one_calm_page(pat):
    pat.answer("phq9_1", phq9_1="several_days", phq9_2="not_at_all")
    assert pat.location == f"{pat.address('phq9_1')}/blank"
    pat.follow()

    assert pat.page.h1 == "You left 7 questions blank. That is OK."
    assert "Poor appetite or overeating" in pat.text
    assert pat.page.links()["Go back and answer"] == pat.address("phq9_1")

    pat.answer("phq9_1", phq9_1="several_days", phq9_2="not_at_all")
    assert not pat.location.endswith("/blank")


def test_a_box_under_a_choice_counts_when_the_choice_is_made(pat):
    pat.answer("bp_reading_known", bp_reading_known="yes", recent_bp_reading__first="128/82")

    assert pat.answers.value("recent_bp_reading") == Reading(128, 82)


def test_a_box_under_another_choice_is_not_even_read(pat):
    pat.answer("bp_reading_known", bp_reading_known="no", recent_bp_reading__first="nonsense")

    assert pat.status == 303
    assert "recent_bp_reading" not in pat.answers


def test_changing_back_brings_back_what_was_typed_before(pat):
    pat.answer("bp_reading_known", bp_reading_known="yes", recent_bp_reading__first="128/82")
    pat.answer("bp_reading_known", bp_reading_known="no")
    pat.ask("bp_reading_known")

    assert 'value="128"' in pat.html


def test_a_box_left_blank_under_a_choice_is_spoken_of_once(pat):
    pat.answer("reasons", reasons=["other"])
    assert pat.problems == ["Tell us more here, or press Continue again to leave it blank"]

    pat.answer("reasons", reasons=["other"], noticed="reason_other")
    assert pat.status == 303
    assert pat.answers["reason_other"] == BLANK


def test_every_box_that_may_open_is_in_the_page_without_a_script(pat):
    pat.ask("bp_reading_known")

    assert "Top number" in pat.text
    assert [one.get("src").split("/")[2] for one in pat.page.tree.iter("script")] == ["keep"]


def test_a_browser_fills_in_names_only_for_who_types_for_themselves(pat):
    pat.answer("filled_in_by", filled_in_by="me")
    pat.ask("first_name")
    assert 'autocomplete="given-name"' in pat.html

    pat.answer("filled_in_by", filled_in_by="for_someone")
    pat.ask("first_name")
    assert "given-name" not in pat.html


def test_back_leads_to_the_page_before_and_from_the_first_to_the_list(pat):
    pat.ask("first_name")
    assert pat.page.links()["Back"] == "/f/1/1"
    pat.open("/f/1/1")
    assert pat.page.links()["Back"] == "/form"


def test_after_the_last_page_of_a_part_comes_the_list_when_the_next_part_was_seen(pat):
    pat.answer("reasons", reasons=["depression"])
    pat.answer("access_needs", access_needs=["none"])

    assert pat.location == "/form"


def test_what_was_spoken_of_on_the_page_is_not_spoken_of_again(pat):
    pat.answer("first_name", noticed=["first_name", "last_name"])

    assert pat.location == pat.address("date_of_birth")


def test_the_calm_page_leaves_out_words_nobody_needs(pat):
    pat.answer("phone", phone__words="555 010 0142")
    pat.follow()

    assert pat.page.h1 == "You left 1 question blank. That is OK."
    assert "May we leave a message" in pat.text


@pytest.mark.parametrize(
    ("question", "box", "typed"),
    [
        ("height", "ft_in-0", "9" * 60_000),
        ("weight", "lb-0", "9" * 60_000),
        ("weight", "lb-0", "five " * 11_999 + "five"),
        ("recent_bp_reading", "first", "five " * 11_999 + "five"),
        ("date_of_birth", "month", "July " * 11_999 + "July"),
        ("email", "words", "pat@" + "." * 60_000),
        ("anything_else", "words", "a" * 60_000),
    ],
    ids=["feet", "a number", "number words", "a reading", "a date", "an e-mail", "words"],
)
def test_sixty_thousand_letters_in_any_box_are_refused_and_stay_on_the_page(pat, question, box, typed):
    pat.answer(question, **{f"{question}__{box}": typed, "bp_reading_known": "yes"})

    assert ("Make this shorter" in pat.html, typed in pat.html) == (True, True)
    assert question not in pat.answers
