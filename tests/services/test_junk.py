"""Several forms are marked as junk at once; urgent ones are read first; and counts go without."""

from dataclasses import replace
from uuid import uuid4

import pytest

from copies import make_copy, staff
from intake.content.library import parse_library
from intake.domain.answers import Chosen, answered
from intake.domain.permissions import Role
from intake.domain.review_acts import NotJunk, ReasonNeeded
from intake.domain.standing import PlaceInWork
from intake.services import desk, figures, histories, junk, queue, reviewing, statistics
from intake.storage import audit
from intake.storage.submissions import NoSuchSubmission
from short_form import LIBRARY, PAT, send
from web.clinic.content import MEDICINES, QUESTIONNAIRE

TREATED = PAT.with_({"treated": answered(Chosen("yes"))})


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path, LIBRARY)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)


def listed(copy, who, place=PlaceInWork.QUEUE):
    return {line.entry.submission for line in queue.open_list(copy.clinic, who, place).lines}


def events(copy):
    with copy.clinic.database.read() as session:
        return [(one.event, one.object) for one in audit.events(session)]


def test_several_are_marked_at_once_and_one_is_taken_back(copy, alice):
    one, two, real = (send(copy, TREATED) for _ in range(3))

    done = junk.mark(copy.clinic, alice, [two, one], "Same advertising twice")

    assert set(done.marked) == {one, two}
    assert (done.open_first, done.left) == ((), ())
    assert listed(copy, alice) == {real}
    assert listed(copy, alice, PlaceInWork.JUNK) == {one, two}
    assert {about for event, about in events(copy) if event == "SubmissionMarkedJunk"} == {str(one), str(two)}
    junk.take_back(copy.clinic, alice, one)
    assert listed(copy, alice) == {real, one}
    with pytest.raises(NotJunk):
        junk.take_back(copy.clinic, alice, one)
    told = {line.what: line.details for line in histories.history(copy.clinic, alice, one)}
    assert told["Marked as junk"] == ("“Same advertising twice”",)
    assert "Took it back from the junk" in told


def test_an_urgent_form_is_read_first_and_keeps_no_other_waiting(copy, alice):
    urgent, other = send(copy), send(copy, TREATED)

    done = junk.mark(copy.clinic, alice, [urgent, other], "Advertising")

    assert (done.marked, done.open_first) == ((other,), (urgent,))
    assert listed(copy, alice) == {urgent}
    reviewing.open_review(copy.clinic, alice, urgent)
    assert junk.mark(copy.clinic, alice, [urgent], "Advertising").marked == (urgent,)


def test_one_that_became_urgent_after_it_was_read_is_read_again(copy, alice):
    """Rules were run over it anew, and its urgent flag is one that nobody has seen."""
    form = send(copy.with_library(parse_library(QUESTIONNAIRE, "rules: []", MEDICINES)))
    reviewing.open_review(copy.clinic, alice, form)
    reviewing.rescreen(copy.clinic, form)

    assert junk.mark(copy.clinic, alice, [form], "Advertising").open_first == (form,)
    reviewing.open_review(copy.clinic, alice, form)
    assert junk.mark(copy.clinic, alice, [form], "Advertising").marked == (form,)


def test_where_flags_are_hidden_every_form_is_read_first(copy, alice):
    """Else the refusal would tell which of them is urgent."""
    urgent, other = send(copy), send(copy, TREATED)
    clinic = replace(copy.clinic, settings=replace(copy.clinic.settings, read_first=True))

    done = junk.mark(clinic, alice, [urgent, other], "Advertising")

    assert set(done.open_first) == {urgent, other}


def test_what_is_not_there_or_marked_already_is_left(copy, alice):
    form = send(copy, TREATED)
    nobody = uuid4()
    junk.mark(copy.clinic, alice, [form], "Advertising")

    assert set(junk.mark(copy.clinic, alice, [form, nobody], "Advertising").left) == {form, nobody}
    with pytest.raises(NoSuchSubmission):
        junk.take_back(copy.clinic, alice, nobody)
    with pytest.raises(ReasonNeeded):
        junk.mark(copy.clinic, alice, [form], " ")


def test_counts_go_without_junk_and_with_it_again(copy, alice):
    forms = [send(copy, TREATED) for _ in range(6)]
    before = (figures.figures(copy.clinic, alice, 30).sent, statistics.statistics(copy.clinic, alice, 30))
    assert (before[0], before[1].reach.sent) == (6, 6)

    junk.mark(copy.clinic, alice, forms[:1], "Advertising")

    assert figures.figures(copy.clinic, alice, 30).sent == 5
    assert statistics.statistics(copy.clinic, alice, 30).reach.sent == 5
    junk.take_back(copy.clinic, alice, forms[0])
    assert figures.figures(copy.clinic, alice, 30).sent == 6


def test_the_front_desk_finds_it_when_a_person_calls_and_is_not_shown_it_else(copy, alice):
    form = send(copy, TREATED)
    junk.mark(copy.clinic, alice, [form], "Advertising")

    assert desk.open_desk(copy.clinic, alice).entries == ()
    (found,) = desk.open_desk(copy.clinic, alice, "Pat").entries
    assert found.status.value == "junk"


def test_junk_never_keeps_the_next_form_of_the_same_person_out(copy, alice):
    junk.mark(copy.clinic, alice, [send(copy, TREATED)], "Advertising")

    assert send(copy, TREATED) in listed(copy, alice)
