"""A rule explained: in indented sentences, and as plain data for other programs."""

import textwrap
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from intake.content.short_answers import in_short
from intake.domain.answers import Answer, Day, Number, Reading
from intake.domain.questionnaire import Question
from intake.domain.rules import Outcome, Source
from intake.domain.telling import AskedOnly, Told
from intake.domain.truth import Truth
from intake.domain.turning import Turn
from intake.domain.wording import in_words, long_date
from intake.services.explaining import Explanation, LineTruth, PersonExplained

_TRUTHS = {Truth.YES: "yes", Truth.NO: "no", Truth.NOT_KNOWN: "not known"}
_WIDTH = 110


def lines(found: Explanation) -> Iterator[str]:
    """The whole explanation, for people."""
    rule = found.rule
    yield f"{rule.id}: {rule.title}"
    yield f"  priority {rule.priority.value}, topic {rule.topic}"
    yield ""
    if found.person is None:
        yield "Raised when"
        yield from _nested(found.told)
    else:
        yield from _of_person(found, found.person)
    if found.asked_only:
        yield ""
        yield "Not asked of everybody, or worked out"
        for one in found.asked_only:
            yield from _asked_only(one)
    if found.person is not None:
        yield ""
        yield from _turns(found, found.person)
    yield ""
    yield "Why"
    yield from _wrapped(rule.why)
    yield ""
    yield "Sources"
    yield from (f"  {_source(source)}" for source in rule.sources)


def _nested(told: Told, depth: int = 1) -> Iterator[str]:
    yield f"{'  ' * depth}{told.words}"
    for part in told.parts:
        yield from _nested(part, depth + 1)


def _asked_only(one: AskedOnly) -> Iterator[str]:
    yield f"  “{one.label}”: {one.words}"
    if one.when is not None:
        yield from _nested(one.when, 2)


def _of_person(found: Explanation, person: PersonExplained) -> Iterator[str]:
    day = long_date(person.evidence.as_of)
    yield f"Of this person, as of {day}: {_outcome(person.outcome.outcome)}"
    yield from _with_truths(found.told, person.lines)
    for line in person.outcome.because:
        yield f"  because  {line.label}: {line.said}"
    for line in person.outcome.missing:
        yield f"  nobody knows  {line.label}: {line.said}"


def _with_truths(told: Told, truths: dict[str, LineTruth], depth: int = 0) -> Iterator[str]:
    found = truths[told.path]
    mark = ">" if found.decided else " "
    waits = "; ".join(f"{line.label}: {line.said}" for line in found.waits_for)
    yield f"{mark} {_TRUTHS[found.truth]:<11}{'  ' * depth}{told.words}{f'   ({waits})' if waits else ''}"
    for part in told.parts:
        yield from _with_truths(part, truths, depth + 1)


def _turns(found: Explanation, person: PersonExplained) -> Iterator[str]:
    if not person.turns:
        yield "What would change it: no single answer"
        return
    yield "What would change it, each by itself"
    for outcome in Outcome:
        turned = [turn for turn in person.turns if turn.outcome is outcome]
        if turned:
            yield f"  {_outcome(outcome)}, with"
            yield from (f"    {words}" for words in _turned(found, turned, person))


def _turned(found: Explanation, turned: list[Turn], person: PersonExplained) -> Iterator[str]:
    asked = found.library.questionnaire
    alone: dict[str, list[Answer | None]] = {}
    together: dict[tuple[str, Answer | None, str], list[Answer | None]] = {}
    for turn in turned:
        if turn.follow_up:
            key = turn.question, turn.answer, turn.follow_up
            together.setdefault(key, []).append(turn.follow_up_answer)
        else:
            alone.setdefault(turn.question, []).append(turn.answer)
    for question_id, answers in alone.items():
        question = asked.question(question_id)
        said = _answers(question, answers, person.evidence.answers.get(question_id))
        yield f"{question.label}: {said}"
    # Several answers may open the same follow-up to the same effect: they are told as one.
    opening: dict[tuple[str, str, tuple[Answer | None, ...]], list[Answer | None]] = {}
    for (question_id, answer, follow_up), after in together.items():
        opening.setdefault((question_id, follow_up, tuple(after)), []).append(answer)
    for (question_id, follow_up, after_answers), answers in opening.items():
        question, follows = asked.question(question_id), asked.question(follow_up)
        yield f"{question.label}: {_answers(question, answers, None)}"
        yield f"  and then {follows.label}: {_answers(follows, list(after_answers), None)}"


