"""Passwords and phrases that cost the tests next to nothing: they are hashed some thousand times.

What a hash costs is said in ``intake.storage.passwords`` and tested there with ``decided_cost``; a
process that a test starts pays it in full.
"""

import pytest
from argon2 import PasswordHasher

from intake.storage import passwords

_DECIDED = {name: getattr(passwords, name) for name in ("_HASHER", "_NOBODY")}
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

passwords._HASHER = _CHEAP
passwords._NOBODY = _CHEAP.hash("nobody has this password")


@pytest.fixture
def decided_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords cost what they cost where the product runs."""
    for name, decided in _DECIDED.items():
        monkeypatch.setattr(passwords, name, decided)
