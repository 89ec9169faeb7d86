"""What is typed to come back is read as it was meant, and never as something else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.content.phrase_words import phrase_words
from intake.domain import ways_back
from intake.domain.ways_back import CODE_ALPHABET, CODE_LENGTH, PhraseWords, WayBack, handle_in

WORDS = phrase_words()
FEW = PhraseWords.of(["maple", "maples", "river", "rivet", "stone", "lantern", "cat"])
SECRET = "aQXWuqvjmktXgp2NfbcNCVBnPERKRTF5cvZKpa-zKCw"
BETWEEN = st.text(alphabet=" -_,.;\n\t\r0123456789'\u2013\u00a0", min_size=1, max_size=4)

phrases = st.lists(st.sampled_from(WORDS.words), min_size=4, max_size=4)
codes = st.text(alphabet=CODE_ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


@settings(max_examples=25)
@given(phrases, st.lists(BETWEEN, min_size=5, max_size=5), st.lists(st.booleans(), min_size=4, max_size=4))
def test_capitals_spaces_hyphens_and_line_breaks_do_not_matter(words, between, capitals):
    typed = [word.upper() if shout else word for word, shout in zip(words, capitals, strict=True)]
    pasted = between[4] + "".join(word + gap for word, gap in zip(typed, between[:4], strict=True))

    assert WORDS.read(pasted) == " ".join(words)


@settings(max_examples=25)
@given(phrases, st.data())
def test_a_slip_is_put_right_or_refused_and_never_taken_for_another_word(words, data):
    at = data.draw(st.integers(0, 3))
    slip = data.draw(st.sampled_from(slips(words[at])))
    read = WORDS.read(" ".join([*words[:at], slip, *words[at + 1 :]]))

    assert slip in WORDS.known or read in (None, " ".join(words))


def slips(word):
    """One letter missing, or two letters swapped: what thumbs do."""
    missing = [word[:at] + word[at + 1 :] for at in range(len(word))]
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    return [one for one in [*missing, *swapped] if one]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("river stone lantern cat", "river stone lantern cat"),
        ("River-Stone-Lantern-Cat", "river stone lantern cat"),
        ("1. river\n2. stone\n3. lantern\n4. cat", "river stone lantern cat"),
        ("rive stone lantern cat", None),  # river or rivet
        ("river stonw lantern cat", "river stone lantern cat"),
        ("river stnoe lantern cat", "river stone lantern cat"),
        ("river stone lant cat", "river stone lantern cat"),
        ("river stone lan cat", None),  # too short to be a beginning
        ("river stone mapl cat", None),  # maple or maples
        ("maple stone lantern cat", "maple stone lantern cat"),
        ("stone river lantern cat", "stone river lantern cat"),
        ("river stone lantern", None),
        ("river stone lantern cat cat", None),
        ("river stone lantern xyzzy", None),
        ("", None),
    ],
)
def test_a_phrase_is_read_as_it_was_meant(typed, read):
    assert FEW.read(typed) == read


@pytest.fixture
def looked_up(monkeypatch):
    """Every word for which all that are one slip away were worked out."""
    words, worked_out = [], ways_back._one_slip_away
    monkeypatch.setattr(ways_back, "_one_slip_away", lambda typed: words.append(typed) or worked_out(typed))
    return words


@pytest.mark.parametrize(
    "typed",
    [
        "a" * 60_000,
        "zzzz " * 13_000,
        "zzzz zzzz zzzz zzzz" + " " * 60_000,
        "a" * 400,
        "zzzz " * 5,
        f"river stone lantern {'z' * 9}",
        "zzzz zzzz zzzz",
    ],
)
def test_what_is_too_long_for_a_phrase_is_looked_up_nowhere(looked_up, typed):
    """Anybody may type here: a word of thousands of letters would have fifty times its square beside it."""
    assert FEW.read(typed) is None
    assert looked_up == []


def test_a_slip_in_the_longest_word_is_looked_up(looked_up):
    """The control of the test above; and one letter too many is the longest that a slip makes."""
    assert FEW.read("river stone lanntern cat") == "river stone lantern cat"
    assert looked_up == ["lanntern"]


def test_the_order_of_the_words_matters():
    assert FEW.read("cat lantern stone river") != FEW.read("river stone lantern cat")


@settings(max_examples=25)
@given(codes, st.booleans(), st.sampled_from(["-", " ", "", " - ", "\n"]))
def test_a_code_is_read_however_it_is_written(code, small, between):
    written = between.join((code[:4], code[4:8], code[8:]))

    assert handle_in(written.lower() if small else written) == code


@pytest.mark.parametrize(
    "typed",
    [
        SECRET,
        f"https://clinic.example/return#{SECRET}",
        f"  https://clinic.example/return#{SECRET}  ",
        f"https://clinic.example/return#{SECRET[:20]}\r\n{SECRET[20:]}",
        f"<https://clinic.example/return#{SECRET}".lstrip("<"),
    ],
)
def test_a_link_is_read_however_much_of_it_was_pasted(typed):
    assert handle_in(typed) == SECRET


def test_what_is_kept_of_a_way_back_is_not_printed():
    way = WayBack(SECRET, "7K4M92QXTR6P", "river stone lantern cat")

    assert way.code_in_groups == "7K4M-92QX-TR6P"
    assert not {"river", SECRET, "7K4M"} & set(repr(way).replace("'", " ").split())
