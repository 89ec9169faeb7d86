"""The document that a rules file and an overlay make together.

It says all that both say on a day, so that whoever keeps it needs neither of them.
"""

from collections.abc import Sequence

from intake.content.documents import Listed, Mapped
from intake.content.layout import lay_out
from intake.domain.overlay import Altered
from intake.domain.rules import Lowered, MovedUp, Priority

_HEADING = """\
# Made by intake of a rules file and a clinic's overlay: change those, and not this file.
# What the clinic changed of the shipped rules stands under `lowered` and `moved_up`; a rule that
# it silenced stands there and no longer under `rules`.

"""


def merged_to_text(merged: Mapped) -> str:
    """The text of a merged document, saying at its top what it is."""
    return _HEADING + lay_out(merged)


def merge(base: Mapped, overlay: Mapped, altered: Altered) -> Mapped:
    """The base with the clinic's changes and, behind what it says itself, what the overlay adds."""
    said = dict(base)
    rules = said.pop("rules")
    if about := overlay.get("about"):
        said["about"] = f"{base['about']} {about}" if base.get("about") else about
    if documents := overlay.get("bibliography"):
        said["bibliography"] = _mapped({**(base.get("bibliography") or {}), **documents})
    if lines := overlay.get("not_covered"):
        said["not_covered"] = _listed([*(base.get("not_covered") or ()), *lines])
    said |= _lists(altered)
    own = [_owned(rule, overlay) for rule in overlay.get("rules") or ()]
    said["rules"] = _listed([*_shipped(rules, altered.priorities), *own])
    return _mapped(said)


def _shipped(rules: Listed, priorities: dict[str, Priority | None]) -> list[Mapped]:
    kept = []
    for rule in rules:
        if rule["id"] not in priorities:
            kept.append(rule)
        elif (priority := priorities[rule["id"]]) is not None:
            kept.append(_mapped({**rule, "priority": priority.value}))
    return kept


def _owned(rule: Mapped, overlay: Mapped) -> Mapped:
    """A rule of the overlay with its owner written out: the base has another one at its top."""
    said = dict(rule)
    for key in ("owner", "review_by"):
        if key in overlay:
            said.setdefault(key, overlay[key])
    return _mapped(said)


def _told(one: Lowered | MovedUp) -> Mapped:
    """One entry of either list."""
    said: dict[str, object] = {"rule": one.rule, "title": one.title, "from": one.was.value}
    said |= {"off": True} if one.now is None else {"to": one.now.value}
    until = one.until.isoformat() if one.until else ""
    account = {"reason": one.reason, "by": one.by, "until": until}
    return _mapped(said | {key: words for key, words in account.items() if words})


def _lists(altered: Altered) -> dict[str, Listed]:
    """The two keys with their entries; a list without any is left out."""
    entries = {
        "lowered": [_told(one) for one in altered.lowered],
        "moved_up": [_told(one) for one in altered.moved_up],
    }
    return {key: _listed(found) for key, found in entries.items() if found}


def _mapped(said: dict[str, object]) -> Mapped:
    mapped = Mapped(1)
    mapped.update(said)
    mapped.lines.update(dict.fromkeys(said, 1))
    return mapped


def _listed(entries: Sequence[object]) -> Listed:
    listed = Listed(1)
    listed.extend(entries)
    listed.lines.extend([1] * len(entries))
    return listed
