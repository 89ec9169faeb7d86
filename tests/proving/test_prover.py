"""Each kind of thing that is proved, with something broken that it finds, and a person who shows it."""

import pytest

import small
from intake.content.questionnaire import parse_questionnaire
from intake.domain.answers import BLANK, Answers, State
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.invariants import Case, Invariant, Invariants, NotAboutGravity, OwnWords
from intake.domain.rules import Priority
from intake.domain.truth import Truth
from intake.proving import prover as proving
from intake.proving.formulas import Variable, at_most_one, every, some
from intake.proving.obligations import Kind, Verdict
from intake.proving.people import EncodingDisagrees, confirm
from intake.proving.prover import Prover
from intake.proving.solving import Solver, Undecided, values_for
from proving.short import rule


def compare(question, operator, operand):
    return Compare(question, operator, operand)


def is_(question, choice):
    return Compare(question, Operator.IS, choice)


def includes(choice):
    return Compare("signs", Operator.INCLUDES, choice)


def leaves_out(choice):
    return Compare("signs", Operator.LEAVES_OUT, choice)


def has(medicine_class):
    return Compare("medicines", Operator.HAS_CLASS, medicine_class)


def lacks(medicine_class):
    return Compare("medicines", Operator.LACKS_CLASS, medicine_class)


def report(*rules, invariants=None, questionnaire=small.asked):
    prover = Prover(questionnaire, small.formulary, rules, invariants or Invariants())
    reports = [prover.work(task) for task in prover.tasks()]
    return [proof for one in reports for proof in one.proofs], [i for one in reports for i in one.implied]


def left(*rules, kind, **more):
    proofs, _ = report(*rules, **more)
    return [proof for proof in proofs if proof.verdict is Verdict.REFUTED and proof.kind is kind]


def person(answers):
    return small.given(answers, proving.SENT_ON)


SOUND = rule("sound", is_("pressure", "yes"), topic="pressure")


def test_a_sound_rule_leaves_nothing_to_put_right():
    proofs, _ = report(SOUND)

    assert {proof.kind for proof in proofs} >= {
        Kind.CAN_BE_RAISED,
        Kind.CAN_BE_NOT_RAISED,
        Kind.CAN_BE_CANNOT_TELL,
        Kind.GRAVER_QUIETS_NOTHING,
        Kind.ADDS_SOMETHING,
    }
    assert all(proof.verdict is Verdict.SHOWN for proof in proofs)


@pytest.mark.parametrize(
    ("kind", "when"),
    [
        (Kind.CAN_BE_RAISED, All((is_("pressure", "yes"), is_("pressure", "no")))),
        # A follow-up that contradicts what it is asked upon.
        (Kind.CAN_BE_RAISED, All((is_("treated", "yes"), is_("pressure", "no")))),
        (Kind.CAN_BE_RAISED, compare("mood_total", Operator.ABOVE, 6)),
        (Kind.CAN_BE_NOT_RAISED, AnyOf((is_("pressure", "yes"), is_("pressure", "no")))),
        (Kind.CAN_BE_NOT_RAISED, compare("mood_total", Operator.AT_LEAST, 0)),
        # Words searched for stand in a text or they do not.
        (Kind.CAN_BE_CANNOT_TELL, compare("crisis", Operator.AT_LEAST, 1)),
    ],
)
def test_a_rule_that_has_not_all_three_outcomes_is_found(kind, when):
    found = left(rule("broken", when), kind=kind)

    assert [proof.subject for proof in found] == ["broken"]


QUIETED = {
    "a graver choice": ("low", (rule("a", is_("low", "sometimes")),)),
    "a graver choice, and a flag of lower priority in its place": (
        "low",
        (
            rule("a", is_("low", "sometimes"), topic="low"),
            rule("b", is_("low", "daily"), Priority.MODERATE, topic="low"),
        ),
    ),
    "a yes": ("pressure", (rule("a", is_("pressure", "no")),)),
    "a yes that makes a follow-up be asked": (
        "pressure",
        (rule("a", AnyOf((All((is_("low", "daily"), is_("pressure", "no"))), is_("treated", "yes")))),),
    ),
    "one more tick": ("signs", (rule("a", All((includes("rash"), leaves_out("fever")))),)),
    "a tick in place of none of these": ("signs", (rule("a", includes("none")),)),
    "one more medicine": ("medicines", (rule("a", All((has("opioid"), lacks("maoi")))),)),
    "one more kind of medicine": ("medicines", (rule("a", compare("sedating", Operator.AT_MOST, 1)),)),
    "one more to read by hand": (
        "medicines",
        (rule("a", All((has("opioid"), compare("unknown_medicines", Operator.BELOW, 2)))),),
    ),
    "an item of a total": ("low", (rule("a", compare("mood_total", Operator.AT_MOST, 4)),)),
}


