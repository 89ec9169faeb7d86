"""One person cannot fill the disk with files that are kept for good (ASVS 5.2.4)."""

from datetime import UTC, datetime, timedelta

import pytest

from intake.domain.upload_limits import MOST_A_DAY, MOST_IN_ALL, what_is_too_much

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(hours=23), NOW - timedelta(days=30)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ([], ""),
        ([LATELY] * (MOST_A_DAY - 1), ""),
        ([LATELY] * MOST_A_DAY, "tomorrow"),
        ([LONG_AGO] * MOST_A_DAY, ""),
        # Sent while the clock was ahead.
        ([NOW + timedelta(days=365)] * MOST_A_DAY, ""),
        ([NOW + timedelta(minutes=5)] * MOST_A_DAY, "tomorrow"),
        ([LONG_AGO] * (MOST_IN_ALL - 1), ""),
        ([LONG_AGO] * MOST_IN_ALL, "another administrator"),
    ],
)
def test_so_many_a_day_and_so_many_in_all_and_then_what_to_do(kept, words):
    told = what_is_too_much(kept, NOW)

    assert (words in told) if words else told == ""
