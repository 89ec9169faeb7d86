"""What happened to a submission, in words a clinician reads: the line of the trail, and what stands sealed.

The trail says only that a flag was acknowledged or a question asked. Which, and in which
words, stands in the sealed record: the facts of each kind in the order of their events.
"""

from collections.abc import Callable

from intake.domain import events as kinds
from intake.domain.changes import changes
from intake.domain.events import Event
from intake.domain.feedback import Feedback
from intake.domain.feedback import in_short as said_in_short
from intake.domain.review_entries import (
    Done,
    JunkMark,
    LookAgain,
    Question,
    QuestionWithdrawn,
    Reopening,
    Revised,
    TakenOver,
    Undoing,
    View,
    ViewKind,
)
from intake.domain.review_records import Acknowledgement, SignOff
from intake.domain.wording import long_date
from intake.services import history_requests
from intake.services.history_facts import (
    PRIORITIES,
    Detail,
    Known,
    changed_flags,
    labels,
    other_form,
    published_by,
    question_asked,
    title,
)

Words = tuple[str, tuple[str, ...]]

_DONE = {
    Done.CALLED_PATIENT: "Called the patient",
    Done.ASKED_COLLEAGUE: "Asked a colleague",
    Done.OTHER: "Did something else",
}
_READINGS = {ViewKind.FIRST: "First reading", ViewKind.SECOND: "Second reading"}
_PAPERS = {
    "chart": "the PDF for the chart",
    "patient_copy": "the patient’s copy",
    "copy": "the patient’s copy",
    "access_list": "the list of who opened it",
}


def in_words(event: str, detail: Detail, known: Known) -> Words:
    """What happened, and what more there is to say of it, a line for each."""
    words = BY_NAME.get(event)
    return words(detail, known) if words is not None else (event, ())


def _received(detail: Detail, known: Known) -> Words:
    on_paper = known.review.revisions[0].from_paper is not None
    sent = "Taken in from paper" if on_paper else "Sent by the patient"
    return sent, (f"Questionnaire edition {str(detail['questionnaire'])[:8]}",)


def _screened(detail: Detail, known: Known) -> Words:
    number, edition = int(str(detail["screening"])), str(detail["rules"])
    incomplete = "" if detail["complete"] else ", incomplete"
    words = f"Screening {number}, rules edition {edition[:8]}{incomplete}"
    screenings = known.review.screenings
    if not 1 <= number <= len(screenings):
        return words, ()
    said = published_by(screenings[number - 1], known)
    if number > 1:
        # Which flags stands in the sealed screenings alone; the trail knows only that rules ran.
        different = changed_flags(changes(screenings[number - 2], screenings[number - 1]))
        said += different or ("No flag is different from the screening before",)
    return words, said


def _opened(detail: Detail, _known: Known) -> Words:
    return "Opened and read", _revision(detail)


def _in_an_emergency(detail: Detail, _known: Known) -> Words:
    return "Took emergency access to the answers, for an hour", _lines(_quoted(str(detail["reason"])))


