"""No regular expression that looks for something costs the square of what somebody sends.

One that begins with a repeat without an end, and needs something behind it, begins again at every letter.
"""

import ast
import re
from re import _constants as signs  # type: ignore[attr-defined]  # how a pattern is understood
from re import _parser as parser  # type: ignore[attr-defined]  # and taken apart

import pytest

from intake.resources import ROOT

# What begins so all the same, and why no long text of anybody's is looked through with it.
KNOWN = {
    r"[a-z]+-keys\.json": "the whole name of a file in a backup, and nothing is looked for in it",
    r" *([{}()=<>,;:?|&+-]) *": "the program's own scripts",
    r"\s*([{};,>])\s*": "the program's own style sheet",
    r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}": "the whole of an address, of 200 letters at most",
    r"\s*([@.])\s*": "an address of 200 letters at most",
    r"(\d+) ?([¼½¾])": "a number of 200 letters at most",
    r"[!-;=?A-~]+@[!-;=?A-~]+": "the whole of an address, of 254 letters at most",
}
# Too long to be written here once more: a whole date of 200 letters at most, and the clinic's own promise.
BEGIN_LIKE = (r"([^\W\d_]+\.?|\d{1,2})[\s/.,-]+", r"\s*([1-9][0-9]{0,2})\s+(hours?")


def patterns():
    for path in sorted((ROOT / "intake").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re")), args=[ast.Constant(value=str(words)), *_]
                ):
                    yield words, re.VERBOSE if "re.VERBOSE" in ast.unparse(node) else 0


def begins_again(items):
    """Whether what is left to match begins with a repeat without an end and needs something behind it."""
    for at, (what, of) in enumerate(items):
        behind = items[at + 1 :]
        if what in (signs.AT, signs.ASSERT, signs.ASSERT_NOT):
            continue
        if what is signs.SUBPATTERN:
            return begins_again([*of[3], *behind])
        if what is signs.BRANCH:
            return any(begins_again([*one, *behind]) for one in of[1])
        if what not in (signs.MAX_REPEAT, signs.MIN_REPEAT):
            return False
        fewest, most, repeated = of
        if most is signs.MAXREPEAT and any(is_needed(one) for one in behind):
            return True
        return begins_again([*repeated, *behind]) or (fewest == 0 and begins_again(behind))
    return False


def is_needed(one):
    return parser.SubPattern(parser.State(), [one]).getwidth()[0] > 0


def grows(pattern, flags=0):
    return begins_again(list(parser.parse(pattern, flags)))


def test_no_pattern_begins_again_at_every_letter():
    found = {pattern for pattern, flags in patterns() if grows(pattern, flags)}
    others = {one for one in found if not one.startswith(BEGIN_LIKE)}

    assert others == set(KNOWN), "say why, or begin the pattern with what it cannot do without"


@pytest.mark.parametrize("pattern", [r"\w+script:", r"a|\s*b", r"(\d+) ?½", r"(?:x*)y", r"\s*\s*z", r"b?a+c"])
def test_a_pattern_that_does_is_found(pattern):
    assert grows(pattern)


@pytest.mark.parametrize(
    "pattern", [r"\wscript:", r"\w+", r"[a-z]+(?:'[a-z]+)*", r"a+$", r"\d{1,9}x", r"url\(\s*a"]
)
def test_a_pattern_that_does_not_is_left_alone(pattern):
    assert not grows(pattern)
