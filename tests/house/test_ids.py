"""Ids are permanent: one that was published never comes back with another meaning.

``published_ids.txt`` lists every id of a question, its kind and its choices, and of a rule,
that was ever shipped. A line is added with each new one; a line is only ever marked
``retired``, never taken away.
"""

from pathlib import Path

import as_shipped

PUBLISHED = Path(__file__).with_name("published_ids.txt")


def published():
    lines = [line.split() for line in PUBLISHED.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line[0].startswith("#")]


def current():
    library = as_shipped.library()
    for question in library.questionnaire.questions:
        yield f"question {question.id} {question.kind.value}"
        for choice in question.choices:
            yield f"choice {question.id}.{choice.id}"
    for derived in library.questionnaire.derived:
        yield f"derived {derived.id} {derived.derivation.value}"
    for rule in library.rulebook.rules:
        yield f"rule {rule.id} {rule.topic}"
    for medicine_class in library.formulary.classes:
        yield f"class {medicine_class}"


def test_every_id_in_use_is_published_as_what_it_is():
    in_use = {" ".join(line) for line in published() if line[0] != "retired"}

    assert set(current()) - in_use == set(), "add these lines to published_ids.txt"
    assert in_use - set(current()) == set(), "mark these lines `retired` in published_ids.txt"


def test_a_retired_id_never_comes_back():
    retired = {tuple(line[1:3]) for line in published() if line[0] == "retired"}
    in_use = {tuple(line.split()[:2]) for line in current()}

    assert retired & in_use == set()


def test_no_id_is_published_twice():
    named = [tuple(line[:2]) for line in published() if line[0] != "retired"]

    assert len(set(named)) == len(named)
