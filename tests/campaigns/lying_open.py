"""Where words that somebody typed may be read, and why: whatever is not named here was let out."""

from campaigns import sinks as caught
from campaigns.aviary import Open

_DATABASE = "the database file|its write-ahead log|free pages after an erasure|PostgreSQL's folder and log"
OPEN: tuple[Open, ...] = (
    Open("session .*", caught.COOKIES, "each is the value of the very cookie of whoever has it"),
    Open(
        "staff: link of the first account",
        caught.TERMINAL,
        "it is printed for whoever starts intake, opens once and within a day",
    ),
    Open(
        "patient: email|saved form: address|clinic/account/notices: address, .*",
        caught.LETTERS,
        "it is to whom the letter goes",
    ),
    Open(
        "saved form: secret of the link|link of question: .*",
        caught.LETTERS,
        "it is what the letter is for; words or a reference open it, and are not in it",
    ),
    Open(
        "clinic/queue: (from|to), as it is, .*",
        caught.ADDRESSES,
        "days between which forms came: boxes in which a browser takes nothing but a day",
    ),
    Open(
        "clinic/staff: (username|printed_name), .*",
        f"{_DATABASE}|{caught.TRAIL}",
        "names of staff stand under every signature (decision 0007)",
    ),
    Open("patient: reference", _DATABASE, "it says nothing of anybody (SECURITY.md)"),
    Open(
        "clinic/exports: purpose, .*|clinic/submissions/…/export: purpose, .*|clinic/emergency: reason, .*",
        f"{_DATABASE}|{caught.TRAIL}",
        "for auditors, and the page says so (SECURITY.md)",
    ),
    Open(
        "clinic/staff: reason, .*|clinic/staff/…/administrator/refuse: reason, .*",
        f"{_DATABASE}|{caught.TRAIL}",
        "why somebody becomes an administrator, for auditors, and the page says so (SECURITY.md)",
    ),
    Open(
        "clinic/rules/proposals/new: reason, .*",
        f"{_DATABASE}|{caught.TRAIL}",
        "why rules change, in the administrator's words (SECURITY.md)",
    ),
)
