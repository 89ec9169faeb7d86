"""Everything is proved of the shipped rules, and a shipped rule changed for the worse is found."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import as_shipped
import strategies
from intake import resources
from intake.content.invariants import read_invariants
from intake.domain.conditions import Compare, Operator
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.rules import Priority, SourceKind
from intake.proving.obligations import SENT_ON, Kind, Verdict
from intake.proving.placing import EncodedConditions
from intake.proving.prover import Prover

LIBRARY = as_shipped.library()
INVARIANTS = read_invariants(resources.SAFETY / "invariants.yaml", LIBRARY)
RULES = LIBRARY.rulebook.rules
# A slice of them in each ordinary run, and all of them with `make prove`.
SLICE = (
    "aneurysm-or-aortic-tear",
    "sedating-medicines-opioid-or-several",
    "asq-right-now",
    "audit-c-8-or-above",
    "thyroid-hormone",
    "sleep-apnea-without-cpap-or-possible-at-bmi-35",
    "blood-pressure-reading-140-90",
    "bladder-symptoms-past",
    "psychostimulant",
    "mao-inhibitor",
)


def prover(rules=RULES, only=""):
    return Prover(LIBRARY.questionnaire, LIBRARY.formulary, rules, INVARIANTS, only=only)


def not_shown(found):
    proofs = (proof for task in found.tasks() for proof in found.work(task).proofs)
    return [(proof.kind, proof.subject) for proof in proofs if proof.verdict is not Verdict.SHOWN]


@pytest.mark.parametrize("rule", SLICE)
def test_a_shipped_rule_does_what_it_should_for_everyone(rule):
    assert not_shown(prover(only=rule)) == []


def changed(rule_id, **change):
    return tuple(replace(rule, **change) if rule.id == rule_id else rule for rule in RULES)


@pytest.mark.parametrize(
    ("rule", "change", "found"),
    [
        (
            "aneurysm-or-aortic-tear",
            {"when": Compare("aneurysm", Operator.IS, "repaired")},
            [
                (Kind.GRAVER_QUIETS_NOTHING, "aneurysm / aneurysm"),
                (Kind.INVARIANT, "label-contraindication / aneurysm (1)"),
            ],
        ),
        (
            "arteriovenous-malformation",
            {"priority": Priority.MODERATE},
            [
                (Kind.INVARIANT, "label-contraindication / avm (2)"),
                (Kind.INVARIANT, "safety-question-unknown / avm (2)"),
            ],
        ),
        (
            "home-not-safe",
            {"when": Compare("home_safe", Operator.IS, "yes")},
            [
                (Kind.GRAVER_QUIETS_NOTHING, "home_support / home_safe"),
                (Kind.INVARIANT, "danger-now / home_support (10)"),
            ],
        ),
    ],
)
def test_a_shipped_rule_changed_for_the_worse_is_found(rule, change, found):
    assert not_shown(prover(changed(rule, **change), only=rule)) == found


def test_every_topic_with_a_high_label_contraindication_is_held_to_the_invariant():
    (held,) = (one for one in INVARIANTS.invariants if one.id == "label-contraindication")
    cited = {
        rule.topic
        for rule in RULES
        if rule.priority.rank <= Priority.HIGH.rank
        and SourceKind.LABEL_CONTRAINDICATION in {source.kind for source in rule.sources}
    }

    assert cited <= {case.topic for case in held.cases}


ENCODED = EncodedConditions(LIBRARY.questionnaire, LIBRARY.formulary, [rule.when for rule in RULES])


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(strategies.answers(LIBRARY.questionnaire), min_size=10, max_size=10))
def test_the_encoding_and_the_engine_agree_on_every_shipped_rule(people):
    found = ENCODED.truths(people)

    for at, answers in enumerate(people):
        drafted = evidence(answers)
        person = evidence(relevant(drafted))
        for rule, truths in zip(RULES, found, strict=True):
            assert rule.when.find(person).truth is truths[at], rule.id


def evidence(answers, as_of: date = SENT_ON):
    return PatientEvidence(LIBRARY.questionnaire, LIBRARY.formulary, answers, as_of)
