"""Answers as a table for spreadsheets: one row for each question of each submission.

RFC 4180: commas, quotation marks doubled, lines ended by CR LF. A spreadsheet takes a cell that begins
like a formula for one, and runs it; every such cell begins with an apostrophe here, which spreadsheets
show as the text it is.
"""

import csv
import io
from collections.abc import Iterable

from intake.domain.submissions import Submission

COLUMNS = (
    "reference",
    "revision",
    "sent",
    "part",
    "question",
    "asked",
    "state",
    "answer",
    "given",
)
# Spreadsheets read UTF-8 as something else without it.
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
# With their full-width twins, which some spreadsheets take for the same.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_REACHED = "not_reached"


def heading() -> bytes:
    """The first row."""
    return MARK + _rows([COLUMNS])


def rows(submission: Submission) -> bytes:
    """A row for each question that applied, in the order asked."""
    about = (submission.reference, str(submission.revision), submission.sent_at.isoformat(timespec="minutes"))
    return _rows(
        (
            *about,
            part.title,
            line.question,
            line.asked,
            line.state.value if line.state is not None else _NOT_REACHED,
            line.said,
            line.given,
        )
        for part in submission.transcript
        for line in part.lines
    )


def _rows(cells: Iterable[Iterable[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([_as_text(cell) for cell in row] for row in cells)
    # What a hostile browser sends may be no text that UTF-8 can say; it is shown as what it was.
    return written.getvalue().encode("utf-8", "backslashreplace")


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_A_FORMULA) else cell
