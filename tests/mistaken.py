"""The product with a mistake built in, for controls: the same mistake in each of its processes."""

import runpy
import sys
from collections.abc import Callable

from intake.cli import main
from intake.services import processes

_OURS = {process.value: process for process in processes.PROGRAMS}


def serve(module: str, build_in: Callable[[], None]) -> None:
    """Be the product, or that one of its processes which the command line names.

    ``module`` is what runs this: each process is started as it, so that ``build_in`` is done there too.
    """
    build_in()
    wanted, *others = sys.argv[1:]
    if wanted not in _OURS:
        processes.PROGRAMS = {one: (sys.executable, "-m", module, one.value) for one in processes.PROGRAMS}
        main([wanted, *others])
        return
    sys.argv = [sys.argv[0], *others]
    runpy.run_module(processes.PROGRAMS[_OURS[wanted]][-1], run_name="__main__")
