"""New ways back, drawn by chance and worked out before a transaction begins: that is slow on purpose."""

import secrets
from dataclasses import dataclass, field
from typing import Self

from intake.domain.ways_back import CODE_ALPHABET, CODE_LENGTH, PhraseWords, WayBack
from intake.storage.passwords import stretched

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Drawn:
    """A new way back, and with its salt what can be guessed of it, stretched."""

    way: WayBack
    salt: bytes = field(repr=False)
    phrase: bytes = field(repr=False)
    code: bytes = field(repr=False)

    @classmethod
    def new(cls, words: PhraseWords, code: str = "") -> Self:
        """A new one; under a code that somebody has already, if one is given."""
        code = code or "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        way = WayBack(secrets.token_urlsafe(32), code, words.new(secrets.choice))
        salt = secrets.token_bytes(SALT_BYTES)
        return cls(way, salt, stretched(way.phrase, salt), stretched(code, salt))
