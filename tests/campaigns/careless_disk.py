"""The product with a mistake built in: it does not wait until the disk has what it thanks for.

The control of ``campaigns/fsync.py``.
"""

import mistaken
from intake.storage import database


def build_in() -> None:
    database._PRAGMAS = tuple(
        one.replace("synchronous = FULL", "synchronous = OFF") for one in database._PRAGMAS
    )


if __name__ == "__main__":
    mistaken.serve("campaigns.careless_disk", build_in)
