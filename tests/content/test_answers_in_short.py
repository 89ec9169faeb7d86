"""A medicine as a rule's example or the command line writes it in short."""

import small
from intake.content.answers import read_answers
from intake.content.documents import Problems, read
from intake.domain.answers import NOT_SURE, MedicineEntry, MedicineList


def listed(short):
    """The medicines read from their short form, and what is wrong with it."""
    problems = Problems("shown")
    document = read(f"answers: {{medicines: [{short}]}}", "shown")
    answers = read_answers(document["answers"], 1, "shown", small.asked, problems)
    return answers.value("medicines"), [problem.text for problem in problems.found]


def test_a_medicine_is_its_name_or_all_that_was_said_of_it():
    keys = "name: Klonopin, amount: 1 mg, how_often: Twice a day, last_taken: Today, typed_first: klonapin"

    assert listed(f"Ativan, {{{keys}}}, not_sure") == (
        MedicineList(
            (
                MedicineEntry("Ativan"),
                MedicineEntry("Klonopin", "1 mg", "Twice a day", True, "Today", "klonapin"),
                MedicineEntry("", named=False),
            )
        ),
        [],
    )


def test_a_medicine_without_a_name_is_refused_with_the_keys_there_are():
    value, (problem,) = listed("{amount: 1 mg}")

    assert value is None
    assert "keys name, amount, how_often, last_taken, typed_first" in problem


def test_not_sure_ticked_alone_is_how_the_question_was_left():
    for short in ("not_sure", "[not_sure]"):
        document = read(f"answers: {{signs: {short}}}", "shown")
        answers = read_answers(document["answers"], 1, "shown", small.asked, Problems("shown"))

        assert answers["signs"] == NOT_SURE
