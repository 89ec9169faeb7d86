"""Answers that outlive a change of the questionnaire, and those that cannot."""

from hypothesis import given

import small
import strategies
from intake.content.questionnaire import parse_questionnaire
from intake.domain.answers import NOT_SURE, Answers, Chosen, ChosenMany, Text, answered
from intake.domain.fitting import fitting


def changed(before, after):
    assert before in small.QUESTIONNAIRE
    return parse_questionnaire(small.QUESTIONNAIRE.replace(before, after, 1))


@given(strategies.answers(small.asked))
def test_under_the_same_questionnaire_every_answer_fits(answers):
    assert dict(fitting(small.asked, answers)) == dict(answers)


def test_an_answer_whose_choice_is_gone_is_left_out():
    asked = changed("rash: Rash, fever: Fever", "rash: Rash, cough: Cough")
    answers = Answers({"signs": answered(ChosenMany(("rash", "fever"))), "pressure": NOT_SURE})

    assert dict(fitting(asked, answers)) == {"pressure": NOT_SURE}


def test_an_answer_whose_question_is_gone_or_of_another_kind_is_left_out():
    asked = changed(
        '{id: more, kind: text, ask: "Anything else?", long: true}', '{id: more, kind: yes_no, ask: "More?"}'
    )
    answers = Answers({"more": answered(Text("words")), "gone": answered(Chosen("yes"))})

    assert dict(fitting(asked, answers)) == {}
