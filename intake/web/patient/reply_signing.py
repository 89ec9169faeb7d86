"""Checking and signing a reply: everything that would be sent, and the signature under it, in one step."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.replies import ReplyDraft
from intake.domain.within_a_day import TooMuchToday
from intake.services import replying
from intake.services.replying import NotAsShown, NothingToSend, Over, Settled
from intake.web.patient.doors import TOO_MANY, call_today
from intake.web.patient.language_choice import is_pressed
from intake.web.patient.marked import marked
from intake.web.patient.reply_visits import CHECK, Replying, help_lines, over, with_visit
from intake.web.patient.sending import said_on_screen
from intake.web.patient.sign_form import SignForm
from intake.web.patient.visits import KEPT


@with_visit
def check(at: Replying) -> ResponseReturnValue:
    """Everything that would be sent, and the signature under it: one step, with nothing in between."""
    lines = replying.answers_in_words(at.desk, at.draft)
    if not at.draft.words and not lines:
        return redirect(url_for("reply.question"), 303)
    sent = request.form if request.method == "POST" else at.typed_on(CHECK)
    form = SignForm(sent)
    if request.method != "POST" or is_pressed():
        return _check(at, at.draft, form, kept=sent is not None and not is_pressed())
    if (name := form.read()) is not None:
        try:
            replying.send(at.desk, at.token, name, request.form.get("shown", ""))
        except Over:
            return over(words=at.draft.words)
        except Settled:
            return over(409, settled=True, words=at.draft.words)
        except TooMuchToday:
            form.ask_to_call(call_today())
            return _check(at, at.draft, form), TOO_MANY
        except NothingToSend:
            return redirect(url_for("reply.question"), 303)
        except NotAsShown:
            return _check_again(at, form)
        return redirect(url_for("reply.sent"), 303)
    shown = replying.shown(at.draft, lines)
    changed = request.form.get("shown") != shown
    return _check(at, at.draft, form, changed=changed), 409 if changed else 422 if form.errors else 200


def _check(
    at: Replying, draft: ReplyDraft, form: SignForm, *, changed: bool = False, kept: bool = False
) -> str:
    there = replying.asked_for(at.desk, draft).questionnaire
    lines, same = replying.answers_in_words(at.desk, draft), replying.same_as_before(draft)
    return render_template(
        "patient/reply_check.html",
        **at.frame_of(CHECK),
        kept=kept,
        form=form,
        shown=replying.shown(draft, lines),
        changed=changed,
        words=draft.words,
        carried=KEPT,
        answers=[(marked(one, there), said_on_screen(one)) for one in lines],
        changed_form=any(one.question not in same for one in lines),
        same=same,
        asked=at.asked,
        consent=there.consent,
        today=at.desk.today(),
        lines=help_lines(),
    )


def _check_again(at: Replying, form: SignForm) -> ResponseReturnValue:
    """What would be sent by now: another tab may have changed it since this page was asked for, too."""
    visit = replying.find(at.desk, at.token)
    if visit is None:
        return over(words=at.draft.words)
    return _check(at, visit.draft, form, changed=True), 409