@pytest.mark.parametrize(("question", "rules"), QUIETED.values(), ids=QUIETED.keys())
def test_a_graver_answer_that_quiets_a_flag_comes_with_the_same_person_twice(question, rules):
    found = left(*rules, kind=Kind.GRAVER_QUIETS_NOTHING)

    (proof,) = (one for one in found if one.change.question == question)
    before, after = person(proof.answers), person(proof.change.graver)
    raised = [one for one in rules if one.when.find(before).truth is Truth.YES]
    assert {one.id for one in raised} >= set(proof.rules) != set()
    least = min(one.priority.rank for one in raised if one.id in proof.rules)
    assert all(one.when.find(after).truth is Truth.NO for one in rules if one.priority.rank <= least)
    shared = (set(proof.answers) & set(proof.change.graver)) - {question}
    assert all(proof.answers[one] == proof.change.graver[one] for one in shared)
    assert proof.answers[question] != proof.change.graver[question]


NOT_QUIETED = {
    "a follow-up not asked yet cannot tell": (
        rule("a", AnyOf((is_("pressure", "no"), is_("treated", "no"))), topic="t"),
        rule("b", is_("treated", "yes"), topic="t"),
    ),
    "the graver tier takes over": (
        rule("a", is_("low", "sometimes"), Priority.MODERATE, topic="low"),
        rule("b", is_("low", "daily"), topic="low"),
    ),
}


@pytest.mark.parametrize("rules", NOT_QUIETED.values(), ids=NOT_QUIETED.keys())
def test_a_flag_that_changes_hands_is_not_quieted(rules):
    assert not left(*rules, kind=Kind.GRAVER_QUIETS_NOTHING)


def test_the_order_of_choices_is_the_questionnaire_s():
    good_news = small.QUESTIONNAIRE.replace("{id: pressure,", "{id: pressure, gravest: last,")
    no_order = small.QUESTIONNAIRE.replace("{id: pressure,", "{id: pressure, gravest: none,")
    broken = rule("a", is_("pressure", "no"))

    assert left(broken, kind=Kind.GRAVER_QUIETS_NOTHING)
    for text in (good_news, no_order):
        asked = parse_questionnaire(text)
        assert not left(broken, kind=Kind.GRAVER_QUIETS_NOTHING, questionnaire=asked)


def test_an_exception_holds_for_its_question_and_topic_and_has_to_be_needed():
    broken = rule("a", is_("pressure", "no"), topic="t")
    needed = Invariants(not_about_gravity=(NotAboutGravity("pressure", "t", "Reason"),))
    elsewhere = Invariants(not_about_gravity=(NotAboutGravity("pressure", "pressure", "Reason"),))

    assert not left(broken, kind=Kind.GRAVER_QUIETS_NOTHING, invariants=needed)
    assert not left(broken, kind=Kind.EXCEPTION_NEEDED, invariants=needed)
    assert left(broken, kind=Kind.GRAVER_QUIETS_NOTHING, invariants=elsewhere)
    assert left(SOUND, kind=Kind.EXCEPTION_NEEDED, invariants=elsewhere)


def invariant(*cases, raised=True, priority=Priority.HIGH):
    return Invariants((Invariant("held", "Says", "Why", raised, priority, cases),))


YES = Case("pressure", is_("pressure", "yes"))
OPEN = Case("pressure", unknown="pressure")
FOLLOW_UP_OPEN = Case("pressure", unknown="treated")


@pytest.mark.parametrize(
    ("case", "raised", "broken"),
    [
        (YES, True, rule("a", All((is_("pressure", "yes"), is_("takes", "yes"))), topic="pressure")),
        (YES, True, rule("a", is_("pressure", "yes"), Priority.MODERATE, topic="pressure")),
        (YES, True, rule("a", is_("pressure", "yes"), topic="another")),
        (OPEN, False, rule("a", compare("pressure", Operator.STATE, (State.DECLINED,)), topic="pressure")),
        (OPEN, True, SOUND),
        (
            FOLLOW_UP_OPEN,
            False,
            rule("a", All((is_("pressure", "no"), is_("treated", "no"))), topic="pressure"),
        ),
    ],
)
def test_an_invariant_that_does_not_hold_comes_with_somebody(case, raised, broken):
    (proof,) = left(broken, kind=Kind.INVARIANT, invariants=invariant(case, raised=raised))

    shown = person(proof.answers)
    if case.when is not None:
        assert case.when.find(shown).truth is Truth.YES
    else:
        assert shown.value(case.unknown) is None
        assert shown.asked(case.unknown).truth is not Truth.NO
    gets = broken.when.find(shown).truth
    loud = broken.topic == case.topic and broken.priority.rank <= Priority.HIGH.rank
    assert not loud or gets is Truth.NO or (raised and gets is Truth.NOT_KNOWN)


