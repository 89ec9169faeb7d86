"""The product as it is; only what each of its processes says goes to a file of its own, to be looked into."""

import os
import sys

import mistaken


def says_it_apart() -> None:
    """From here on this process writes to ``said-by-<process>`` in the folder it was started in."""
    if sys.argv[1] == "serve":
        return
    kept = os.open(f"said-by-{sys.argv[1]}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(kept, stream)


if __name__ == "__main__":
    mistaken.serve("campaigns.apart", says_it_apart)
