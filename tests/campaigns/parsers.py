"""Looks for input that breaks a parser, led by which lines of it were reached (atheris, libFuzzer).

Each reader of what a stranger, a patient or an administrator may write is a target of its own
(``parser_targets.py``) and gets a share of the time, in a process of its own. An exception a reader does not
promise, five seconds for one input, or more than half a gigabyte is a fault; the input is kept in the report.
The control is a fault that only somebody who sees the lines can find.
"""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import click

from campaigns.parser_targets import PLANTED, targets
from campaigns.reports import end, report

_LONGEST_INPUT = 2_000
_SECONDS_FOR_ONE = 5
_RUNS = re.compile(r"Done (\d+) runs|#(\d+)\s")
# What libFuzzer begins from: a word of each kind of file, so that it need not find YAML by itself.
_SEEDS: dict[str, bytes] = {
    "yaml": b"a: [1, {b: c}]\n",
    "rules": b"about: x\nnot_covered: []\nrules:\n  - id: a\n    when: {question: pressure, is: yes}\n",
    "questionnaire": b"title: Q\nparts:\n  - id: a\n    pages:\n      - id: b\n        questions: []\n",
    "medicines": b"classes: {}\nmedicines:\n  - {id: a, name: A}\n",
    "overlay": b"rules:\n  pressure-untreated: {priority: info}\n",
    "trail": b'{"seq": 1}\n',
    "logo": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8"/></svg>',
    "dates": b"July|4|1988",
    "blood pressure": b"158/96|",
    "height": b"5|9",
    "weight": b"182 lb",
    "medicines typed": b"sertraline 50 mg twice a day",
    "whole dates": b"July 4, 1988",
    "numbers in words": b"a hundred and fifty pounds",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one target: how many inputs it was given, and the end of what broke it."""

    runs: int
    fault: str


def tried(name: str, seconds: int, seed: int, folder: Path) -> Tried:
    """Give one target so many seconds."""
    corpus = folder / name.replace(" ", "-")
    corpus.mkdir()
    (corpus / "seed").write_bytes(_SEEDS.get(name, b"x"))
    program = [sys.executable, "-m", "campaigns.parser_targets", name, str(corpus)]
    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={_SECONDS_FOR_ONE}",
        f"-max_len={_LONGEST_INPUT}",
        f"-seed={seed}",
        "-rss_limit_mb=1024",
        f"-artifact_prefix={corpus}/broke-",
    ]
    ended = subprocess.run([*program, *limits], capture_output=True, check=False, timeout=seconds + 240)
    told = ended.stderr.decode("utf-8", "replace") + ended.stdout.decode("utf-8", "replace")
    runs = max((int(one or other) for one, other in _RUNS.findall(told)), default=0)
    broke = next(iter(sorted(corpus.glob("broke-*"))), None)
    if ended.returncode == 0:
        return Tried(runs, "")
    words = [line for line in told.splitlines() if "Error" in line or "Exception" in line or "ERROR" in line]
    given = f" given {broke.read_bytes()[:200]!r}" if broke is not None else ""
    return Tried(runs, f"{name}: {(words or ['it came to a bad end'])[0][:200]}{given}")


@click.command(help=__doc__)
@click.option("--seconds", default=60, show_default=True, help="For each target.")
@click.option("--seed", default=7, show_default=True, help="Where libFuzzer begins.")
def main(seconds: int, seed: int) -> None:
    """Exit code 1 when a reader broke, or when the control was not found."""
    if find_spec("atheris") is None:
        raise click.ClickException("atheris is not here: it is for Linux on x86-64")
    begun = datetime.now(UTC)
    names = [name for name in targets() if name != PLANTED]
    with tempfile.TemporaryDirectory(prefix="intake-parsers-") as folder:
        seen = {name: tried(name, seconds, seed, Path(folder)) for name in names}
        planted = tried(PLANTED, seconds, seed, Path(folder))
    end(
        report(
            "parsers",
            seed=seed,
            begun=begun,
            figures={
                "targets": len(seen),
                "inputs": sum(one.runs for one in seen.values()),
                **{name: one.runs for name, one in seen.items()},
            },
            control={"inputs": planted.runs, "found": int(bool(planted.fault))},
            noticed="plan" in planted.fault.partition("given")[2],
            faults=tuple(one.fault for one in seen.values() if one.fault),
        )
    )


if __name__ == "__main__":
    main()
