"""What a flag rests on: four blocks for every rule, true to its outcome, and nothing unknown left unsaid."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings

import as_shipped
import small
import strategies
from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answers,
    Chosen,
    ChosenMany,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    answered,
)
from intake.domain.basis import PURPOSE, Explainer, NoSuchRule, folded_into
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.inputs import Obtained
from intake.domain.rules import (
    Checked,
    Example,
    Lowered,
    Outcome,
    Priority,
    Rule,
    RuleBook,
    Source,
    SourceKind,
)
from intake.domain.screening import OUTCOMES, Editions, Flag, outcome_of, screen
from intake.domain.telling import Teller
from intake.domain.truth import Truth, all_of, any_of

YES, NO = answered(Chosen("yes")), answered(Chosen("no"))
SENT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)

TREATED = Compare("treated", Operator.IS, "no")
TOP = Compare("reading.first", Operator.AT_LEAST, Decimal(140))
RASH = Compare("signs", Operator.INCLUDES, "rash")
OPIOID = Compare("medicines", Operator.HAS_CLASS, "opioid")
MOOD = Compare("mood_total", Operator.AT_LEAST, Decimal(4))


def rule(when, rule_id="one", priority=Priority.HIGH, topic="pressure", checked=Checked.NOT_CHECKED):
    source = Source(SourceKind.INFERENCE, "Clinical inference of the intake project", checked)
    example = Example(Answers({"pressure": YES}), Outcome.RAISED, small.TODAY)
    return Rule(
        rule_id, topic, f"Title of {rule_id}", priority, when, "Why.", (source,), "Lead", date(2027, 5, 20),
        examples=(example,),
    )  # fmt: skip


def explainer(evidence, *rules, sent=None):
    given_at = dict.fromkeys(evidence.answers, SENT) | (sent or {})
    by_id = {one.id: one for one in rules}
    return Explainer(by_id, Teller(evidence.questionnaire, evidence.formulary), evidence, given_at)


def basis_of(when, **answers):
    """The basis of the flag of one rule, whatever came of it, for a patient with these answers."""
    evidence = small.given(Answers(answers))
    only = rule(when)
    return explainer(evidence, only).basis(Flag(outcome_of(only, evidence)))


def faults(basis, stored):
    """What is wrong with a basis, beside the outcome that is stored. The detector of this file."""
    lines = tuple(basis.rule.told.lines())
    root = basis.rule.told.truth
    open_questions = Counter(
        one.line.question
        for one in (*basis.unknowns.missing, *basis.unknowns.not_sure, *basis.unknowns.declined)
    )
    looked_at = {one.line.question for one in basis.inputs}
    deciding = [line for line in lines if line.decided and not line.parts]
    leaves = [line for line in lines if not line.parts]
    asked = [one for one in basis.inputs if not one.is_worked_out]
    waited_for = {one.line.question for one in asked if one.is_open}
    claims = {
        "purpose": bool(PURPOSE),
        "inputs": bool(basis.inputs) and all(one.line.asked and one.said for one in basis.inputs),
        "needed": bool(basis.needed),
        "rule": all(line.words for line in lines) and bool(basis.rule.rule.sources),
        "outcome": OUTCOMES[root] is stored.outcome is basis.rule.outcome,
        "groups": all(_adds_up(line) for line in lines if line.parts),
        "decided": bool(deciding) and all(line.truth is root for line in deciding),
        "waits for": all((line.truth is Truth.NOT_KNOWN) == bool(line.waits_for) for line in leaves),
        "unknowns": open_questions == Counter(waited_for),
        "because": {line.question for line in stored.because} <= looked_at,
        "missing": {line.question for line in stored.missing} <= looked_at,
        "as stored": basis.is_as_stored,
    }
    return [claim for claim, holds in claims.items() if not holds]


def _adds_up(line):
    truths = [part.truth for part in line.parts]
    return line.truth is (all_of(truths) if line.words.startswith("all") else any_of(truths))


@pytest.fixture(scope="module")
def library():
    return as_shipped.library()


def evidence_of(library, answers, as_of):
    given = PatientEvidence(library.questionnaire, library.formulary, answers, as_of)
    return PatientEvidence(library.questionnaire, library.formulary, relevant(given), as_of)


def test_every_shipped_rule_has_all_four_blocks_for_each_of_its_examples(library):
    met = Counter()
    for one in library.rulebook.rules:
        for example in one.examples:
            evidence = evidence_of(library, example.answers, example.as_of)
            stored = outcome_of(one, evidence)

            basis = explainer(evidence, one).basis(Flag(stored))

            assert faults(basis, stored) == [], one.id
            assert stored.outcome is example.outcome
            met[one.id, stored.outcome] += 1
    assert {rule_id for rule_id, outcome in met if outcome is Outcome.RAISED} == {
        one.id for one in library.rulebook.rules
    }


@settings(max_examples=6)
@given(strategies.answers(small.asked))
def test_whatever_is_answered_the_truth_of_each_line_agrees_with_the_outcome(answers):
    evidence = small.given(relevant(small.given(answers)))
    for when in (All((TREATED, AnyOf((TOP, RASH)))), AnyOf((OPIOID, MOOD)), AnyOf((All((TOP, RASH)), MOOD))):
        only = rule(when)
        stored = outcome_of(only, evidence)

        basis = explainer(evidence, only).basis(Flag(stored))

        assert faults(basis, stored) == []


def test_whoever_answers_every_shipped_rule_has_all_four_blocks(library):
    @settings(max_examples=4)
    @given(strategies.answers(library.questionnaire))
    def whoever(answers):
        evidence = evidence_of(library, answers, small.TODAY)
        explain = explainer(evidence, *library.rulebook.rules)
        for one in library.rulebook.rules:
            stored = outcome_of(one, evidence)
            assert faults(explain.basis(Flag(stored)), stored) == [], one.id

    whoever()


UNDECIDED = {"pressure": YES, "treated": NOT_SURE, "signs": answered(ChosenMany(("rash",)))}


def broken(**changes):
    return lambda basis: replace(basis, **changes)


def with_truth(truth):
    return lambda basis: replace(
        basis, rule=replace(basis.rule, told=replace(basis.rule.told, truth=truth), outcome=OUTCOMES[truth])
    )


def nothing_decided(basis):
    told = basis.rule.told
    parts = tuple(replace(part, decided=False) for part in told.parts)
    return replace(basis, rule=replace(basis.rule, told=replace(told, parts=parts)))


def unsure_forgotten(basis):
    return replace(basis, unknowns=replace(basis.unknowns, not_sure=()))


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (broken(inputs=()), "inputs"),
        (broken(is_as_stored=False), "as stored"),
        (with_truth(Truth.NO), "outcome"),
        (with_truth(Truth.YES), "groups"),
        (nothing_decided, "decided"),
        (unsure_forgotten, "unknowns"),
    ],
)
def test_a_basis_that_is_wrong_is_found_out(spoil, found):
    """The controls: an unknown read as a no, a block left out, an answer nobody gave left unsaid."""
    only = rule(All((TREATED, RASH)))
    evidence = small.given(Answers(UNDECIDED))
    stored = outcome_of(only, evidence)
    basis = explainer(evidence, only).basis(Flag(stored))
    assert faults(basis, stored) == []

    assert found in faults(spoil(basis), stored)


def test_each_clause_has_a_truth_of_its_own_and_says_whether_it_decided():
    told = basis_of(All((TREATED, RASH)), **UNDECIDED).rule.told

    assert [(line.words, line.truth, line.decided) for line in told.lines()] == [
        ("all of these:", Truth.NOT_KNOWN, True),
        ("“Treated?” was answered “No”", Truth.NOT_KNOWN, True),
        ("“Signs?”: “Rash” was ticked", Truth.YES, False),
    ]
    assert [line.said for line in told.parts[0].waits_for] == ["Not sure"]


def test_an_input_says_what_was_asked_what_was_said_when_and_how_it_came():
    evidence = small.given(
        Answers(
            {"knows_reading": YES, "reading": answered(Reading(150, 90)), "low": answered(Chosen("daily"))}
        )
    )
    only = rule(AnyOf((TOP, MOOD)))
    later = SENT.replace(day=22)

    found = explainer(evidence, only, sent={"reading": later}).basis(Flag(outcome_of(only, evidence)))

    told = [(one.line.asked, one.said, one.obtained, one.given_at) for one in found.inputs]
    assert told == [
        ("Know it?", "Yes I do", Obtained.PICKED, SENT),
        ("Which numbers?", "150 / 90 mmHg", Obtained.NUMBER, later),
        (
            "Mood total (worked out from the answers)",
            "At least 2 of 6, incomplete: 1 of 3 answered",
            Obtained.WORKED_OUT,
            None,
        ),
        ("Low?", "Every day", Obtained.PICKED, SENT),
        ("Tired?", "Not reached", Obtained.PICKED, None),
        ("Hopeless?", "Not reached", Obtained.PICKED, None),
    ]
    assert found.given_at == {SENT, later}
    assert len(found.needed) == 3
    assert found.rule.thresholds == (
        "“Which numbers?”, top, is 140 mmHg or more",
        "“Mood total” is 4 points or more",
    )


def test_a_question_that_does_not_apply_is_neither_known_nor_unknown():
    found = basis_of(All((TREATED, RASH)), pressure=NO, signs=answered(ChosenMany(("rash",))))

    treated = next(one for one in found.inputs if one.line.question == "treated")
    assert treated.said == "Not asked: it does not apply"
    assert (found.known, len(found.applying)) == (2, 2)
    assert found.unknowns.are_none


def test_a_question_behind_an_unknown_one_is_unknown_too():
    found = basis_of(TREATED, pressure=DECLINED)

    assert [one.line.question for one in found.unknowns.declined] == ["pressure"]
    assert [one.said for one in found.unknowns.missing] == ["Not asked: what it depends on is not known"]
    assert found.known == 0


@pytest.mark.parametrize(
    ("left", "name"), [(BLANK, "missing"), (NOT_SURE, "not_sure"), (DECLINED, "declined")]
)
def test_each_way_to_leave_a_question_open_is_named_apart(left, name):
    found = basis_of(Compare("pressure", Operator.IS, "yes"), pressure=left)

    assert [one.line.question for one in getattr(found.unknowns, name)] == ["pressure"]
    assert not found.unknowns.are_none


def test_a_list_with_not_sure_ticked_beside_others_is_partly_unknown():
    found = basis_of(RASH, signs=answered(ChosenMany(("fever",), unsure=True)))

    assert [one.said for one in found.unknowns.partly] == ["Fever; Not sure"]


def test_a_number_the_form_takes_for_unlikely_is_named_with_what_is_usual():
    tall = answered(Number(Decimal(270), ("270",), "cm"))
    found = basis_of(Compare("height", Operator.AT_LEAST, Decimal(200)), height=tall)

    assert [(one.line.said, one.usual) for one in found.unknowns.improbable] == [("270 cm", "50 to 260 cm")]


def test_a_number_within_the_usual_range_is_not():
    usual = answered(Number(Decimal(170), ("170",), "cm"))

    assert basis_of(Compare("height", Operator.AT_LEAST, Decimal(200)), height=usual).unknowns.are_none


def test_medicines_that_were_not_recognized_are_named():
    listed = answered(
        MedicineList((MedicineEntry("oxycodone"), MedicineEntry("sunrise"), MedicineEntry("", named=False)))
    )
    found = basis_of(OPIOID, takes=YES, medicines=listed)

    assert found.unknowns.not_recognised == ("sunrise", "a medicine without a name")


# "Take any?" and the list stand in one part of the small questionnaire.
ASKED_TWICE = AnyOf((OPIOID, Compare("takes", Operator.IS, "yes")))


def test_a_kind_asked_by_name_and_listed_otherwise_is_quoted_side_by_side():
    listed = answered(MedicineList((MedicineEntry("Ativan"),)))

    (found,) = basis_of(ASKED_TWICE, takes=YES, medicines=listed).unknowns.disagreeing

    assert (found.listed.said, found.by_name.said) == ("Ativan", "Yes")


@pytest.mark.parametrize("listed", ["oxycodone", "oxycotin"])
def test_two_answers_that_agree_or_may_agree_are_not(listed):
    given = {"takes": YES, "medicines": answered(MedicineList((MedicineEntry(listed),)))}

    assert basis_of(ASKED_TWICE, **given).unknowns.disagreeing == ()
    assert basis_of(All(ASKED_TWICE.parts), **given).unknowns.disagreeing == ()


def test_a_question_of_another_part_is_about_something_else():
    given = {"takes": YES, "medicines": answered(MedicineList((MedicineEntry("oxycodone"),))), "pressure": NO}

    assert (
        basis_of(AnyOf((OPIOID, Compare("pressure", Operator.IS, "yes"))), **given).unknowns.disagreeing == ()
    )


def test_a_shipped_medicine_that_is_listed_and_denied_is_quoted(library):
    answers = {
        "takes_maoi": NO,
        "takes_medicines": YES,
        "medicines": answered(MedicineList((MedicineEntry("Nardil 15 mg"),))),
    }
    evidence = evidence_of(library, Answers(answers), small.TODAY)
    one = next(one for one in library.rulebook.rules if one.id == "mao-inhibitor")

    (found,) = explainer(evidence, one).basis(Flag(outcome_of(one, evidence))).unknowns.disagreeing

    assert (found.listed.said, found.by_name.question, found.by_name.said) == (
        "Nardil 15 mg",
        "takes_maoi",
        "No",
    )


def test_a_flag_that_folds_others_rests_on_their_rules_too():
    stronger = rule(TREATED, "stronger", Priority.URGENT)
    weaker = rule(Compare("treated", Operator.IS, "yes"), "weaker")
    evidence = small.given(Answers({"pressure": NOT_SURE}))
    screening = screen(RuleBook((stronger, weaker)), evidence, Editions("q", "r", "m"), SENT)
    (flag,) = screening.cannot_tell

    found = explainer(evidence, stronger, weaker).basis(flag, folded_into(flag, screening.outcomes))

    assert [one.rule.id for one in found.also] == ["weaker"]
    assert found.also[0].outcome is Outcome.CANNOT_TELL


def test_a_rule_that_stops_with_an_error_still_shows_the_lines_that_do_not():
    wrong = Compare("signs", Operator.IS, "rash")  # what was ticked is not one choice
    only = rule(AnyOf((wrong, Compare("pressure", Operator.IS, "yes"))))
    evidence = small.given(Answers({"signs": answered(ChosenMany(("rash",))), "pressure": NOT_SURE}))
    (flag,) = screen(RuleBook((only,)), evidence, Editions("q", "r", "m"), SENT).flags
    assert flag.outcome.failed

    found = explainer(evidence, only).basis(flag)

    assert found.rule.outcome is None
    assert [line.truth for line in found.rule.told.lines()] == [None, None, Truth.NOT_KNOWN]
    assert found.is_as_stored
    assert found.inputs


def test_a_rule_that_says_something_else_by_now_is_told():
    only = rule(RASH)
    answers = {"signs": answered(ChosenMany(("rash",)))}
    stored = Flag(outcome_of(only, small.given(Answers({"signs": NOT_SURE}))))

    assert not explainer(small.given(Answers(answers)), only).basis(stored).is_as_stored


def test_a_priority_the_clinic_changed_changes_nothing_else():
    only = rule(RASH)
    evidence = small.given(Answers({"signs": answered(ChosenMany(("rash",)))}))
    lowered = Lowered("one", "Title of one", Priority.HIGH, Priority.INFO, "Why", "Dr. A", date(2027, 1, 1))
    merged = replace(only, priority=Priority.INFO)
    (flag,) = screen(RuleBook((merged,), lowered=(lowered,)), evidence, Editions("q", "r", "m"), SENT).flags

    assert faults(explainer(evidence, merged).basis(flag), flag.outcome) == []


def test_a_rule_that_is_not_in_the_rules_is_refused():
    evidence = small.given(Answers({}))

    with pytest.raises(NoSuchRule):
        explainer(evidence).basis(Flag(outcome_of(rule(RASH), evidence)))


def test_how_far_the_sources_were_checked_is_known():
    evidence = small.given(Answers({}))
    for checked, read in ((Checked.READ, True), (Checked.SECONDARY, False), (Checked.NOT_CHECKED, False)):
        only = rule(RASH, checked=checked)
        assert explainer(evidence, only).basis(Flag(outcome_of(only, evidence))).rule.was_read is read


def test_on_how_many_examples_a_rule_was_tried_is_known():
    tried = basis_of(RASH).rule.tried

    assert tried == ((Outcome.RAISED, 1), (Outcome.CANNOT_TELL, 0), (Outcome.NOT_RAISED, 0))
