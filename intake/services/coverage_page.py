"""The coverage as people read it: a few lines at a console, and the page ``docs/coverage.md``."""

from collections import Counter
from collections.abc import Iterator

from intake.content.coverage import ChecklistLine, Section, SeedItem, Topic
from intake.domain.questionnaire import Part, Question
from intake.domain.rules import Checked, Priority, Rule, SourceKind
from intake.services.coverage import Coverage, Totals, totals, was_read
from intake.services.markdown import bullets, codes, table

_HEAD = """# Coverage

Generated from the content files and `safety/*.yaml` by `intake coverage --write`. Do not change it by
hand: a test compares it with what the command writes.

Every subject of the clinical dossier leads to the questions that ask for it and the rules that point it
out. Every answer a patient can choose leads to the rules that decide on it, or to the reason why none
does. A choice no rule decides on is still shown to the clinician, like every answer. No clinician has
confirmed any of it yet.
"""
_DECIDES = """
A rule decides on a choice when it names it (`is`, `is_one_of`, `includes`), when it names all others
(`is_not`, `is_none_of`), when the points of the choice count towards a number it compares, or when it
looks at a question that is asked only after that choice. "Not sure", "rather not say" and blank are not
listed: for every rule that looks at the question, the answer is then not known.
"""
_NOT_READ = "The clinician sees this beside each of their flags."
_REGISTER = "Rules that use age, sex, pregnancy or disability"


def summary(found: Coverage) -> tuple[str, ...]:
    """Every topic on a line, then the figures, for a console."""
    topics = (*found.topics.of_the_dossier, *found.topics.ours.topics)
    figures = (f"{name:13} {said}" for name, said in _figures(totals(found)))
    return (*(_topic_in_a_line(found, topic) for topic in topics), "", *figures)


def page(found: Coverage) -> str:
    """The whole of ``docs/coverage.md``."""
    blocks = (
        _HEAD.strip(),
        "## In figures",
        table(("What", "How many"), _figures(totals(found))),
        "## From topics to questions and rules",
        *(block for section in found.topics.dossier for block in _section(found, section)),
        *_section(found, found.topics.ours),
        "## From the articles this began with to topics",
        table(("Item", "Topics", "Questions"), (_seed(seed) for seed in found.topics.seeds)),
        "## From the checklist of what clinics ask to questions",
        table(
            ("", "What", "Asked by", "Not asked, and why"),
            (_line(number, line) for number, line in enumerate(found.topics.checklist, 1)),
        ),
        "## From choices to rules",
        _DECIDES.strip(),
        *_choices(found),
        "## What the rules do not cover",
        "Printed on every review, beside what the rules found.",
        bullets(found.library.rulebook.not_covered),
        f"## {_REGISTER}",
        *_register(found),
        "## Rules that rest on nothing that was read",
        _NOT_READ,
        table(
            ("Rule", "Rests on"),
            ((f"`{rule.id}`", _rests_on(rule)) for rule in found.rules if not was_read(rule)),
        ),
    )
    return "\n\n".join(blocks) + "\n"


def _figures(counted: Totals) -> tuple[tuple[str, str], ...]:
    checked = {one: counted.facts_checked.get(one, 0) for one in Checked}
    return (
        (
            "topics",
            f"{counted.topics_accounted}/{counted.topics} topic ids of the dossier accounted for, "
            f"{counted.topics_with_rules} by rules of their own",
        ),
        (
            "choices",
            f"{counted.choices_percent} % of {counted.choices} choices accounted for: "
            f"{counted.choices_decided} by rules, {counted.choices_unflagged} unflagged with a reason",
        ),
        ("questions", f"{counted.questions_looked_at} of {counted.questions} are looked at by a rule"),
        (
            "rules",
            f"{counted.rules}: {counted.rules_without_source} without a source, "
            f"{counted.rules_without_hazard} without a hazard",
        ),
        ("register", f"{counted.rules_registered} rules use age, sex, pregnancy or disability"),
        (
            "facts",
            f"{counted.facts} cited: {checked[Checked.READ]} read, {checked[Checked.SECONDARY]} secondary, "
            f"{checked[Checked.NOT_CHECKED]} not checked ({counted.inferences} of them our own conclusions)",
        ),
        (
            "read rules",
            f"{counted.rules_with_a_read_source} of {counted.rules} rest on a source that was read",
        ),
        ("seed items", f"{counted.seeds_accounted}/{counted.seeds} items of the articles this began with"),
        ("checklist", f"{counted.checklist} lines of what clinics ask, each asked or left out with a reason"),
        ("not covered", f"{counted.not_covered} lines, printed on every review"),
    )


