"""The product as it is; only what each of its processes says goes to a file of its own, to be looked into.

And it takes what is sent however fast it comes: whoever types into every box there is sends no page by hand.
"""

import os
import sys

import mistaken
from campaigns.hasty import leave_out_the_pace


def says_it_apart() -> None:
    """From here on this process writes to ``said-by-<process>`` in the folder it was started in."""
    leave_out_the_pace()
    if sys.argv[1] == "serve":
        return
    kept = os.open(f"said-by-{sys.argv[1]}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(kept, stream)


if __name__ == "__main__":
    mistaken.serve("campaigns.apart", says_it_apart)
