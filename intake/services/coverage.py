"""Whether everything is accounted for: topics, questions, choices, rules, sources and hazards.

Both ways: from each topic to the questions and rules that stand for it, and from each choice a
patient can make to the rules that look at it, or to the reason why none does.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from intake import resources
from intake.content.coverage import Topic, Topics, read_topics
from intake.content.hazards import HazardLog, read_hazards
from intake.content.library import Library
from intake.content.unflagged import Characteristic, Register, Unflagged, read_register, read_unflagged
from intake.domain.questionnaire import Question
from intake.domain.reach import Reach, asked_about, reach
from intake.domain.rules import Checked, Rule, SourceKind


@dataclass(frozen=True, slots=True)
class Coverage:
    """The content in force beside what it has to cover."""

    library: Library
    topics: Topics
    unflagged: Unflagged
    register: Register
    hazards: HazardLog
    reach: Reach

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in order."""
        return self.library.rulebook.rules

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in order."""
        return self.library.questionnaire.questions

    def rules_on(self, topic: str) -> tuple[Rule, ...]:
        """The rules of one topic."""
        return tuple(rule for rule in self.rules if rule.topic == topic)

    def asked_by(self, rule: Rule) -> tuple[str, ...]:
        """The questions one rule compares."""
        return asked_about(self.library.questionnaire, rule.when)

    def asked_for(self, topic: str) -> tuple[str, ...]:
        """The questions the rules of one topic compare, each once."""
        asked = (question for rule in self.rules_on(topic) for question in self.asked_by(rule))
        return tuple(dict.fromkeys(asked))

    def is_looked_at(self, question: Question) -> bool:
        """Whether any rule looks at a question."""
        return question.id in self.reach.questions

    def why_unflagged(self, question: Question, choice: str) -> str:
        """The reason why no rule decides on a choice, or nothing when none is given."""
        of_the_question = self.unflagged.questions.get(question.id, "")
        return self.unflagged.choices.get((question.id, choice), of_the_question)

    def users_of(self, characteristic: Characteristic) -> tuple[Rule, ...]:
        """The rules that compare a question which asks for a characteristic."""
        asked = set(characteristic.questions)
        return tuple(rule for rule in self.rules if asked & set(self.asked_by(rule)))

    def is_left_to_the_clinician(self, topic: Topic) -> bool:
        """Whether the list of what the rules do not cover tells the clinician of a topic."""
        words = topic.not_covered.lower()
        return bool(words) and any(words in line.lower() for line in self.library.rulebook.not_covered)

    def is_accounted_for(self, topic: Topic) -> bool:
        """Whether rules stand for a topic, its own or another's, or the clinician is told of it."""
        covered = topic.covered_by and all(self.rules_on(other) for other in topic.covered_by)
        return bool(self.rules_on(topic.id) or covered) or self.is_left_to_the_clinician(topic)


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a coverage, every one counted."""

    topics: int
    topics_accounted: int
    topics_with_rules: int
    questions: int
    questions_looked_at: int
    choices: int
    choices_decided: int
    choices_unflagged: int
    rules: int
    rules_without_source: int
    rules_without_hazard: int
    rules_registered: int
    rules_with_a_read_source: int
    seeds: int
    seeds_accounted: int
    checklist: int
    facts: int
    facts_checked: dict[Checked, int]
    inferences: int
    not_covered: int

    @property
    def choices_percent(self) -> int:
        """Rounded down, so that 100 means every one."""
        return 100 * (self.choices_decided + self.choices_unflagged) // max(self.choices, 1)


def coverage(library: Library) -> Coverage:
    """The coverage of these content files. Raises DocumentRefused."""
    asked = library.questionnaire
    return Coverage(
        library,
        read_topics(resources.SAFETY / "topics.yaml", asked),
        read_unflagged(resources.SAFETY / "unflagged.yaml", asked),
        read_register(resources.SAFETY / "register.yaml", asked),
        hazard_log(),
        reach(asked, library.rulebook.rules),
    )


def hazard_log() -> HazardLog:
    """The hazards of the safety case. Raises DocumentRefused."""
    return read_hazards(resources.SAFETY / "hazards.yaml")


def totals(found: Coverage) -> Totals:
    """Everything counted."""
    topics = found.topics.of_the_dossier
    accounted = {topic.id for topic in topics if found.is_accounted_for(topic)}
    choices = [(question, choice.id) for question in found.questions for choice in question.choices]
    decided = [
        (question, choice) for question, choice in choices if (question.id, choice) in found.reach.choices
    ]
    unflagged = [
        (question, choice)
        for question, choice in choices
        if (question.id, choice) not in found.reach.choices and found.why_unflagged(question, choice)
    ]
    sources = [source for rule in found.rules for source in rule.sources]
    registered = {rule for one in found.register.characteristics for rule in one.rules}
    return Totals(
        topics=len(topics),
        topics_accounted=len(accounted),
        topics_with_rules=sum(bool(found.rules_on(topic.id)) for topic in topics),
        questions=len(found.questions),
        questions_looked_at=sum(found.is_looked_at(question) for question in found.questions),
        choices=len(choices),
        choices_decided=len(decided),
        choices_unflagged=len(unflagged),
        rules=len(found.rules),
        rules_without_source=sum(not rule.sources for rule in found.rules),
        rules_without_hazard=sum(not names_a_hazard(rule, found.hazards) for rule in found.rules),
        rules_registered=len(registered),
        rules_with_a_read_source=sum(was_read(rule) for rule in found.rules),
        seeds=len(found.topics.seeds),
        seeds_accounted=sum(all(one in accounted for one in seed.topics) for seed in found.topics.seeds),
        checklist=len(found.topics.checklist),
        facts=len(sources),
        facts_checked=dict(Counter(source.checked for source in sources)),
        inferences=sum(source.kind is SourceKind.INFERENCE for source in sources),
        not_covered=len(found.library.rulebook.not_covered),
    )


def was_read(rule: Rule) -> bool:
    """Whether somebody read at least one source of a rule where it says so."""
    return any(source.checked is Checked.READ for source in rule.sources)


def names_a_hazard(rule: Rule, log: HazardLog) -> bool:
    """Whether a rule names at least one hazard of the log, and none that is not there."""
    return bool(rule.hazards) and set(rule.hazards) <= log.ids


def unaccounted(found: Coverage) -> tuple[str, ...]:
    """Everything nobody has accounted for, and every reason that holds no longer, in sentences."""
    return (*_topics(found), *_questions(found), *_choices(found), *_rules(found), *_registered(found))


def _topics(found: Coverage) -> Iterator[str]:
    for topic in (*found.topics.of_the_dossier, *found.topics.ours.topics):
        if not found.is_accounted_for(topic):
            yield f"topic {topic.id}: no rule stands for it, and not_covered does not tell of it"
        if topic.reason and found.rules_on(topic.id):
            yield f"topic {topic.id}: it has rules of its own now; take its reason out"
    for rule in found.rules:
        if rule.topic not in found.topics.ids:
            yield f"rule {rule.id}: its topic {rule.topic} stands in no section of topics.yaml"


def _questions(found: Coverage) -> Iterator[str]:
    for question in found.questions:
        listed = question.id in found.unflagged.questions
        if found.is_looked_at(question) and listed:
            yield f"question {question.id}: a rule looks at it now; take it out of unflagged.yaml"
        if not found.is_looked_at(question) and not listed:
            yield f"question {question.id}: no rule looks at it; give the reason in unflagged.yaml"


def _choices(found: Coverage) -> Iterator[str]:
    # A question no rule looks at answers for all of its choices at once.
    for question in filter(found.is_looked_at, found.questions):
        for choice in question.choices:
            decided = (question.id, choice.id) in found.reach.choices
            if decided and (question.id, choice.id) in found.unflagged.choices:
                yield f"choice {question.id}.{choice.id}: a rule decides on it; take it out of unflagged.yaml"
            if not decided and not found.why_unflagged(question, choice.id):
                yield f"choice {question.id}.{choice.id}: no rule decides on it; give the reason"


def _rules(found: Coverage) -> Iterator[str]:
    for rule in found.rules:
        if not rule.sources:
            yield f"rule {rule.id}: it has no source"
        if not rule.hazards:
            yield f"rule {rule.id}: it names no hazard"
        for hazard in sorted(set(rule.hazards) - found.hazards.ids):
            yield f"rule {rule.id}: there is no hazard {hazard} in hazards.yaml"


def _registered(found: Coverage) -> Iterator[str]:
    for one in found.register.characteristics:
        users = [rule.id for rule in found.users_of(one)]
        for rule in users:
            if rule not in one.rules:
                yield f"rule {rule}: it uses {one.name.lower()}; give the reason in register.yaml"
        for rule in one.rules:
            if rule not in users:
                yield f"register.yaml: rule {rule} does not use {one.name.lower()}, or is not there"
