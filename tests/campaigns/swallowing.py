"""The product with a mistake built in: what cannot be stored is thanked for all the same.

A control of ``campaigns/disk_errors.py`` and of ``campaigns/full_disk.py``.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

import mistaken
from campaigns.hasty import leave_out_the_pace
from intake.domain.submissions import Receipt
from intake.services import answering

_send = answering.send


def _thankful(*arguments: Any, **options: Any) -> Receipt:
    try:
        return _send(*arguments, **options)
    except SQLAlchemyError:
        return Receipt("HL-222-222", datetime.now(UTC))


def build_in() -> None:
    leave_out_the_pace()
    answering.send = _thankful


if __name__ == "__main__":
    mistaken.serve("campaigns.swallowing", build_in)