def _answers(question: Question, answers: list[Answer | None], now: Answer | None) -> str:
    measured = [one for one in answers if one is not None and isinstance(one.value, Number | Reading | Day)]
    kept = [one for one in answers if one not in measured]
    if measured:
        nearest = min(measured, key=lambda one: _distance(one, now))
        kept.insert(0, nearest)
    # Who never reached a question knows no more of it than who left it blank.
    said = [in_words(question, one) for one in kept if one is not None or len(kept) == 1]
    words = "; or ".join(dict.fromkeys(said))
    return f"for example {words}" if measured else words


def _distance(answer: Answer, now: Answer | None) -> Decimal:
    match answer.value, now.value if now is not None else None:
        case Number(amount), Number(present):
            return abs(amount - present)
        case Reading(first, second), Reading(top, bottom):
            return Decimal(abs(first - top) + abs(second - bottom))
        case Day(day), Day(present_day):
            return Decimal(abs((day - present_day).days))
    return Decimal(0)


def _source(source: Source) -> str:
    section = f", {source.section}" if source.section else ""
    year = f" ({source.year})" if source.year else ""
    title = f": {source.title}{year}{section}" if source.title else ""
    url = f"  {source.url}" if source.url else ""
    return f"{source.kind.value}{title} [{source.checked.value}]{url}"


def _wrapped(words: str) -> Iterable[str]:
    return textwrap.wrap(words, _WIDTH, initial_indent="  ", subsequent_indent="  ")


def _outcome(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def as_plain(found: Explanation) -> dict[str, Any]:
    """The same as plain data; ``person`` only when answers were named."""
    rule = found.rule
    plain: dict[str, Any] = {
        "rule": rule.id,
        "topic": rule.topic,
        "title": rule.title,
        "priority": rule.priority.value,
        "when": _plain_told(found.told, found.person),
        "asked_only": [
            {
                "question": one.question,
                "label": one.label,
                "words": one.words,
                "when": None if one.when is None else _plain_told(one.when, None),
            }
            for one in found.asked_only
        ],
        "why": rule.why,
        "sources": [
            {
                "kind": source.kind.value,
                "title": source.title,
                "section": source.section,
                "year": source.year,
                "url": source.url,
                "checked": source.checked.value,
            }
            for source in rule.sources
        ],
    }
    if found.person is not None:
        plain["person"] = {
            "as_of": found.person.evidence.as_of.isoformat(),
            "outcome": found.person.outcome.outcome.value,
            "because": [line.question for line in found.person.outcome.because],
            "missing": [line.question for line in found.person.outcome.missing],
            "would_change_it": [_plain_turn(turn) for turn in found.person.turns],
        }
    return plain


def _plain_told(told: Told, person: PersonExplained | None) -> dict[str, Any]:
    plain: dict[str, Any] = {"path": told.path, "words": told.words}
    if person is not None:
        found = person.lines[told.path]
        plain["truth"] = found.truth.name.lower()
        plain["decided"] = found.decided
        plain["waits_for"] = [{"question": line.question, "left": line.said} for line in found.waits_for]
    if told.parts:
        plain["parts"] = [_plain_told(part, person) for part in told.parts]
    return plain


def _plain_turn(turn: Turn) -> dict[str, str]:
    answers = {turn.question: turn.answer, turn.follow_up: turn.follow_up_answer}
    given = {question: answer for question, answer in answers.items() if question and answer is not None}
    never = [question for question, answer in answers.items() if question and answer is None]
    return {
        "question": turn.question,
        "answers": in_short(given),
        "not_reached": ", ".join(never),
        "outcome": turn.outcome.value,
    }
