"""Codes that begin a form, for clinics that let only those start one whom they have handed a code.

A code opens nothing: it lets a browser begin an empty form, and whose form came of it is not kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

# Copied by hand: nothing that looks like something else, and no vowels, so no words.
ALPHABET = "234679CDFHJKMNPQRTVWXY"
LENGTH = 8
MOST_CODES, MOST_USES, MOST_DAYS = 200, 500, 365
_LONGEST = 200


class CodeState(Enum):
    """Whether the codes of a sheet still begin a form."""

    USABLE = "usable"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class SheetWanted:
    """So many codes to make at once, each for so many uses, for so many days."""

    codes: int
    uses: int
    days: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Codes that were made at once: ``uses`` of all of them together, and how many are used."""

    id: UUID
    made_by: UUID
    made_at: datetime
    expires_at: datetime
    codes: int
    uses: int
    used: int
    revoked_at: datetime | None

    def state(self, now: datetime) -> CodeState:
        """Whether any of them still begins a form."""
        if self.revoked_at is not None:
            return CodeState.REVOKED
        if self.expires_at <= now:
            return CodeState.EXPIRED
        return CodeState.USED_UP if self.used >= self.uses else CodeState.USABLE


def written(code: str) -> str:
    """As it is read out and copied: ``7K4N-92QH``."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def code_in(typed: str) -> str:
    """The code in what was typed or pasted, also as a whole link: capitals, without what is between.

    Empty when there cannot be one in it.
    """
    after = typed[:_LONGEST].rpartition("=")[2].rpartition("#")[2]
    code = re.sub(r"[\s\-_.\u2010-\u2015]", "", after).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def sheet_in(codes: str, uses: str, days: str) -> tuple[SheetWanted, dict[str, str]]:
    """What the boxes say, and what is wrong with them, by the name of each box."""
    wanted = SheetWanted(_number(codes), _number(uses), _number(days))
    return wanted, dict(_problems(wanted))


def lasts(wanted: SheetWanted) -> timedelta:
    """How long these codes begin a form."""
    return timedelta(days=wanted.days)


def _problems(wanted: SheetWanted) -> Iterator[tuple[str, str]]:
    for box, number, most in (
        ("codes", wanted.codes, MOST_CODES),
        ("uses", wanted.uses, MOST_USES),
        ("days", wanted.days, MOST_DAYS),
    ):
        if not 1 <= number <= most:
            yield box, f"Write a whole number from 1 to {most}"


def _number(typed: str) -> int:
    return int(typed) if re.fullmatch(r"[0-9]{1,5}", typed := typed.strip()) else 0
