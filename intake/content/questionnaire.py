"""Reading ``questionnaire.yaml``: what patients are asked."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from intake.content.conditions import ConditionReader
from intake.content.documents import Listed, Mapped, Problems, edition_of, read, read_file
from intake.content.fields import Fields, unique
from intake.content.questions import ID, read_question
from intake.domain.conditions import Condition, questions_in
from intake.domain.questionnaire import (
    Choice,
    Consent,
    CrisisLine,
    Derivation,
    DerivedAnswer,
    Kind,
    Page,
    Part,
    Question,
    Questionnaire,
    SafetyPage,
    SafetyTrigger,
)

# Questions of these kinds open in place under a choice (ux_spec.md 6).
IN_PLACE = frozenset({Kind.TEXT, Kind.NUMBER, Kind.READING, Kind.DATE})


def read_questionnaire(path: Path) -> tuple[Questionnaire, str]:
    """The questionnaire at ``path`` and its text. Raises DocumentRefused."""
    document, text = read_file(path)
    return _questionnaire(document, path.name), text


def parse_questionnaire(text: str, name: str = "questionnaire.yaml") -> Questionnaire:
    """The questionnaire in ``text``. Raises DocumentRefused."""
    return _questionnaire(read(text, name), name)


def _questionnaire(document: Mapped, name: str) -> Questionnaire:
    problems = Problems(name)
    fields = Fields(document, 1, "questionnaire", problems)
    scales = _scales(fields, problems)
    lines = _crisis_lines(fields, problems)
    draft = Questionnaire(
        title=fields.text("title"),
        parts=tuple(
            _part(entry, line, scales, problems) for entry, line in fields.entries("parts", required=True)
        ),
        derived=tuple(_derived(entry, line, problems) for entry, line in fields.entries("derived")),
        safety_pages=tuple(
            _safety_page(page_id, entry, line, lines, problems)
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
            Choice(choice, str(say), points) for points, (choice, say) in enumerate(entry.items())
        )
    return scales


def _crisis_lines(fields: Fields, problems: Problems) -> dict[str, CrisisLine]:
    lines = {}
    for line_id, entry, at in fields.mapping("crisis_lines"):
        line = Fields(entry, at, f"crisis line {line_id}", problems)
        lines[line_id] = CrisisLine(
            line_id, line.text("say"), line.text("link"), line.text("about"), line.day("verified")
        )
        line.finish()
    return lines


def _safety_page(
    page_id: str, entry: object, at: int, lines: Mapping[str, CrisisLine], problems: Problems
) -> SafetyPage:
    page = Fields(entry, at, f"safety page {page_id}", problems)
    named = page.texts("lines", required=True)
    for name in named:
        if name not in lines:
            page.problem("lines", f'there is no crisis line "{name}"')
    result = SafetyPage(
        page_id,
        page.text("title"),
        page.texts("paragraphs", required=True),
        tuple(lines[name] for name in named if name in lines),
    )
    page.finish()
    return result


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


def _derived(entry: object, line: int, problems: Problems) -> DerivedAnswer:
    fields = Fields(entry, line, "derived answer", problems)
    fields.what = f"derived answer {fields.text('id')}"
    derivation = fields.one_of("kind", Derivation, Derivation.TOTAL)
    if derivation is Derivation.BODY_MASS_INDEX:
        of: tuple[str, ...] = (fields.text("height"), fields.text("weight"))
    elif isinstance(fields.raw("of"), str):
        of = (fields.text("of"),)
    else:
        of = fields.texts("of", required=True)
    derived = DerivedAnswer(
        fields.text("id"),
        derivation,
        of,
        fields.text("label"),
        fields.texts("classes", required=derivation is Derivation.CLASS_COUNT),
        fields.texts("words", required=derivation is Derivation.MENTIONS),
    )
    fields.finish()
    return derived


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
    return replace(draft, parts=tuple(parts))


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
