"""What a patient asked to be done with a form, and what came of it, in the words of its history."""

from collections.abc import Callable

from intake.domain import events as kinds
from intake.domain.events import Event
from intake.domain.patient_requests import Handled, PatientRequest, Told
from intake.domain.two_people import Said
from intake.services import request_words
from intake.services.history_facts import Detail, Known

Words = tuple[str, tuple[str, ...]]


def _copied(_detail: Detail, _known: Known) -> Words:
    return "The patient opened their own copy of what they sent", ()


def _requested(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(PatientRequest)
    if found is None:
        return "The patient asked for something to be done with the form", ()
    taken = f"Written down by {found.taken_by}" if found.taken_by else ""
    words = f"The patient asked {request_words.asked(found)}, {request_words.WAYS[found.way]}"
    return words, _lines(found.words, taken)


def _handled(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(Handled)
    if found is None:
        return "Said what came of the patient’s request", ()
    words = f"Said what came of the patient’s request: {request_words.OUTCOMES[found.outcome].lower()}"
    return words, _lines(found.words)


def _told(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(Told)
    how = f" {request_words.WAYS[found.way]}" if found is not None else ""
    return f"Told the patient{how} what came of the request", ()


def _erasing(words: str) -> Callable[[Detail, Known], Words]:
    def said(detail: Detail, known: Known) -> Words:
        found = known.facts.next(Said)
        alone = "Nobody else here could confirm it" if detail.get("alone") else ""
        return words, _lines(found.words if found is not None else "", alone)

    return said


def _lines(quoted: str, more: str = "") -> tuple[str, ...]:
    return tuple(line for line in (f"“{quoted}”" if quoted else "", more) if line)


def _listed(_detail: Detail, _known: Known) -> Words:
    return "Read the list of what patients asked for", ()


WORDS: dict[type[Event], Callable[[Detail, Known], Words]] = {
    kinds.OwnCopyOpened: _copied,
    kinds.PatientRequestMade: _requested,
    kinds.PatientRequestsOpened: _listed,
    kinds.PatientRequestHandled: _handled,
    kinds.PatientTold: _told,
    kinds.ErasureProposed: _erasing("Proposed to erase this form"),
    kinds.ErasureConfirmed: _erasing("Confirmed that this form is to be erased"),
    kinds.ErasureRefused: _erasing("Refused that this form is erased, or took that back"),
}
