"""Codes that count once: those of an authenticator app, and recovery codes for when it is lost."""

import secrets
from datetime import datetime

import pyotp
import segno
from cryptography.hazmat.primitives import constant_time

from intake.storage import passwords

CODES = 10
# Crockford's: no letter looks like a number. Sixteen of them are 80 bits.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 16
# Each begins with a letter of its own, so that one hash is worked out and not ten.
_FIRST = "abcdefghjk"
_LOOKS_LIKE = str.maketrans("oil", "011")
_SECONDS = 30
_STEPS_EITHER_SIDE = 1


def new_seed() -> str:
    """A seed for an authenticator app: 160 random bits, as the apps want them."""
    return pyotp.random_base32()


def in_words_of_four(seed: str) -> str:
    """The seed to be typed in."""
    return " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))


def step_of(now: datetime) -> int:
    """The step of thirty seconds a moment belongs to (RFC 6238)."""
    return int(now.timestamp()) // _SECONDS


def matching_step(seed: str, code: str, now: datetime) -> int | None:
    """The step a code belongs to, of this one and those beside it; None when it is of none."""
    app, found = pyotp.TOTP(seed, interval=_SECONDS), None
    here = step_of(now)
    for step in range(here - _STEPS_EITHER_SIDE, here + _STEPS_EITHER_SIDE + 1):
        if constant_time.bytes_eq(app.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def is_of_an_app(typed: str) -> bool:
    """Whether this could be a code of an app, and not a recovery code."""
    return _digits(typed).isdecimal() and len(_digits(typed)) == 6


def as_code(typed: str) -> str:
    """A code of an app, without what people type between its numbers."""
    return _digits(typed)


def setup_address(seed: str, username: str, clinic_name: str) -> str:
    """What an authenticator app reads from a picture."""
    return pyotp.TOTP(seed, interval=_SECONDS).provisioning_uri(name=username, issuer_name=clinic_name)


def picture(words: str) -> tuple[int, str]:
    """A QR code: how many squares wide, with its white edge, and the path that fills the dark ones."""
    code, edge = segno.make(words, error="m", micro=False), 4
    rows = [list(row) for row in code.matrix]
    path = "".join(
        f"M{x + edge} {y + edge}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return len(rows) + 2 * edge, path


def new_recovery_codes() -> tuple[str, ...]:
    """Ten new ones as they are shown, once."""
    return tuple("-".join((first, *(_part() for _ in range(_LENGTH // 4)))) for first in _FIRST[:CODES])


def hashed(code: str) -> str:
    """What is kept of a recovery code."""
    return passwords.hashed(_plain(code))


def recovery_number(typed: str) -> int | None:
    """Which of the ten a typed recovery code says it is; None when it is none."""
    plain = _plain(typed)
    return _FIRST.find(plain[0]) if len(plain) == _LENGTH + 1 and plain[0] in _FIRST else None


def is_recovery_code(kept: str | None, typed: str) -> bool:
    """Whether it is the code kept. Slow on purpose; takes as long when none is kept."""
    return passwords.prove(kept, _plain(typed)).right


def _part() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def _plain(typed: str) -> str:
    letters = "".join(one for one in typed.casefold() if one.isascii() and one.isalnum())
    return letters[:1] + letters[1:].translate(_LOOKS_LIKE)


def _digits(typed: str) -> str:
    return "".join(typed.split()).replace("-", "")
