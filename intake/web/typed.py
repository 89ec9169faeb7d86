"""What somebody typed on a page that could not be taken: shown on the page that says so, never lost."""

from itertools import groupby

from flask import request

from intake.domain.processes import Process
from intake.web.allowances import LARGEST_PAGE
from intake.web.why import site_name

# The boxes in which staff write more than a word or two; a test compares them with the forms.
SENTENCES = ("note", "words", "reason", "next_words", "purpose", "reply-words")
# Beside the boxes of questions, whose names have a hyphen, those in which a patient types.
_PATIENTS = ("name", "amount", "typed_name")
_NOT_TYPED = frozenset({"csrf_token", "shown-page"})
# What opens something: never written into a page that could not be taken, and asked for again. A test
# compares them with the forms. What a passkey answered, and that it was asked, go together.
SECRETS: dict[Process, frozenset[str]] = {
    Process.CLINIC: frozenset({"password", "again", "old", "code", "link", "with", "ceremony", "answer"}),
    Process.PATIENT: frozenset({"link", "phrase"}),
}
# So begin the names of the boxes in which staff prove again who they are; a patient's question may, too.
AGAIN = "again-"


def sentences() -> str:
    """What was written in sentences; it can still be copied."""
    return "\n\n".join(words for name in SENTENCES if (words := request.form.get(name, "").strip()))


def box_by_box() -> str:
    """Everything but secrets, a box a line: its name, and what stood in it or was chosen."""
    boxes = ((name, value.strip()) for name, value in request.form.items(multi=True))
    kept = (one for one in boxes if one[1] and one[0] not in _NOT_TYPED and not is_left_out(one[0]))
    return "\n".join(f"{name}: {value}" for name, value in kept)


def by_a_patient() -> str:
    """What a patient typed in any box, a question a line. What was pressed is not typed."""
    boxes = [(name, value.strip()) for name, value in request.form.items(multi=True) if _is_typed(name)]
    lines = (" ".join(value for _, value in group if value) for _, group in groupby(boxes, _question))
    return "\n".join(line for line in lines if line)


def to_try_again() -> list[tuple[str, str]]:
    """Everything that was sent, for a button that sends it once more. Secrets are asked for again."""
    if (request.content_length or 0) > LARGEST_PAGE:
        # Content files: whoever sent them has them.
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if not is_left_out(name)]


def is_left_out(name: str) -> bool:
    """Whether what is in this box is a secret, or a token that goes with one page alone."""
    site = site_name()
    proves = site is Process.CLINIC and name.startswith(AGAIN)
    return proves or name == "csrf_token" or name in SECRETS.get(site, frozenset())


def _is_typed(name: str) -> bool:
    boxed = "-" in name and name not in _NOT_TYPED and not name.endswith("-unit")
    return (boxed and not name.startswith("both-") and name not in _BUTTONS) or name in _PATIENTS


def _question(box: tuple[str, str]) -> str:
    return box[0].partition("-")[0]


_BUTTONS = frozenset({"go-later", "change-it", "leave-it", "somebody-else", "close-that"})
