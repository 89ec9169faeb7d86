"""Passwords of the clinic's staff, and phrases of patients: argon2id, never more than two at a time."""

import secrets
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw

from intake.storage.encryption import KEY_BYTES

# security.md 4: 19 MiB, two passes, one lane. More would let strangers exhaust the server.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)
_AT_ONCE = threading.BoundedSemaphore(2)
_SECONDS_TO_WAIT = 2.0
# Longer than any password that may be chosen, whatever its characters: more is not worked out at all.
LONGEST_BYTES = 1024


def _of_nobody(hasher: PasswordHasher) -> str:
    """What could be kept of a password and is of none: trying one against it costs what any costs.

    It is drawn and not worked out, which every process would do at its start, also those nobody signs in at.
    """
    drawn = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return "$".join(("", f"argon2{hasher.type.name.lower()}", f"v={ARGON2_VERSION}", cost, *drawn))


# For accounts that do not exist, so that an answer takes as long as for those that do.
_NOBODY = _of_nobody(_HASHER)


class TooBusy(Exception):
    """Two others are being worked out, and have been for a while: try again in a moment."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a password was right; ``renewed`` when its hash should be replaced."""

    right: bool
    renewed: str | None = None


def hashed(password: str) -> str:
    """What is kept of a password. Raises TooBusy."""
    with _turn():
        return _HASHER.hash(password)


def prove(kept: str | None, password: str) -> Proof:
    """Whether the password is the one kept; takes as long when none is kept. Raises TooBusy."""
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        return Proof(right=False)
    with _turn():
        try:
            _HASHER.verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return Proof(right=False)
        if kept is None:
            return Proof(right=False)
        renewed = _HASHER.hash(password) if _HASHER.check_needs_rehash(kept) else None
        return Proof(right=True, renewed=renewed)


def stretched(words: str, salt: bytes) -> bytes:
    """Words that somebody could guess, worked into a key; as dear to try as a password. Raises TooBusy."""
    with _turn():
        return hash_secret_raw(
            words.encode(),
            salt,
            time_cost=_HASHER.time_cost,
            memory_cost=_HASHER.memory_cost,
            parallelism=_HASHER.parallelism,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_SECONDS_TO_WAIT):
        raise TooBusy
    try:
        yield
    finally:
        _AT_ONCE.release()
