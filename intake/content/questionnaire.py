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
    did_you_mean,
    edition_of,
    read,
    read_file,
)
from intake.content.fields import Fields
from intake.content.folder import gather
from intake.content.ids import check_ids
from intake.content.questions import read_question
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


def scales_in(text: str) -> tuple[str, ...]:
    """The names of the scales in a questionnaire's text. Raises DocumentRefused."""
    scales = read(text, "questionnaire").get("scales")
    return tuple(scales) if isinstance(scales, Mapped) else ()


def _questionnaire(document: Mapped, name: str) -> Questionnaire:
    questionnaire, problems = examine_questions(document, name)
    problems.refuse_if_any()
    return questionnaire


def examine_questions(document: Mapped, name: str) -> tuple[Questionnaire, Problems]:
    """The questionnaire as far as it can be read, and everything that is wrong with it.

    What depends on whom a question is put to is read only when everything else is right.
    """
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
    check_ids(document, draft, problems)
    if problems.found:
        return draft, problems
    return _with_conditions(document, draft, problems), problems


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
        fields.flag("leave_now"),
    )
    if len(questions) > 1 and not page.title and not _only_follow_ups(questions):
        fields.problem("questions", "a page of several questions needs a title; add `title: …`")
    fields.finish()
    return page


def _only_follow_ups(questions: tuple[Question, ...]) -> bool:
    return all(question.kind in IN_PLACE for question in questions[1:])


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
                    text = f'{where}: only_if may look at earlier questions only, not "{one}"'
                    reader.problems.add(line, f"{text}; move this question behind it")
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
    pages = [page.id for page in reader.questionnaire.safety_pages]
    if show not in pages:
        hint = did_you_mean(show, pages) or f"; the pages are {', '.join(pages)}"
        fields.problem("show", f'there is no safety page "{show}"{hint}')
    when = reader.read(fields.raw("when"), fields.value_at("when"), f"{where}: safety")
    if set(questions_in(when)) - {question.id}:
        # The page a patient sees depends on this answer alone (decisions.md, Behaviour).
        fields.problem("when", "a safety page may look at its own question only; compare that one here")
    fields.finish()
    return SafetyTrigger(show, when)


def _checked_page(page: Page, entry: Mapped, problems: Problems) -> Page:
    here = {question.id for question in page.questions}
    for question in page.questions:
        if question.only_if is None or not (here - {question.id}) & set(questions_in(question.only_if)):
            continue
        if page.opens_under(question) is None or question.kind not in IN_PLACE or question.long:
            problems.add(
                entry.line,
                f"page {page.id}: the follow-up {question.id} depends on this page; only one "
                "short box under one choice opens in place, so move it to a later page",
            )
    if any(question.kind is Kind.MEDICINES for question in page.questions) and len(here) > 1:
        problems.add(
            entry.line, f"page {page.id}: a list of medicines needs a page of its own; move the rest"
        )
    return page
