"""Whether a locked library is older than docs/limits.md allows: `make libraries`.

uv works the locks out as they would have come out so many days ago, from whatever index this machine is set
up to ask, and what is locked is compared with that. Where nothing is behind a version that is older than a
week, every fix that was out a week ago is in, known hole or not. What is behind for longer is looked up in
the list of known holes that `uv audit` asks; when it does not answer, that is told, and counts as a fault.
Control: the same locks with a library years old in them.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from packaging.version import Version

from campaigns.reports import CHECKOUT, end, report

LIMITS = CHECKOUT / "docs" / "limits.md"
# Each lock, and how `make lock` works it out.
_ALWAYS = ("--extra", "installer", "--extra", "oidc")
LOCKS = {
    "requirements.lock": _ALWAYS,
    "requirements-dev.lock": (*_ALWAYS, "--extra", "tests", "--extra", "proving"),
}
_LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
# uv says so of a library none of whose versions that would do is as old as that: it cannot be behind.
_TOO_NEW = re.compile(r"`([a-z0-9._-]+)` was filtered by `exclude-newer`")
_HOLE = re.compile(r"^([a-z0-9._-]+) \S+ has ", re.MULTILINE | re.IGNORECASE)
_MOST_TOO_NEW = 30
_CONTROL = {"werkzeug": "2.0.0"}

Versions = Mapping[str, str]


class NotAnswered(Exception):
    """The index, or the list of holes, could not be asked; the words are uv's last line without addresses."""


@dataclass(frozen=True, slots=True)
class Frames:
    """How long what may be missing, in days: a fix for a grave hole, any other fix, and any newer version."""

    grave: int
    other: int
    every: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A locked library, what could have been locked instead, and for how many days at least."""

    library: str
    locked: str
    newer: str
    days: int

    def __str__(self) -> str:
        return f"{self.library} {self.locked}: {self.newer} was out {self.days} days ago"


def frames(text: str) -> Frames:
    """The time frames as docs/limits.md writes them. Raises ValueError when they do not stand there."""
    found = re.search(r"within (\d+) days .* within (\d+), .* within\s+(\d+) days", text, re.DOTALL)
    if found is None:
        raise ValueError("docs/limits.md does not say how soon a library is brought up to date")
    return Frames(*map(int, found.groups()))


def locked_in(text: str) -> dict[str, str]:
    """The libraries of a lock, each with its version."""
    return dict(_LOCKED.findall(text))


def behind(locked: Versions, then: Versions, days: int) -> list[Behind]:
    """What is locked in an older version than could have been locked so many days ago."""
    return [
        Behind(library, version, then[library], days)
        for library, version in sorted(locked.items())
        if library in then and Version(then[library]) > Version(version)
    ]


def faults(
    frames: Frames,
    by_age: Mapping[int, list[Behind]],
    holes: Callable[[], set[str]],
) -> tuple[str, ...]:
    """What breaks the time frames: whatever is behind for too long, and holes that a fix was out for.

    ``by_age`` is what is behind, by how many days ago the newer version was out; ``holes`` asks for the
    libraries that have known ones, and raises NotAnswered.
    """
    overdue = by_age[frames.every]
    late = [one for one in by_age[frames.grave] if one.library not in {found.library for found in overdue}]
    told = [str(one) for one in overdue]
    if late:
        try:
            known = holes()
        except NotAnswered as failed:
            told += [f"{one}, and whether it mends a hole is not known ({failed})" for one in late]
        else:
            told += [f"{one}, and the one locked has a known hole" for one in late if one.library in known]
    return tuple(told)


def as_of(days: int, extras: tuple[str, ...], uv: Path) -> dict[str, str]:
    """What would have been locked so many days ago. Raises NotAnswered."""
    cutoff = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
    too_new: list[str] = []
    for _ in range(_MOST_TOO_NEW):
        allowed = [
            word
            for one in too_new
            for word in ("--exclude-newer-package", f"{one}={datetime.now(UTC).date()}")
        ]
        ended = _uv(
            uv, "pip", "compile", "setup.cfg", "--universal", "--python-version", "3.11", "--no-header",
            "--no-annotate", "--upgrade", "--exclude-newer", cutoff, *allowed, *extras,
        )  # fmt: skip
        if ended.returncode == 0:
            found = locked_in(ended.stdout)
            return {name: version for name, version in found.items() if name not in too_new}
        named = _TOO_NEW.findall(ended.stderr)
        if not set(named) - set(too_new):
            raise NotAnswered(_last_line(ended.stderr))
        too_new += [one for one in named if one not in too_new]
    raise NotAnswered("too many libraries are newer than that")


def known_holes(locked: Versions, uv: Path) -> set[str]:
    """The libraries with a known hole. Raises NotAnswered."""
    with TemporaryDirectory() as folder:
        script = Path(folder) / "locked.py"
        lines = "".join(f'#   "{name}=={version}",\n' for name, version in locked.items())
        script.write_text(
            f'# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n{lines}# ]\n# ///\n'
        )
        ended = _uv(uv, "audit", "--preview-features", "audit-command", "--script", str(script))
    found = set(_HOLE.findall(ended.stdout))
    if ended.returncode and not found:
        raise NotAnswered(_last_line(ended.stderr))
    return found


def _uv(uv: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(uv), *words, "--quiet"] if words[0] == "pip" else [str(uv), *words],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _last_line(told: str) -> str:
    """Why it did not work, without any address: which index a machine asks is its own business."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return re.sub(r"\S*://\S*", "its address", lines[-1] if lines else "no answer")


@click.command(help=__doc__)
@click.option("--uv", type=click.Path(path_type=Path), default=CHECKOUT / ".lock-venv" / "bin" / "uv")
def main(uv: Path) -> None:
    """Exit code 1 when a library is behind for too long, or nobody could be asked."""
    begun = datetime.now(UTC)
    allowed = frames(LIMITS.read_text(encoding="utf-8"))
    told: list[str] = []
    figures: dict[str, int | float | str] = {}
    noticed = True
    ages = (0, allowed.grave, allowed.other, allowed.every)
    counted = dict.fromkeys(ages, 0)
    for name, extras in LOCKS.items():
        locked = locked_in((CHECKOUT / name).read_text(encoding="utf-8"))
        figures[f"libraries of {name}"] = len(locked)
        try:
            then = {days: as_of(days, extras, uv) for days in ages}
        except NotAnswered as failed:
            told.append(f"{name}: the index could not be asked ({failed})")
            noticed = False
            continue
        figures[f"compared in {name}"] = len(set(locked) & set(then[allowed.grave]))
        by_age = {days: behind(locked, found, days) for days, found in then.items()}
        for days, found in by_age.items():
            counted[days] = max(counted[days], len(found))
        told += [f"{name}: {one}" for one in faults(allowed, by_age, partial(known_holes, locked, uv))]
        old = behind({**locked, **_CONTROL}, then[allowed.every], allowed.every)
        noticed = noticed and {one.library for one in old} >= set(_CONTROL)
    figures |= {
        f"behind for {days} days or more" if days else "behind today": many for days, many in counted.items()
    }
    end(
        report(
            "libraries", seed=None, begun=begun, figures=figures, control=dict(_CONTROL), noticed=noticed,
            faults=tuple(told),
        )
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
