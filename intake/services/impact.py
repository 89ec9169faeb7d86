"""What other rules would change on the forms that are stored.

Forms are opened in this process alone, one at a time, and nothing of them is kept but counts.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from datetime import time as time_of_day
from uuid import UUID
from zoneinfo import ZoneInfo

from intake.domain.changes import Changes
from intake.domain.events import ImpactLooked
from intake.domain.evidence import PatientEvidence
from intake.domain.fitting import fitting
from intake.domain.impact import Impact, new_keys
from intake.domain.rules import RuleBook
from intake.domain.submissions import name_in
from intake.services.clinic import SYSTEM, Clinic
from intake.services.impact_figures import Bound, Different, Figures, Listed, differences, in_order
from intake.services.published_rules import merged
from intake.services.publishing import NewRules
from intake.storage import audit, every_submission
from intake.storage.every_submission import CannotBeOpened, Opened, Sealed


def proposed(clinic: Clinic, new: NewRules) -> RuleBook:
    """New rules as they would screen today, under their overlay. Raises DocumentRefused."""
    names = new.rules_name, new.overlay_name
    return merged(clinic.library.asked, new.rules, new.overlay, clinic.today(), names).rulebook


def look(
    clinic: Clinic,
    rules: RuleBook,
    by: UUID | None = None,
    *,
    since: date | None = None,
    bound: Bound | None = None,
    listing: bool = False,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Figures:
    """Compare the rules in force with these on the stored forms. Looking is recorded.

    With a ``bound`` the newest forms come first. ``told`` hears how many of how many are done.
    An interruption (Ctrl-C) ends the look early, with figures of what was seen until then.
    """
    with clinic.database.read() as session:
        wanted = every_submission.ids(session, _midnight(clinic, since), newest_first=bound is not None)
    tally = _Tally(clinic, rules, listing=listing)
    stopped = False
    try:
        for done in tally.over(wanted, bound):
            told(done, len(wanted))
    except KeyboardInterrupt:
        stopped = True
    figures = tally.figures(len(wanted), stopped=stopped)
    with clinic.database.write() as session:
        event = ImpactLooked(rules.edition, figures.looked_at)
        audit.record(session, clinic.keys, by or SYSTEM, event, clinic.now())
    return figures


class _Tally:
    """Counts, gathered form by form."""

    def __init__(self, clinic: Clinic, rules: RuleBook, *, listing: bool) -> None:
        self._clinic, self._rules, self._listing = clinic, rules, listing
        self._by_id = {rule.id: rule for rule in rules.rules}
        library = clinic.library
        self._impact = Impact(library.questionnaire, library.rulebook.rules, rules.rules)
        self._counts: Counter[Different] = Counter()
        self._not_opened: list[str] = []
        self._listed: list[Listed] = []
        self._looked_at = self._open = self._signed = self._reopened = 0

    def over(self, wanted: tuple[UUID, ...], bound: Bound | None) -> Iterator[int]:
        """Look at each, in pages; how many are done is told after each page."""
        until = None if bound is None else time.monotonic() + bound.seconds
        within = wanted if bound is None else wanted[: bound.most]
        size = every_submission.PAGE if bound is None else every_submission.PAGE // 4
        for start in range(0, len(within), size):
            if until is not None and time.monotonic() >= until:
                return
            page = within[start : start + size]
            with self._clinic.database.read() as session:
                found = {one.id: one for one in every_submission.page(session, page)}
            for one in page:
                self._look_at(found.get(one), one)
            yield start + len(page)

    def figures(self, stored: int, *, stopped: bool) -> Figures:
        """What was counted."""
        library = self._clinic.library
        every = (*library.rulebook.rules, *self._rules.rules)
        return Figures(
            before=library.rulebook.edition,
            after=self._rules.edition,
            rules_looked_at=len(self._impact.looks_at),
            stored=stored,
            looked_at=self._looked_at,
            not_opened=tuple(self._not_opened),
            open_=self._open,
            signed=self._signed,
            reopened=self._reopened,
            counts=in_order(self._counts.items()),
            titles={rule.id: rule.title for rule in every},
            stopped=stopped,
            listed=tuple(self._listed),
        )

    def _look_at(self, sealed: Sealed | None, submission: UUID) -> None:
        try:
            if sealed is None:
                raise CannotBeOpened
            opened = every_submission.opened(self._clinic.keys, sealed)
            evidence = self._evidence(opened)
            changed = self._impact.changes(evidence)
            reopens = changed.any_flag and self._reopens(sealed, opened, changed, evidence)
        except CannotBeOpened:
            self._not_opened.append(sealed.reference if sealed is not None else str(submission))
            return
        self._looked_at += 1
        if changed.any_flag:
            self._count(sealed, opened, changed, reopens=reopens)

    def _count(self, sealed: Sealed, opened: Opened, changed: Changes, *, reopens: bool) -> None:
        found = tuple(differences(changed))
        self._counts.update(found)
        self._reopened += reopens
        if sealed.signed is None:
            self._open += 1
        else:
            self._signed += 1
        if self._listing:
            self._listed.append(Listed(sealed.reference, name_in(opened.answers), found))

    def _evidence(self, opened: Opened) -> PatientEvidence:
        library = self._clinic.library
        answers = fitting(library.questionnaire, opened.answers)
        return PatientEvidence(library.questionnaire, library.formulary, answers, opened.sent_at.date())

    def _reopens(self, sealed: Sealed, opened: Opened, changed: Changes, evidence: PatientEvidence) -> bool:
        signed = every_submission.sign_off(sealed, opened.key)
        if signed is None:
            return False
        covered = set(signed.flags)
        return any(key not in covered for key in new_keys(changed, self._by_id, evidence))


def _midnight(clinic: Clinic, day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time_of_day.min, ZoneInfo(clinic.settings.timezone))
