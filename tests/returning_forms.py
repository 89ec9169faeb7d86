"""A saved form in a test, with the slow hash counted instead of worked out."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from copies import Copy, make_copy
from exchanging import LIBRARY
from intake.domain.ways_back import WayBack
from intake.services import renewing, returning
from intake.services.clinic import PatientDesk
from intake.storage import drawn_ways


@dataclass
class Runs:
    """How often argon2id would have been run; what it would have cost is not what is measured."""

    counted: list[str] = field(default_factory=list)

    def __call__(self, words: str, salt: bytes) -> bytes:
        self.counted.append(words)
        return hashlib.sha256(salt + words.encode()).digest()


def counted_runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Every run of the slow hash from here on."""
    runs = Runs()
    for module in (returning, renewing, drawn_ways):
        monkeypatch.setattr(module, "stretched", runs)
    return runs


def saved(desk: PatientDesk, token: str) -> WayBack:
    """The way back of the form that this browser has open."""
    returning.keep_open(desk, token)
    kept = returning.kept(desk, token)
    assert kept is not None
    return kept.way


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic with a short form that nobody has used. Tests get copies: making one takes a moment."""
    folder = tmp_path_factory.mktemp("prepared")
    _close(make_copy(folder, LIBRARY))
    return folder


@pytest.fixture
def copy(prepared: Path, tmp_path: Path) -> Iterator[Copy]:
    """A copy of it."""
    shutil.copytree(prepared / "instance", tmp_path / "instance")
    copy = make_copy(tmp_path, LIBRARY)
    yield copy
    _close(copy)


def _close(copy: Copy) -> None:
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
