"""The program never pronounces on who may be treated: the words for it stand nowhere.

And a patient never reads of flags, rules or priorities (ux_spec.md 11, regulation.md F3, F11).
"""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
QUESTIONNAIRE = sorted((CHECKOUT / "questionnaire").glob("*.yaml"))
CONTENT = [*QUESTIONNAIRE, CHECKOUT / "screening_rules.yaml", CHECKOUT / "medicines.yaml"]
TEMPLATES = sorted((CHECKOUT / "templates").rglob("*.html"))
CODE = sorted((CHECKOUT / "intake").rglob("*.py")) + sorted((CHECKOUT / "intake").rglob("*.yaml"))

# Verdicts on a person. `(?!...)` lets through what the words also mean in a clinic or in code.
VERDICTS = re.compile(
    r"\b(in)?eligib\w*|\bapprov\w*|\brejected\b|\bcleared\b|\bsafe to treat\b|\brecommended\b"
    r"|\bsuitab\w*|\bunsuitab\w*|\bcandidate\b|\bqualif(?!ied name)\w*|\bno concerns\b|\bgood to go\b",
    re.IGNORECASE,
)
# What a patient must not read either: anything that tells that answers are sorted.
FOR_PATIENTS = re.compile(
    VERDICTS.pattern + r"|\baccepted\b|\bpass(es|ed)?\b|\bfail(s|ed)?\b|\bscor(e|es|ed|ing)\b"
    r"|\brisk level\b|\bcontraindicat\w*|\bflag(s|ged)?\b|\bscreen(ed|ing)\b|\bpriority\b|\burgent\b"
    r"|\btriage\b|\bhigh risk\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+")
_MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
PATIENT_PAGES = [
    path for path in TEMPLATES if path.parent.name in ("patient", "errors") or path.name == "layout.html"
]


def found(pattern, text):
    return [match.group() for match in pattern.finditer(_ADDRESS.sub("", text))]


@pytest.mark.parametrize("path", [*CONTENT, *TEMPLATES, *CODE], ids=lambda path: path.name)
def test_no_verdict_on_a_person_stands_anywhere(path):
    assert found(VERDICTS, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", PATIENT_PAGES, ids=lambda path: path.name)
def test_a_patients_page_does_not_tell_that_answers_are_sorted(path):
    words = _MARKUP.sub(" ", path.read_text(encoding="utf-8"))

    assert found(FOR_PATIENTS, words) == []


@pytest.mark.parametrize("path", QUESTIONNAIRE, ids=lambda path: path.name)
def test_the_questionnaire_does_not_tell_that_answers_are_sorted(path):
    asked = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
    if path.name == "form.yaml":
        asked = asked.partition("\nderived:")[0]  # what stands below is for clinicians only

    assert found(FOR_PATIENTS, asked) == []


@pytest.mark.parametrize(
    "sentence",
    ["You are eligible.", "Your answers were cleared", "A suitable candidate", "It is safe to treat"],
)
def test_a_verdict_would_be_found(sentence):
    assert found(VERDICTS, sentence)


@pytest.mark.parametrize("sentence", ["No flags were raised", "Your score is 4", "Marked urgent"])
def test_words_of_sorting_would_be_found(sentence):
    assert found(FOR_PATIENTS, sentence)


def test_there_is_something_to_look_at():
    assert len(PATIENT_PAGES) >= 10
    assert len(CODE) > 50
