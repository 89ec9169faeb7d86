"""A paper that two people typed, and the questionnaire that changes before it is signed in."""

from dataclasses import replace
from uuid import uuid4

import pytest

from copies import make_copy, staff
from intake.content.library import parse_library
from intake.domain.answers import Answers, Chosen, Text, answered
from intake.domain.from_paper import Kept
from intake.domain.permissions import Role
from intake.domain.transcription import Changed, Discrepancy, Transcription, Typing
from intake.domain.wording import transcribe
from intake.services import signing_in
from intake.storage import submissions, transcriptions
from web.clinic.content import LIBRARY, MEDICINES, QUESTIONNAIRE, RULES

ME, HELPED = (answered(Chosen(one)) for one in ("me", "helper_present"))
BOTH = {
    "first_name": answered(Text("Quetzal")),
    "last_name": answered(Text("Doe")),
    "home": answered(Chosen("yes")),
}
PLACE = Discrepancy("filled_in_by", ME, HELPED)


@pytest.fixture
def copy(tmp_path):
    made = make_copy(tmp_path, LIBRARY)
    yield made
    for one in (made.desk, made.clinic):
        one.database.dispose()


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)


@pytest.fixture
def paper(copy, alice):
    """Typed by two, who differ in one place: who filled it in."""
    clinic = copy.clinic
    at = clinic.local(clinic.now())
    tess = staff(clinic, "tess", "T. Typist", Role.TRANSCRIBER)
    first, second = (
        Typing(one.id, one.printed_name, Answers({**BOTH, "filled_in_by": said}), finished_at=at)
        for one, said in ((tess, ME), (alice, HELPED))
    )
    typed = Transcription(uuid4(), "HL-234-679", LIBRARY.questionnaire.edition, at, first, second)
    with clinic.database.write() as session:
        transcriptions.add(session, clinic.keys, typed)
        transcriptions.save(session, clinic.keys, typed)
    return typed.id


def without_helped(copy):
    """The clinic once nobody can say any more that they help somebody: a new edition of the questionnaire."""
    before = """, helper_present: "I'm helping someone, and they are with me\""""
    assert QUESTIONNAIRE.count(before) == 1
    text = QUESTIONNAIRE.replace(before, ", other: Somebody else")
    return copy.with_library(parse_library(text, RULES, MEDICINES)).clinic


def under_the_same_name(clinic):
    """The same questionnaire under the edition before it, so that the paper counts as asking what it asks."""
    asked = replace(clinic.library.questionnaire, edition=LIBRARY.questionnaire.edition)
    return replace(clinic, library=replace(clinic.library, questionnaire=asked))


def test_a_place_whose_choice_is_gone_is_open_again_and_can_be_settled(copy, alice, paper):
    signing_in.settle_one(copy.clinic, alice, paper, PLACE, Kept.SECOND)
    now = under_the_same_name(without_helped(copy))

    found = signing_in.side_by_side(now, alice, paper)

    assert transcribe(found.evidence)
    assert found.settled == ()
    reopened = Discrepancy("filled_in_by", ME, None)
    assert reopened in found.places
    with pytest.raises(signing_in.StillDifferent):
        signing_in.sign_in(now, alice, paper, "Quetzal Doe", None)
    with pytest.raises(Changed):
        signing_in.settle_once_more(now, alice, paper, "filled_in_by")
    again = signing_in.settle_one(now, alice, paper, reopened, Kept.FIRST)
    assert [one.question for one in again.settled] == ["filled_in_by"]
    assert reopened not in again.places


@pytest.mark.parametrize("kept", [Kept.FIRST, Kept.UNREAD])
def test_a_place_whose_answer_is_still_offered_stays_settled(copy, alice, paper, kept):
    signing_in.settle_one(copy.clinic, alice, paper, PLACE, kept)

    found = signing_in.side_by_side(under_the_same_name(without_helped(copy)), alice, paper)

    assert [(one.question, one.kept) for one in found.settled] == [("filled_in_by", kept)]
    assert not [one for one in found.places if one.question == "filled_in_by"]


def test_of_what_is_asked_otherwise_by_now_no_settled_answer_goes_into_the_form(copy, alice, paper):
    """The paper says which edition it is of: what it asked is not what is asked now."""
    signing_in.settle_one(copy.clinic, alice, paper, PLACE, Kept.SECOND)
    now = without_helped(copy)

    found = signing_in.side_by_side(now, alice, paper)
    for place in found.places:
        signing_in.settle_one(now, alice, paper, place, Kept.UNREAD)
    signing_in.sign_in(now, alice, paper, "Quetzal Doe", None)

    with now.database.read() as session:
        form = submissions.fetch(session, now.keys, paper)
    assert "filled_in_by" in form.from_paper.not_asked
    assert "filled_in_by" not in {one.question for one in form.from_paper.settled}
    assert "filled_in_by" not in form.answers


def with_a_needed_question_reworded(copy):
    """The clinic once the first name is asked for in other words than on the paper."""
    before = "kind: text, ask: First name, needed: true"
    assert QUESTIONNAIRE.count(before) == 1
    text = QUESTIONNAIRE.replace(before, "kind: text, ask: First name in your passport, needed: true")
    return copy.with_library(parse_library(text, RULES, MEDICINES)).clinic


def place_of(found, question):
    return next((one for one in found.places if one.question == question), None)


def test_what_no_form_goes_without_counts_once_it_is_settled_though_the_paper_asks_it_otherwise(
    copy, alice, paper
):
    now = with_a_needed_question_reworded(copy)
    found = signing_in.side_by_side(now, alice, paper)
    for place in found.compared.discrepancies:
        signing_in.settle_one(now, alice, paper, place, Kept.UNREAD)
    with pytest.raises(signing_in.Missing):
        signing_in.sign_in(now, alice, paper, "Quetzal Doe", None)

    unread = signing_in.settle_one(now, alice, paper, place_of(found, "first_name"), Kept.UNREAD)
    (place,) = unread.places
    assert place.question == "first_name", "nobody could be reached"
    settled = signing_in.settle_one(now, alice, paper, place, Kept.ANEW, answered(Text("Quetzal")))
    assert settled.places == ()
    signing_in.sign_in(now, alice, paper, "Quetzal Doe", None)

    with now.database.read() as session:
        form = submissions.fetch(session, now.keys, paper)
    assert form.answers.value("first_name") == Text("Quetzal")
    assert "first_name" not in form.from_paper.not_asked
    assert ("first_name", Kept.ANEW, "A. Rivera, NP") in [
        (one.question, one.kept, one.by) for one in form.from_paper.settled
    ]


def test_a_place_the_paper_does_not_ask_says_so_for_both_who_typed(copy, alice, paper):
    text = QUESTIONNAIRE.replace(
        "ask: Last name}", "ask: Last name}\n          - {id: city, kind: text, ask: City, needed: true}"
    )
    now = copy.with_library(parse_library(text, RULES, MEDICINES)).clinic

    found = signing_in.side_by_side(now, alice, paper)

    place = place_of(found, "city")
    assert {found.said(place, place.first), found.said(place, place.second)} == {signing_in.NOT_ON_PAPER}
