"""The safety case is true: each control is proved by a test that is there and runs.

That the tests named pass is kept by `make test`, which runs them all; a test that is skipped or
expected to fail would prove nothing, so it may not be named.
"""

import pytest
from click.testing import CliRunner

from house.named_tests import what_is_wrong
from house.test_words import VERDICTS, found
from intake import resources
from intake.cli import main
from intake.config import Settings
from intake.content.hazards import read_hazards
from intake.services import screening_files
from intake.services.safety_case import page

SAFETY_FILES = sorted(resources.SAFETY.glob("*.yaml"))
LOG = read_hazards(resources.SAFETY / "hazards.yaml")
NAMED = sorted({test for hazard in LOG.hazards for control in hazard.controls for test in control.tests})


@pytest.mark.parametrize("test", NAMED)
def test_a_control_is_proved_by_a_test_that_is_there_and_runs(test):
    assert what_is_wrong(test) == ""


def test_there_is_something_to_prove():
    assert len(NAMED) > 80
    assert [hazard.id for hazard in LOG.hazards] == [f"H{n:02}" for n in range(1, len(LOG.hazards) + 1)]
    assert sum(bool(hazard.controls) for hazard in LOG.hazards) >= 18


RUNS = "import pytest\n\n\ndef test_it():\n    assert 1\n"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (RUNS, ""),
        (RUNS.replace("test_it", "test_that"), "there is no such test in the file"),
        ("def test_other():\n    def test_it():\n        pass\n", "there is no such test in the file"),
        (RUNS.replace("def", "@pytest.mark.skip\ndef"), "it is skipped or expected to fail"),
        (RUNS.replace("def", "@pytest.mark.skipif(True, reason='x')\ndef"), "it is skipped or expected to"),
        (RUNS.replace("def", "@pytest.mark.xfail(strict=True)\ndef"), "it is skipped or expected to fail"),
        (RUNS.replace("def", "pytestmark = [pytest.mark.skip]\n\n\ndef"), "it is skipped or expected to"),
        (RUNS.replace("def", "late = pytest.mark.skipif(1, reason='x')\n\n\n@late\ndef"), "it is skipped or"),
        (RUNS.replace("def", "late = pytest.mark.skipif(1, reason='x')\n\n\ndef"), ""),
        (RUNS.replace("def", "@in_make_journeys\ndef"), "it is skipped or expected to fail"),
        (RUNS.replace("assert 1", "pytest.skip('later')"), "it is skipped or expected to fail"),
        (RUNS.replace("assert 1", "pytest.xfail('later')"), "it is skipped or expected to fail"),
        (RUNS.replace("import pytest\n", "import pytest\n\npytest.importorskip('x')\n"), "it is skipped or"),
        (RUNS.replace("def", "@pytest.mark.parametrize('x', ['skip'])\ndef"), ""),
    ],
)
def test_a_test_that_proves_nothing_would_be_found(tmp_path, text, wrong):
    (tmp_path / "test_made_up.py").write_text(text, encoding="utf-8")

    assert what_is_wrong("test_made_up.py::test_it", tmp_path).startswith(wrong)
    assert bool(what_is_wrong("test_made_up.py::test_it", tmp_path)) is bool(wrong)


def test_a_file_of_tests_that_is_not_there_would_be_found(tmp_path):
    (tmp_path / "made_up.py").write_text(RUNS, encoding="utf-8")

    assert what_is_wrong("test_nowhere.py::test_it", tmp_path) == "there is no such file of tests"
    assert what_is_wrong("made_up.py::test_it", tmp_path) == "there is no such file of tests"


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    return screening_files.library(Settings(instance=tmp_path_factory.mktemp("instance"))).rulebook.rules


def test_the_document_is_what_the_command_writes(rules):
    written = resources.SAFETY_CASE_PAGE.read_text(encoding="utf-8")

    assert written == page(LOG, rules), "run `intake safety-case --write`"


def test_the_document_leads_to_every_hazard(rules):
    written = page(LOG, rules)
    headings = {_anchor(line.lstrip("# ")) for line in written.splitlines() if line.startswith("### ")}

    assert {part.split(")")[0] for part in written.split("](#")[1:]} == headings
    assert len(headings) == len(LOG.hazards)
    assert "(intended-use.md)" in written


def _anchor(heading):
    """As pages of Markdown make it: small letters, hyphens for spaces, nothing else."""
    kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def test_the_command_lists_every_hazard():
    told = CliRunner().invoke(main, ["safety-case"])

    assert told.exit_code == 0, told.output
    assert all(hazard.hazard in told.output for hazard in LOG.hazards)


@pytest.mark.parametrize("path", SAFETY_FILES, ids=lambda path: path.name)
def test_no_verdict_on_a_person_stands_in_the_safety_files(path):
    assert found(VERDICTS, path.read_text(encoding="utf-8")) == []


def test_there_are_safety_files_to_read():
    assert [path.name for path in SAFETY_FILES] == [
        "asvs.yaml",
        "hazards.yaml",
        "invariants.yaml",
        "register.yaml",
        "topics.yaml",
        "unflagged.yaml",
    ]