@pytest.mark.parametrize(
    ("case", "raised"), [(YES, True), (OPEN, False), (Case("pressure", is_("treated", "no")), True)]
)
def test_an_invariant_that_holds_is_shown(case, raised):
    assert not left(SOUND, kind=Kind.INVARIANT, invariants=invariant(case, raised=raised))


TWIN = rule("twin", AnyOf((is_("pressure", "yes"),)), topic="pressure")
NARROWER = rule("narrower", All((is_("pressure", "yes"), is_("takes", "yes"))), topic="pressure")
TIER = rule("tier", AnyOf((is_("pressure", "yes"), is_("takes", "yes"))), Priority.INFO, topic="pressure")


def test_rules_that_say_the_same_are_found_both_ways():
    found = left(SOUND, TWIN, kind=Kind.ADDS_SOMETHING)

    assert [(proof.subject, proof.rules) for proof in found] == [("sound", ("twin",)), ("twin", ("sound",))]


def test_a_rule_within_another_adds_nothing():
    (found,) = left(SOUND, NARROWER, kind=Kind.ADDS_SOMETHING)

    assert (found.subject, found.rules) == ("narrower", ("sound",))


def test_a_tier_is_implied_and_is_no_finding():
    proofs, implied = report(SOUND, TIER)

    assert all(proof.verdict is Verdict.SHOWN for proof in proofs)
    assert [(one.rule, one.by) for one in implied] == [("sound", "tier")]


def test_a_rule_that_cannot_tell_where_the_other_says_no_adds_something():
    # Raised only where "sound" is; but it waits for "takes" also where the pressure is known to be low.
    waits = rule("waits", AnyOf((is_("pressure", "yes"), All((is_("takes", "yes"), is_("takes", "no"))))))
    lower = rule("sound", is_("pressure", "yes"), topic="waits")

    assert [proof.subject for proof in left(waits, lower, kind=Kind.ADDS_SOMETHING)] == ["sound"]


def test_a_rule_kept_for_its_words_is_excepted_as_long_as_that_is_needed():
    kept = Invariants(own_words=(OwnWords("narrower", "sound", "Reason"),))

    assert not left(SOUND, NARROWER, kind=Kind.ADDS_SOMETHING, invariants=kept)
    assert not left(SOUND, NARROWER, kind=Kind.EXCEPTION_NEEDED, invariants=kept)
    for_nothing = Invariants(own_words=(OwnWords("tier", "sound", "Reason"),))
    assert left(SOUND, TIER, kind=Kind.EXCEPTION_NEEDED, invariants=for_nothing)


def test_one_rule_alone_is_looked_at_with_its_topic():
    prover = Prover(
        small.asked, small.formulary, (SOUND, TIER, rule("other", is_("takes", "yes"))), only="tier"
    )

    proofs = [proof for task in prover.tasks() for proof in prover.work(task).proofs]

    assert {proof.topic for proof in proofs} == {"pressure"}
    assert {proof.subject for proof in proofs if proof.kind is Kind.CAN_BE_RAISED} == {"tier"}


def test_what_the_solver_gives_up_on_is_undecided_and_never_shown(monkeypatch):
    def give_up(self, goal):
        raise Undecided("timeout")

    monkeypatch.setattr(Solver, "values_for", give_up)
    both = invariant(YES)

    proofs, _ = report(SOUND, TIER, invariants=both)

    assert {proof.verdict for proof in proofs} == {Verdict.UNDECIDED}


def test_the_solver_gives_up_when_its_time_is_over():
    # More pigeons than holes: short to say, and long to show without counting.
    pigeons, holes = range(12), range(11)
    sits = {(one, hole): Variable(f"{one} in {hole}") for one in pigeons for hole in holes}
    everyone = every(some(sits[one, hole] for hole in holes) for one in pigeons)
    alone = every(at_most_one(sits[one, hole] for one in pigeons) for hole in holes)

    with pytest.raises(Undecided):
        values_for(every([everyone, alone]), seconds=0.05)


def test_an_encoding_that_differs_from_the_engine_is_said_loudly():
    somebody = person(Answers({"pressure": BLANK}))

    with pytest.raises(EncodingDisagrees, match="a fault in intake/proving"):
        confirm(somebody, {SOUND.when: Truth.YES})
