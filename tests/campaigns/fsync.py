"""Looks over the shoulder of the patients' site: did the disk have each form before its sender was thanked?

strace writes down what the process asks of the operating system while forms are sent one after another.
Between the arrival of each form and its thanks there has to be a write to the database's log, and a sync of
it that ended well. That the disk then does as it is told is the disk's word. The control does not wait.
"""

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import psutil

from campaigns.inspection import Inspector
from campaigns.reports import end, report
from campaigns.senders import Senders
from campaigns.traces import CALLS, Thanks, calls, thanks
from intake.domain.processes import Process
from serving import SERVE, Product

CARELESS = ("-m", "campaigns.careless_disk", "serve")
_AT_ONCE = 50  # forms that are made ready together
_CONTROL = 10
_LOG = "intake.db-wal"


@contextmanager
def traced(
    process: psutil.Process, kept: Path, calls: str = CALLS, options: Sequence[str] = ()
) -> Iterator[None]:
    """Write down what the process asks for, in all of its threads; ``options`` are strace's own."""
    program = ["strace", "-f", "-y", "-T", "-s", "24", "-e", f"trace={calls}", *options]
    with subprocess.Popen(
        [*program, "-o", str(kept), "-p", str(process.pid)], stderr=subprocess.PIPE, text=True
    ) as looking:
        try:
            assert looking.stderr is not None
            told = looking.stderr.readline()
            assert "attached" in told, f"strace: {told}"
            # It attaches to one thread after the other.
            time.sleep(0.5)
            yield
        finally:
            looking.terminate()


def ask_for_strace() -> None:
    """Raises click.ClickException where it is not there: what did not look has seen nothing."""
    if shutil.which("strace") is None:
        raise click.ClickException("this campaign needs strace: apt-get install strace")


def campaign(folder: Path, forms: int, program: Sequence[str] = SERVE) -> list[Thanks]:
    """Send so many forms; what the disk knew when each was thanked for."""
    with Product(folder / "product", program) as product:
        inspector = Inspector(product.settings)
        waiting = inspector.prepare(min(forms, _AT_ONCE))
        senders = Senders(product, waiting[0])
        with traced(product.its(Process.PATIENT), folder / "trace"):
            sent = 0
            while True:
                for form in waiting:
                    senders.send(form)
                sent += len(waiting)
                if sent == forms:
                    break
                waiting = inspector.prepare(min(forms - sent, _AT_ONCE))
        product.stop()
    with (folder / "trace").open(encoding="utf-8", errors="replace") as lines:
        return thanks(calls(lines), _LOG)


@click.command(help=__doc__)
@click.option("--forms", default=1_000, show_default=True, help="How many forms are sent.")
def main(forms: int) -> None:
    """Exit code 1 when one was thanked for too soon, or when the control was not found out."""
    ask_for_strace()
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-fsync-") as folder:
        seen = campaign(Path(folder), forms)
    with tempfile.TemporaryDirectory(prefix="intake-fsync-") as folder:
        mistaken = campaign(Path(folder), _CONTROL, CARELESS)
    safe = sum(one.is_safe for one in seen)
    took = [one.took * 1_000 for one in seen if one.is_safe]
    faults = [f"{forms} forms were sent, and the trace has {len(seen)}"] if len(seen) != forms else []
    faults += [f"{len(seen) - safe} were thanked for too soon"] if safe != len(seen) else []
    end(
        report(
            "fsync",
            seed=None,
            begun=begun,
            figures={
                "forms": forms,
                "thanks seen": len(seen),
                "on the disk before the thanks": safe,
                "syncs": sum(one.syncs for one in seen),
                "milliseconds a sync takes, half of them": round(statistics.median(took or [0]), 1),
                "milliseconds a sync takes, longest": round(max(took, default=0), 1),
            },
            control={
                "thanks seen": len(mistaken),
                "on the disk before the thanks": sum(one.is_safe for one in mistaken),
            },
            noticed=len(mistaken) == _CONTROL and not any(one.is_safe for one in mistaken),
            faults=tuple(faults),
        )
    )


if __name__ == "__main__":
    main()
