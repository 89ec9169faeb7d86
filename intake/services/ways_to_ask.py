"""Sentences to start a question to a patient from: fixed, neutral, and never about treatment.

They are offered by kind of what is asked about. A clinician changes them as they like.
"""

from intake.domain.answers import State
from intake.domain.wording import Line

_ABOUT_THE_FORM = (
    "Please tell us more about this:",
    "Has anything changed since you sent your form?",
    "We could not reach you by phone. When is a good time to call?",
)
_ABOUT_AN_ANSWER = (
    "We asked: {asked} Please tell us more about your answer.",
    "We asked: {asked} Is your answer still right today?",
    "We asked: {asked} When was this, and how is it now?",
)
_ABOUT_WHAT_IS_NOT_KNOWN = {
    State.NOT_SURE: (
        "We asked: {asked} You said you are not sure. Do you know more now?",
        "We asked: {asked} You said you are not sure. Is there a paper or a person that could tell?",
    ),
    State.DECLINED: (
        "We asked: {asked} You chose not to say. You do not have to. Is there something you can tell us?",
    ),
}
_ABOUT_A_BLANK = (
    "We asked: {asked} You did not answer. Can you answer now? You can also say that you are not sure.",
)


def sentences(lines: tuple[Line, ...]) -> tuple[str, ...]:
    """What fits the first of these answers, what is not known first; without any, what fits a form."""
    if not lines:
        return _ABOUT_THE_FORM
    first = next((one for one in lines if one.state is not State.ANSWERED), lines[0])
    if first.state is State.ANSWERED:
        offered: tuple[str, ...] = _ABOUT_AN_ANSWER
    else:
        offered = _ABOUT_WHAT_IS_NOT_KNOWN.get(first.state, ()) if first.state is not None else ()
        offered = offered or _ABOUT_A_BLANK
    return tuple(one.format(asked=_quoted(first.asked)) for one in offered)


def _quoted(asked: str) -> str:
    return f"“{asked}”" if asked.endswith((".", "!", "?")) else f"“{asked}”."
