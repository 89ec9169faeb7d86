"""What patients ask the clinic to do with a form they sent, and what came of it, as sealed bytes and back.

The names written here are those of stored records and never change; the code's may.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from intake.domain.patient_requests import Asks, Handled, PatientRequest, RequestOutcome, Step, Told, Way
from intake.domain.two_people import Deed, Said
from intake.storage.codec_record import UnknownRecord, document_of, to_bytes


def request_to_bytes(request: PatientRequest) -> bytes:
    """What was asked, without what came of it."""
    document = {
        "asks": request.asks.value if request.asks is not None else None,
        "words": request.words,
        "at": request.at.isoformat(),
        "way": request.way.value,
        "taken_by": request.taken_by,
    }
    return to_bytes("patient_request", document)


def request_from_bytes(
    content: bytes, submission: UUID, number: int, steps: tuple[Step, ...] = ()
) -> PatientRequest:
    """The request, with what came of it."""
    document = document_of("patient_request", content)
    return PatientRequest(
        submission=submission,
        number=number,
        asks=Asks(document["asks"]),
        words=document["words"],
        at=datetime.fromisoformat(document["at"]),
        way=Way(document["way"]),
        taken_by=document["taken_by"],
        steps=steps,
    )


def step_to_bytes(step: Step) -> bytes:
    """What came of a request, that the patient was told, or what was said about erasing the form."""
    member = step.member if isinstance(step, Said) else step.clinician
    who = {"clinician": str(member), "printed_name": step.printed_name, "at": step.at.isoformat()}
    match step:
        case Handled():
            said = {"step": "handled", "outcome": step.outcome.value, "words": step.words}
        case Told():
            said = {"step": "told", "way": step.way.value}
        case Said():
            said = {"step": "erasing", "deed": step.deed.value, "words": step.words}
        case _:
            assert_never(step)
    return to_bytes("patient_request_step", {**said, **who})


def step_from_bytes(content: bytes) -> Step:
    """The step. Raises UnknownRecord."""
    document = document_of("patient_request_step", content)
    who = (
        UUID(document["clinician"]),
        document["printed_name"],
        datetime.fromisoformat(document["at"]),
    )
    match document["step"]:
        case "handled":
            return Handled(RequestOutcome(document["outcome"]), document["words"], *who)
        case "told":
            return Told(Way(document["way"]), *who)
        case "erasing":
            return Said(Deed(document["deed"]), document["words"], *who)
        case other:
            raise UnknownRecord(f"a step of a patient's request says {other!r}: it may need a newer intake")
