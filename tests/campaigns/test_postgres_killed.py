"""What ``campaigns/postgres_killed.py`` judges a page by; a server of its own is too long for every run."""

import pytest

from campaigns.postgres_killed import dishonest
from serving import Answered

PAGE = '<h1>We cannot answer just now</h1><input value="Pat Doe"><a href="tel:988">988</a>'


def test_a_page_that_says_so_with_what_was_typed_and_where_help_is_is_honest():
    assert dishonest(Answered(503, "", {}, PAGE)) == ""


@pytest.mark.parametrize(
    ("answered", "why"),
    [
        (Answered(303, "/", {}, ""), "answered 303 /"),
        (Answered(200, "", {}, PAGE), "answered 200"),
        (Answered(500, "", {}, PAGE), "answered 500"),
        (Answered(503, "", {}, PAGE.replace("Pat Doe", "")), "answered 503 without Pat Doe"),
        (Answered(503, "", {}, PAGE.replace("988", "")), "answered 503 without 988"),
    ],
)
def test_any_other_page_is_found_out(answered, why):
    assert dishonest(answered) == why
