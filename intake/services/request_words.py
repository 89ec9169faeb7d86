"""What patients ask for and what came of it, in words for the people of the clinic."""

from intake.domain.patient_requests import Asks, PatientRequest, RequestOutcome, RequestStatus, Way

ASKS = {
    Asks.WITHDRAW: "to withdraw consent",
    Asks.ERASE: "to have the form deleted",
    Asks.BOTH: "to withdraw consent and to have the form deleted",
}
SHORT = {
    Asks.WITHDRAW: "Asked to withdraw",
    Asks.ERASE: "Asked for deletion",
    Asks.BOTH: "Asked to withdraw and for deletion",
}
CANNOT_BE_READ = "something that cannot be read here"
WAYS = {
    Way.FORM: "on the form’s own page",
    Way.PHONE: "by phone",
    Way.LETTER: "by letter or email",
    Way.IN_PERSON: "in person",
}
OUTCOMES = {RequestOutcome.DONE: "Done", RequestOutcome.NOT_POSSIBLE: "Not possible"}
STATUSES = {
    RequestStatus.WAITS: "Waits for you",
    RequestStatus.TO_BE_TOLD: "The patient is still to be told",
    RequestStatus.CLOSED: "Closed",
}


def asked(request: PatientRequest) -> str:
    """What the patient asked: "to withdraw consent"."""
    return ASKS[request.asks] if request.asks is not None else CANNOT_BE_READ


def in_short(asks: Asks | None, *, late: bool = False) -> str:
    """What stands on the line of a form in a list; ``late``: a second person is overdue."""
    short = SHORT[asks] if asks is not None else "Request cannot be read"
    return f"{short}: overdue" if late else short
