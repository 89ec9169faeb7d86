"""Every id of a questionnaire is written as ids are, and used once."""

from intake.content.conditions import LOOK_UP
from intake.content.documents import Listed, Mapped, Problems, did_you_mean
from intake.content.fields import unique
from intake.content.questions import ID
from intake.domain.questionnaire import Questionnaire


def check_ids(document: Mapped, draft: Questionnaire, problems: Problems) -> None:
    """Note every id that is misspelled, used a second time, or not there."""
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
    misnamed = [(one, at) for one, at in named if one and not ID.fullmatch(one)]
    for question_id, line in misnamed:
        problems.add(line, f'the id "{question_id}" should be lower-case words joined by _')
    if isinstance(derived, Listed) and not misnamed:
        _check_derived(derived, draft, problems)


def _check_derived(entries: Listed, draft: Questionnaire, problems: Problems) -> None:
    for one, entry, line in zip(draft.derived, entries, entries.lines, strict=True):
        for of in one.of:
            if of and not draft.has(of):
                at = entry.value_at("of") if isinstance(entry, Mapped) and "of" in entry else line
                hint = did_you_mean(of, [question.id for question in draft.questions])
                text = f'derived answer {one.id}: there is no question "{of}"{hint or LOOK_UP}'
                problems.add(at, text, "unknown-question", of)


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
