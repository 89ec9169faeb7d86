"""What docs/writing-rules.md shows is what happens: its files are written, its commands run and compared."""

import re
import shlex
import textwrap
from datetime import date

import pytest
from click.testing import CliRunner

from house.test_docs import CHECKOUT, RULES, section
from intake.cli import main
from intake.config import Settings
from intake.content.documents import DocumentRefused
from intake.content.library import read_library
from intake.content.rules import parse_rulebook
from written import block, our_rules, shipped

# What needs patients is tried where publishing and previewing are.
_NEED_PATIENTS = ("impact", "publish", "rescreen", "replay", "figures", "feedback")
_SHOWN = re.compile(r"^    \$ intake (.+)\n((?:(?:    (?!\$).*)?\n)*)", re.MULTILINE)


def shown(path):
    """Each `$ intake ...` of a document, with what stands below it."""
    return [(command, textwrap.dedent(told)) for command, told in _SHOWN.findall(path.read_text("utf-8"))]


def as_told(told):
    """What a command has to print; `...` stands for lines left out."""
    lines = ["(?s:.*?)" if line.strip() == "..." else re.escape(line) for line in told.strip().splitlines()]
    return re.compile(r"\n".join(lines).replace(r"(?s:.*?)\n", r"(?s:.*?)"))


WITHOUT_PATIENTS = [
    (command, told)
    for command, told in shown(RULES)
    if told.strip() and not set(_NEED_PATIENTS) & set(command.split())
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder in which somebody did what docs/writing-rules.md says; in `first`, up to step 4."""
    files = {
        "screening_rules.yaml": shipped(),
        "first/our_rules.yaml": our_rules(further_examples=False),
        "our_rules.yaml": our_rules(),
        "our_cases/medicines.yaml": block("cases:"),
        "pat.yaml": block("as_of:"),
        "our_overlay.yaml": block("about:"),
    }
    folder = tmp_path_factory.mktemp("written")
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("command", "told"), WITHOUT_PATIENTS, ids=[one for one, _ in WITHOUT_PATIENTS])
def test_a_command_of_writing_rules_says_what_the_page_shows(command, told, written, monkeypatch):
    # Before the further examples and the cases were written, which are told of afterwards.
    early = "rules test" in command and "--cases" not in command
    monkeypatch.chdir(written / "first" if early else written)
    monkeypatch.setenv("INTAKE_INSTANCE", str(written / "instance"))
    monkeypatch.setattr(Settings, "today", lambda _settings: date(2026, 11, 27))

    done = CliRunner().invoke(main, shlex.split(command))

    assert as_told(told).fullmatch(done.stdout.strip()), done.output


def test_the_commands_shown_are_found():
    found = {" ".join(command.split()[:2]) for command, _ in WITHOUT_PATIENTS}

    assert found >= {f"rules {name}" for name in ("check", "test", "explain", "prove", "diff")}
    assert found >= {"screen --rules", "check --overlay"}


def test_a_page_that_shows_something_else_would_be_noticed():
    assert as_told("one\n  ...\nthree").fullmatch("one\ntwo\nand a half\nthree")
    assert not as_told("one\n...\nthree").fullmatch("one\ntwo\nfour")
    assert not as_told("one\nthree").fullmatch("one\ntwo\nthree")


_ERROR = re.compile(r"^    our_rules\.yaml:\d+:\d+: error: (.+) \[[\w-]+\]$", re.MULTILINE)
OTHER = """  - id: another
    topic: avm
    title: Another rule, so that the one shown stands in a list
    priority: high
    when: {question: avm, is: yes}
    why: It stands above.
    sources: [{kind: inference}]
    owner: R. Chen, NP
    examples:
      - {answers: {avm: yes}, outcome: raised}
      - {answers: {avm: no}, outcome: not_raised}
      - {answers: {avm: blank}, outcome: cannot_tell}
"""
_WHY = re.compile(r"    why: >\n(?:      .+\n)+")
_SLIPS = (
    ("    priority: high", "    priority: hgih"),
    ("at_least: 65 years", "at_least: 65"),
    ("class: benzodiazepine}", "class: benzodiazapine}"),
    ("class: benzodiazepine}", "class: xanax}"),
    ("- {question: age, at_least", "- not: {question: age, below"),
    ('"Harbor Light Clinic, medicines policy"', "Harbor Light Clinic, medicines policy"),
    ("    owner: R. Chen, NP\n", "    owner: R. Chen, NP\n    owner: R. Chen\n"),
    ("    priority: high", "\tpriority: high"),
    ("title: Age 65", "title: Age: 65"),
    ("  - id: age", "   - id: age"),
    ("not_sure}, outcome: cannot_tell}", "not_sure}, outcome: not_raised}"),
    ("takes_medicines: yes, medicines", "medicines"),
)


def refusal(rule, library):
    """What a file with this rule alone is refused with; numbers of lines left out."""
    text = f"review_by: 2027-05-20\nrules:\n{OTHER}\n{rule}"
    with pytest.raises(DocumentRefused) as refused:
        parse_rulebook(text, library.questionnaire, library.formulary)
    return _without_lines(str(refused.value))


def _without_lines(words):
    return re.sub(r"line \d+", "line", words)


def test_each_error_shown_is_what_a_slip_in_the_rule_shown_is_told_as():
    library = read_library(
        *(CHECKOUT / name for name in ("questionnaire", "screening_rules.yaml", "medicines.yaml"))
    )
    rule = block("# Our own rule")
    slips = [_WHY.sub("", rule), *(rule.replace(right, wrong, 1) for right, wrong in _SLIPS)]
    assert rule not in slips

    told = "\n".join(refusal(slip, library) for slip in slips)

    shown_here = _ERROR.findall(section(RULES, "What the errors look like"))
    assert len(shown_here) > 10
    assert [words for words in shown_here if _without_lines(words) not in told] == []