def _acknowledged(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(Acknowledgement)
    if found is None:
        return "Acknowledged a flag", ()
    done = _DONE[found.done] if found.done is not None else ""
    return f"Acknowledged: {title(found.flag, known)}", _lines(done, _quoted(found.note))


def _undone(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(Undoing)
    which = title(found.flag, known) if found is not None else "a flag"
    return f"Took back the acknowledgement of: {which}", ()


def _said(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(Feedback)
    return f"Feedback on the flags: {said_in_short(found) if found else 'of an earlier version'}", ()


def _closed(_detail: Detail, _known: Known) -> Words:
    return "Closed an entry of the safety log", ()


def _signed(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(SignOff)
    if found is None:
        return "Signed off", ()
    step = f"Next step: {found.next_step}" if found.next_step else ""
    second = "Somebody else is to read it too" if found.second_read else ""
    return "Signed off", _lines(step, _quoted(found.note), second)


def _reopened(_detail: Detail, _known: Known) -> Words:
    return "Reopened: the screening raised something new", ()


def _taken_up_again(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(Reopening)
    return "Reopened by hand", _lines(_quoted(found.reason) if found else "")


def _look_again(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(LookAgain)
    if found is None:
        return "Put off until a day, or brought back", ()
    words = f"Put off until {long_date(found.on)}" if found.on else "Brought back from being put off"
    return words, _lines(_quoted(found.reason))


def _asked(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(Question)
    if found is None:
        return "Asked the patient something", ()
    return "Asked the patient", _lines(_quoted(found.words), f"About: {found.title}" if found.title else "")


def _link_renewed(_detail: Detail, _known: Known) -> Words:
    return "Made the patient’s link to a question anew", ()


def _question_taken_back(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(QuestionWithdrawn)
    return "Took back a question to the patient", question_asked(found.asked if found else None, known)


def _replied(_detail: Detail, _known: Known) -> Words:
    return "The patient sent something more", ()


def _revised(detail: Detail, known: Known) -> Words:
    found = known.facts.next(Revised)
    words = f"Taken in as revision {detail['revision']}"
    if found is None:
        return words, ()
    answers = f"Answered anew: {'; '.join(labels(found.changed, known))}" if found.changed else ""
    asked = ("Nobody had asked for it",) if found.asked is None else question_asked(found.asked, known)
    return words, (*asked, *_lines(_quoted(found.words), answers))


def _claimed(_detail: Detail, _known: Known) -> Words:
    return "Took it in hand", ()


def _released(_detail: Detail, _known: Known) -> Words:
    return "Gave it out of hand", ()


def _taken_over(detail: Detail, known: Known) -> Words:
    found = known.facts.next(TakenOver)
    name = found.taken_from_name if found else known.names.get(str(detail["taken_from"]), "somebody")
    return f"Took it over from {name}", _lines(_quoted(found.reason) if found else "")


def _marked_junk(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(JunkMark)
    return "Marked as junk", _lines(_quoted(found.reason) if found else "")


def _taken_from_junk(_detail: Detail, _known: Known) -> Words:
    return "Took it back from the junk", ()


def _viewed(_detail: Detail, known: Known) -> Words:
    found = known.facts.next(View)
    if found is None:
        return "Noted a view before seeing the flags", ()
    stands_out = PRIORITIES[found.priority] if found.priority is not None else "nothing stands out"
    said = f"{_READINGS[found.kind]}: {stands_out}"
    return "Noted a view before seeing the flags", _lines(said, _quoted(found.words))


def _looked_for(detail: Detail, _known: Known) -> Words:
    return "Looked for earlier forms of the same person", (f"{detail['found']} resemble it",)


def _same_person(detail: Detail, known: Known) -> Words:
    return f"Said whether one person sent this form and {other_form(detail, known)}", ()


def _compared(detail: Detail, known: Known) -> Words:
    return f"Read side by side with {other_form(detail, known)}", ()


def _printed(detail: Detail, _known: Known) -> Words:
    paper = str(detail["paper"])
    return f"Made {_PAPERS.get(paper, paper.replace('_', ' '))}", ()


def _exported(detail: Detail, _known: Known) -> Words:
    return f"Exported as {str(detail['form']).upper()}", ()


def _access_listed(_detail: Detail, _known: Known) -> Words:
    return "Made the list of who opened it", ()


def _erased(_detail: Detail, _known: Known) -> Words:
    return "Erased for good", ()


def _signature_planted(_detail: Detail, _known: Known) -> Words:
    return "Found marked as signed by something other than intake; in the queue again", ()


def _replayed(detail: Detail, _known: Known) -> Words:
    came_out = "came out the same" if detail["same"] else "came out otherwise"
    return f"Screenings made again with the editions of their time: they {came_out}", ()


def _transcribed(what: str) -> Callable[[Detail, Known], Words]:
    def words(detail: Detail, _known: Known) -> Words:
        return f"{what}{_TYPINGS.get(str(detail.get('typing')), '')}", ()

    return words


_TYPINGS = {"0": ", both typings side by side", "1": ", the first time", "2": ", the second time"}
_WORDS: dict[type[Event], Callable[[Detail, Known], Words]] = {
    kinds.SubmissionReceived: _received,
    kinds.SubmissionScreened: _screened,
    kinds.SubmissionOpened: _opened,
    kinds.FlagAcknowledged: _acknowledged,
    kinds.AcknowledgementUndone: _undone,
    kinds.FeedbackGiven: _said,
    kinds.SafetyEntryClosed: _closed,
    kinds.ReviewSignedOff: _signed,
    kinds.ReviewReopened: _reopened,
    kinds.ReviewTakenUpAgain: _taken_up_again,
    kinds.LookAgainSet: _look_again,
    kinds.PatientAsked: _asked,
    kinds.PatientLinkRenewed: _link_renewed,
    kinds.QuestionTakenBack: _question_taken_back,
    kinds.PatientReplied: _replied,
    kinds.SubmissionRevised: _revised,
    kinds.SubmissionClaimed: _claimed,
    kinds.SubmissionReleased: _released,
    kinds.SubmissionTakenOver: _taken_over,
    kinds.ViewNoted: _viewed,
    kinds.EarlierLookedFor: _looked_for,
    kinds.SamePersonSaid: _same_person,
    kinds.SubmissionsCompared: _compared,
    kinds.SubmissionPrinted: _printed,
    kinds.SubmissionExported: _exported,
    kinds.EmergencyAccessTaken: _in_an_emergency,
    kinds.AccessListOpened: _access_listed,
    kinds.SignaturePlanted: _signature_planted,
    kinds.SubmissionReplayed: _replayed,
    kinds.SubmissionErased: _erased,
    **history_requests.WORDS,
    kinds.SubmissionMarkedJunk: _marked_junk,
    kinds.SubmissionTakenFromJunk: _taken_from_junk,
    kinds.TranscriptionBegun: _transcribed("Began to type it in from paper"),
    kinds.TranscriptionOpened: _transcribed("Opened what was typed from paper"),
    kinds.TranscriptionTyped: _transcribed("Typed a part of it from paper"),
    kinds.TranscriptionSettled: _transcribed("Settled by the paper what was typed differently"),
    # No form comes of one that is thrown away, and so no history; said here for whoever looks.
    kinds.TranscriptionDiscarded: _transcribed("Threw away what was typed from paper"),
    kinds.TranscriptionSignedIn: _transcribed("Saw the signature on the paper, and signed it in"),
}
BY_NAME = {kind.__name__: words for kind, words in _WORDS.items()}


def _revision(detail: Detail) -> tuple[str, ...]:
    return () if detail["revision"] == 1 else (f"Revision {detail['revision']}",)


def _quoted(words: str) -> str:
    return f"“{words}”" if words else ""


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
