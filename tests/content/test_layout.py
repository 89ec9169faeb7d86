"""A document that is written out reads back as what it was, and is laid out for people."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.content.documents import Listed, Mapped, edition_of, read
from intake.content.layout import lay_out

CHECKOUT = Path(__file__).parents[2]
WRITTEN = sorted(
    path
    for path in (
        *CHECKOUT.glob("*.yaml"),
        *CHECKOUT.glob("questionnaire/form.yaml"),
        *CHECKOUT.glob("safety/*.yaml"),
    )
)

# What a reader gives back: no space around words, no lone half of a character.
words = st.text(st.characters(codec="utf-8"), max_size=30).map(str.strip)
# Words that mean something else in YAML unless they are quoted, or cannot be folded.
traps = st.sampled_from(
    [
        *(
            "yes",
            "no",
            "true",
            "false",
            "null",
            "~",
            "",
            "0",
            "-1",
            "1.50",
            "1e3",
            "a: b",
            "a #b",
            "- a",
            "? a",
        ),
        *("'", '"', "{a", "[a", "&a", "*a", "!a", "|", ">", "%", "a\nb"),
        *("x" * 200, "word " * 60 + "end", "two  spaces " * 20 + "x"),
    ]
)
scalars = st.one_of(
    words,
    traps,
    st.integers(-(10**17), 10**17),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**6, places=4),
    st.booleans(),
    st.none(),
)


def mapped(entries):
    found = Mapped(1)
    found.update(entries)
    return found


def listed(entries):
    found = Listed(1)
    found.extend(entries)
    return found


keys = (words | traps).filter(lambda key: len(key) < 100)
things = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4).map(listed) | st.dictionaries(keys, inner, max_size=4).map(mapped)
    ),
    max_leaves=12,
)
documents = st.dictionaries(keys, things, min_size=1, max_size=4).map(mapped)


@given(documents)
@example(mapped({"a": listed([listed([listed(["x" * 150])])]), "b": mapped({}), "c": listed([])}))
def test_whatever_is_written_is_read_back(document):
    text = lay_out(document)

    assert edition_of(read(text, "written.yaml")) == edition_of(document), text


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_the_shipped_files_keep_their_edition(path):
    document = read(path.read_text("utf-8"), path.name)

    assert edition_of(read(lay_out(document), path.name)) == edition_of(document)


def test_it_is_laid_out_for_people():
    document = read(
        """
title: 'Rules: ours'
rules: [{id: one, when: {all: [{question: a, is: yes}, {question: b, at_least: 1.50}]}, why: "WHY",
         examples: [1, 2]},
        {id: two, why: "WHY"}]
""".replace("WHY", "Because it matters, and " * 8 + "so on."),
        "given.yaml",
    )

    assert (
        lay_out(document)
        == """\
title: "Rules: ours"

rules:
  - id: one
    when: {all: [{question: a, is: yes}, {question: b, at_least: 1.50}]}
    why: >
      Because it matters, and Because it matters, and Because it matters, and Because it matters, and
      Because it matters, and Because it matters, and Because it matters, and Because it matters, and so on.
    examples: [1, 2]

  - id: two
    why: >
      Because it matters, and Because it matters, and Because it matters, and Because it matters, and
      Because it matters, and Because it matters, and Because it matters, and Because it matters, and so on.
"""
    )
