"""What the markup alone says for the checklist: titles, autocomplete, help in its place, languages."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from accessibility.states import State
from journeys.served import Served, words

# ux_spec 5: what a browser may fill in for the person, by the name of the box (WCAG 2.2, 1.3.5).
ABOUT_THE_PERSON = {
    "first_name-words": "given-name",
    "last_name-words": "family-name",
    "preferred_name-words": "nickname",
    "date_of_birth-month": "bday-month",
    "date_of_birth-day": "bday-day",
    "date_of_birth-year": "bday-year",
    "phone-words": "tel",
    "email-words": "email",
    "home_state-words": "address-level1",
    "typed_name": "name",
    "username": "username",
    "password": "current-password",
}
_SIDES = re.compile(
    r"(?:^|[;{])\s*((?:margin|padding|border|inset)-(?:left|right)(?:-\w+)?|left|right|float:\s*(?:left|right)"
    r"|text-align:\s*(?:left|right))\s*[:;}]"
)


def wrong_titles(states: Iterable[State]) -> list[str]:
    """Pages that cannot be told apart by their titles, and errors that are not said first."""
    found: list[str] = []
    by_title: dict[str, State] = {}
    for state in states:
        page = Served(state.address, state.html)
        failing = any(one.get("id") == "errors" for one in page.tree.iter())
        if failing != page.title.startswith("Error: "):
            found.append(f"{state.name}: {page.title!r}, though it is {'' if failing else 'not '}failing")
        first = by_title.setdefault(page.title, state)
        if first.address != state.address:
            found.append(f"{state.name} is called as {first.name}: {page.title!r}")
    return found


def wrong_autocomplete(states: Iterable[State]) -> list[str]:
    """Boxes about the person that say nothing of it, or something else."""
    return [
        f"{state.name}: {name} says {one.get('autocomplete')!r}"
        for state in states
        for one in Served(state.address, state.html).tree.iter("input")
        if (name := one.get("name", "")) in ABOUT_THE_PERSON
        and one.get("autocomplete") != ABOUT_THE_PERSON[name]
    ]


def asked_twice(pages: Mapping[str, str]) -> list[str]:
    """What a person is asked for on two pages (3.3.7), by what a browser would fill in."""
    tokens = Counter(
        (token, name)
        for name, html in pages.items()
        for token in set(re.findall(r'autocomplete="([a-z0-9-]+)"', html)) - {"off"}
    )
    return [token for token, many in Counter(token for token, _ in tokens).items() if many > 1]


def misplaced_help(states: Iterable[State]) -> list[str]:
    """Pages whose help is worded otherwise, or stands elsewhere, than on the first (3.2.6)."""
    wrong, first = [], ""
    for state in states:
        page = Served(state.address, state.html)
        order = [_place(one) for one in page.tree.iter() if _place(one)]
        block = next((one for one in page.tree.iter() if one.get("id") == "help"), Element("p"))
        told = f"{order} {words(block)}"
        first = first or told
        if told != first:
            wrong.append(f"{state.name}: {told}")
    return wrong


def _place(one: Element) -> str:
    if one.tag in ("header", "main", "footer") and one.get("class") in ("top", None, "foot"):
        return one.tag
    if one.get("href") == "#help":
        return "the way to help"
    return "help" if one.get("id") == "help" else ""


def wrong_language(states: Iterable[State]) -> list[str]:
    """Pages that do not say which language they are in, or parts that say one there is not."""
    wrong = []
    for state in states:
        tree = Served(state.address, state.html).tree
        said = [one.get("lang") for one in tree.iter() if one.get("lang") is not None]
        root = next(tree.iter("html")).get("lang")
        if not root or not all(re.fullmatch(r"[a-z]{2,3}(-[A-Z]{2})?", one or "") for one in said):
            wrong.append(f"{state.name}: {root!r} {said}")
    return wrong


def one_sided(css: str) -> list[str]:
    """Rules that name the left or the right: they stay where they are when a page is mirrored."""
    return _SIDES.findall(css)


def unchangeable(state: State) -> list[str]:
    """Answers on the page before signing that have no way to be changed (3.3.4)."""
    rows = [one for one in Served(state.address, state.html).tree.iter("dl") if one.get("class") == "rows"]
    return [
        words(row)
        for one in rows
        for row in one.findall("div")
        if not any("/change" in link.get("href", "") for link in row.iter("a"))
    ]
