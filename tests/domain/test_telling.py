"""A condition is told in the words of the form, comparison by comparison."""

from decimal import Decimal

import pytest

import as_shipped
import small
from intake.domain.answers import State
from intake.domain.conditions import All, AnyOf, Compare, Operator, comparisons
from intake.domain.telling import Teller, condition_in_words

TELLER = Teller(small.asked, small.formulary)
YES = Compare("pressure", Operator.IS, "yes")
TREATED = Compare("treated", Operator.IS_NOT, "yes")


@pytest.mark.parametrize(
    ("question", "operator", "operand", "words"),
    [
        ("pressure", "is", "yes", "“High pressure?” was answered “Yes”"),
        ("pressure", "is_not", "yes", "“High pressure?” was answered, and not with “Yes”"),
        ("knows_reading", "is_one_of", ("yes", "no"), "“Know it?” was answered “Yes I do” or “No”"),
        ("signs", "includes", "rash", "“Signs?”: “Rash” was ticked"),
        ("signs", "leaves_out", "rash", "“Signs?” was answered, and “Rash” was not ticked"),
        ("reading.first", "at_least", 140, "“Which numbers?”, top, is 140 mmHg or more"),
        ("reading.second", "below", 90, "“Which numbers?”, bottom, is below 90 mmHg"),
        ("height", "above", Decimal("180.5"), "“Height” is above 180.5 cm"),
        ("weight", "at_most", 60, "“Weight” is 60 kg or less"),
        ("age", "at_least", 65, "“Age” is 65 years or more"),
        ("bmi", "below", Decimal("18.5"), "“BMI” is below 18.5 kg/m²"),
        ("mood_total", "at_least", 1, "“Mood total” is 1 point or more"),
        ("sedating", "above", 0, "“Sedating” is above 0"),
        ("low", "at_least", 1, "“Low?” counts 1 point or more: “Sometimes” or “Every day”"),
        ("low", "below", 1, "“Low?” counts below 1 point: “Never”"),
        ("born", "within_days", 30, "“Born?” lies at most 30 days before the form was sent"),
        ("born", "longer_ago_than_days", 30, "“Born?” lies more than 30 days before the form was sent"),
        ("medicines", "has_class", "maoi", "“Which ones?” lists a medicine of the kind “MAO inhibitors”"),
        (
            "medicines",
            "lacks_medicine",
            "codeine",
            "“Which ones?” was answered, and does not list “codeine”",
        ),
        ("pressure", "state", (State.BLANK,), "“High pressure?” was left blank"),
        (
            "pressure",
            "state_not",
            (State.NOT_SURE, State.DECLINED),
            "“High pressure?” was reached, and not left at “I'm not sure” or left at “I'd rather not say”",
        ),
    ],
)
def test_each_comparison_has_its_words(question, operator, operand, words):
    told = condition_in_words(small.asked, small.formulary, Compare(question, Operator(operator), operand))

    assert told.words == words


def test_all_and_any_stand_above_their_parts_with_the_places_of_the_rules_file():
    told = TELLER.condition(All((YES, AnyOf((TREATED, YES)))))

    assert [(line.path, line.words.endswith(":")) for line in told.lines()] == [
        ("when", True),
        ("when.all[0]", False),
        ("when.all[1]", True),
        ("when.all[1].any[0]", False),
        ("when.all[1].any[1]", False),
    ]


def test_a_follow_up_says_upon_what_it_is_asked_and_a_number_what_it_is_made_of():
    asked_only = TELLER.asked_only(AnyOf((TREATED, Compare("sedating", Operator.AT_LEAST, 1))))

    told = {one.question: (one.words, one.when.words if one.when else "") for one in asked_only}
    assert told["treated"] == ("asked only if", "“High pressure?” was answered “Yes”")
    assert told["sedating"] == ("worked out by the program from “Which ones?”", "")
    assert told["medicines"] == ("asked only if", "“Take any?” was answered “Yes”")


def test_every_comparison_of_the_shipped_rules_is_told():

    library = as_shipped.library()
    teller = Teller(library.questionnaire, library.formulary)
    for rule in library.rulebook.rules:
        told = [line for line in teller.condition(rule.when).lines() if line.comparison is not None]
        assert [line.comparison for line in told] == list(comparisons(rule.when))
        assert all("_" not in line.words for line in told), rule.id
