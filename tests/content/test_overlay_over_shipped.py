"""An overlay over the shipped rules: the merged file is complete, and small enough to be kept."""

from datetime import date
from pathlib import Path

from intake.content.documents import MOST_BYTES
from intake.content.library import read_library
from intake.content.overlay import lay_over
from intake.content.rules import parse_rulebook
from intake.domain.rules import Priority

CHECKOUT = Path(__file__).parents[2]
TODAY = date(2026, 11, 20)
ACCOUNT = 'reason: "For a while: seen", by: "R. Chen, MD", until: 2027-11-20'


def test_every_shipped_rule_can_be_changed_and_the_merged_file_says_so():
    library = read_library(
        *(CHECKOUT / name for name in ("questionnaire", "screening_rules.yaml", "medicines.yaml"))
    )
    changes = [_change(rule, place) for place, rule in enumerate(library.rulebook.rules)]
    overlay = "changes:\n" + "".join(f"  - {{{change}}}\n" for change in changes)

    asked = (library.questionnaire, library.formulary)
    laid = lay_over(library.texts["rules"], overlay, *asked, TODAY)

    assert parse_rulebook(laid.text, *asked) == laid.rulebook
    assert len(laid.rulebook.lowered) + len(laid.rulebook.moved_up) == len(library.rulebook.rules) > 200
    assert min(len(laid.rulebook.silenced), len(laid.rulebook.moved_up), len(laid.rulebook.rules)) > 50
    assert len(laid.text.encode()) < MOST_BYTES


def _change(rule, place):
    if place % 3 == 0:
        return f"rule: {rule.id}, off: true, {ACCOUNT}"
    if rule.priority is Priority.URGENT:
        return f"rule: {rule.id}, priority: info, {ACCOUNT}"
    return f"rule: {rule.id}, priority: urgent"
