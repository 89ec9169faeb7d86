"""What is documented exists, and what exists is documented."""

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_args

import click
import pytest

from house.test_words import VERDICTS, found
from intake.cli import main
from intake.config import NAMES, Settings
from intake.content.conditions import ConditionReader
from intake.content.documents import Problems, read
from intake.content.library import read_library
from intake.domain.conditions import Operator
from intake.domain.events import Event
from intake.domain.permissions import PERMISSIONS, Permission, Role
from intake.storage.tables import Base

CHECKOUT = Path(__file__).parents[2]
WORDS, RUNNING, RULES = (CHECKOUT / "docs" / name for name in ("words.md", "running.md", "writing-rules.md"))
SECURITY = CHECKOUT / "SECURITY.md"
DECISIONS = sorted((CHECKOUT / "docs/decisions").glob("*.md"))
DOCUMENTS = [*sorted((CHECKOUT / "docs").rglob("*.md")), SECURITY, CHECKOUT / "CHANGELOG.md"]

# What `make` does on the way to something else, and how to list the rest.
_STEPS = {"front", "rsyslog", "scanners", "help", "editor", "browser", "paper", "again"}
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_LINK = re.compile(r"\]\(([^)#]+)\)")


def section(path, heading):
    """What stands under a heading, up to the next one of its rank."""
    text = path.read_text(encoding="utf-8")
    assert f"\n## {heading}\n" in text, f"{path.name} has no section {heading!r}"
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def rows(text):
    """The cells of every row of the tables in a text, headings left out."""
    lines = [line.strip().strip("|").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in lines if not row[0].strip().startswith("---")][1:]


def named(text):
    """The words in code type, outside of blocks of code."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))


def first_column(path, heading):
    return [cell.strip("`") for cell, *_ in rows(section(path, heading))]


def yaml_blocks(path):
    """Every block of YAML in a document."""
    return re.findall(r"```yaml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def shipped():
    names = ("questionnaire", "screening_rules.yaml", "medicines.yaml")
    return read_library(*(CHECKOUT / name for name in names))


def test_every_event_of_the_audit_trail_has_its_line():
    assert first_column(WORDS, "Events") == [event.__name__ for event in get_args(Event)]


def test_every_permission_has_its_line():
    assert first_column(WORDS, "Permissions") == [permission.name for permission in Permission]


NAMES_OF_ROLES = {role: role.value.replace("_", " ").capitalize() for role in Role}


def wrongly_said(table):
    """The permissions that a table says are of others than have them."""
    has = {
        one.name: ", ".join(name for role, name in NAMES_OF_ROLES.items() if one in PERMISSIONS[role])
        for one in Permission
    }
    everybody = ", ".join(NAMES_OF_ROLES.values())
    return [name for name, _, who in table if has[name.strip("`")] != who.replace("everybody", everybody)]


def test_every_permission_is_said_to_be_of_those_who_have_it():
    assert wrongly_said(rows(section(WORDS, "Permissions"))) == []


def test_a_permission_said_to_be_of_others_would_be_found():
    """The control."""
    table = [("`REVIEW`", "the queue", "Front desk, Clinician"), ("`READ_TRAIL`", "the trail", "Auditor")]

    assert wrongly_said(table) == ["`REVIEW`"]


def test_every_setting_is_explained_and_no_other():
    assert sorted(first_column(RUNNING, "Settings")) == sorted(NAMES)


def test_the_defaults_told_are_the_defaults():
    told = {name.strip("`"): default for name, _, default in rows(section(RUNNING, "Settings"))}
    read = [f for f in fields(Settings) if f.name in NAMES]
    plain = {f.name: f.default for f in read if f.type in (str, int) and f.default != ""}
    del plain["public_address"]  # made of host and port

    assert len(plain) > 5
    assert MISSING not in plain.values()
    assert {name: told[name] for name in plain} == {name: f"`{value}`" for name, value in plain.items()}


def commands(group, before=""):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{before}{name}"


def test_every_command_is_explained_and_no_other():
    told = re.findall(r"^### `intake ([^`]+)`$", section(RUNNING, "Commands"), re.MULTILINE)

    assert sorted(told) == sorted(commands(main))


def unlike(makefile, table):
    """The commands of `make` that not all three name: its rules, its help, and the table of them."""
    rules = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE)) - _STEPS
    told = set(re.findall(r"^\t@echo 'make (\S+)", makefile, re.MULTILINE))
    explained = {name.strip("`").removeprefix("make ") for name, _ in table}
    return (rules | told | explained) - (rules & told & explained)


def test_every_command_of_make_is_explained_and_no_other():
    assert (
        unlike((CHECKOUT / "Makefile").read_text("utf-8"), rows(section(RUNNING, "In a checkout"))) == set()
    )


def test_a_command_of_make_that_is_told_in_one_place_alone_would_be_found():
    """The control."""
    makefile = (
        ".PHONY: test\n.PHONY: lint\nhelp:\n\t@echo 'make test   everything'\n\t@echo 'make gone   nothing'\n"
    )

    assert unlike(makefile, [["`make test`", "everything"], ["`make more`", "more"]]) == {
        "lint",
        "gone",
        "more",
    }


def test_every_option_that_is_named_exists():
    exist = {option for name in commands(main) for option in _options(name)} | {"--help", "--version"}
    told = {word for path in (RUNNING, RULES) for word in named(path.read_text("utf-8"))}

    assert {word for word in told if word.startswith("--")} <= exist


def _options(name):
    command = main
    for part in name.split():
        command = command.commands[part]
    return {option for parameter in command.params for option in parameter.opts}


def test_every_comparison_is_explained_and_no_other():
    told = [named(cell) for row in rows(section(RULES, "Conditions")) for cell in row[:2]]

    assert sorted(word for one in told for word in one) == sorted(operator.value for operator in Operator)


def test_every_condition_shown_can_be_asked(shipped):
    problems = Problems("docs/writing-rules.md")
    formulary = shipped.formulary
    medicines = frozenset(medicine.id for medicine in formulary.medicines)
    reader = ConditionReader(shipped.questionnaire, problems, formulary.classes, medicines)
    shown = [word for word in named(section(RULES, "Conditions")) if word.startswith("{")]
    shown += [block.removeprefix("when:") for block in yaml_blocks(RULES) if block.startswith("when:")]

    for condition in shown:
        document = read(f"when: {condition}", "shown")
        reader.read(document["when"], 1, condition)

    assert len(shown) >= 10
    assert problems.found == []


def test_every_column_is_told_as_sealed_or_as_lying_in_the_open():
    tables = Base.metadata.sorted_tables
    columns = {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    sealed = {word for word in named(section(SECURITY, "What is sealed")) if "." in word}
    in_the_open = {
        f"{table.strip('`')}.{column}"
        for table, told in rows(section(SECURITY, "What lies in the open"))
        for column in named(told)
    }

    assert sealed & in_the_open == set()
    assert sealed | in_the_open == columns


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_says_how_it_is_kept_and_each_test_it_names_exists(path):
    kept = section(path, "How it is kept")

    assert _TEST.search(kept) or "Not kept by a test" in kept
    for file, test in _TEST.findall(kept):
        assert (CHECKOUT / file).is_file(), file
        assert f"def {test}(" in (CHECKOUT / file).read_text("utf-8") or not test, f"{file}::{test}"


def test_decisions_are_numbered_without_a_gap():
    assert [path.name[:4] for path in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    links = [link for link in _LINK.findall(path.read_text("utf-8")) if "://" not in link]

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_verdict_on_a_person_stands_in_the_documents(path):
    assert found(VERDICTS, path.read_text("utf-8")) == []
