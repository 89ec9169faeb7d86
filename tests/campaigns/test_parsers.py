"""A short form of the campaign on the parsers: each reader, given what once broke some reader."""

import pytest

from campaigns.parser_targets import PLANTED, targets
from campaigns.payloads import BODIES, DATES, NUMBERS, TEXTS

TARGETS = targets()
GIVEN = [*(one.encode("utf-8", "replace") for one in (*TEXTS, *NUMBERS, *DATES)), *BODIES, b"p", b"\xff\xfe|"]


@pytest.mark.parametrize("name", [name for name in TARGETS if name != PLANTED])
def test_a_reader_takes_or_refuses_whatever_it_is_given(name):
    for given in GIVEN:
        TARGETS[name](given)


def test_a_fault_on_the_way_is_not_held_back():
    """The control."""
    with pytest.raises(RuntimeError):
        TARGETS[PLANTED](b"plan")
