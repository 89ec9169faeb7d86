"""Taking apart what a patient typed for one medicine: its parts, their words, and which words can be names.

Hyphens and points part words, apostrophes do not: "Adipex-P", "adipex p" and "St. John's wort",
"st johns wort" are the same names; "P.M." is "pm". Numbers and their units part from what they
are glued to.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_APOSTROPHES = str.maketrans("", "", "'’‘`")
_LETTER = r"[^\W\d_]"
_WORD = re.compile(
    rf"""
    (?:\#\ ?)?\d+                        # "#3" is one word: "Tylenol #3" is not "Tylenol 3 times a day"
    | \b[ap]\.\ ?m\b                     # "Tylenol P.M."
    | (?<=\d)(?:mg|mcg|ml)(?={_LETTER}{{3}})   # "50mgsertraline"
    | {_LETTER}+(?:['’‘`]{_LETTER}+)*
    | [&+]
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A point ends a part only behind a whole word: not in "St. John's", "D.H.E. 45" or "no. 3". The
# slash of "3/day" is no break but means "per".
_BREAK = re.compile(
    rf"""
    [,;|•\n\r]
    | /(?!\ ?(?:day|night|week|month|hour|hr)\b)
    | (?<!\bst)(?<!\b{_LETTER})(?!(?<=\bno)\.\s\d)\.\s
    | \s[-–—]\s
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGNS = {"&": "and", "+": "and"}
_NOT_COMPARED = re.compile(r"[\s.]")
_JOINERS = frozenset({"and", "with", "plus"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word in the form in which names are compared, and where it stands in what was typed."""

    form: str
    start: int
    end: int

    @property
    def joins(self) -> bool:
        """Whether it stands between two medicines, as "and" does."""
        return self.form in _JOINERS

    @property
    def is_letters(self) -> bool:
        """Whether it is no number and no sign."""
        return self.form.isalpha()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that stand around names.

    ``fillers`` are no part of a name; ``everyday`` words are never taken for a name written
    wrongly; behind one of the ``reasons`` ("for", "when") everyday words say what a medicine
    is for. ``look_alikes`` are names that must not be taken for each other; one that stands
    alone is never seen in a word that only resembles it. One of the ``product_words`` ("pm",
    "sinus") directly behind a name makes another product of it.
    """

    fillers: frozenset[str] = frozenset()
    everyday: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    look_alikes: tuple[frozenset[str], ...] = ()
    product_words: frozenset[str] = frozenset()

    def names_another_product(self, some: Sequence[Word], at: int) -> bool:
        """Whether the word here makes another product of the name directly before it."""
        if at >= len(some) or some[at].form not in self.product_words:
            return False
        # The "d" of "calcium D3" is another thing, and so is the "pm" of "8 pm".
        glued = at + 1 < len(some) and some[at + 1].start == some[at].end
        return some[at - 1].is_letters and not glued

    def may_begin_or_end_a_name(self, word: Word) -> bool:
        """Whether a name, rightly or wrongly written, may begin or end with this word."""
        return word.is_letters and word.form not in self.fillers and word.form not in self.reasons

    def may_be_misspelled(self, word: Word) -> bool:
        """Whether a word means nothing else, so that it may be a name written wrongly."""
        return self.may_begin_or_end_a_name(word) and word.form not in self.everyday

    def kept_from(self, written: str) -> frozenset[str]:
        """The names that something is not to be taken for, though it may look like them."""
        return frozenset(one for group in self.look_alikes if written in group for one in group)


def segments(typed: str) -> Iterator[tuple[Word, ...]]:
    """The words between commas, slashes and line ends; "and" is left to who knows the names."""
    start = 0
    for cut in (*_BREAK.finditer(typed), None):
        end = len(typed) if cut is None else cut.start()
        if found := tuple(_word(match) for match in _WORD.finditer(typed, start, end)):
            yield found
        start = end if cut is None else cut.end()


def forms(name: str) -> tuple[str, ...]:
    """A name as it is compared, word by word."""
    return tuple(_word(match).form for match in _WORD.finditer(name))


def together(some: Sequence[str]) -> str:
    """Words in one piece, so that a space too many or too few is one letter's difference."""
    return "".join(some)


def quoted(typed: str, some: Sequence[Word]) -> str:
    """The stretch of what was typed that these words cover."""
    return typed[some[0].start : some[-1].end]


def names_in(some: Sequence[Word], vocabulary: Vocabulary) -> tuple[Word, ...]:
    """The words of a part that look like the name of a medicine."""
    found: list[Word] = []
    explains = False
    for word in some:
        explains = explains or word.form in vocabulary.reasons
        explained = explains and word.form in vocabulary.everyday
        if len(word.form) >= 4 and vocabulary.may_begin_or_end_a_name(word) and not explained:
            found.append(word)
    return tuple(found)


def _word(found: re.Match[str]) -> Word:
    form = _NOT_COMPARED.sub("", found.group().casefold().translate(_APOSTROPHES))
    return Word(_SIGNS.get(form, form), found.start(), found.end())
