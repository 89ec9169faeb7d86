"""What was on a screen as JSON and back: lines, rule outcomes and their sources.

The names written here are those of stored records and never change; the code's may.
"""

from intake.domain.answers import State
from intake.domain.rules import Checked, Outcome, Priority, Source, SourceKind
from intake.domain.screening import Editions, RuleOutcome
from intake.domain.wording import Line, PartLines
from intake.storage.codec_answers import Json


def part_to_json(part: PartLines) -> Json:
    """One part of the form as it was asked and answered."""
    return {
        "part": part.part,
        "title": part.title,
        "lines": [line_to_json(line) for line in part.lines],
    }


def part_from_json(document: Json) -> PartLines:
    """The part, with its lines in order."""
    lines = tuple(line_from_json(line) for line in document["lines"])
    return PartLines(document["part"], document["title"], lines)


def outcome_to_json(outcome: RuleOutcome) -> Json:
    """One rule's outcome in the words a clinician read."""
    return {
        "rule": outcome.rule,
        "topic": outcome.topic,
        "title": outcome.title,
        "priority": outcome.priority.value,
        "outcome": outcome.outcome.value,
        "why": outcome.why,
        "because": [line_to_json(line) for line in outcome.because],
        "missing": [line_to_json(line) for line in outcome.missing],
        "sources": [_source_to_json(source) for source in outcome.sources],
        "failed": outcome.failed,
    }


def outcome_from_json(document: Json) -> RuleOutcome:
    """The outcome, with the key it had."""
    return RuleOutcome(
        rule=document["rule"],
        topic=document["topic"],
        title=document["title"],
        priority=Priority(document["priority"]),
        outcome=Outcome(document["outcome"]),
        why=document["why"],
        because=tuple(line_from_json(line) for line in document["because"]),
        missing=tuple(line_from_json(line) for line in document["missing"]),
        sources=tuple(_source_from_json(source) for source in document["sources"]),
        failed=document["failed"],
    )


def editions_to_json(editions: Editions) -> Json:
    """The fingerprints of what was in force."""
    return {
        "questionnaire": editions.questionnaire,
        "rules": editions.rules,
        "medicines": editions.medicines,
    }


def editions_from_json(document: Json) -> Editions:
    """What was in force."""
    return Editions(document["questionnaire"], document["rules"], document["medicines"])


def line_to_json(line: Line) -> Json:
    """One question and its answer in words."""
    return {
        "question": line.question,
        "asked": line.asked,
        "label": line.label,
        "said": line.said,
        "state": None if line.state is None else line.state.value,
        "sensitive": line.sensitive,
        "given": line.given,
    }


def line_from_json(document: Json) -> Line:
    """The line."""
    state = document["state"]
    return Line(
        question=document["question"],
        asked=document["asked"],
        label=document["label"],
        said=document["said"],
        state=None if state is None else State(state),
        sensitive=document["sensitive"],
        given=document["given"],
    )


def _source_to_json(source: Source) -> Json:
    return {
        "kind": source.kind.value,
        "title": source.title,
        "checked": source.checked.value,
        "section": source.section,
        "year": source.year,
        "url": source.url,
    }


def _source_from_json(document: Json) -> Source:
    return Source(
        kind=SourceKind(document["kind"]),
        title=document["title"],
        checked=Checked(document["checked"]),
        section=document["section"],
        year=document["year"],
        url=document["url"],
    )
