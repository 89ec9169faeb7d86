"""How ``make agreement`` ends: with figures, or with the smallest person two interpreters differ on."""

import pytest
from click.testing import CliRunner

from campaigns import agreement
from naive.comparing import Disagreement
from naive.panel import Tally
from naive.people import Person

PAT = Person(
    {"aneurysm": {"state": "not_sure"}, "signs": {"state": "answered", "value": "yes"}}, "2026-11-20"
)
DIFFER = Disagreement(PAT, "rule aneurysm", {"engine": "unknown", "naive interpreter": "no"})


class Rules:
    """As much of a panel as the figures need."""

    rules = ("aneurysm",)
    voices = ("engine", "naive interpreter")


@pytest.fixture
def run(monkeypatch):
    def ends(found=None, overlooked=(), met=5):
        outcomes = {("aneurysm", truth): met for truth in ("yes", "no", "unknown")}
        tally = Tally(10, found=found)
        tally.outcomes.update(outcomes)
        monkeypatch.setattr(agreement, "shipped", lambda seed: Rules())
        monkeypatch.setattr(agreement, "overlooked", lambda panel, seed: list(overlooked))
        monkeypatch.setattr(agreement, "campaign", lambda *_: tally)
        return CliRunner().invoke(agreement.main, ["--sets", "10", "--seed", "7"])

    return ends


def test_people_are_asked_about_in_processes_of_their_own_and_counted():
    seen = []

    total = agreement.campaign(60, 20261120, 1, seen.append)

    assert total.found is None, str(total.found)
    assert (total.people, sum(seen)) == (60, 60)


def test_agreement_is_told_with_figures(run):
    ended = run()

    assert ended.exit_code == 0
    assert "10 people, 1 rules and invented conditions: engine, naive interpreter agree" in ended.output
    assert "seed 7" in ended.output


def test_a_person_they_differ_on_is_told_as_a_file_to_screen(run):
    ended = run(found=DIFFER)

    assert ended.exit_code == 1
    assert "rule aneurysm\n  engine says unknown\n  naive interpreter says no\n" in ended.output
    assert 'as_of: 2026-11-20\nanswers:\n  aneurysm: not_sure\n  signs: "yes"' in ended.output


def test_a_campaign_that_would_notice_nothing_is_no_success(run):
    assert run(overlooked=["not known as no"]).exit_code == 1
    assert run(met=0).exit_code == 1
