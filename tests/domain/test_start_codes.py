"""A code is understood as people copy and paste it; and nothing that is none is taken for one."""

import pytest

from intake.domain.start_codes import SheetWanted, code_in, sheet_in, written


@pytest.mark.parametrize(
    "typed",
    [
        "7K4N-92QH",
        "7k4n-92qh",
        " 7K4N 92QH ",
        "7K4N92QH",
        "7K4N\u201392QH",
        "https://intake.example.org/#code=7K4N-92QH",
        "#code=7k4n92qh",
    ],
)
def test_it_is_understood_however_it_is_typed(typed):
    assert code_in(typed) == "7K4N92QH"
    assert written(code_in(typed)) == "7K4N-92QH"


@pytest.mark.parametrize("typed", ["", "7K4N-92Q", "7K4N-92QHH", "7K4N-92Q0", "HL-7K4-92Q", "7" * 9999])
def test_what_is_none_is_empty(typed):
    assert code_in(typed) == ""


def test_a_sheet_has_at_least_one_code_of_one_use_for_one_day():
    assert sheet_in("20", " 1 ", "14") == (SheetWanted(20, 1, 14), {})
    _, problems = sheet_in("201", "0", "soon")
    assert problems == {
        "codes": "Write a whole number from 1 to 200",
        "uses": "Write a whole number from 1 to 500",
        "days": "Write a whole number from 1 to 365",
    }
