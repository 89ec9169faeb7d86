"""What a clinician sees of one submission, read off the page as it was served."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from intake.domain.rules import Priority
from journeys.served import Served, words
from journeys.vignettes import Shown
from journeys.visitor import Visitor

_PRIORITIES = {
    "Urgent": Priority.URGENT,
    "High": Priority.HIGH,
    "Moderate": Priority.MODERATE,
    "Note": Priority.INFO,
}
_RULE = re.compile(r"Rule ([a-z0-9-]+), rules edition [0-9a-f]{8}")


def open_submission(browser: Visitor, reference: str) -> Served:
    """Find a submission in the queue by its reference, and open it."""
    queue = browser.open("/clinic/queue")
    lines = [line for line in queue.tree.iter("li") if reference in words(line)]
    assert len(lines) == 1, f"{reference} stands {len(lines)} times in the queue"
    (link,) = lines[0].iter("a")
    return browser.open(link.get("href", ""))


def flags_on(page: Served, topics: Mapping[str, str]) -> tuple[Shown, ...]:
    """The flags under "Raised" and "Cannot tell"; ``topics`` are by rule id."""
    return (*_flags(page, "raised", topics), *_flags(page, "cannot-tell", topics))


def answers_on(page: Served) -> list[tuple[str, str]]:
    """Every question with its answer, under "All answers"."""
    answers = _section(page, "answers")
    rows = [one for one in answers.iter("div") if one.get("id", "").startswith("answer-")]
    return [(words(_only(row, "dt")), _answer(_only(row, "dd"))) for row in rows]


def _answer(dd: Element) -> str:
    """What stands as the answer; of a list of medicines, each as it was typed."""
    listed = [words(one) for entry in dd.iter("tr") for one in entry.iter("strong")]
    return "; ".join(listed) if listed else _said(dd)


def _flags(page: Served, section: str, topics: Mapping[str, str]) -> list[Shown]:
    found = [
        _flag(card, topics, raised=section == "raised") for card in _section(page, section).iter("article")
    ]
    heading = next(one for one in page.tree.iter("h2") if one.get("id") == section)
    assert words(heading).endswith(f"({len(found)})"), f"{words(heading)!r} over {len(found)} flags"
    return found


def _flag(card: Element, topics: Mapping[str, str], *, raised: bool) -> Shown:
    text = words(card)
    rule = _RULE.search(text)
    assert rule, f"a flag that names no rule: {text}"
    tags = [words(tag) for tag in _only(card, "header").iter("span")]
    (priority,) = (_PRIORITIES[tag] for tag in tags if tag in _PRIORITIES)
    return Shown(topics[rule[1]], priority, raised, () if raised else _missing(card, text))


def _missing(card: Element, text: str) -> tuple[str, ...]:
    # A rule that stopped with an error waits for no answer.
    if "Cannot tell without an answer to:" not in text:
        return ()
    return tuple(words(said) for said in next(card.iter("dl")).iter("dd"))


def _section(page: Served, labelled_by: str) -> Element:
    return next(one for one in page.tree.iter("section") if one.get("aria-labelledby") == labelled_by)


def _only(element: Element, tag: str) -> Element:
    (found,) = element.iter(tag)
    return found


def _said(answer: Element) -> str:
    # An answer, or how it was left in a tag; after it stand the links to its flags.
    first = [answer.text or ""] + [words(one) for one in answer if one.tag == "span"]
    return " ".join(" ".join(first).split())
