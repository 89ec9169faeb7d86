"""Reading the questionnaire, a folder or one file: what patients are asked."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from intake.content.conditions import ConditionReader
from intake.content.derived import read_derived, with_prompts
from intake.content.documents import (
    DocumentRefused,
    Listed,
    Mapped,
    Problems,
    edition_of,
    read,
    read_file,
)
from intake.content.fields import Fields, unique
from intake.content.folder import gather
from intake.content.questions import ID, read_question
from intake.content.safety_pages import read_crisis_lines, read_safety_page
from intake.domain.conditions import Condition, questions_in
from intake.domain.questionnaire import (
    Choice,
    Consent,
    Kind,
    Page,
    Part,
    Question,
    Questionnaire,
    SafetyTrigger,
)

# Questions of these kinds open in place under a choice (ux_spec.md 6).
IN_PLACE = frozenset({Kind.TEXT, Kind.NUMBER, Kind.READING, Kind.DATE})


def read_questionnaire(path: Path, crisis_lines: Path | None = None) -> tuple[Questionnaire, str]:
    """The questionnaire at ``path``, a folder or one file, and its whole text.

    ``crisis_lines`` is a file to take the ways to reach help from, instead of the folder's
    own. Raises DocumentRefused.
    """
    if not path.is_dir():
        document, text = read_file(path)
        return _questionnaire(document, path.name), text
    gathered = gather(path, crisis_lines)
    try:
        return parse_questionnaire(gathered.text, path.name), gathered.text
    except DocumentRefused as refused:
        raise gathered.where_written(refused) from None


def parse_questionnaire(text: str, name: str = "questionnaire") -> Questionnaire:
    """The questionnaire in ``text``. Raises DocumentRefused."""
    return _questionnaire(read(text, name), name)


def _questionnaire(document: Mapped, name: str) -> Questionnaire:
    problems = Problems(name)
    fields = Fields(document, 1, "questionnaire", problems)
    scales = _scales(fields, problems)
    lines = read_crisis_lines(fields, problems)
    draft = Questionnaire(
        title=fields.text("title"),
        parts=tuple(
            _part(entry, line, scales, problems) for entry, line in fields.entries("parts", required=True)
        ),
        derived=tuple(read_derived(entry, line, problems) for entry, line in fields.entries("derived")),
        safety_pages=tuple(
            read_safety_page(page_id, entry, line, lines, problems)
            for page_id, entry, line in fields.mapping("safety_pages")
        ),
        consent=_consent(fields.fields("consent", "consent")),
        edition=edition_of(document),
    )
    fields.finish()
    _check_ids(document, draft, problems)
    problems.refuse_if_any()
    finished = _with_conditions(document, draft, problems)
    problems.refuse_if_any()
    return finished


def _scales(fields: Fields, problems: Problems) -> dict[str, tuple[Choice, ...]]:
    scales = {}
    for name, entry, line in fields.mapping("scales"):
        if not isinstance(entry, Mapped) or not entry:
            problems.add(line, f"scale {name}: should list its answers, from 0 points up")
            continue
        scales[name] = tuple(
            _scale_choice(choice, said, place, problems, entry.lines[choice])
            for place, (choice, said) in enumerate(entry.items())
        )
    return scales


def _scale_choice(choice: str, said: object, place: int, problems: Problems, line: int) -> Choice:
    # Most scales are published from 0 points up; one that is not says the points of each answer.
    if not isinstance(said, Mapped):
        return Choice(choice, str(said), place)
    fields = Fields(said, line, f"answer {choice} of a scale", problems)
    points = fields.number("points")
    if points is None or points < 0 or points != int(points):
        fields.problem("points", "its points should be a whole number, 0 or more")
        points = Decimal(0)
    read = Choice(choice, fields.text("say"), int(points))
    fields.finish()
    return read


def _consent(fields: Fields) -> Consent:
    consent = Consent(fields.text("title"), fields.texts("points", required=True), fields.text("agree"))
    fields.finish()
    return consent


def _part(entry: object, line: int, scales: Mapping[str, tuple[Choice, ...]], problems: Problems) -> Part:
    fields = Fields(entry, line, "part", problems)
    fields.what = f"part {fields.text('id')}"
    pages = tuple(_page(page, at, scales, problems) for page, at in fields.entries("pages", required=True))
    part = Part(fields.text("id"), fields.text("title"), pages)
    fields.finish()
    return part


def _page(entry: object, line: int, scales: Mapping[str, tuple[Choice, ...]], problems: Problems) -> Page:
    fields = Fields(entry, line, "page", problems)
    fields.what = f"page {fields.text('id')}"
    questions = tuple(
        read_question(question, at, scales, problems)
        for question, at in fields.entries("questions", required=True)
    )
    page = Page(
        fields.text("id"),
        questions,
        fields.text("title", ""),
        fields.text("intro", ""),
        fields.text("attribution", ""),
    )
    if len(questions) > 1 and not page.title and not _only_follow_ups(questions):
        fields.problem("questions", "a page of several questions needs a 'title'")
    fields.finish()
    return page


def _only_follow_ups(questions: tuple[Question, ...]) -> bool:
    return all(question.kind in IN_PLACE for question in questions[1:])


def _check_ids(document: Mapped, draft: Questionnaire, problems: Problems) -> None:
    lines = _lines(document)
    parts = [(part.id, lines["part", index]) for index, part in enumerate(draft.parts)]
    unique(parts, "part", problems)
    pages = [page for _, page in draft.pages]
    unique([(p.id, lines["page", i]) for i, p in enumerate(pages)], "page", problems)
    asked = [question for part in draft.parts for question in part.questions]
    named = [(question.id, lines["question", index]) for index, question in enumerate(asked)]
    derived = document.get("derived")
    if isinstance(derived, Listed):
        named += [(d.id, derived.lines[i]) for i, d in enumerate(draft.derived)]
    unique(named, "question", problems)
    for question_id, line in named:
        if question_id and not ID.fullmatch(question_id):
            problems.add(line, f'the id "{question_id}" should be lower-case words joined by _')
    for index, one in enumerate(draft.derived):
        for of in one.of:
            if of and not draft.has(of):
                line = derived.lines[index] if isinstance(derived, Listed) else 1
                problems.add(line, f'derived answer {one.id}: there is no question "{of}"')


def _lines(document: Mapped) -> dict[tuple[str, int], int]:
    lines: dict[tuple[str, int], int] = {}
    counts = {"part": 0, "page": 0, "question": 0}

    def note(kind: str, entries: object, child: tuple[str, str] | None) -> None:
        if not isinstance(entries, Listed):
            return
        for entry, line in zip(entries, entries.lines, strict=True):
            lines[kind, counts[kind]] = line
            counts[kind] += 1
            if child is not None and isinstance(entry, Mapped):
                kind_below, key = child
                below = ("question", "questions") if kind_below == "page" else None
                note(kind_below, entry.get(key), below)

    note("part", document.get("parts"), ("page", "pages"))
    return lines


def _with_conditions(document: Mapped, draft: Questionnaire, problems: Problems) -> Questionnaire:
    reader = ConditionReader(draft, problems)
    earlier: set[str] = set()
    parts = []
    for part, entry in zip(draft.parts, document["parts"], strict=True):
        pages = []
        for page, page_entry in zip(part.pages, entry["pages"], strict=True):
            questions = []
            for question, raw in zip(page.questions, page_entry["questions"], strict=True):
                finished = _finish(question, raw, reader, draft, earlier)
                earlier.add(question.id)
                questions.append(finished)
            pages.append(_checked_page(replace(page, questions=tuple(questions)), page_entry, problems))
        parts.append(replace(part, pages=tuple(pages)))
    return replace(draft, parts=tuple(parts), derived=with_prompts(document, draft, reader))


def _finish(
    question: Question,
    raw: Mapped,
    reader: ConditionReader,
    draft: Questionnaire,
    earlier: set[str],
) -> Question:
    where = f"question {question.id}"
    only_if: Condition | None = None
    if "only_if" in raw:
        line = raw.lines["only_if"]
        only_if = reader.read(raw["only_if"], line, f"{where}: only_if")
        for needed in questions_in(only_if):
            derived = draft.derived_answer(needed)
            for one in derived.of if derived is not None else (needed,):
                if one not in earlier:
                    reader.problems.add(
                        line, f'{where}: only_if may look at earlier questions only, not "{one}"'
                    )
    triggers = tuple(_trigger(entry, line, where, question, reader) for entry, line in _safety(raw))
    return replace(question, only_if=only_if, safety=triggers)


def _safety(raw: Mapped) -> list[tuple[Any, int]]:
    entries = raw.get("safety")
    return list(zip(entries, entries.lines, strict=True)) if isinstance(entries, Listed) else []


def _trigger(
    entry: object, line: int, where: str, question: Question, reader: ConditionReader
) -> SafetyTrigger:
    fields = Fields(entry, line, f"{where}: safety", reader.problems)
    show = fields.text("show")
    if show not in {page.id for page in reader.questionnaire.safety_pages}:
        fields.problem("show", f'there is no safety page "{show}"')
    when = reader.read(fields.raw("when"), fields.line_of("when"), f"{where}: safety")
    if set(questions_in(when)) - {question.id}:
        # The page a patient sees depends on this answer alone (decisions.md, Behaviour).
        fields.problem("when", "a safety page may look at its own question only")
    fields.finish()
    return SafetyTrigger(show, when)


def _checked_page(page: Page, entry: Mapped, problems: Problems) -> Page:
    here = {question.id for question in page.questions}
    for question in page.questions:
        if question.only_if is None or not here & set(questions_in(question.only_if)):
            continue
        if page.opens_under(question) is None or question.kind not in IN_PLACE or question.long:
            problems.add(
                entry.line,
                f"page {page.id}: the follow-up {question.id} depends on this page; only one "
                "short box under one choice opens in place, so move it to a later page",
            )
    if any(question.kind is Kind.MEDICINES for question in page.questions) and len(here) > 1:
        problems.add(entry.line, f"page {page.id}: a list of medicines needs a page of its own")
    return page
