"""What was proved, in words and as plain data: counterexamples are told as a person's answers."""

from collections import Counter
from collections.abc import Iterator

from intake.domain.answers import Answers
from intake.domain.questionnaire import Question
from intake.domain.reach import reach
from intake.domain.wording import in_words, long_date
from intake.proving.obligations import SENT_ON, Kind, Proof, Verdict
from intake.services.proofs import Proved

_SHOULD = {
    Kind.CAN_BE_RAISED: "is never raised, whatever is answered",
    Kind.CAN_BE_NOT_RAISED: "is never not raised: it comes up for everybody",
    Kind.CAN_BE_CANNOT_TELL: "never ends as cannot tell, so somewhere not known is read as an answer",
}
_TO_DO = {
    Kind.CAN_BE_RAISED: (
        "Two parts of its condition may shut each other out, or the question they ask about is asked only "
        "when they are not so. `intake rules explain` shows its clauses."
    ),
    Kind.CAN_BE_NOT_RAISED: "A part of its condition is so for everybody. Narrow it, or take it out.",
    Kind.CAN_BE_CANNOT_TELL: (
        "Look for a comparison of `state` that takes in every way to leave a question open, where the rule "
        "should say cannot tell instead."
    ),
    Kind.GRAVER_QUIETS_NOTHING: (
        "Widen a rule of this topic so that it takes in the graver answer; or, if the answers are listed in "
        "another order, say so with `gravest` in the questionnaire; or, if the topic is not about how grave "
        "this answer is, say why under not_about_gravity in safety/invariants.yaml."
    ),
    Kind.INVARIANT: (
        "Widen a rule of this topic, or raise its priority. To change the invariant is a clinical decision."
    ),
    Kind.ADDS_SOMETHING: (
        "Take it out; or say under own_words in safety/invariants.yaml why it is kept for what it says."
    ),
    Kind.EXCEPTION_NEEDED: "Take it out of safety/invariants.yaml: it would hide what comes later.",
}
_OF_NOBODY = (
    "Nobody can be in this case, so it promises nothing. Mend its condition in safety/invariants.yaml, or "
    "take the case out."
)
_UNDECIDED = (
    "The solver gave up within its time, so nothing is shown either way. Give it longer with --seconds, "
    "or ask for one rule alone with --rule."
)


def lines(proved: Proved) -> Iterator[str]:
    """The whole report, line by line; what has to be put right comes last, where it is seen."""
    report = proved.report
    yield f"{len(report.proofs)} things to show of {_looked_at(proved)}"
    found = Counter((proof.kind, proof.verdict is Verdict.SHOWN) for proof in report.proofs)
    for kind in Kind:
        shown = found[kind, True]
        of = shown + found[kind, False]
        if of:
            yield f"  {shown:5} of {of:5}  {kind.value}"
    yield from _implied(proved)
    yield from _exceptions(proved)
    yield from _without_order(proved)
    for proof in report.left:
        yield ""
        yield from told(proved, proof)
    yield ""
    undecided = sum(proof.verdict is Verdict.UNDECIDED for proof in report.left)
    if not report.left:
        yield "All of it is shown, for everyone who could fill in the form. Nothing to put right."
        yield f"Ages and days are counted as on {long_date(SENT_ON)}."
    else:
        yield f"{len(report.left) - undecided} to put right, {undecided} undecided."


def told(proved: Proved, proof: Proof) -> Iterator[str]:
    """One thing that could not be shown: what, for whom, and what to do."""
    if proof.verdict is Verdict.UNDECIDED:
        yield f"UNDECIDED  {proof.kind.value}: {proof.subject}"
        yield f"  {_UNDECIDED}"
        return
    yield f"NOT SO  {_claim(proved, proof)}"
    if proof.answers is not None:
        person = list(_person(proved, proof.answers))
        yield f"  Somebody {'with these answers, and no others:' if person else 'who answered nothing.'}"
        yield from (f"    {label}: {said}" for label, said in person)
    if proof.change is not None:
        yield from _graver(proved, proof)
    yield f"  {_OF_NOBODY if _is_of_nobody(proof) else _TO_DO[proof.kind]}"


def as_plain(proved: Proved) -> dict[str, object]:
    """The same as plain data, for other programs."""
    report = proved.report
    counts = Counter((proof.kind, proof.verdict) for proof in report.proofs)
    return {
        "obligations": [
            {"kind": kind.value, **{verdict.value: counts[kind, verdict] for verdict in Verdict}}
            for kind in Kind
        ],
        "left": [_plain(proved, proof) for proof in report.left],
        "implied": [{"rule": one.rule, "by_it": one.by} for one in report.implied],
        "excepted": [
            *(
                {"question": one.question, "topic": one.topic, "reason": one.reason}
                for one in proved.invariants.not_about_gravity
            ),
            *(
                {"rule": one.rule, "beside": one.beside, "reason": one.reason}
                for one in proved.invariants.own_words
            ),
        ],
    }


