"""The agreement of views with the rules, from what is stored."""

from dataclasses import replace

import pytest

from copies import make_copy, staff
from intake.domain.agreement import Agreement
from intake.domain.figures import FEW
from intake.domain.permissions import Role
from intake.domain.review_entries import ViewKind
from intake.domain.rules import Priority, RuleBook
from intake.services import agreement, reviewing, viewing
from intake.storage import audit
from short_form import LIBRARY, PAT, send

CALM = PAT.with_({"treated": PAT["pressure"]})


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path, LIBRARY)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_views_are_counted_by_what_stood_when_they_were_noted(copy):
    alice, carol, bob = (
        staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN),
        staff(copy.clinic, "carol", "C. Diaz, NP", Role.CLINICIAN),
        staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR),
    )
    clinic = replace(copy.clinic, settings=replace(copy.clinic.settings, read_first=True))
    forms = [send(copy, CALM) for _ in range(FEW // 2)]
    for form in forms:
        viewing.note(clinic, alice, form, ViewKind.FIRST, None, "")
    for form in forms[1:]:
        viewing.note(clinic, carol, form, ViewKind.FIRST, Priority.URGENT, "Her heart")
    viewing.skip(clinic, carol, forms[0], ViewKind.FIRST)

    (few,) = agreement.agreement(clinic, bob, 90).found
    assert few.views == FEW - 1
    assert few.is_held_back

    # The rules change and nothing stands any more; what was noted before is beside what stood then.
    changed = replace(clinic, library=replace(clinic.library, rulebook=RuleBook((), (), edition="f" * 64)))
    for form in forms:
        reviewing.rescreen(changed, form)
    dana = staff(copy.clinic, "dana", "D. Both, MD", Role.CLINICIAN)
    viewing.note(clinic, dana, forms[0], ViewKind.FIRST, Priority.HIGH, "Her heart")

    found = {one.rules: one for one in agreement.agreement(clinic, bob, 90).found}
    assert {one.views for one in found.values()} == {FEW - 1, 1}
    assert found[clinic.library.editions.rules].count(Priority.HIGH, None) == FEW // 2
    after = next(one for rules, one in found.items() if rules != clinic.library.editions.rules)
    assert (after.count(None, Priority.HIGH), after.unflagged) == (1, 1)

    with clinic.database.read() as session:
        last = audit.events(session)[-1]
    assert (last.event, last.actor) == ("RuleFiguresOpened", str(bob.id))
    # Counting stops in time, and says what is left.
    assert agreement.agreement(clinic, bob, 90, seconds=0).left == FEW // 2 - 1


def test_nothing_in_it_names_a_form_or_a_clinician():
    assert set(Agreement.__slots__) == {"rules", "kind", "views", "cells", "unflagged"}
