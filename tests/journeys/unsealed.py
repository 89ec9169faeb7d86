"""The product with its sealing taken out, for the control of the canary test: what it keeps can be read."""

import sys

from intake.cli import main
from intake.storage.encryption import Place, SealingKey


def _plain(_key: SealingKey, content: bytes, _place: Place) -> bytes:
    return content


if __name__ == "__main__":
    SealingKey.seal = _plain  # type: ignore[assignment, method-assign]
    SealingKey.open = _plain  # type: ignore[assignment, method-assign]
    main(sys.argv[1:])
