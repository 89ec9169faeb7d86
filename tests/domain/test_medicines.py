"""Recognising medicines: whole words, longest name first, nothing corrected, nothing dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from intake.domain.answers import MedicineEntry, MedicineList


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("OXYCONTIN 10mg twice a day", ["oxycodone"]),
        ("oxycotin", ["oxycodone"]),
        ("tylenol #3", ["codeine"]),
        ("Tylenol 3 times a day", []),
        ("adipex p", ["phentermine"]),
        ("ADIPEX-P 37.5", ["phentermine"]),
        ("st johns wort", ["st_johns_wort"]),
        ("St. John’s Wort 300", ["st_johns_wort"]),
        ("suboxone", ["oxycodone", "naloxone"]),
        ("codeines", []),
        ("precodeine", []),
        ("ativan and nardil", ["lorazepam", "phenelzine"]),
        ("", []),
    ],
)
def test_names_are_recognised_as_whole_words(typed, found):
    assert [medicine.id for medicine in small.formulary.recognise(typed)] == found


def test_what_is_not_recognised_is_kept_to_be_read_by_hand():
    unknown, unnamed = MedicineEntry("wonder pill"), MedicineEntry("", named=False)
    listed = MedicineList((MedicineEntry("Ativan"), unknown, unnamed))

    assert small.formulary.not_recognised(listed) == (unknown, unnamed)


@given(st.text(max_size=80))
def test_any_text_at_all_can_be_looked_at(typed):
    small.formulary.recognise(typed)


@given(st.sampled_from([name for name, _ in small.formulary.names()]), st.sampled_from(["", "my ", "take "]))
def test_every_name_in_the_file_is_recognised_in_any_case_and_between_other_words(name, before):
    expected = dict(small.formulary.names())[name]

    assert set(expected) <= set(small.formulary.recognise(f"{before}{name.upper()} 10 mg"))