def _topic_in_a_line(found: Coverage, topic: Topic) -> str:
    rules = found.rules_on(topic.id)
    if not rules:
        stands_for = f"covered by {', '.join(topic.covered_by)}" if topic.covered_by else "not covered"
        return f"{topic.id:32} no rules: {stands_for}"
    priorities = Counter(rule.priority for rule in rules)
    spread = ", ".join(f"{priorities[one]} {one.value}" for one in Priority if priorities[one])
    asked = _counted(len(found.asked_for(topic.id)), "question")
    return f"{topic.id:32} {asked:>12}, {_counted(len(rules), 'rule'):>8}: {spread}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _section(found: Coverage, section: Section) -> Iterator[str]:
    yield f"### {section.title}"
    yield table(("Topic", "What", "Asked by", "Rules"), (_topic(found, topic) for topic in section.topics))


def _topic(found: Coverage, topic: Topic) -> tuple[str, ...]:
    rules = ", ".join(f"`{rule.id}` ({rule.priority.value})" for rule in found.rules_on(topic.id))
    stands_for = f"Covered by {codes(topic.covered_by)}. " if topic.covered_by else ""
    return (
        f"`{topic.id}`",
        topic.name,
        codes(found.asked_for(topic.id)),
        rules or f"None. {stands_for}{topic.reason}",
    )


def _seed(seed: SeedItem) -> tuple[str, ...]:
    note = f"{codes(seed.questions)} {seed.note}".strip()
    return seed.item, codes(seed.topics), note


def _line(number: int, line: ChecklistLine) -> tuple[str, ...]:
    left_out = "; ".join(f"{item}: {reason}" for item, reason in line.not_asked)
    return str(number), line.title, codes(line.questions), left_out


def _choices(found: Coverage) -> Iterator[str]:
    reasons = tuple(dict.fromkeys((*found.unflagged.questions.values(), *found.unflagged.choices.values())))
    numbers = {reason: number for number, reason in enumerate(reasons, 1)}
    yield "Why a choice is not flagged:"
    yield "\n".join(f"{number}. {reason}" for reason, number in numbers.items())
    for part in found.library.questionnaire.parts:
        yield f"### {part.title}"
        yield table(
            ("Question", "Rules decide on", "Not flagged (why)", "Rules"), _questions(found, part, numbers)
        )


def _questions(found: Coverage, part: Part, numbers: dict[str, int]) -> Iterator[tuple[str, ...]]:
    for question in part.questions:
        choices = [choice.id for choice in question.choices]
        decided = [choice for choice in choices if (question.id, choice) in found.reach.choices]
        unflagged = [choice for choice in choices if choice not in decided]
        rules = len(found.reach.questions.get(question.id, ()))
        yield (
            f"`{question.id}`",
            codes(decided),
            _why(found, question, unflagged, numbers),
            str(rules) if rules else "none",
        )


def _why(found: Coverage, question: Question, unflagged: list[str], numbers: dict[str, int]) -> str:
    if question.id in found.unflagged.questions:
        return f"the whole question ({numbers[found.unflagged.questions[question.id]]})"
    by_reason: dict[str, list[str]] = {}
    for choice in unflagged:
        by_reason.setdefault(found.why_unflagged(question, choice), []).append(choice)
    return "; ".join(
        f"{codes(choices)} ({numbers.get(reason, 'no reason given')})"
        for reason, choices in by_reason.items()
    )


def _register(found: Coverage) -> Iterator[str]:
    yield found.register.about
    for one in found.register.characteristics:
        yield f"### {one.name}"
        yield f"Asked by {codes(one.questions)}."
        if not one.rules:
            yield "No rule uses it."
            continue
        by_reason: dict[str, list[str]] = {}
        for rule, reason in one.rules.items():
            by_reason.setdefault(reason, []).append(rule)
        yield table(("Rules", "Why"), ((codes(rules), reason) for reason, rules in by_reason.items()))


def _rests_on(rule: Rule) -> str:
    if any(source.checked is Checked.SECONDARY for source in rule.sources):
        return "texts that quote a source"
    if any(source.kind is not SourceKind.INFERENCE for source in rule.sources):
        return "a source that nobody checked"
    return "the project's own conclusion alone"
