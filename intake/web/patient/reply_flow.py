"""The way through a reply: what is asked next, and where the help lines come in between."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from intake.domain.answers import Answer
from intake.domain.questionnaire import Kind, Question
from intake.services import replying
from intake.services.replying import Over
from intake.web.patient.reply_visits import Replying, over


def onward(at: Replying, step: str, words: str | None, changes: dict[str, Answer]) -> ResponseReturnValue:
    """Keep what was given on a page and go on: help lines first, where the questionnaire shows them."""
    try:
        visit = replying.save(at.desk, at.token, words, changes, step)
    except Over:
        return over()
    shown = replying.safety_page(at.desk, visit.draft, changes)
    if shown is not None:
        pages = [*replying.safety_pages(at.desk, visit.draft)]
        return redirect(url_for("reply.pause", pause=pages.index(shown.id) + 1), 303)
    return redirect(following(Replying(at.desk, at.token, visit)), 303)


def following(at: Replying) -> str:
    """Where to go on: what is still to be asked first, then the check."""
    asked = at.asked
    unasked = [one for one in replying.follow_ups(at.desk, at.draft) if one.id not in at.draft.changes]
    page = replying.again_page(at.desk, at.draft)
    if page is not None and asked is not None and page.questions[0].kind is Kind.MEDICINES:
        unasked += [one for one in page.questions if one.id not in at.draft.changes]
    if any(one.kind is not Kind.MEDICINES for one in unasked):
        return url_for("reply.more")
    return url_for("reply_medicines.listed") if unasked else url_for("reply.check")


def medicine_question(at: Replying) -> Question | None:
    """The question whose answer is a list of medicines, if this reply has one."""
    page = replying.again_page(at.desk, at.draft)
    wanted = (*(page.questions if page is not None else ()), *replying.follow_ups(at.desk, at.draft))
    return next((one for one in wanted if one.kind is Kind.MEDICINES), None)
