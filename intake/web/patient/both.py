"""A question answered in two places at once: both answers are shown, and the patient says which is right."""

from dataclasses import dataclass

from flask import render_template
from werkzeug.datastructures import MultiDict

from intake.domain.questionnaire import Questionnaire
from intake.domain.submissions import Draft
from intake.domain.unfinished import ShownPage, UnfinishedPage, shown_after
from intake.domain.wording import line
from intake.services import answering, unfinished
from intake.web.languages import say, voice
from intake.web.patient import held
from intake.web.patient.addresses import Place, frame_of
from intake.web.patient.forms import PageForm
from intake.web.patient.marked import Marked, marked
from intake.web.patient.visits import Visit

# With a hyphen, so that no question has such a name: the questions asked about, and what was chosen of each.
ASKED, _PICK = "both-asked", "both-"
HERE, SAVED = "here", "saved"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The questions asked about, those that keep the answer saved elsewhere, and those still open."""

    asked: frozenset[str]
    saved: frozenset[str]
    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class Differing:
    """One question with its two answers, in words."""

    name: str
    asked: str
    left_in: str
    here: Marked
    saved: Marked
    picked: str
    open: bool


def read(sent: MultiDict[str, str]) -> Chosen:
    """What was chosen on the page that shows both."""
    picks = {name: sent.get(_PICK + name, "") for name in sent.getlist(ASKED)}
    return Chosen(
        frozenset(picks),
        frozenset(name for name, pick in picks.items() if pick == SAVED),
        frozenset(name for name, pick in picks.items() if pick not in (HERE, SAVED)),
    )


def differing(
    questionnaire: Questionnaire, draft: Draft, form: PageForm, typed: UnfinishedPage
) -> tuple[Differing, ...]:
    """The questions of which both answers are to be shown: what differs, and what was asked about before.

    A page that came back in another language or look, or after a sign-out, asks again and finds no fault.
    """
    sent = held.boxes_of(typed)
    changes, chosen = form.changes(), read(sent)
    meeting = answering.met(draft, {} if typed.marks is None else typed.marks, changes)
    asked = (meeting.ask if typed.marks is not None else frozenset()) | chosen.asked
    return tuple(
        Differing(
            name,
            one.question.ask,
            one.question.left_in,
            marked(line(one.question, changes[name], voice()), questionnaire),
            marked(line(one.question, draft.answers.get(name), voice()), questionnaire),
            sent.get(_PICK + name, ""),
            typed.checked and name in chosen.open,
        )
        for name, one in form.asked.items()
        if name in asked and name in changes
    )


def show(
    visit: Visit, place: Place, form: PageForm, typed: UnfinishedPage, found: tuple[Differing, ...]
) -> str:
    """Both answers of each question, and the rest of the page carried along."""
    sent = held.boxes_of(typed)
    along = [(name, value) for name in ("noticed", "kept") for value in sent.getlist(name)]
    saved = unfinished.marks(visit.draft.answers, tuple(form.asked))
    meeting = answering.met(visit.draft, typed.marks or {}, form.changes())
    marks = shown_after(meeting, typed.marks or saved, saved)
    return render_template(
        "patient/both.html",
        **frame_of(visit, place),
        differing=found,
        problems=[
            (f"{_PICK}{one.name}-0", say("Choose one: %(asked)s", asked=one.asked))
            for one in found
            if one.open
        ],
        sent=[*form.sent_boxes(sent), *along],
        shown=unfinished.carried(visit.desk, ShownPage(visit.draft.id, place.page.id, marks)),
    )


def carried(visit: Visit, place: Place, form: PageForm, typed: UnfinishedPage | None) -> str:
    """What the page carries: the answers it shows; of a page that was filled in, those it showed then."""
    known = typed.marks if typed is not None else None
    now = unfinished.marks(visit.draft.answers, tuple(form.asked))
    shown = ShownPage(visit.draft.id, place.page.id, now if known is None else known)
    return unfinished.carried(visit.desk, shown)
