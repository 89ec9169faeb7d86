"""Which end of a question's choices is the most serious."""

import pytest

import as_shipped
import small
from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire
from intake.domain.questionnaire import CHOICE_KINDS

SHIPPED = as_shipped.library().questionnaire


def order(questionnaire, question):
    return [choice.id for choice in questionnaire.question(question).by_gravity]


def with_line(question: str, line: str) -> str:
    return small.QUESTIONNAIRE.replace(f"{{id: {question},", f"{{id: {question}, {line},")


@pytest.mark.parametrize(
    ("question", "said", "expected"),
    [
        ("pressure", "not_sure: false", ["no", "yes"]),
        ("treated", "gravest: last", ["yes", "no"]),
        ("knows_reading", "optional: false", ["yes", "no"]),
        ("knows_reading", "gravest: first", ["no", "yes"]),
        ("knows_reading", "gravest: none", []),
        ("low", "optional: false", ["never", "sometimes", "daily"]),
        ("low", "gravest: first", ["daily", "sometimes", "never"]),
        ("signs", "optional: false", []),
    ],
)
def test_choices_run_up_to_the_most_serious(question, said, expected):
    text = small.QUESTIONNAIRE if said.startswith("not_sure") else with_line(question, said)

    assert order(parse_questionnaire(text), question) == expected


@pytest.mark.parametrize(
    ("question", "said", "message"),
    [
        ("low", "gravest: worst", "question low: 'gravest' should be one of first, last, none"),
        (
            "signs",
            "gravest: last",
            "question signs: only a question answered by one choice says which is the gravest",
        ),
    ],
)
def test_what_has_no_order_is_refused(question, said, message):
    with pytest.raises(DocumentRefused) as refused:
        parse_questionnaire(with_line(question, said))

    assert message in str(refused.value)


def test_a_scale_goes_by_its_points_whichever_way_it_is_printed():
    assert order(SHIPPED, "trauma_event") == ["no", "yes"]
    assert order(SHIPPED, "taps_drugs")[0] == "never"
    assert order(SHIPPED, "safe_right_now") == ["yes", "no"]


def test_only_what_tells_of_no_gravity_is_left_without_an_order():
    without = {q.id for q in SHIPPED.questions if q.kind in CHOICE_KINDS and not q.by_gravity}

    assert without == {"bp_reading_known", "filled_in_by", "record_sex", "bp_medicine_today"}
