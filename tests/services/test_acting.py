"""Taking back, notes together, reopening, looking again, views: recorded with their event, and by day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from copies import make_copy, staff
from intake.domain.permissions import Role
from intake.domain.review import Status
from intake.domain.review_acts import AlreadyUndone, PastDay, notes_waiting
from intake.domain.review_entries import Done, View, ViewKind
from intake.domain.rules import Priority
from intake.domain.standing import PlaceInWork
from intake.domain.viewing import ViewNotDue
from intake.services import accounts, acting, reviewing, second_reads, viewing
from intake.services.viewing import ViewFirst
from intake.storage import audit, reviews
from short_form import LIBRARY, send


@pytest.fixture(scope="module")
def one_copy(tmp_path_factory):
    copy = make_copy(tmp_path_factory.mktemp("acting"), LIBRARY)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture(scope="module")
def people(one_copy):
    return (
        staff(one_copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN),
        staff(one_copy.clinic, "carol", "C. Diaz, NP", Role.CLINICIAN),
    )


@pytest.fixture
def clinic(one_copy):
    one_copy.clock.at = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    return one_copy.clinic


@pytest.fixture
def form(one_copy, clinic):
    """A new form with flags of several priorities."""
    return send(one_copy)


def read(clinic, who, form):
    return reviewing.open_review(clinic, who, form)


def acknowledge_everything(clinic, who, form):
    for flag in (blocker.flag for blocker in read(clinic, who, form).blockers()):
        reviewing.acknowledge(clinic, who, form, flag.key, "seen", Done.CALLED_PATIENT)


def sign(clinic, who, form, **more):
    acknowledge_everything(clinic, who, form)
    reviewing.sign_off(clinic, who, form, "", read(clinic, who, form).fingerprint(), **more)


def events(clinic, form):
    with clinic.database.read() as session:
        assert audit.verify(session, clinic.keys).ok
        return [event.event for event in audit.events(session, form)]


def test_notes_together_are_as_many_records_and_events(clinic, people, form):
    alice, _ = people
    waiting = [flag.key for flag in notes_waiting(read(clinic, alice, form))]

    assert acting.acknowledge_notes(clinic, alice, form, waiting, "Read") == len(waiting) > 1

    assert events(clinic, form).count("FlagAcknowledged") == len(waiting)
    review = read(clinic, alice, form)
    assert {flag.outcome.priority for flag in review.flags if review.acknowledgement(flag.key)} == {
        Priority.INFO
    }


def test_an_acknowledgement_is_taken_back_and_given_again(clinic, people, form):
    alice, carol = people
    acknowledge_everything(clinic, alice, form)
    flag = read(clinic, alice, form).acknowledgements[0].flag

    acting.undo(clinic, carol, form, 1)
    with pytest.raises(AlreadyUndone):
        acting.undo(clinic, alice, form, 1)
    reviewing.acknowledge(clinic, carol, form, flag, "Now me", Done.CALLED_PATIENT)

    assert read(clinic, alice, form).acknowledgement(flag).printed_name == "C. Diaz, NP"
    assert events(clinic, form).count("AcknowledgementUndone") == 1


def test_reopening_brings_a_form_back_with_its_reason(clinic, people, form):
    alice, carol = people
    sign(clinic, alice, form, next_step="Call in a week")
    assert read(clinic, alice, form).sign_offs[0].next_step == "Call in a week"

    acting.reopen(clinic, carol, form, "A letter came", 1)

    review = read(clinic, alice, form)
    assert review.status is Status.NEEDS_REVIEW
    assert events(clinic, form).count("ReviewTakenUpAgain") == 1
    sign(clinic, alice, form)
    assert read(clinic, alice, form).status is Status.SIGNED_OFF


# Daylight saving time ends in New York on November 1, 2026, and begins on March 14, 2027.
@pytest.mark.parametrize(
    ("until", "hour_before", "at_midnight"),
    [
        ("2026-11-01", datetime(2026, 11, 1, 3, 59, tzinfo=UTC), datetime(2026, 11, 1, 4, 0, tzinfo=UTC)),
        ("2026-11-02", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), datetime(2026, 11, 2, 5, 0, tzinfo=UTC)),
        ("2027-03-14", datetime(2027, 3, 14, 4, 59, tzinfo=UTC), datetime(2027, 3, 14, 5, 0, tzinfo=UTC)),
        ("2027-03-15", datetime(2027, 3, 15, 3, 59, tzinfo=UTC), datetime(2027, 3, 15, 4, 0, tzinfo=UTC)),
    ],
)
def test_a_form_comes_back_at_midnight_by_the_clinics_clock(
    one_copy, clinic, people, form, until, hour_before, at_midnight
):
    alice, _ = people
    one_copy.clock.at = hour_before - timedelta(days=3)
    acknowledge_everything(clinic, alice, form)
    acting.look_again(clinic, alice, form, date.fromisoformat(until), "Waits for labs")

    places = []
    for moment in (hour_before, at_midnight):
        one_copy.clock.at = moment
        places.append(read(clinic, alice, form).standing.place(clinic.today()))

    assert places == [PlaceInWork.LATER, PlaceInWork.QUEUE]
    assert events(clinic, form).count("LookAgainSet") == 1


def test_a_day_that_is_over_at_the_clinic_is_over_wherever_the_server_stands(one_copy, clinic, people, form):
    alice, _ = people
    one_copy.clock.at = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # still the 20th in New York
    acknowledge_everything(clinic, alice, form)

    acting.look_again(clinic, alice, form, date(2026, 11, 20), "")
    with pytest.raises(PastDay):
        acting.look_again(clinic, alice, form, date(2026, 11, 19), "")


def test_signed_on_the_day_it_came_back_a_form_is_done(one_copy, clinic, people, form):
    """Late in the evening in New York, when it is the next day in Greenwich."""
    alice, _ = people
    acknowledge_everything(clinic, alice, form)
    acting.look_again(clinic, alice, form, date(2026, 11, 23), "")
    one_copy.clock.at = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    sign(clinic, alice, form)

    assert read(clinic, alice, form).standing.place(clinic.today()) is PlaceInWork.DONE


def test_a_view_is_recorded_with_the_screening_it_was_noted_before(clinic, people, form):
    alice, carol = people
    acknowledge_everything(clinic, carol, form)
    first_read = replace(clinic, settings=replace(clinic.settings, read_first=True))
    assert is_due(first_read, alice, form)
    assert not is_due(clinic, alice, form)
    assert not is_due(first_read, carol, form)

    viewing.note(first_read, alice, form, ViewKind.FIRST, Priority.HIGH, "Her heart")

    assert not is_due(first_read, alice, form)
    (view,) = (one for one in read(clinic, alice, form).entries if isinstance(one, View))
    assert (view.screening, view.words, view.skipped) == (1, "Her heart", False)
    assert events(clinic, form).count("ViewNoted") == 1
    with pytest.raises(ViewNotDue):
        viewing.skip(first_read, alice, form, ViewKind.FIRST)


def is_due(clinic, who, form):
    with clinic.database.read() as session:
        review = reviews.review(session, clinic.keys, form)
    return viewing.view_due(clinic, who, review) is not None


def with_share(clinic, percent):
    return replace(clinic, settings=replace(clinic.settings, second_read_percent=percent))


def test_a_form_that_was_drawn_waits_for_somebody_else(clinic, people, form):
    alice, carol = people
    every = with_share(clinic, 100)

    sign(every, alice, form)

    assert read(clinic, alice, form).standing.second_read
    assert not is_due(clinic, alice, form)
    with pytest.raises(ViewFirst):
        read(clinic, carol, form)
    viewing.skip(clinic, carol, form, ViewKind.SECOND)
    assert read(clinic, alice, form).standing.second_read
    viewing.note(clinic, carol, form, ViewKind.SECOND, None, "")
    assert read(clinic, alice, form).standing.is_finished


def test_a_form_read_twice_is_drawn_no_more(clinic, people, form):
    alice, carol = people
    every = with_share(clinic, 100)
    sign(every, alice, form)
    viewing.note(clinic, carol, form, ViewKind.SECOND, Priority.HIGH, "Her heart")

    acting.reopen(clinic, carol, form, "Her heart", 1)
    sign(every, carol, form)

    assert not read(clinic, alice, form).sign_offs[-1].second_read


def test_with_no_share_nothing_is_drawn(clinic, people, form):
    sign(with_share(clinic, 0), people[0], form)

    assert not read(clinic, people[0], form).sign_offs[0].second_read


def test_where_one_clinician_works_nothing_waits_for_another(tmp_path):
    copy = make_copy(tmp_path, LIBRARY)
    alone = staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    accounts.add_staff(copy.clinic, None, "carol", "C. Diaz, NP", [Role.CLINICIAN])  # invited, never came
    form = send(copy)

    sign(with_share(copy.clinic, 100), alone, form)

    assert not read(copy.clinic, alone, form).standing.second_read
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


# Fixed ids under a fixed key: the same draw in every run, and one that could only come out so by chance
# once in a million if the share were wrong.
IDS = [UUID(int=number) for number in range(20_000)]


@pytest.mark.parametrize("percent", [0, 1, 10, 50, 99, 100])
def test_the_share_is_as_large_as_it_says(percent):
    drawn = sum(second_reads.in_share(b"k" * 32, one, percent) for one in IDS)

    spread = 5 * (len(IDS) * percent / 100 * (1 - percent / 100)) ** 0.5
    assert abs(drawn - len(IDS) * percent / 100) <= spread


def test_who_is_drawn_depends_on_the_clinics_key_and_never_on_asking_again():
    first, other = ([second_reads.in_share(key * 32, one, 10) for one in IDS[:2000]] for key in (b"k", b"l"))

    assert first == [second_reads.in_share(b"k" * 32, one, 10) for one in IDS[:2000]]
    both = sum(a and b for a, b in zip(first, other, strict=True))
    assert 5 <= both <= 45, "of 2,000, one in a hundred is drawn under both keys"
    # A larger share holds the smaller one, so that changing the setting draws nobody anew.
    assert all(
        second_reads.in_share(b"k" * 32, one, 20) for one, drawn in zip(IDS, first, strict=False) if drawn
    )
