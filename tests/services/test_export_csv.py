"""Answers as a table: read back as they were given, and no cell that a spreadsheet would run."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake.domain.answers import Answers, State
from intake.domain.screening import Editions
from intake.domain.submissions import Signature, Submission
from intake.domain.wording import Line, PartLines
from intake.services import export_csv
from intake.services.export_csv import COLUMNS

SENT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Everything but halves of signs: those are told apart in a test of their own.
WORDS = st.text(st.characters(exclude_categories=["Cs"]))


def submission(*lines):
    return Submission(
        id=UUID(int=1),
        reference="HL-7K4-92Q",
        answers=Answers(),
        transcript=(PartLines("health", "Health", lines),),
        signature=Signature("Pat Doe", (), SENT),
        editions=Editions("q", "r", "m"),
        sent_at=SENT,
    )


def line(said, state=State.ANSWERED):
    return Line("more", "Anything else?", "More", said, state, given=said)


def table(*lines):
    written = export_csv.heading() + export_csv.rows(submission(*lines))
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("sign", RUN)
def test_no_sign_that_begins_a_formula_begins_a_cell(sign):
    _, row = table(line(f"{sign}1+1"))

    assert row[COLUMNS.index("answer")] == f"'{sign}1+1"


@given(WORDS)
@example('=HYPERLINK("http://example.org","x")')
@example(" =1+1")
@example('a "quoted", word\r\nand another')
@example("-5")
def test_whatever_is_typed_is_read_back_and_never_run(said):
    heading, row = table(line(said))
    answer = row[heading.index("answer")]

    assert answer.removeprefix("'") == said.removeprefix("'")
    assert not answer.lstrip(" ").startswith(RUN)


def test_a_table_without_the_apostrophe_would_be_run(monkeypatch):
    monkeypatch.setattr(export_csv, "_as_text", lambda cell: cell)

    heading, row = table(line("=1+1"))

    assert row[heading.index("answer")].startswith(RUN)


def test_one_row_for_each_question_with_how_it_was_left():
    heading, *rows = table(line("Yes"), line("Chose not to say", State.DECLINED), line("Not reached", None))

    assert tuple(heading) == export_csv.COLUMNS
    assert [row[heading.index("state")] for row in rows] == ["answered", "declined", "not_reached"]
    assert {row[heading.index("reference")] for row in rows} == {"HL-7K4-92Q"}


def test_rows_end_as_the_standard_says():
    written = export_csv.rows(submission(line("Yes"), line("No")))

    assert written.count(b"\r\n") == written.count(b"\n") == 2


def test_half_a_sign_breaks_nothing():
    assert rb"\ud800" in export_csv.rows(submission(line("\ud800")))
