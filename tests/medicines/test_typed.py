"""How well medicines are recognised, measured on what people type (typed.yaml).

Run with ``-s`` to see the figures; docs/medicines.md holds the same ones.
"""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from intake import resources
from intake.content.documents import read_file
from intake.content.medicines import read_formulary
from intake.content.resemblance import NearNames

TYPED = Path(__file__).with_name("typed.yaml")
DOCS = Path(__file__).parents[2] / "docs" / "medicines.md"

NAMED = ("exact", "with_words", "combination", "listed")
LEAST_NAMED = 99
LEAST_MISSPELLED = 95
MOST_FALSE_ALARMS = 1


@dataclass(frozen=True)
class Share:
    """So many of so many lines."""

    found: int
    of: int

    @property
    def percent(self):
        return 100 * self.found / self.of

    def __str__(self):
        return f"{self.found} of {self.of} ({self.percent:.1f} %)"


@pytest.fixture(scope="module")
def lines():
    document, _ = read_file(TYPED)
    return document


@pytest.fixture(scope="module")
def shipped():
    formulary, _ = read_formulary(resources.MEDICINES)
    return formulary


def certain(formulary, typed):
    return {medicine.id for medicine in formulary.recognise(typed)}


def certain_or_possible(formulary, typed):
    read = formulary.read(typed)
    return {m.id for m in read.certain} | {m.id for near in read.possible for m in near.medicines}


def of_a_class(formulary, typed):
    known = {medicine.id: medicine for medicine in formulary.medicines}
    return [one for one in certain_or_possible(formulary, typed) if known[one].classes]


def recall(formulary, variants, found=certain_or_possible):
    right = [typed for typed, meant in variants.items() if set(meant) <= found(formulary, typed)]
    return Share(len(right), len(variants))


def false_alarms(formulary, innocent):
    return Share(sum(bool(of_a_class(formulary, typed)) for typed in innocent), len(innocent))


def read_by_hand(formulary, products):
    return Share(sum(bool(formulary.read(typed).unrecognised) for typed in products), len(products))


@pytest.mark.parametrize("part", ["tuned", "held_out"])
def test_names_are_found_misspelled_names_seen_and_innocent_lines_left_alone(shipped, lines, part):
    named = {kind: recall(shipped, lines[part][kind], certain) for kind in NAMED}
    misspelled = recall(shipped, lines[part]["misspelled"])
    alarms = false_alarms(shipped, lines[part]["innocent"])
    by_hand = read_by_hand(shipped, lines[part]["read_by_hand"])
    told = {**named, "misspelled": misspelled, "read by hand": by_hand, "false alarms": alarms}
    for kind, share in told.items():
        print(f"{part:9} {kind:13} {share}")

    assert all(share.percent >= LEAST_NAMED for share in named.values())
    assert misspelled.percent >= LEAST_MISSPELLED
    assert by_hand.found == by_hand.of
    assert alarms.percent <= MOST_FALSE_ALARMS


def test_the_figures_in_the_documents_are_the_ones_measured(shipped, lines):
    told = DOCS.read_text(encoding="utf-8")
    for kind in (*NAMED, "misspelled"):
        found = certain if kind in NAMED else certain_or_possible
        tuned, held_out = (recall(shipped, lines[part][kind], found) for part in ("tuned", "held_out"))
        assert f"| {tuned} | {held_out} |" in told, kind
    tuned, held_out = (read_by_hand(shipped, lines[part]["read_by_hand"]) for part in ("tuned", "held_out"))
    assert f"| {tuned} | {held_out} |" in told
    tuned, held_out = (false_alarms(shipped, lines[part]["innocent"]) for part in ("tuned", "held_out"))
    assert f"| {tuned} | {held_out} |" in told


@pytest.mark.parametrize("part", ["tuned", "held_out"])
def test_without_resemblance_misspelled_names_would_be_missed(shipped, lines, part):
    exact_names_only = replace(shipped, resembling=None)

    assert recall(exact_names_only, lines[part]["misspelled"]).percent < LEAST_MISSPELLED


@pytest.mark.parametrize("part", ["tuned", "held_out"])
def test_without_product_words_other_products_of_a_brand_would_be_taken_for_the_brand(shipped, lines, part):
    plain = replace(shipped, vocabulary=replace(shipped.vocabulary, product_words=frozenset()))

    assert read_by_hand(plain, lines[part]["read_by_hand"]).found == 0


@pytest.mark.parametrize("part", ["tuned", "held_out"])
def test_lines_that_need_no_reading_by_hand_for_a_product_word_get_none(shipped, lines, part):
    plain = replace(shipped, vocabulary=replace(shipped.vocabulary, product_words=frozenset()))
    typed = [one for kind in (*NAMED, "misspelled", "innocent") for one in lines[part][kind]]

    assert [o for o in typed if shipped.read(o).unrecognised != plain.read(o).unrecognised] == []


@pytest.mark.parametrize("part", ["tuned", "held_out"])
def test_with_three_letters_of_difference_innocent_lines_would_alarm(shipped, lines, part):
    too_far = replace(shipped, resembling=partial(NearNames, of_short_words=3, of_long_words=3))

    assert false_alarms(too_far, lines[part]["innocent"]).percent > MOST_FALSE_ALARMS


def test_there_is_enough_to_measure(lines):
    parts = [lines["tuned"], lines["held_out"]]

    assert sum(len(part[kind]) for part in parts for kind in (*NAMED, "misspelled")) >= 650
    assert sum(len(part["misspelled"]) for part in parts) >= 200
    assert sum(len(part["innocent"]) for part in parts) >= 170
    assert len(lines["held_out"]["misspelled"]) * 2 >= len(lines["tuned"]["misspelled"]) - 2


def test_no_line_is_in_both_parts(lines):
    tuned, held_out = (
        {kind: set(some) for kind, some in lines[part].items()} for part in ("tuned", "held_out")
    )

    assert all(not tuned[kind] & held_out[kind] for kind in tuned)


def test_misspellings_that_count_as_not_listed_are_not(shipped, lines):
    # Of a line with several medicines all but one may be written rightly.
    for part in lines.values():
        wrong = [t for t, meant in part["misspelled"].items() if set(meant) <= certain(shipped, t)]
        assert wrong == []


def test_every_medicine_meant_is_known(shipped, lines):
    known = {medicine.id for medicine in shipped.medicines}
    meant = {
        one
        for part in lines.values()
        for kind in (*NAMED, "misspelled")
        for some in part[kind].values()
        for one in some
    }

    assert meant <= known
    assert len(meant) > 100


def slips(name):
    """A name with one letter left out, doubled, or swapped with the one before."""
    for at in range(1, len(name)):
        yield name[:at] + name[at + 1 :]
        yield name[:at] + name[at] + name[at:]
        yield name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]


def test_one_slip_in_a_name_of_six_letters_or_more_hides_next_to_nothing(shipped):
    names = [
        (name.casefold(), {medicine.id for medicine in medicines})
        for name, medicines in shipped.names()
        if name.isalpha() and len(name) >= 6 and any(medicine.classes for medicine in medicines)
    ]
    tried = [(slip, meant) for name, meant in names[::5] for slip in slips(name) if slip != name]

    seen = sum(meant <= certain_or_possible(shipped, slip) for slip, meant in tried)

    assert seen / len(tried) >= 0.99
