"""A record without the part on alcohol and drugs, so that the rest can be handed on without it.

Answers about substance use may be under rules of their own (42 CFR Part 2), so they can be told apart
from everything else: the questions of that part, what was worked out from them, every rule that
looks at them, and what was recorded of those rules' flags. What somebody wrote in their own words
elsewhere is not searched.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from intake.domain.conditions import question_of, questions_in
from intake.domain.evidence import rests_on
from intake.domain.questionnaire import Questionnaire
from intake.domain.review import Review
from intake.domain.review_entries import Entry, LookAgain, Question, Revised, Undoing
from intake.domain.review_records import Acknowledgement, SignOff
from intake.domain.rules import RuleBook
from intake.domain.screening import RuleOutcome, Screening
from intake.domain.submissions import Submission

# The part's permanent id: of every edition of the shipped questionnaire so far.
SUBSTANCE_USE = frozenset({"substances"})
LEFT_OUT = "Left out of this copy"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a copy is without: the titles of the parts, how many answers, how many outcomes of rules.

    No part means that the form has none of that kind: nothing was left out.
    """

    parts: tuple[str, ...]
    answers: int
    outcomes: int


def without_substance_use(
    review: Review, questionnaire: Questionnaire, rulebook: RuleBook
) -> tuple[Review, LeftOut]:
    """The record without the part, and what it is without. The questionnaire and rules are those in force."""
    apart = _Apart.of(review, questionnaire, rulebook)
    kept = replace(
        review,
        submission=apart.submission(review.submission),
        earlier=tuple(apart.submission(one) for one in review.earlier),
        screenings=tuple(apart.screening(one) for one in review.screenings),
        acknowledgements=tuple(apart.acknowledgement(one) for one in review.acknowledgements),
        sign_offs=tuple(apart.sign_off(one) for one in review.sign_offs),
        entries=apart.entries(review.entries),
    )
    parts = [part for part in review.submission.transcript if part.part in SUBSTANCE_USE]
    return kept, LeftOut(
        tuple(part.title for part in parts),
        sum(len(part.lines) for part in parts),
        len(review.screening.outcomes) - len(kept.screening.outcomes),
    )


def said_without_substance_use(submission: Submission) -> Submission:
    """The submission with the part gone from what was asked and said: for a table, which shows no more."""
    kept, read = (
        tuple(part for part in parts if part.part not in SUBSTANCE_USE)
        for parts in (submission.transcript, submission.as_read)
    )
    return replace(submission, transcript=kept, as_read=read)


@dataclass(frozen=True, slots=True)
class _Apart:
    """What stands apart: references to answers, rules; ``keys`` are the flags that may stay."""

    references: frozenset[str]
    rules: frozenset[str]
    keys: frozenset[str]

    @classmethod
    def of(cls, review: Review, questionnaire: Questionnaire, rulebook: RuleBook) -> "_Apart":
        """Found in the editions in force and in the record itself, which may be of earlier ones."""
        parts = [part for part in questionnaire.parts if part.id in SUBSTANCE_USE]
        questions = {question.id for part in parts for question in part.questions}
        for submission in (review.submission, *review.earlier):
            questions |= {
                line.question
                for part in submission.transcript
                if part.part in SUBSTANCE_USE
                for line in part.lines
            }
        # A number that the questionnaire in force no longer knows may rest on anything.
        known = {one.id: questions.isdisjoint(rests_on(one)) for one in questionnaire.derived}
        worked_out = {line.question for screening in review.screenings for line in screening.worked_out}
        derived = {one for one in {*known, *worked_out} if not known.get(one, False)}
        references = frozenset(questions | derived)
        rules = frozenset(rule.id for rule in rulebook.rules if _touches(references, questions_in(rule.when)))
        apart = cls(references, rules, frozenset())
        keys = (
            outcome.key
            for screening in review.screenings
            for outcome in screening.outcomes
            if apart.keeps(outcome)
        )
        return cls(references, rules, frozenset(keys))

    def keeps(self, outcome: RuleOutcome) -> bool:
        """Whether an outcome says nothing of what stands apart."""
        lines = (line.question for line in (*outcome.because, *outcome.missing))
        return outcome.rule not in self.rules and not _touches(self.references, lines)

    def submission(self, submission: Submission) -> Submission:
        answers = submission.answers.only(frozenset(submission.answers) - self.references)
        paper = submission.from_paper
        return replace(
            said_without_substance_use(submission),
            answers=answers,
            from_paper=None if paper is None else paper.without(self.references, LEFT_OUT),
        )

    def screening(self, screening: Screening) -> Screening:
        return replace(
            screening,
            outcomes=tuple(outcome for outcome in screening.outcomes if self.keeps(outcome)),
            worked_out=tuple(line for line in screening.worked_out if line.question not in self.references),
        )

    def sign_off(self, sign_off: SignOff) -> SignOff:
        return replace(sign_off, flags=tuple(flag for flag in sign_off.flags if flag in self.keys))

    def acknowledgement(self, given: Acknowledgement) -> Acknowledgement:
        """The acknowledgement at its place, for an undoing points to places."""
        return given if given.flag in self.keys else replace(given, flag="", note=LEFT_OUT)

    def entries(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Every entry at its place, for others point to places; without its words where they stand apart."""
        about = frozenset(place for place, one in enumerate(entries, 1) if self._is_about(one))
        return tuple(self._entry(one, about) for one in entries)

    def _entry(self, entry: Entry, about: frozenset[int]) -> Entry:
        """One of them; ``about`` are the places of the questions that stand apart."""
        match entry:
            case Undoing() if entry.flag not in self.keys:
                return replace(entry, flag="")
            case LookAgain() if entry.flags is not None:
                return replace(entry, flags=tuple(flag for flag in entry.flags if flag in self.keys))
            case Question() if self._is_about(entry):
                return replace(entry, words=LEFT_OUT, flag="", question="", title="", again="")
            case Revised() if entry.asked in about:
                # Words that answer such a question speak of it, whichever answers came with them.
                return replace(entry, words=LEFT_OUT, changed=())
            case Revised():
                changed = tuple(one for one in entry.changed if one not in self.references)
                words = entry.words if changed == entry.changed else LEFT_OUT
                return replace(entry, words=words, changed=changed)
        return entry

    def _is_about(self, entry: Entry) -> bool:
        match entry:
            case Question(flag=flag, question=question, again=again):
                named = not self.references.isdisjoint((question, again))
                return named or bool(flag and flag not in self.keys)
        return False


def _touches(references: frozenset[str], asked: Iterable[str]) -> bool:
    return any(question_of(one) in references for one in asked)
