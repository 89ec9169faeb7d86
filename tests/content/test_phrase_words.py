"""The words of phrases: enough of them, easy to type, and none that hurts to write down."""

import math
import re
from pathlib import Path

from house.test_words import FOR_PATIENTS
from intake.content import phrase_words as module
from intake.content.phrase_words import phrase_words

WORDS = phrase_words().words
# A few of those that were left out: they would stand on a page for somebody who is low.
HURTFUL = {"suffering", "despair", "handgun", "grave", "unloved", "worthless", "drown", "ashamed", "helpless"}


def test_a_phrase_is_one_of_two_to_the_fifty_first():
    assert 4 * math.log2(len(set(WORDS))) > 51


def test_every_word_is_short_and_of_plain_letters():
    assert all(re.fullmatch(r"[a-z]{3,9}", word) for word in WORDS)


def test_no_word_is_hurtful_or_speaks_of_sorting_people():
    assert not HURTFUL & set(WORDS)
    assert not [word for word in WORDS if FOR_PATIENTS.search(word)]


def test_the_list_says_whose_it_is_and_that_it_was_changed():
    head = Path(module.__file__).with_suffix(".txt").read_text("utf-8").partition("\n\n")[0][:600]

    for said in ("Electronic Frontier Foundation", "CC BY 3.0 US", "https://www.eff.org/dice", "left out"):
        assert said in head


def test_a_chosen_word_stands_where_chance_says():
    assert phrase_words().new(lambda words: words[0]) == " ".join([WORDS[0]] * 4)
