"""Everything there is to show of one set of rules, in tasks that can be worked at side by side.

Each task looks at one topic, or at one case of an invariant, and only at the questions those rest
on; none needs another's result.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from intake.domain.answers import Answers
from intake.domain.invariants import Case, Invariant, Invariants
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import Rule
from intake.proving.formulas import Formula, every, opposite, some
from intake.proving.gravity import can_be_graver, graver, quieted, went_quiet
from intake.proving.holding import breaks, concerned
from intake.proving.medicine_groups import TypedNames
from intake.proving.obligations import SENT_ON, Change, Kind, Proof, Report, Verdict
from intake.proving.overlaps import Overlaps
from intake.proving.people import EncodingDisagrees, simplest, simplest_pair
from intake.proving.screens import Screens
from intake.proving.solving import SECONDS, Undecided
from intake.proving.space import space_of


@dataclass(frozen=True, slots=True)
class Task:
    """A topic's rules, or a case of an invariant by its place; small enough to hand to a process."""

    topic: str = ""
    invariant: str = ""
    case: int = 0

    @property
    def name(self) -> str:
        """What is being looked at, for a line of progress."""
        return self.topic or f"{self.invariant} ({self.case + 1})"


@dataclass(slots=True)
class Prover:
    """Works at tasks over one questionnaire, formulary, set of rules and invariants.

    ``only`` is the id of the one rule to look at, or empty for all. ``seconds`` is the time the
    solver has for each question; what takes longer is undecided.
    """

    questionnaire: Questionnaire
    formulary: Formulary
    rules: tuple[Rule, ...]
    invariants: Invariants = field(default_factory=Invariants)
    only: str = ""
    seconds: float = SECONDS
    sent_on: date = SENT_ON
    _names: TypedNames = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = TypedNames(self.formulary)

    def tasks(self) -> tuple[Task, ...]:
        """Everything to look at, in the order of the rules; the invariants last."""
        topics = dict.fromkeys(rule.topic for rule in self.rules if self.only in ("", rule.id))
        cases = (
            Task(invariant=invariant.id, case=at)
            for invariant in self.invariants.invariants
            for at, case in enumerate(invariant.cases)
            if not self.only or case.topic in topics
        )
        return (*(Task(topic) for topic in topics), *cases)

    def work(self, task: Task) -> Report:
        """What comes of one task. Raises SolverMissing, and EncodingDisagrees."""
        if task.invariant:
            (invariant,) = (one for one in self.invariants.invariants if one.id == task.invariant)
            return Report((self._invariant(invariant, invariant.cases[task.case], task.case),))
        rules = self._of_topic(task.topic)
        screens = self._screens(rules)
        looked_at = [rule for rule in rules if self._wanted(rule)]
        overlaps = Overlaps(screens, self.invariants.own_words)
        proofs = [*self._reachable(screens), *self._graver(task.topic, rules), *overlaps.proofs(looked_at)]
        return Report(tuple(proofs), tuple(overlaps.implied))

    def _of_topic(self, topic: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.topic == topic)

    def _screens(self, rules: tuple[Rule, ...], twins: frozenset[str] = frozenset()) -> Screens:
        conditions = [rule.when for rule in rules]
        space = space_of(
            self.questionnaire, self._names, conditions, sent_on=self.sent_on, also=twins, twins=twins
        )
        return Screens(space, rules, self.seconds)

    def _wanted(self, rule: Rule) -> bool:
        return self.only in ("", rule.id)

    def _reachable(self, screens: Screens) -> Iterator[Proof]:
        for rule in filter(self._wanted, screens.rules):
            pair = screens.of(rule)
            outcomes = (
                (Kind.CAN_BE_RAISED, pair.yes),
                (Kind.CAN_BE_NOT_RAISED, pair.no),
                (Kind.CAN_BE_CANNOT_TELL, pair.not_known),
            )
            for kind, outcome in outcomes:
                yield _tried(kind, rule.id, rule.topic, lambda: self._somebody(screens, outcome))  # noqa: B023

    def _somebody(self, screens: Screens, outcome: Formula) -> Proof | None:
        values = screens.values_for(outcome)
        if values is None:
            return _refuted()
        screens.person(values)
        return None

    def _graver(self, topic: str, rules: tuple[Rule, ...]) -> Iterator[Proof]:
        excepted = {one.question for one in self.invariants.not_about_gravity if one.topic == topic}
        asked = self._screens(rules).space.questions
        for question_id in dict.fromkeys((*asked, *excepted)):
            if not can_be_graver(self.questionnaire.question(question_id)):
                continue
            proof = _tried(
                Kind.GRAVER_QUIETS_NOTHING,
                f"{topic} / {question_id}",
                topic,
                lambda: self._quieted(rules, question_id),  # noqa: B023 - called before the next one
            )
            yield _as_excepted(proof) if question_id in excepted else proof

    def _quieted(self, rules: tuple[Rule, ...], question_id: str) -> Proof | None:
        screens = self._screens(rules, frozenset({question_id}))
        question = self.questionnaire.question(question_id)
        values = screens.values_for(every([graver(screens.space, question), quieted(screens, rules)]))
        if values is None:
            return None
        drafts = screens.drafts(values)
        pair = simplest_pair(screens.space, drafts, question_id, lambda *two: bool(went_quiet(rules, *two)))
        gone = went_quiet(rules, *pair)
        if not gone:
            raise EncodingDisagrees("the solver found a flag that went quiet, and the engine finds none")
        change = Change(question_id, pair[1].answers)
        return _refuted(pair[0].answers, change, tuple(rule.id for rule in gone))

    def _invariant(self, invariant: Invariant, case: Case, at: int) -> Proof:
        subject = f"{invariant.id} / {case.unknown or case.topic} ({at + 1})"
        return _tried(Kind.INVARIANT, subject, case.topic, lambda: self._broken(invariant, case))

    def _broken(self, invariant: Invariant, case: Case) -> Proof | None:
        rules = self._of_topic(case.topic)
        loud = tuple(rule for rule in rules if rule.priority.rank <= invariant.priority.rank)
        told = [case.when] if case.when is not None else []
        space = space_of(
            self.questionnaire,
            self._names,
            [*(rule.when for rule in loud), *told],
            sent_on=self.sent_on,
            also=[case.unknown] if case.unknown else [],
        )
        screens = Screens(space, loud, self.seconds)
        if screens.values_for(concerned(screens.encoder, case)) is None:
            return _refuted()  # a promise about nobody promises nothing
        pairs = [screens.of(rule) for rule in loud]
        got = some(pair.yes if invariant.raised else pair.flagged for pair in pairs)
        values = screens.values_for(every([concerned(screens.encoder, case), opposite(got)]))
        if values is None:
            return None
        person = screens.person(values, told)
        return _refuted(simplest(space, person, lambda one: breaks(one, invariant, case, loud)).answers)


def _refuted(
    answers: Answers | None = None, change: Change | None = None, rules: tuple[str, ...] = ()
) -> Proof:
    return Proof(Kind.INVARIANT, "", "", Verdict.REFUTED, answers, change, rules)


def _tried(kind: Kind, subject: str, topic: str, attempt: Callable[[], Proof | None]) -> Proof:
    """An obligation tried: shown when nothing refutes it, undecided when the solver gives up."""
    try:
        refuted = attempt()
    except Undecided:
        return Proof(kind, subject, topic, Verdict.UNDECIDED)
    if refuted is None:
        return Proof(kind, subject, topic, Verdict.SHOWN)
    return replace(refuted, kind=kind, subject=subject, topic=topic)


def _as_excepted(proof: Proof) -> Proof:
    """An exception has to be needed: with nothing to except, it would only hide what comes later."""
    turned = {Verdict.SHOWN: Verdict.REFUTED, Verdict.REFUTED: Verdict.SHOWN}
    verdict = turned.get(proof.verdict, proof.verdict)
    return Proof(Kind.EXCEPTION_NEEDED, proof.subject, proof.topic, verdict)
