"""Reading ``safety/topics.yaml``: the subjects the form has to cover, and what stands for each.

The ids are those of the clinical dossier, one for one, so that dossier, questions, rules and
hazard log can be laid side by side.
"""

from dataclasses import dataclass
from pathlib import Path

from intake.content.documents import Mapped, Problems, did_you_mean, read, read_file
from intake.content.fields import Fields, unique
from intake.domain.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject. Without rules of its own it says why, and what stands for it instead.

    ``covered_by`` are other topics whose rules take it in; ``not_covered`` are words of the
    line in the rules file's ``not_covered`` that tells the clinician it is theirs to ask.
    """

    id: str
    name: str
    covered_by: tuple[str, ...] = ()
    not_covered: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the dossier with its topics; the last one holds topics of our own."""

    title: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class SeedItem:
    """Something the articles this project began with speak of, and where it is taken up."""

    item: str
    topics: tuple[str, ...]
    questions: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A line of the checklist of what clinics ask: our questions, and what we leave out and why."""

    title: str
    questions: tuple[str, ...]
    not_asked: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Topics:
    """Everything the form has to cover."""

    dossier: tuple[Section, ...]
    ours: Section
    seeds: tuple[SeedItem, ...]
    checklist: tuple[ChecklistLine, ...]

    @property
    def of_the_dossier(self) -> tuple[Topic, ...]:
        """Every topic of the dossier, in its order."""
        return tuple(topic for section in self.dossier for topic in section.topics)

    @property
    def ids(self) -> frozenset[str]:
        """The ids a rule may have as its topic."""
        return frozenset(topic.id for topic in (*self.of_the_dossier, *self.ours.topics))


def read_topics(path: Path, questionnaire: Questionnaire) -> Topics:
    """The topics at ``path``. Raises DocumentRefused."""
    document, _ = read_file(path)
    return _topics(document, path.name, questionnaire)


def parse_topics(text: str, questionnaire: Questionnaire, name: str = "topics.yaml") -> Topics:
    """The topics in ``text``. Raises DocumentRefused."""
    return _topics(read(text, name), name, questionnaire)


def check_question(question: str, line: int, what: str, asked: Questionnaire, problems: Problems) -> bool:
    """Whether there is such a question; a problem is noted when there is none."""
    if asked.has(question):
        return True
    hint = did_you_mean(question, [one.id for one in asked.questions])
    problems.add(line, f'{what}: there is no question "{question}"{hint}')
    return False


def _topics(document: Mapped, name: str, questionnaire: Questionnaire) -> Topics:
    problems = Problems(name)
    fields = Fields(document, 1, "topics", problems)
    lines: list[tuple[str, int]] = []
    dossier = [
        _section(entry, line, lines, problems) for entry, line in fields.entries("dossier", required=True)
    ]
    ours = _section(fields.raw("ours"), fields.line_of("ours"), lines, problems)
    unique(lines, "topic", problems)
    known = frozenset(topic for topic, _ in lines)
    for section in (*dossier, ours):
        _check_cover(section, dict(lines), problems)
    seeds = tuple(
        _seed(entry, line, known, questionnaire, problems) for entry, line in fields.entries("seed_items")
    )
    checklist = tuple(
        _checklist_line(entry, line, questionnaire, problems) for entry, line in fields.entries("checklist")
    )
    fields.finish()
    problems.refuse_if_any()
    return Topics(tuple(dossier), ours, seeds, checklist)


def _section(entry: object, line: int, lines: list[tuple[str, int]], problems: Problems) -> Section:
    fields = Fields(entry, line, "section", problems)
    title = fields.text("title")
    topics = []
    for topic_id, raw, at in fields.mapping("topics", required=True):
        lines.append((topic_id, at))
        topics.append(_topic(topic_id, raw, at, problems))
    fields.finish()
    return Section(title, tuple(topics))


def _topic(topic_id: str, entry: object, line: int, problems: Problems) -> Topic:
    if isinstance(entry, str) and entry:
        return Topic(topic_id, entry)
    fields = Fields(entry, line, f"topic {topic_id}", problems)
    topic = Topic(
        topic_id,
        fields.text("name"),
        fields.texts("covered_by"),
        fields.text("not_covered", ""),
        fields.text("reason"),
    )
    fields.finish()
    return topic


def _check_cover(section: Section, lines: dict[str, int], problems: Problems) -> None:
    for topic in section.topics:
        for other in topic.covered_by:
            if other not in lines or other == topic.id:
                hint = did_you_mean(other, (one for one in lines if one != topic.id))
                text = f'topic {topic.id}: there is no other topic "{other}"{hint}'
                problems.add(lines[topic.id], text)


def _seed(
    entry: object, line: int, known: frozenset[str], questionnaire: Questionnaire, problems: Problems
) -> SeedItem:
    fields = Fields(entry, line, "seed item", problems)
    seed = SeedItem(
        fields.text("item"), fields.texts("topics"), fields.texts("questions"), fields.text("note", "")
    )
    for place, topic in enumerate(seed.topics):
        if topic not in known:
            text = f'there is no topic "{topic}"{did_you_mean(topic, known)}'
            fields.problem("topics", text, entry=place)
    for question in seed.questions:
        check_question(question, fields.line_of("questions"), fields.what, questionnaire, problems)
    if not seed.topics and not seed.questions:
        fields.problem("item", "name the topics or the questions it is taken up in")
    fields.finish()
    return seed


def _checklist_line(
    entry: object, line: int, questionnaire: Questionnaire, problems: Problems
) -> ChecklistLine:
    fields = Fields(entry, line, "checklist line", problems)
    title = fields.text("title")
    fields.what = f'checklist line "{title}"'
    questions = fields.texts("questions")
    for question in questions:
        check_question(question, fields.line_of("questions"), fields.what, questionnaire, problems)
    left_out = []
    for item, reason, at in fields.mapping("not_asked"):
        if not isinstance(reason, str) or not reason:
            problems.add(at, f'{fields.what}: say why "{item}" is not asked')
        left_out.append((item, str(reason)))
    if not questions and not left_out:
        fields.problem("questions", "name the questions that ask it, or under 'not_asked' why none does")
    fields.finish()
    return ChecklistLine(title, questions, tuple(left_out))
