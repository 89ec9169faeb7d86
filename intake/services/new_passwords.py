"""Whether a password that somebody chooses will do: our own rules, how soon it is guessed, and breaches."""

from threading import Lock

from intake.config import Settings
from intake.domain.password_rules import FEWEST_GUESSES, WELL_KNOWN, what_is_wrong, words_of
from intake.log import Noted, note
from intake.storage import breached_passwords
from intake.storage.breached_passwords import BreachedListRefused

_WHAT_TO_DO = "Put four or more words together that have nothing to do with each other or with you"
_GUESSED = f"A program that guesses passwords would soon come to this one. {_WHAT_TO_DO}"
_BREACHED = (
    "This password is on a list of passwords that were stolen somewhere, so it will be tried. " + _WHAT_TO_DO
)
_NOT_LOOKED_UP = (
    "The list of stolen passwords cannot be read at the moment, so no new password is taken. "
    "Tell whoever looks after this program, and try again later"
)
# The longer the slower; whatever is hard to guess is so within this much.
_JUDGED = 64
# Signs that stand for letters. zxcvbn tries every meaning of each, beside every meaning of all others, and
# would be at it for seconds; those of figures are few.
_SIGNS = str.maketrans("@({[<!|$+%", "accccilstx")
# zxcvbn keeps what it is told of a person in one place for all threads.
_one_at_a_time = Lock()


class PasswordTooWeak(Exception):
    """The password chosen is one that somebody would guess; says why, and what to do."""


def refuse_guessable(settings: Settings, password: str, username: str, printed_name: str) -> None:
    """Nothing for a password that will do. Raises PasswordTooWeak."""
    names = (settings.clinic_name, printed_name, username)
    if wrong := what_is_wrong(password, username, names):
        raise PasswordTooWeak(wrong)
    if guesses(password, [word for name in names for word in (name, *words_of(name))]) < FEWEST_GUESSES:
        raise PasswordTooWeak(_GUESSED)
    if settings.breached_passwords_file is None:
        return
    try:
        is_breached = breached_passwords.holds(settings.breached_passwords_file, password)
    except BreachedListRefused as refusal:
        note(Noted.BREACHED_LIST_UNREAD, error=refusal)
        raise PasswordTooWeak(_NOT_LOOKED_UP) from None
    if is_breached:
        raise PasswordTooWeak(_BREACHED)


def guesses(password: str, known: list[str]) -> float:
    """After about how many tries a program comes to a password; ``known`` are words of the person's own."""
    # Its lists take a third of a second to read, and most processes ask for nothing of them.
    from zxcvbn import zxcvbn

    judged = password[:_JUDGED].translate(_SIGNS)
    with _one_at_a_time:
        found = zxcvbn(judged, user_inputs=[*known, *WELL_KNOWN], max_length=_JUDGED)
    return float(found["guesses"])
