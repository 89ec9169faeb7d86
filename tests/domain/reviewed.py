"""Reviews of one short form, taken as far as a test needs them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import small
from intake.domain.answers import Answers, Chosen, Day, answered
from intake.domain.conditions import Compare, Operator
from intake.domain.permissions import Role, StaffMember
from intake.domain.review import Review
from intake.domain.review_entries import Done, Revised
from intake.domain.rules import Checked, Priority, Rule, RuleBook, Source, SourceKind
from intake.domain.screening import Editions, Screening, screen
from intake.domain.submissions import Signature, Submission
from intake.domain.wording import transcribe

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
TODAY = date(2026, 11, 20)
ALICE = StaffMember(UUID(int=1), "alice", "A. Rivera, MD", frozenset({Role.CLINICIAN}))
CAROL = StaffMember(UUID(int=2), "carol", "C. Diaz, NP", frozenset({Role.CLINICIAN}))
EDITIONS = Editions("q" * 64, "r" * 64, "m" * 64)
SOURCE = Source(SourceKind.INFERENCE, "Clinical inference of the intake project", Checked.NOT_CHECKED)
ANSWERS = Answers(
    {
        "pressure": answered(Chosen("yes")),
        "treated": answered(Chosen("no")),
        "born": answered(Day(small.TODAY.replace(year=1980))),
    }
)


def rule(rule_id: str, question: str, choice: str, priority: Priority = Priority.HIGH) -> Rule:
    """A rule on one answer."""
    when = Compare(question, Operator.IS, choice)
    return Rule(rule_id, rule_id, f"About {rule_id}", priority, when, "Why.", (SOURCE,), "Lead", small.TODAY)


URGENT = rule("urgent", "pressure", "yes", Priority.URGENT)
HIGH = rule("high", "treated", "no")
NOTE = rule("note", "pressure", "yes", Priority.INFO)
ALSO_NOTE = rule("also-note", "treated", "no", Priority.INFO)
UNDECIDED = rule("undecided", "takes", "yes", Priority.MODERATE)
RULES = (URGENT, HIGH, NOTE, ALSO_NOTE, UNDECIDED)


def screening(*rules: Rule, answers: Answers = ANSWERS, revision: int = 1) -> Screening:
    """These rules, run over the answers."""
    return replace(screen(RuleBook(rules), small.given(answers), EDITIONS, NOON), revision=revision)


def submission(answers: Answers = ANSWERS, revision: int = 1) -> Submission:
    """The form as it was sent, or sent more of."""
    signature = Signature("Pat Doe", ("I agree",), NOON)
    lines = transcribe(small.given(answers))
    return Submission(UUID(int=9), "HL-7K4-92Q", answers, lines, signature, EDITIONS, NOON, revision)


def review(*rules: Rule) -> Review:
    """A form that just came in."""
    return Review(submission(), (screening(*rules),))


def acknowledged(one: Review, by: StaffMember = ALICE, at: datetime = LATER) -> Review:
    """With every flag acknowledged that nobody had."""
    for blocker in one.blockers():
        seen = one.acknowledge(blocker.flag.key, by, "Seen", at, Done.CALLED_PATIENT)
        one = replace(one, acknowledgements=(*one.acknowledgements, seen))
    return one


def signed(
    one: Review, by: StaffMember = ALICE, at: datetime = LATER, *, second_read: bool = False
) -> Review:
    """Signed, for what stands."""
    shown = one.fingerprint()
    sign_off = one.sign_off(by, "I have read this.", "", shown, at, second_read=second_read)
    return replace(one, sign_offs=(*one.sign_offs, sign_off))


def with_entry(one: Review, entry: object) -> Review:
    """With one further fact."""
    return replace(one, entries=(*one.entries, entry))  # type: ignore[arg-type]


def screened_again(one: Review, *rules: Rule) -> Review:
    """After the rules changed."""
    answers, revision = one.submission.answers, one.submission.revision
    return replace(one, screenings=(*one.screenings, screening(*rules, answers=answers, revision=revision)))


def revised(one: Review, answers: Answers, *rules: Rule, asked: int | None = None) -> Review:
    """After the patient sent more."""
    revision = one.submission.revision + 1
    return replace(
        one,
        submission=submission(answers, revision),
        earlier=(*one.earlier, one.submission),
        screenings=(*one.screenings, screening(*rules, answers=answers, revision=revision)),
        entries=(*one.entries, Revised(revision, asked, "It is treated", ("treated",), LATER)),
    )
