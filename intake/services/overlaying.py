"""What a clinic's overlay does to the shipped rules on a day, summed up for people and for programs."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from intake.config import Settings
from intake.content.documents import edition_of, read, read_text
from intake.content.library import Library
from intake.content.overlay import Laid
from intake.domain.overlay import Change
from intake.domain.rules import Lowered, MovedUp, Rule
from intake.services import screening_files

_ENDED = "{rule}: ended on {until}, and the rule is as shipped since. Remove the change, or renew it."


@dataclass(frozen=True, slots=True)
class Summary:
    """What was added, moved up, lowered and silenced, and the changes that ended before ``on``."""

    on: date
    added: tuple[Rule, ...]
    moved_up: tuple[MovedUp, ...]
    lowered: tuple[Lowered, ...]
    silenced: tuple[Lowered, ...]
    ended: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A rules file to be printed; without a summary no overlay lies over it."""

    text: str
    edition: str
    summary: Summary | None


def printed(settings: Settings, on: date, overlay: Path | None = None, *, merged: bool) -> Printed:
    """The rules file as it was written, or ``merged``: what screens on a day.

    An overlay that is named is laid over the rules file of the settings. Raises DocumentRefused,
    and PublishedRulesRefused when the rules in force cannot be read.
    """
    if overlay is not None:
        library = screening_files.library(settings, overlay=overlay, on=on)
    elif merged:
        library = screening_files.library_in_force(settings, on)
    else:
        text = read_text(settings.screening_rules)
        return Printed(text, edition_of(read(text, settings.screening_rules.name)), None)
    return Printed(library.texts["rules"], library.editions.rules, summary(library))


def summary(library: Library) -> Summary | None:
    """What the overlay comes to; None when there is none."""
    return None if library.laid is None else _summary(library.laid)


def _summary(laid: Laid) -> Summary:
    rulebook = laid.rulebook
    return Summary(
        laid.on,
        laid.overlay.rules,
        rulebook.moved_up,
        tuple(one for one in rulebook.lowered if not one.is_silenced),
        rulebook.silenced,
        laid.overlay.ended(laid.on),
    )


def ended(library: Library, on: date) -> tuple[str, ...]:
    """A line for every change that ended before a day and still stands in the overlay."""
    changes = library.laid.overlay.ended(on) if library.laid is not None else ()
    return tuple(_ENDED.format(rule=one.rule, until=one.until) for one in changes)


def silenced(library: Library) -> tuple[str, ...]:
    """The rules that are not run, in lines; none when there are none."""
    found = library.rulebook.silenced
    title = f"silenced, which is not run ({len(found)})"
    return (title, *(f"  {_told(one)}" for one in found)) if found else ()


def told(found: Summary) -> tuple[str, ...]:
    """The summary in lines."""
    lists = (
        (
            f"added ({len(found.added)})",
            [f"{one.priority.value}  {one.id}: {one.title}" for one in found.added],
        ),
        (f"moved up ({len(found.moved_up)})", [_told(one) for one in found.moved_up]),
        (f"lowered ({len(found.lowered)})", [_told(one) for one in found.lowered]),
        (f"silenced, which is not run ({len(found.silenced)})", [_told(one) for one in found.silenced]),
        (f"ended ({len(found.ended)})", [_ENDED.format(rule=o.rule, until=o.until) for o in found.ended]),
    )
    lines = [f"On {found.on}, the overlay comes to:"]
    for title, entries in lists:
        lines += [title, *(f"  {entry}" for entry in entries)]
    return tuple(lines)


def as_plain(found: Summary) -> dict[str, object]:
    """The summary as plain data, for other programs."""
    return {
        "on": found.on.isoformat(),
        "added": [
            {"rule": one.id, "title": one.title, "priority": one.priority.value} for one in found.added
        ],
        "moved_up": [_plain(one) for one in found.moved_up],
        "lowered": [_plain(one) for one in found.lowered],
        "silenced": [_plain(one) for one in found.silenced],
        "ended": [
            {"rule": one.rule, "reason": one.reason, "by": one.by, "until": _day(one.until)}
            for one in found.ended
        ],
    }


def _told(one: Lowered | MovedUp) -> str:
    now = "" if one.now is None else f" -> {one.now.value}"
    account = ", ".join(words for words in (f"until {one.until}" if one.until else "", one.by) if words)
    told = f"{one.was.value}{now}  {one.rule}: {one.title}"
    return f"{told} ({account}: {one.reason})" if account and one.reason else told


def _plain(one: Lowered | MovedUp) -> dict[str, object]:
    return {
        "rule": one.rule,
        "title": one.title,
        "from": one.was.value,
        "to": None if one.now is None else one.now.value,
        "reason": one.reason,
        "by": one.by,
        "until": _day(one.until),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