def _plain(proved: Proved, proof: Proof) -> dict[str, object]:
    told_plain: dict[str, object] = {
        "kind": proof.kind.value,
        "subject": proof.subject,
        "topic": proof.topic,
        "verdict": proof.verdict.value,
        "rules": list(proof.rules),
        "says": _claim(proved, proof),
    }
    if proof.answers is not None:
        told_plain["person"] = _plain_person(proved, proof.answers)
    if proof.change is not None:
        told_plain["graver"] = {
            "question": proof.change.question,
            "person": _plain_person(proved, proof.change.graver),
        }
    return told_plain


def _plain_person(proved: Proved, answers: Answers) -> list[dict[str, str]]:
    return [
        {"question": question.id, "label": question.label, "answer": in_words(question, answers[question.id])}
        for question in _answered(proved, answers)
    ]


def _looked_at(proved: Proved) -> str:
    cases = sum(proof.kind is Kind.INVARIANT for proof in proved.report.proofs)
    rules = sum(proof.kind is Kind.CAN_BE_RAISED for proof in proved.report.proofs)
    questions = len(proved.library.questionnaire.questions)
    about = f"{rules} rule{'' if rules == 1 else 's'} over {questions} questions"
    return f"{about}, and of {cases} case{'' if cases == 1 else 's'} of invariants:"


def _claim(proved: Proved, proof: Proof) -> str:
    match proof.kind:
        case Kind.INVARIANT:
            name = proof.subject.partition(" / ")[0]
            (says,) = (one.says.strip() for one in proved.invariants.invariants if one.id == name)
            return f"invariant {proof.subject}: {says}"
        case Kind.GRAVER_QUIETS_NOTHING:
            return f"{proof.subject}: a graver answer quiets a flag of the topic {proof.topic}"
        case Kind.ADDS_SOMETHING:
            others = " and ".join(proof.rules)
            return f"rule {proof.subject} adds nothing: wherever it is raised or cannot tell, so is {others}"
        case Kind.EXCEPTION_NEEDED:
            return f"exception {proof.subject}: it is not needed, nothing has to be excepted here"
        case kind:
            return f"rule {proof.subject} {_SHOULD[kind]}"


def _graver(proved: Proved, proof: Proof) -> Iterator[str]:
    if proof.change is None or proof.answers is None:
        return
    question = proved.library.questionnaire.question(proof.change.question)
    before = in_words(question, proof.answers.get(question.id))
    after = in_words(question, proof.change.graver.get(question.id))
    yield "  And the same person, with one answer graver:"
    yield f"    {question.label}: {after}   (and not: {before})"
    titles = {rule.id: rule for rule in proved.library.rulebook.rules}
    yield "  With the graver answer these are gone, and nothing as high stands in their place:"
    for rule_id in proof.rules:
        rule = titles[rule_id]
        yield f"    {rule.priority.value:9} {rule.id}  {rule.title}"


def _person(proved: Proved, answers: Answers) -> Iterator[tuple[str, str]]:
    for question in _answered(proved, answers):
        yield question.label, in_words(question, answers[question.id])


def _answered(proved: Proved, answers: Answers) -> list[Question]:
    return [one for one in proved.library.questionnaire.questions if one.id in answers]


def _implied(proved: Proved) -> Iterator[str]:
    priorities = {rule.id: rule.priority.value for rule in proved.library.rulebook.rules}
    if proved.report.implied:
        yield "Tiers: whenever the first is raised, so is the second of the same topic"
    for one in proved.report.implied:
        yield f"  {one.rule} ({priorities[one.rule]}) -> {one.by} ({priorities[one.by]})"


def _is_of_nobody(proof: Proof) -> bool:
    return proof.kind is Kind.INVARIANT and proof.answers is None


def _without_order(proved: Proved) -> Iterator[str]:
    looked_at = {proof.subject for proof in proved.report.proofs if proof.kind is Kind.CAN_BE_RAISED}
    rules = (rule for rule in proved.library.rulebook.rules if rule.id in looked_at)
    asked = reach(proved.library.questionnaire, rules).questions
    questions = proved.library.questionnaire.questions
    if left_out := [one.id for one in questions if one.id in asked and not one.has_gravity]:
        yield "No answer to these is said to be graver than another, so nothing is shown of a graver one:"
        yield f"  {', '.join(left_out)}"


def _exceptions(proved: Proved) -> Iterator[str]:
    tried = {proof.subject for proof in proved.report.proofs if proof.kind is Kind.EXCEPTION_NEEDED}
    excepted = [
        *((f"{one.topic} / {one.question}", one.reason) for one in proved.invariants.not_about_gravity),
        *((f"{one.rule} / {one.beside}", one.reason) for one in proved.invariants.own_words),
    ]
    if tried:
        yield "Excepted in safety/invariants.yaml"
    for subject, reason in excepted:
        if subject in tried:
            yield f"  {subject}: {' '.join(reason.split())}"
