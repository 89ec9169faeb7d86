"""Safety signals and what was done about them, as the bytes that are sealed and back."""

from datetime import datetime
from uuid import UUID

from intake.domain.contact import Contact
from intake.domain.safety_signal import Answering, Signal, SignalDeed, ToldClinic
from intake.domain.truth import Truth
from intake.storage.codec_answers import Json
from intake.storage.codec_entries import by_from_json, by_to_json
from intake.storage.codec_record import document_of, to_bytes


def signal_to_bytes(signal: Signal) -> bytes:
    """What the clinic is told."""
    contact = signal.contact
    return to_bytes(
        "safety_signal",
        {
            "id": str(signal.id),
            "draft": str(signal.draft),
            "at": signal.at.isoformat(),
            "call_by": signal.call_by.isoformat(),
            "name": contact.name,
            "phone": contact.phone,
            "message": contact.may_leave_message.name.lower(),
            "page": signal.page,
        },
    )


def signal_from_bytes(content: bytes) -> Signal:
    """The signal. Raises UnknownRecord."""
    document = document_of("safety_signal", content)
    contact = Contact(document["name"], document["phone"], Truth[document["message"].upper()])
    at, call_by = (datetime.fromisoformat(document[key]) for key in ("at", "call_by"))
    return Signal(UUID(document["id"]), UUID(document["draft"]), at, call_by, contact, document["page"])


def signal_deed_to_bytes(deed: SignalDeed) -> bytes:
    """What was done about one."""
    said = {"what": deed.what.value, "words": deed.words}
    return to_bytes("signal_deed", {**said, **by_to_json(deed.by)})


def signal_deed_from_bytes(content: bytes) -> SignalDeed:
    """What was done. Raises UnknownRecord."""
    document = document_of("signal_deed", content)
    return SignalDeed(Answering(document["what"]), document["words"], by_from_json(document))


def told_to_json(told: ToldClinic) -> Json:
    """What a draft keeps of a signal."""
    return {"at": told.at.isoformat(), "call_by": told.call_by.isoformat()}


def told_from_json(document: Json | None) -> ToldClinic | None:
    """The same; None when the clinic was told nothing."""
    if document is None:
        return None
    return ToldClinic(*(datetime.fromisoformat(document[key]) for key in ("at", "call_by")))
