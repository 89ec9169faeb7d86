"""The product with its sealing taken out, for the control of the canary test: what it keeps can be read."""

import mistaken
from intake.storage.encryption import Place, SealingKey


def _plain(_key: SealingKey, content: bytes, _place: Place) -> bytes:
    return content


def _build_in() -> None:
    SealingKey.seal = _plain  # type: ignore[assignment, method-assign]
    SealingKey.open = _plain  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    mistaken.serve("journeys.unsealed", _build_in)
