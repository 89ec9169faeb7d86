"""The invented people say what the vignettes tell of them, and answer all they are asked."""

from datetime import date

import pytest

from intake.content.documents import DocumentRefused
from intake.demo.people import read_people
from intake.domain.answers import BLANK, DECLINED, Chosen, Day, MedicineList, Number, Reading, Text, answered
from journeys.vignettes import BY_ID, PEOPLE, VIGNETTES
from small import asked, formulary

POINTS = ("not_at_all", "several_days", "more_than_half", "nearly_every_day")
REASONS = {
    "depression": "depression",
    "thoughts of suicide": "suicidal_thoughts",
    "migraine": "migraine",
    "OCD": "ocd",
    "PTSD": "ptsd",
    "anxiety": "anxiety",
    "chronic pain": "chronic_pain",
}
everyone = pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)


def test_each_vignette_is_a_person():
    assert [(v.id, v.title) for v in VIGNETTES] == [(p.id, p.title) for p in PEOPLE.values()]


@everyone
def test_nobody_can_be_written_to_or_called(person):
    match person.answers.value("phone"), person.answers.value("email"):
        case Text(phone), email:
            # 555-0100 to 555-0199 belong to nobody, and neither does example.com.
            assert "".join(filter(str.isdigit, phone))[3:8] == "55501"
            assert email is None or str(email).endswith("@example.com')")
        case other:
            pytest.fail(f"phone and email are {other}")


@everyone
def test_they_are_as_the_facts_say(person):
    facts, value = BY_ID[person.id].facts, person.answers.value

    assert person.as_of == date.fromisoformat(facts["filled_in_on"])
    assert value("date_of_birth") == Day(date.fromisoformat(facts["date_of_birth"]))
    assert (value("filled_in_by") == Chosen("me")) is (facts["filled_in_by"] == "me")
    assert set(value("reasons").choices) == {REASONS[reason] for reason in facts["reasons_for_visit"]}
    match value("height"), value("weight"):
        case Number(tall, (feet, inches), "ft_in"), Number(heavy, (pounds,), "lb"):
            assert facts["height"] == f"{feet} ft {inches} in ({tall:.0f} cm)"
            assert facts["weight"] == f"{pounds} lb ({heavy:.1f} kg)"
        case other:
            pytest.fail(f"height and weight are {other}")


@everyone
def test_their_reading_is_the_one_told(person):
    told, value = BY_ID[person.id].facts["blood_pressure"], person.answers.value

    if told == "don't know":
        assert value("bp_reading_known") == Chosen("no")
    else:
        days = told["days_before_filling_in"]
        assert value("recent_bp_reading") == Reading(told["top"], told["bottom"])
        assert value("bp_where") == Chosen(told["where"])
        assert value("bp_taken_on") == Chosen("last_week" if days <= 7 else "last_3_months")
        assert 0 < days <= 90


@everyone
def test_they_type_their_medicines_as_told(person):
    told, listed = BY_ID[person.id].facts["medicines_as_typed"], person.answers.value("medicines")

    assert person.answers.value("takes_medicines") == Chosen("yes" if told else "no")
    assert told == ([entry.name for entry in listed.entries] if isinstance(listed, MedicineList) else [])


@everyone
def test_they_answer_the_mood_and_safety_questions_as_told(person):
    facts, answers = BY_ID[person.id].facts, person.answers

    for number, points in enumerate(facts["phq9_items_1_to_9"], start=1):
        told = BLANK if points is None else answered(Chosen(POINTS[points]))
        assert answers[f"phq9_{number}"] == told
    for item, word in facts["asq"].items():
        expected = {"not shown": None, "declined": DECLINED}.get(word, answered(Chosen(word)))
        assert answers.get(f"asq_{item.removeprefix('q')}") == expected
    safe = {"yes": Chosen("yes"), "no": Chosen("no"), "prefer not to say": None}
    assert answers.value("home_safe") == safe[facts["feels_safe_at_home"]]
    assert answers.value("safe_right_now") == safe[facts["feels_safe_right_now"]]


PAT = """
people:
  - id: pat
    title: Somebody else
    as_of: "2026-11-20"
    answers:
      pressure: no
      knows_reading: no
      born: "1988-03-14"
      height: 170 cm
      weight: blank
      signs: [none]
      low: never
      tired: never
      hopeless: never
      takes: no
      more: blank
"""


def read(tmp_path, text):
    path = tmp_path / "people.yaml"
    path.write_text(text, "utf-8")
    return read_people(asked, formulary, path)


def refusal(tmp_path, text):
    with pytest.raises(DocumentRefused) as refused:
        read(tmp_path, text)
    return str(refused.value)


def test_a_person_who_answers_all_they_are_asked_is_read(tmp_path):
    (pat,) = read(tmp_path, PAT)

    assert (pat.id, pat.as_of, len(pat.answers)) == ("pat", date(2026, 11, 20), 11)


def test_an_answer_to_a_question_that_is_not_asked_is_refused(tmp_path):
    text = PAT.replace("takes: no", "takes: no\n      medicines: [Ativan]")

    assert refusal(tmp_path, text) == (
        "people.yaml:17:7: person pat: medicines: these answers do not lead to this question; take it out"
    )


@pytest.mark.parametrize("left_out", ["takes: no", "weight: blank", "pressure: no", "more: blank"])
def test_a_question_that_is_left_out_is_refused(tmp_path, left_out):
    question = left_out.partition(":")[0]

    assert refusal(tmp_path, PAT.replace(left_out, "")) == (
        f"people.yaml:6:5: person pat: {question}: they are asked this and leave it out; "
        "answer it, or write `blank`"
    )


def test_an_answer_that_opens_a_question_needs_that_one_answered_too(tmp_path):
    assert "treated: they are asked this" in refusal(tmp_path, PAT.replace("pressure: no", "pressure: yes"))


def test_a_wrong_answer_is_told_once(tmp_path):
    assert refusal(tmp_path, PAT.replace("takes: no", "takes: never")) == (
        "people.yaml:16:14: person pat: takes: expected one of yes, no"
    )


def test_nobody_is_written_twice(tmp_path):
    assert 'person "pat" is used twice' in refusal(tmp_path, PAT + PAT.removeprefix("\npeople:\n"))
