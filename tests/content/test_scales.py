"""A scale counts from 0 up in the order published, unless an answer says its own points."""

import pytest

import small
from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire

ORDINARY = "often: {never: Never, sometimes: Sometimes, daily: Every day}"


def scale(written):
    questionnaire = parse_questionnaire(small.QUESTIONNAIRE.replace(ORDINARY, f"often: {written}"))
    return [(one.id, one.say, one.points) for one in questionnaire.question("low").choices]


def test_answers_count_from_0_up_as_they_stand():
    assert scale("{never: Never, daily: Every day}") == [("never", "Never", 0), ("daily", "Every day", 1)]


def test_an_answer_that_says_its_points_counts_those_wherever_it_stands():
    written = '{yes: {say: "Yes", points: 1}, no: {say: "No", points: 0}}'

    assert scale(written) == [("yes", "Yes", 1), ("no", "No", 0)]


@pytest.mark.parametrize("points", ["-1", "half", "0.5"])
def test_points_that_are_no_whole_number_are_refused(points):
    with pytest.raises(DocumentRefused, match=r"answer yes of a scale: .*points"):
        scale(f'{{yes: {{say: "Yes", points: {points}}}, no: {{say: "No", points: 0}}}}')
