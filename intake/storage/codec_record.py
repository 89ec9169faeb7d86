"""The form all sealed records have: their kind and version, filled up so that the length says little.

Every record is filled up with spaces to a multiple of 256 bytes or more, so that the length of
what is sealed does not tell how much a patient had to say.
"""

import json

from intake.storage.codec_answers import Json

VERSION = 1
_STEP = 256
# Steps of their own for records whose few bytes more or less would tell how many flags a
# patient has (the shipped rules, all raised, with every question, fit in one), whether feedback
# names a rule, where a review stands, how much was asked of a patient, or how much they wrote.
# Tallies of the first versions were filled up to 16384.
_STEPS = {
    "tally": 24576,
    "feedback": 1024,
    "summary": 1024,
    "entry": 1024,
    "asked_of_patient": 4096,
    "reply_draft": 4096,
    "reply": 4096,
    "held_page": 4096,
    "notice": 1024,
    "patient_request": 4096,
    "patient_request_step": 4096,
    "safety_signal": 1024,
    "signal_deed": 1024,
    "transcription": 4096,
}


class UnknownRecord(Exception):
    """A record was written by a newer version of the program, or is none of ours."""


def document_of(kind: str, content: bytes) -> Json:
    """The record as it was written. Raises UnknownRecord."""
    document: Json = json.loads(content)
    if document.get("v") != VERSION or document.get("kind") != kind:
        raise UnknownRecord(
            f"expected a {kind} in form {VERSION}, found {document.get('kind')!r} in form "
            f"{document.get('v')!r}: it may need a newer version of intake"
        )
    return document


def to_bytes(kind: str, document: Json) -> bytes:
    """The record as it is sealed."""
    # ASCII escapes keep even lone surrogates, which a hostile browser can send.
    written = json.dumps({"v": VERSION, "kind": kind, **document}, separators=(",", ":")).encode()
    return written + b" " * (-len(written) % _STEPS.get(kind, _STEP))
