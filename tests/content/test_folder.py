"""A questionnaire written as a folder is the document it would be in one file."""

from pathlib import Path

import pytest

from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire, read_questionnaire

FORM = """\
title: A short form
safety_pages:
  support:
    title: You are not alone
    paragraphs: [Reach out now.]
    lines: [call]
consent: {title: Sign, points: [You agreed.], agree: I agree}
parts: [sleep, food]
derived:
  - {id: crisis_words, kind: mentions, of: [note], words: [end it], label: Words}
"""
LINES = """\
crisis_lines:
  call: {say: Call 988, link: "tel:988", about: Free, verified: 2026-11-20, expires: 2027-02-20}
"""
SLEEP = """\
- id: sleep
  title: Sleep
  pages:
    - id: sleep
      questions:
        - {id: sleeps, kind: yes_no, ask: Do you sleep?}
"""
FOOD = SLEEP.replace("sleeps", "eats").replace("sleep", "food").replace("Do you food?", "Do you eat?") + (
    "    - id: note\n      questions:\n        - {id: note, kind: text, ask: Anything else?}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "form"
    made.mkdir()
    files = {"form": FORM, "crisis_lines": LINES, "sleep": SLEEP, "food": FOOD}
    for name, text in files.items():
        (made / f"{name}.yaml").write_text(text, encoding="utf-8")
    return made


def test_the_parts_stand_in_the_order_the_form_names_them(folder):
    questionnaire, _ = read_questionnaire(folder)

    assert [part.id for part in questionnaire.parts] == ["sleep", "food"]
    assert [question.id for question in questionnaire.questions] == ["sleeps", "eats", "note"]


def test_the_text_that_is_kept_reads_as_the_same_edition(folder):
    questionnaire, text = read_questionnaire(folder)

    assert parse_questionnaire(text).edition == questionnaire.edition


def test_a_problem_is_told_on_the_line_of_the_file_it_was_written_in(folder):
    (folder / "food.yaml").write_text(FOOD.replace("kind: text", "kind: txt"), encoding="utf-8")

    with pytest.raises(DocumentRefused) as refused:
        read_questionnaire(folder)

    assert str(refused.value).startswith("form/food.yaml:9:28: question note: 'kind' should be one of")


def test_a_part_whose_file_is_missing_is_named(folder):
    (folder / "food.yaml").unlink()

    with pytest.raises(DocumentRefused, match=r"form/food\.yaml:1:1: there is no such file"):
        read_questionnaire(folder)


def test_a_form_that_names_no_parts_is_told_how(folder):
    (folder / "form.yaml").write_text(FORM.replace("parts: [sleep, food]\n", ""), encoding="utf-8")

    with pytest.raises(DocumentRefused, match="should list the parts' files in order"):
        read_questionnaire(folder)


def test_a_part_is_never_read_from_outside_the_folder(folder):
    outside = folder.parent / "secret.yaml"
    outside.write_text(SLEEP, encoding="utf-8")
    (folder / "form.yaml").write_text(FORM.replace("food]", "../secret]"), encoding="utf-8")

    with pytest.raises(DocumentRefused, match=r"form/secret\.yaml:1:1: there is no such file"):
        read_questionnaire(folder)


def test_a_clinic_brings_its_own_crisis_lines(folder, tmp_path):
    own = tmp_path / "lines.yaml"
    own.write_text(LINES.replace("Call 988", "Call the night nurse"), encoding="utf-8")

    questionnaire, _ = read_questionnaire(folder, own)

    assert [line.say for line in questionnaire.crisis_lines] == ["Call the night nurse"]


def test_a_mistake_in_its_own_crisis_lines_is_told_in_that_file(folder, tmp_path):
    own = tmp_path / "lines.yaml"
    own.write_text(LINES.replace("verified: 2026-11-20", "verified: soon"), encoding="utf-8")

    with pytest.raises(DocumentRefused, match=r"lines\.yaml:2:65: crisis line call: .verified. should"):
        read_questionnaire(folder, own)
