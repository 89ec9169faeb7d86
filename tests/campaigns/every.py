"""Runs campaigns one after the other and writes ``docs/assurance.md`` anew: ``make campaign``.

Each is a program of its own (``python -m campaigns.<name>``), so that what one leaves behind is not in the
way of the next. A campaign that found something, or whose control found nothing, keeps no other from running.
"""

import os
import subprocess
import sys

import click

from campaigns.assurance import AIMS, write

_NAMES = [one.campaign for one in AIMS]
# How a whole run is asked for, where that is more than the program does by itself.
_WHOLE = {"kills": ("--kills", "5000", "--by-hand", "200"), "outbox": ("--kills", "500")}


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice(_NAMES))
def main(names: tuple[str, ...]) -> None:
    """Exit code 1 when any of them was not clean."""
    unclean = []
    for name in names or _NAMES:
        click.echo(f"== {name}")
        program = [sys.executable, "-m", f"campaigns.{name}", *_WHOLE.get(name, ())]
        ended = subprocess.run(program, env=os.environ, check=False)
        unclean += [name] if ended.returncode else []
    write()
    if unclean:
        click.echo(f"Not clean: {', '.join(unclean)}", err=True)
    sys.exit(1 if unclean else 0)


if __name__ == "__main__":
    main()
