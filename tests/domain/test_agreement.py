"""Views counted beside what the rules came to."""

from hypothesis import given
from hypothesis import strategies as st

from domain.reviewed import HIGH, UNDECIDED, URGENT, review
from intake.domain.agreement import STEPS, Compared, agreements
from intake.domain.figures import FEW
from intake.domain.review_entries import ViewKind
from intake.domain.rules import Priority
from intake.domain.tally import Tally

steps, kinds = st.sampled_from(STEPS), st.sampled_from(ViewKind)
compared = st.builds(
    Compared,
    st.integers(1, 9),
    st.sampled_from(["a" * 64, "b" * 64]),
    st.sampled_from(ViewKind),
    steps,
    steps,
)


@given(st.lists(compared, max_size=40))
def test_every_view_is_counted_once_and_under_its_own_edition_and_kind(views):
    found = agreements(views)

    assert sum(one.views for one in found) == len(views)
    for one in found:
        mine = [view for view in views if (view.rules, view.kind) == (one.rules, one.kind)]
        assert one.views == sum(one.cells.values()) == len(mine)
        assert one.is_held_back is (len(mine) < FEW)
        assert all(
            one.count(a, b) == sum((view.screened, view.seen) == (a, b) for view in mine)
            for a in STEPS
            for b in STEPS
        )
        later = sum(STEPS.index(view.seen) > STEPS.index(view.screened) for view in mine)
        assert one.same + one.sooner + later == one.views


def test_a_form_in_which_two_saw_what_no_rule_points_out_counts_once():
    views = [
        Compared(form, "a" * 64, ViewKind.FIRST, screened, seen)
        for form, screened, seen in (
            (1, None, Priority.HIGH),
            (1, None, Priority.INFO),
            (2, None, None),
            (3, Priority.INFO, Priority.HIGH),
            (4, None, Priority.URGENT),
        )
    ]

    (found,) = agreements(views)

    assert found.unflagged == 2


def test_a_tally_knows_the_highest_priority_as_the_screening_does():
    for rules in ((), (HIGH,), (UNDECIDED,), (UNDECIDED, HIGH), (HIGH, URGENT)):
        screening = review(*rules).screening
        assert Tally.of(screening).priority is screening.priority
