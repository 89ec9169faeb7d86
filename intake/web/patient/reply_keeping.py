"""What the pages of a reply ask by themselves: to keep what is typed, whether to stay open, where to go."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from intake.services import reply_pages
from intake.web.guard import unattended
from intake.web.pace import at_any_pace
from intake.web.patient import held, reply_visits
from intake.web.patient.medicine_form import MedicineForm
from intake.web.patient.reply_asking import asked_again, asked_more, words_form
from intake.web.patient.reply_visits import Replying, help_lines, with_visit
from intake.web.patient.says_more import differ

_KEPT = (reply_visits.QUESTION, reply_visits.MORE, reply_visits.MEDICINES)


@unattended
@with_visit
def keep(at: Replying, step: str) -> ResponseReturnValue:
    """Keep what stands on a page that was hidden; sent by the page itself, which shows no answer to it."""
    if step not in _KEPT:
        abort(404)
    typed = held.typed_page(at.desk)
    more = _says_more(at, step, held.boxes_of(typed))
    reply_pages.keep(at.desk, at.token, step, typed if more else None, attended=False)
    return "", 204


@at_any_pace
@with_visit
def stay(at: Replying) -> ResponseReturnValue:
    """Somebody is still there: asked for by a page that would be closed soon."""
    del at
    return "", 204


@unattended
@with_visit
def away(at: Replying) -> ResponseReturnValue:
    """Where a page goes by itself when nobody was at it: nothing of the reply, and the way on to it."""
    del at
    return render_template("patient/reply_away.html", lines=help_lines())


def _says_more(at: Replying, step: str, sent: MultiDict[str, str]) -> bool:
    """Whether the boxes of a page hold anything but what was saved."""
    match step:
        case reply_visits.QUESTION:
            words = words_form(at, sent).words.data != at.draft.words
            return words or differ(asked_again(at, sent), asked_again(at, None))
        case reply_visits.MORE:
            return differ(asked_more(at, sent), asked_more(at, None))
    return MedicineForm(sent).is_begun()
