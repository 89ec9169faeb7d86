"""What comes of each rule over the submissions of a period: counts, and no names.

Figures are made of tallies, which are small. What is still only a full screening is opened
as far as the time given allows, and has a tally the next time.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from time import monotonic

from intake.domain.events import RuleFiguresOpened
from intake.domain.figures import Counting, Figures, RuleFigures
from intake.domain.permissions import StaffMember
from intake.services.clinic import SYSTEM, Clinic
from intake.storage import audit, queue, tallies

PERIODS = (30, 90, 365)
# A page is waited for; a command may take as long as it takes.
SECONDS_FOR_A_PAGE = 5.0


@dataclass(frozen=True, slots=True)
class Count:
    """The figures of a period, and how far they go.

    Of ``sent`` submissions the newest were counted first; ``left`` were not reached in the
    time given and ``damaged`` cannot be opened. ``tallied`` were opened whole, and need
    not be the next time.
    """

    days: int
    figures: Figures
    sent: int
    left: int
    damaged: int
    tallied: int


def _unheard(_done: int, _of: int) -> None:
    pass


def figures(
    clinic: Clinic,
    member: StaffMember | None,
    days: int,
    seconds: float | None = None,
    step: Callable[[int, int], None] = _unheard,
) -> Count:
    """The figures of the last ``days`` days. Having them counted is recorded.

    ``member`` is None at the console, ``seconds`` how long counting may take (None: as long
    as it takes; one submission is always counted). ``step`` is told how many are done, of
    how many.
    """
    end = None if seconds is None else monotonic() + seconds
    counting, made, done = Counting(), list[tallies.Made](), 0
    with clinic.database.read() as session:
        junk = queue.junk(session, clinic.keys)
        sent = tallies.sent_since(session, clinic.now() - timedelta(days=days))
        ids = [one for one in sent if one not in junk]
        for done, one in enumerate(tallies.opened(session, clinic.keys, ids), start=1):
            if one.counted is not None:
                counting.add(one.counted)
            if one.made is not None:
                made.append(one.made)
            step(done, len(ids))
            if end is not None and monotonic() >= end:
                break
    _record(clinic, member, RuleFiguresOpened(days, counting.submissions, len(made)), made)
    damaged = done - counting.submissions
    return Count(days, counting.figures(), len(ids), len(ids) - done, damaged, len(made))


def _record(
    clinic: Clinic, member: StaffMember | None, event: RuleFiguresOpened, made: list[tallies.Made]
) -> None:
    # Apart from the counting, so that nobody who sends a form waits for it.
    with clinic.database.write() as session:
        tallies.keep(session, made)
        audit.record(session, clinic.keys, SYSTEM if member is None else member.id, event, clinic.now())


def in_order(found: Figures, order: Sequence[str]) -> tuple[RuleFigures, ...]:
    """Every rule in the order of the rules file; those counted that it no longer holds come last."""
    in_force = set(order)
    gone = tuple(one for rule, one in found.rules.items() if rule not in in_force)
    return (*(found.rules.get(rule, RuleFigures(rule)) for rule in order), *gone)


def as_plain(count: Count, order: Sequence[str]) -> dict[str, object]:
    """The figures as plain data, for other programs."""
    found = count.figures
    return {
        "days": count.days,
        "sent": count.sent,
        "counted": found.submissions,
        "damaged": count.damaged,
        "urgent": found.urgent,
        "missing": found.missing,
        "elsewhere": found.elsewhere,
        "mean_little": found.mean_little,
        "too_many_urgent": found.too_many_urgent,
        "most_urgent": [one.rule for one in found.most_urgent],
        "up_for_review": [one.rule for one in found.up_for_review],
        "rules": [asdict(one) | {"share": one.share} for one in in_order(found, order)],
    }
