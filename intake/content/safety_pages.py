"""Reading the safety pages and the ways to reach help that stand on them."""

from collections.abc import Mapping
from datetime import date

from intake.content.documents import Problems, did_you_mean
from intake.content.fields import Fields
from intake.domain.questionnaire import CrisisLine, SafetyPage


def read_crisis_lines(fields: Fields, problems: Problems) -> dict[str, CrisisLine]:
    """Every way to reach help, by its id."""
    lines = {}
    for line_id, entry, at in fields.mapping("crisis_lines"):
        line = Fields(entry, at, f"crisis line {line_id}", problems)
        lines[line_id] = CrisisLine(
            line_id,
            line.text("say"),
            line.text("link"),
            line.text("about"),
            line.day("verified"),
            line.day("expires") if line.has("expires") else date.max,
        )
        line.finish()
    return lines


def read_safety_page(
    page_id: str, entry: object, at: int, lines: Mapping[str, CrisisLine], problems: Problems
) -> SafetyPage:
    """One page of static words, with its ways to reach help in order."""
    page = Fields(entry, at, f"safety page {page_id}", problems)
    named = page.texts("lines", required=True)
    for place, name in enumerate(named):
        if name not in lines:
            hint = did_you_mean(name, lines) or f"; the lines are {', '.join(lines)}"
            page.problem("lines", f'there is no crisis line "{name}"{hint}', entry=place)
    paragraphs = page.texts("paragraphs", required=True)
    signal = page.number("signal")
    if signal is not None and signal not in range(1, len(paragraphs) + 1):
        page.problem("signal", f"'signal' should be the number of a paragraph, 1 to {len(paragraphs)}")
    result = SafetyPage(
        page_id,
        page.text("title"),
        paragraphs,
        tuple(lines[name] for name in named if name in lines),
        int(signal or 0),
    )
    page.finish()
    return result
