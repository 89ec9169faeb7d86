"""The patient site on November 20, 2026, and Pat's browser on it."""

import shutil
from dataclasses import replace

import pytest

import sending
from copies import make_copy
from intake.domain.answers import Answers
from intake.services import answering
from intake.storage import drafts
from web.patient.visitor import Visitor


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """An instance nobody has used; making keys and tables takes a second, copying them does not."""
    folder = tmp_path_factory.mktemp("prepared")
    made = make_copy(folder)
    made.desk.database.dispose()
    made.clinic.database.dispose()
    return folder


@pytest.fixture
def copy(prepared, tmp_path):
    shutil.copytree(prepared / "instance", tmp_path / "instance")
    copy = make_copy(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def desk(copy):
    return copy.desk


@pytest.fixture
def visitor(desk):
    """A browser that was never here."""
    return Visitor(desk)


@pytest.fixture
def pat(visitor):
    """Pat, who has pressed Start."""
    visitor.open("/")
    visitor.send("/start")
    return visitor


@pytest.fixture
def ready(pat):
    """Pat, who has been through every page."""
    answers, seen = _all_blank(pat.desk)
    with pat.desk.database.write() as session:
        draft = drafts.find(session, pat.desk.keys, pat.token, pat.desk.now())
        drafts.save(session, pat.desk.keys, pat.token, replace(draft, answers=answers, seen=seen))
    return pat


_WALKED: list[tuple[Answers, frozenset[str]]] = []


def _all_blank(desk):
    """What somebody has answered who left everything blank but a name and a number, and the pages they saw.

    Worked out once: a page that is left blank may lead to another one.
    """
    if not _WALKED:
        token = sending.fill_in(desk, f"{sending.PAT}, message_ok: yes")
        draft = answering.find(desk, token)
        answering.erase(desk, token)
        _WALKED.append((draft.answers, draft.seen))
    return _WALKED[0]
