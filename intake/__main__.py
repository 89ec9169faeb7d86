"""``python -m intake`` is the command ``intake``."""

from intake import starting  # noqa: F401 - first, because it is about all that follows
from intake.cli import main

main(prog_name="intake")
