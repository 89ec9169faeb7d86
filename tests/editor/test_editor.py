"""A real language server completes and checks the content files, from nothing but their first line."""

import json
import re
import shutil
from pathlib import Path

import pytest

from editor.language_server import SERVER, LanguageServer

CHECKOUT = Path(__file__).parents[2]
HERE = Path(__file__).parent
RULES, PART = "screening_rules.yaml", "questionnaire/heart.yaml"

pytestmark = pytest.mark.xdist_group("editor")


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """A copy of the content files and their schemas."""
    assert SERVER.is_file(), "the language server is missing; `make editor` installs it"
    folder = tmp_path_factory.mktemp("content")
    for name in ("screening_rules.yaml", "medicines.yaml"):
        shutil.copy(CHECKOUT / name, folder)
    for name in ("questionnaire", "schemas"):
        shutil.copytree(CHECKOUT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def server(content):
    running = LanguageServer(content)
    yield running
    assert "network" not in running.stop()


class Opened:
    """One file as it stands in the editor, with the cursor behind or on some words."""

    numbers = iter(range(1000))

    def __init__(self, server, content, name, text):
        # A file of its own each time: what was opened before is not looked at again.
        original = content / name
        self.path = original.with_name(f"{next(self.numbers)}-{original.name}")
        self.server, self.text = server, text
        server.open(self.path, text)

    def offered_behind(self, words):
        return self.server.completions(self.path, *self._place(words, len(words)))

    def shown_for(self, words):
        return self.server.hover(self.path, *self._place(words, 1))

    def wrong(self):
        return [(one["range"]["start"]["line"], one["message"]) for one in self.server.diagnostics(self.path)]

    def line_of(self, words):
        return self._place(words, 0)[0]

    def _place(self, words, further):
        at = self.text.index(words) + further
        before = self.text[:at]
        return before.count("\n"), len(before.rpartition("\n")[2])


RULE = """# yaml-language-server: $schema=schemas/screening_rules.json
rules:
  - id: a-new-rule
    topic: aneurysm
    title: A new rule
    priority: high
    when: {question: aneurysm, is: repaired}
    why: Words.
    sources:
      - {kind: inference}
    examples:
      - {answers: {aneurysm: repaired}, outcome: raised}
      - {answers: {aneurysm: no}, outcome: not_raised}
      - {answers: {aneurysm: not_sure}, outcome: cannot_tell}
"""


@pytest.fixture
def rule(server, content):
    """Opens the rule above with some words of it changed."""

    def opened(written="", instead=""):
        assert written in RULE
        return Opened(server, content, RULES, RULE.replace(written, instead, 1))

    return opened


@pytest.mark.parametrize("name", [RULES, PART, "medicines.yaml"])
def test_nothing_is_wrong_with_the_shipped_files(server, content, name):
    shipped = Opened(server, content, name, (content / name).read_text(encoding="utf-8"))

    assert shipped.wrong() == []


def test_a_rule_that_loads_shows_nothing_wrong(rule):
    assert rule().wrong() == []


def test_priorities_are_offered(rule):
    offered = rule("priority: high", "priority: ").offered_behind("priority: ")

    assert offered == ["urgent", "high", "moderate", "info"]


def test_ids_of_questions_and_of_derived_answers_are_offered(rule):
    offered = rule("question: aneurysm,", "question: ,").offered_behind("question: ")

    assert {"hypertension_history", "recent_bp_reading.first", "age", "medicines"} <= set(offered)


def test_comparisons_that_fit_the_question_are_offered(rule):
    changed = rule("when: {question: aneurysm, is: repaired}", "when:\n      question: aneurysm\n      ")

    offered = changed.offered_behind("question: aneurysm\n      ")

    assert {"is", "is_not", "is_one_of", "state"} <= set(offered)


def test_choices_of_the_very_question_are_offered(rule):
    offered = rule("is: repaired", "is: ").offered_behind("is: ")

    # The server writes quotation marks around a word that older YAML takes for false.
    assert sorted(offered) == ['"no"', "not_repaired", "repaired"]


def test_classes_of_medicines_are_offered(rule):
    offered = rule("{question: aneurysm, is: repaired}", "{question: medicines, has_class: }")

    assert {"maoi", "opioid", "lithium"} <= set(offered.offered_behind("has_class: "))


def test_keys_of_a_rule_that_are_not_there_yet_are_offered(rule):
    offered = rule("    why: Words.\n", "    \n").offered_behind("is: repaired}\n    ")

    assert {"why", "owner", "review_by", "hazards"} <= set(offered)
    assert "title" not in offered


def test_kinds_of_questions_are_offered(server, content):
    text = (content / PART).read_text(encoding="utf-8")

    offered = Opened(server, content, PART, text.replace("kind: choose_one", "kind: ", 1))

    assert {"yes_no", "choose_any", "reading", "medicines"} <= set(offered.offered_behind("kind: "))


@pytest.mark.parametrize(
    ("written", "instead", "words", "told"),
    [
        ("priority: high", "prioritty: high", "prioritty", "prioritty is not allowed"),
        ("priority: high", "priority: severe", "severe", "Value is not accepted"),
        ("question: aneurysm", "question: anuerysm", "anuerysm", "Value is not accepted"),
        ("is: repaired", "is: mended", "mended", "Value is not accepted"),
        ("is: repaired", "at_least: 3", "at_least", "Value is not accepted"),
        ("kind: inference", "kind: blog", "blog", "Value is not accepted"),
        ("outcome: raised", "outcome: fine", "fine", "Value is not accepted"),
        ("    why: Words.\n", "", "- id", 'Missing property "why"'),
    ],
)
def test_a_slip_is_underlined_where_it_was_made(rule, written, instead, words, told):
    changed = rule(written, instead)

    wrong = changed.wrong()

    assert any(line == changed.line_of(words) and told in message for line, message in wrong), wrong


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("priority", "When a clinician should look, never how ill somebody is"),
        ("when", "One comparison, or several under all or any"),
        ("is: repaired", "The answer is this choice"),
        ("outcome", "What must come of the rule"),
        ("aneurysm: repaired", "aneurysm"),
    ],
)
def test_what_a_key_means_is_shown_for_it(rule, words, shown):
    assert shown in rule().shown_for(words)


def test_a_server_that_reaches_for_the_network_is_noticed(content):
    reaching = LanguageServer(content, schema_store=True)
    reaching.open(content / "unknown.yaml", "a: 1\n")

    assert reaching.ended() == 7
    assert "reached for the network" in reaching.last_words()


def test_the_server_is_locked_with_its_hashes_and_without_an_address():
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    text = (HERE / "package-lock.json").read_text() + (HERE / "package.json").read_text()

    assert len(locked) > 10
    assert all(one["integrity"].startswith("sha512-") for name, one in locked.items() if name)
    assert re.findall(r"https?:|file:|resolved", text) == []
