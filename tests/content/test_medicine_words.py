"""Reading the words around names from the medicines file."""

import pytest

import small
from intake.content.documents import DocumentRefused
from intake.content.medicines import parse_formulary
from intake.content.resemblance import NearNames


def refusal(text):
    with pytest.raises(DocumentRefused) as refused:
        parse_formulary(small.MEDICINES + text)
    return str(refused.value)


def test_the_words_around_names_are_read_from_the_file():
    formulary = parse_formulary(
        small.MEDICINES
        + """
fillers:
  salts: hcl sodium
  forms: >
    tablet
    Patch
everyday: sleep
reasons: for when
look_alikes: [[Ativan, Lorax]]
"""
    )

    assert formulary.vocabulary.fillers == {"hcl", "sodium", "tablet", "patch"}
    assert formulary.vocabulary.everyday == {"sleep"}
    assert formulary.vocabulary.reasons == {"for", "when"}
    assert formulary.vocabulary.kept_from("lorax") == {"ativan", "lorax"}


def test_a_filler_that_is_a_medicine_of_a_class_is_refused():
    assert 'medicine codeine: "codeine" is a filler too' in refusal("fillers: {salts: codeine}")


def test_a_filler_that_is_a_medicine_of_no_class_is_taken():
    assert "naloxone" in parse_formulary(small.MEDICINES + "fillers: {salts: naloxone}").vocabulary.fillers


def test_look_alikes_have_to_be_lists():
    assert "'look_alikes' should be lists of names" in refusal("look_alikes: [Ativan, Lorax]")


def test_names_that_differ_in_signs_only_are_one_name():
    text = small.MEDICINES.replace("brands: [Ativan]", "brands: [Adipex P]")

    with pytest.raises(DocumentRefused, match='name "adipex p" is used twice'):
        parse_formulary(text)


def test_a_misspelling_of_a_product_is_a_name_like_any_other():
    assert 'name "ativan" is used twice' in refusal(
        "  - {name: X9Y, contains: [codeine], misspellings: [Ativan]}"
    )


def line_of(text, words):
    lines = (small.MEDICINES + text).splitlines()
    return next(at for at, line in enumerate(lines, 1) if words in line)


def test_names_that_count_only_alone_and_product_words_are_read_from_the_file():
    text = "  - {name: Nuvonox, contains: [codeine], only_alone: [Ativan 7]}\nproduct_words: PM cold\n"
    formulary = parse_formulary(small.MEDICINES + text)

    assert formulary.combinations[-1].only_alone == ("Ativan 7",)
    assert formulary.vocabulary.product_words == {"pm", "cold"}
    assert "Ativan 7" not in dict(formulary.names()), "it stands for nothing with certainty"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("  - {name: X9Y, contains: [codeine], only_alone: true}", "'only_alone' should be a list"),
        ("  - {name: X9Y, contains: [codeine], only_alone: [3]}", "'only_alone' should be a list of words"),
        ("  - {name: X9Y, contains: [codeine], only_alone: [ativan]}", 'name "ativan" is used twice'),
        ("  - {name: X9Y, contains: [codeine], only_alone: [T3]}", 'the name "T3" is too short'),
        ("  - {name: X9Y, contains: [codeine], onlyalone: [Ativan 3]}", "did you mean"),
        ("product_words: [pm, d]", "'product_words' should be words"),
        ("product_words: pm d3", 'the product word "d3" should be letters only'),
    ],
)
def test_what_is_wrong_with_them_is_told_with_its_line(text, problem):
    told = refusal(text)

    assert problem.casefold() in told.casefold()
    assert f"{line_of(text, text.strip())}" in told


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("xanex", ("xanax",)),
        ("axnax", ("xanax",)),  # two letters swapped are one slip
        ("xenex", ()),
        ("wellbutron", ("wellbutrin",)),
        ("welbutron", ("wellbutrin",)),
        ("wlbutron", ()),
        ("zanat", ()),
    ],
)
def test_a_short_word_may_differ_by_one_letter_and_a_long_one_by_two(written, near):
    assert NearNames(("xanax", "wellbutrin")).nearest(written) == near


def test_all_names_at_the_least_distance_are_told_and_none_farther():
    assert NearNames(("lamictal", "lamictel", "lamisil")).nearest("lamictol") == ("lamictal", "lamictel")
