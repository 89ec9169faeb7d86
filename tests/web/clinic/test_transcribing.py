"""A paper is typed in twice by two people, settled by the paper, and becomes a form like any other."""

import dataclasses
import re

import pytest

from intake.content import catalogues
from intake.content.questionnaire import parse_questionnaire
from intake.content.translations import messages_of
from intake.domain.answers import Chosen
from intake.domain.from_paper import UNREAD, Kept
from intake.domain.permissions import Role
from intake.domain.rules import Outcome
from intake.services import accounts, export_json, languages, papers_left, replay
from intake.services.careful_clock import CarefulClock
from intake.storage import audit, editions, reviews, submissions, transcriptions
from intake.storage.codec_transcriptions import transcription_to_bytes
from intake.web.clinic import sessions
from web.clinic.conftest import PASSWORD
from web.clinic.content import LIBRARY
from web.clinic.person import Person

EDITION = LIBRARY.questionnaire.edition[:8]
# What stands on Quetzal's paper, by the boxes of each part.
ABOUT = {
    "filled_in_by": "me",
    "first_name-words": "Quetzal",
    "last_name-words": "Doe",
    "date_of_birth-month": "7",
    "date_of_birth-day": "4",
    "date_of_birth-year": "1988",
}
HEALTH = {"pressure": "yes", "home": "yes", "takes": "no", "more-words": "I sleep badly"}
PLACE = re.compile(r'name="question" value="([^"]+)"><input type="hidden" name="mark" value="([^"]+)"')
SIGNED = {"printed_name": "Quetzal Doe", "signed_on": "November 17 2026", "seen": "y"}


@pytest.fixture
def tess(clinic, site):
    """Types in papers, and does nothing else."""
    invitation = accounts.add_staff(clinic, None, "tess", "T. Typist", {Role.TRANSCRIBER})
    accounts.accept_invitation(clinic, invitation, PASSWORD)
    return Person(site).sign_in("tess", PASSWORD)


@pytest.fixture
def paper(tess):
    """The address of a paper that Tess has begun."""
    tess.open("/paper-forms")
    tess.send("/paper-forms", edition=EDITION)
    assert tess.status == 303
    return tess.response.headers["Location"].removeprefix("/clinic")


def type_part(person, paper, part, **boxes):
    """Type one part, and whatever comes to apply because of it."""
    person.open(f"{paper}/{part}")
    pages = re.findall(r'name="page" value="([^"]+)"', person.response.text)
    return person.send(f"{paper}/{part}", page=pages, **boxes)


def type_all(person, paper, about=(), health=(), treated="no"):
    type_part(person, paper, 1, **ABOUT | dict(about))
    type_part(person, paper, 2, **HEALTH | dict(health))
    if person.response.headers["Location"].endswith("#now-applies"):
        type_part(person, paper, 2, **HEALTH | dict(health), treated=treated)
    assert person.response.headers["Location"].endswith(paper), person.text
    person.send(f"{paper}/finish")
    assert person.status == 303


def type_again(person, paper, **changes):
    person.open("/paper-forms")
    person.send(f"{paper}/second")
    assert person.status == 303, person.text
    type_all(person, paper, **changes)


def settle(person, paper, kept, number=0, **more):
    """Say what the paper says at one of the places that differ."""
    person.open(f"{paper}/compare")
    question, mark = PLACE.findall(person.response.text)[number]
    return person.send(f"{paper}/compare", question=question, mark=mark, kept=kept, **more)


def signed_in(person, clinic, paper, **changes):
    person.open(f"{paper}/compare")
    person.send(f"{paper}/sign-in", **SIGNED | changes)
    assert person.page.h1.endswith("is signed in"), person.text
    with clinic.database.read() as session:
        (submission,) = submissions.ids(session)
        return reviews.review(session, clinic.keys, submission)


def test_what_two_people_type_alike_is_screened_like_any_other_form(tess, alice, paper, clinic):
    type_all(tess, paper)
    type_again(alice, paper)

    review = signed_in(alice, clinic, paper)

    submission = review.submission
    assert submission.name == "Quetzal Doe"
    assert submission.answers.value("treated") == Chosen("no")
    assert submission.from_paper.typed_by == ("T. Typist", "A. Rivera, NP")
    assert submission.from_paper.seen_by == "A. Rivera, NP"
    assert str(submission.from_paper.signed_on) == "2026-11-17"
    assert submission.signature.typed_name == "Quetzal Doe"
    assert review.screening.raised
    tess.open("/paper-forms")
    assert "No paper is being typed in" in tess.text


@pytest.fixture
def in_spanish(site, monkeypatch):
    """A clinic that offers Spanish; the small form of these tests has one of its own."""
    shipped = catalogues.translations()["es"]
    said = {(one.place, one.text): f"ES: {one.text}" for one in messages_of(LIBRARY.questionnaire)}
    monkeypatch.setattr(languages, "translations", lambda: {"es": dataclasses.replace(shipped, content=said)})
    clinic = site.extensions[sessions.CLINIC]
    settings = dataclasses.replace(clinic.settings, languages=("es",))
    site.extensions[sessions.CLINIC] = clinic.with_settings(settings)


def test_a_paper_in_spanish_is_typed_in_against_the_english_and_kept_in_both(tess, alice, in_spanish, clinic):
    tess.open("/paper-forms")
    assert "Language of the paper" in tess.text
    tess.send("/paper-forms", edition=EDITION, language="es")
    paper = tess.response.headers["Location"].removeprefix("/clinic")
    tess.open(paper)
    assert "This paper is in Spanish." in tess.text
    tess.open(f"{paper}/2")
    assert LIBRARY.questionnaire.question("pressure").ask in tess.text and "ES:" not in tess.text
    type_all(tess, paper)
    type_again(alice, paper)

    review = signed_in(alice, clinic, paper)

    submission = review.submission
    assert submission.language == "es"
    said = {line.question: line.said for part in submission.transcript for line in part.lines}
    read = {line.question: line.said for part in submission.as_read for line in part.lines}
    assert (said["treated"], read["treated"]) == ("No", "ES: No")
    assert submission.answers.value("treated") == Chosen("no")
    assert review.screening.raised
    # What is signed is in English while nobody has reviewed its translation, on paper as on a screen.
    consent = LIBRARY.questionnaire.consent
    assert submission.signature.agreed == (*consent.points, consent.agree)


def test_where_one_language_is_offered_nobody_is_asked_for_it_and_none_is_kept(tess, paper, clinic):
    tess.open("/paper-forms")
    assert "Language of the paper" not in tess.text
    tess.send("/paper-forms", edition=EDITION, language="es")
    with clinic.database.read() as session:
        every = [
            transcriptions.fetch(session, clinic.keys, one.id, clinic.now())
            for one in transcriptions.every(session)
        ]
    assert [one.language for one in every] == ["", ""]
    assert all(b'"language"' not in transcription_to_bytes(one) for one in every)


def test_whoever_types_second_sees_nothing_of_the_first_and_nobody_reads_on_in_anothers(
    tess, alice, paper, clinic
):
    alice.open(paper)
    assert alice.status == 409
    assert "not open to you" in alice.text
    type_all(tess, paper, about={"note": "Her son wrote this"})

    alice.open("/paper-forms")
    alice.send(f"{paper}/second")
    alice.open(f"{paper}/1")

    assert alice.status == 200
    assert "Quetzal" not in alice.response.text
    assert "Her son" not in alice.response.text
    alice.open(f"{paper}/2")
    assert "I sleep badly" not in alice.response.text
    tess.open(f"{paper}/1")
    assert tess.status == 409
    tess.open(f"{paper}/compare")
    assert tess.status == 404


def test_the_second_time_somebody_else_types_unless_the_clinic_says_otherwise(tess, paper, clinic, site):
    type_all(tess, paper)
    tess.open("/paper-forms")
    assert "Somebody else types it again" in tess.text

    tess.send(f"{paper}/second")
    assert tess.status == 409
    assert "Somebody else types it the second time" in tess.text

    alone = dataclasses.replace(clinic.settings, transcribe_alone=True)
    site.extensions[sessions.CLINIC] = clinic.with_settings(alone)
    type_again(tess, paper)
    tess.follow()
    assert "Compare" in tess.text


def test_where_they_differ_the_paper_decides_and_what_follows_on_it_comes_next(tess, alice, paper, clinic):
    type_all(tess, paper, health={"pressure": "yes", "more-words": "I sleep  BADLY"})
    type_again(alice, paper, about={"first_name-words": "Quetzel"}, health={"pressure": "no"})
    alice.open(f"{paper}/compare")
    assert alice.page.h1.endswith("2 places differ")  # neither capitals nor spaces count
    assert "Is it treated?" not in alice.text

    settle(alice, paper, "second", number=0)
    settle(alice, paper, "first", number=0)
    alice.follow()
    assert alice.page.h1.endswith("1 place differs")
    assert "2.2 Is it treated?" in alice.text
    settle(alice, paper, "unread")

    submission = signed_in(alice, clinic, paper).submission
    assert submission.answers.value("first_name").words == "Quetzel"
    assert submission.answers.value("pressure") == Chosen("yes")
    assert submission.from_paper.unread == ("treated",)
    assert [
        (one.question, one.first, one.second, one.kept, one.by) for one in submission.from_paper.settled
    ] == [
        ("first_name", "Quetzal", "Quetzel", Kept.SECOND, "A. Rivera, NP"),
        ("pressure", "Yes", "No", Kept.FIRST, "A. Rivera, NP"),
        ("treated", "No", "Nothing: it was not asked after the answers above", Kept.UNREAD, "A. Rivera, NP"),
    ]


def test_what_neither_typed_right_is_typed_anew_and_can_be_settled_again(tess, alice, paper, clinic):
    type_all(tess, paper, health={"home": "yes"})
    type_again(alice, paper, health={"home": "no"})

    settle(alice, paper, "anew", **{"home": "rather-not-say", "home-cannot-read": "1"})
    assert alice.status == 422
    assert "Keep one or the other" in alice.text
    settle(alice, paper, "anew", home="rather-not-say")
    alice.follow()
    assert "Settled by the paper" in alice.text
    alice.send(f"{paper}/settle-again", question="home")
    alice.follow()
    assert alice.page.h1.endswith("1 place differs")
    settle(alice, paper, "first")

    assert signed_in(alice, clinic, paper).submission.answers.value("home") == Chosen("yes")


def test_a_place_that_somebody_settled_meanwhile_is_not_settled_twice(tess, alice, paper):
    type_all(tess, paper, health={"home": "yes"})
    type_again(alice, paper, health={"home": "no"})
    tess.open(f"{paper}/compare")
    place = dict(zip(("question", "mark"), PLACE.findall(tess.response.text)[0], strict=True))
    settle(alice, paper, "first")

    tess.send(f"{paper}/compare", **place, kept="second")

    assert tess.status == 409
    assert "Nothing was recorded now" in tess.text


def test_what_cannot_be_read_is_not_known_to_any_rule_and_never_a_no(tess, alice, paper, clinic):
    unread = {"pressure": [], "pressure-cannot-read": "1"}
    type_all(tess, paper, health=unread)
    type_again(alice, paper, health=unread)

    review = signed_in(alice, clinic, paper)

    about = [one for one in review.screening.outcomes if "pressure" in str(one.missing)]
    assert about
    assert {one.outcome for one in about} == {Outcome.CANNOT_TELL}
    assert "pressure" not in review.submission.answers
    (line,) = [
        one for part in review.submission.transcript for one in part.lines if one.question == "pressure"
    ]
    assert line.said == UNREAD
    assert all(
        quoted.said == UNREAD for one in about for quoted in one.missing if quoted.question == "pressure"
    )
    alice.open(f"/submissions/{review.submission.id}")
    assert "Could not be read: High blood pressure." in alice.text


def test_a_mark_beside_an_answer_is_asked_about_and_what_was_typed_stays(tess, paper):
    type_part(tess, paper, 1, **ABOUT | {"first_name-cannot-read": "1", "note": "Blue ink"})

    assert tess.status == 422
    assert "You ticked “Cannot be read” and typed something" in tess.text
    assert 'value="Quetzal"' in tess.response.text
    assert "Blue ink" in tess.response.text


def test_medicines_are_typed_row_by_row(tess, alice, paper, clinic):
    rows = {
        "takes": "yes",
        "medicines-0-name": "Lisinopril",
        "medicines-0-amount": "10 mg",
        "medicines-0-how_often": "Once a day",
        "medicines-2-name": "not sure",
        "medicines-2-amount": "a blue pill",
    }
    type_part(tess, paper, 1, **ABOUT)
    for _ in range(2):
        type_part(tess, paper, 2, **HEALTH | rows, treated="no")
    tess.send(f"{paper}/finish")
    alice.open("/paper-forms")
    alice.send(f"{paper}/second")
    type_part(alice, paper, 1, **ABOUT)
    for _ in range(2):
        type_part(alice, paper, 2, **HEALTH | rows | {"medicines-0-name": "LISINOPRIL"}, treated="no")
    alice.send(f"{paper}/finish")

    listed = signed_in(alice, clinic, paper).submission.answers.value("medicines")

    assert [(one.name, one.amount, one.how_often, one.named) for one in listed.entries] == [
        ("Lisinopril", "10 mg", "Once a day", True),
        ("", "a blue pill", "", False),
    ]


def test_nobody_signs_in_a_paper_whose_signature_they_did_not_see(tess, alice, paper, clinic):
    type_all(tess, paper)
    type_again(alice, paper)
    alice.open(f"{paper}/compare")

    alice.send(f"{paper}/sign-in", printed_name="Quetzal Doe", signed_on="someday")

    assert alice.status == 422
    assert "Type the date like November 3 2026" in alice.text
    assert "ask the patient to sign it" in alice.text
    assert 'value="Quetzal Doe"' in alice.response.text
    with clinic.database.read() as session:
        assert submissions.ids(session) == ()
    review = signed_in(alice, clinic, paper, signed_on="", no_date="y")
    assert review.submission.from_paper.signed_on is None


def test_a_name_that_is_not_on_the_paper_is_asked_for_before_it_goes_on(tess, alice, paper, clinic):
    nameless = {"first_name-words": ""}
    type_all(tess, paper, about=nameless)
    type_again(alice, paper, about=nameless)
    alice.open(f"{paper}/compare")
    assert "1.2 First name" in alice.text
    assert "Sign it in" not in alice.text
    alice.send(f"{paper}/sign-in", **SIGNED)
    assert alice.status == 409

    settle(alice, paper, "anew", **{"first_name-words": "Quetzal"})

    assert signed_in(alice, clinic, paper).submission.name == "Quetzal Doe"


def test_all_of_a_paper_has_to_be_typed(tess, paper):
    type_part(tess, paper, 1, **ABOUT)
    tess.open(paper)

    tess.send(f"{paper}/finish")

    assert tess.status == 409
    assert tess.page.links()["Part 2"].endswith(f"{paper}/2")


def test_an_edition_nobody_knows_is_refused_with_what_to_do(tess):
    tess.open("/paper-forms")

    tess.send("/paper-forms", edition="deadbeef")

    assert tess.status == 422
    assert "ask the patient to fill in the form in force" in tess.text


def test_a_paper_of_an_earlier_edition_leaves_open_what_is_asked_otherwise_now(tess, alice, clinic, site):
    with clinic.database.write() as session:
        text = LIBRARY.texts["questionnaire"]
        older = text.replace("Is home a safe place for you?", "Are you safe at home?")
        edition = parse_questionnaire(older).edition
        editions.keep(session, "questionnaire", edition, older)
    tess.open("/paper-forms")

    tess.send("/paper-forms", edition=edition[:8].upper())
    assert "Asked otherwise now" in tess.text
    assert "2.3 Is home a safe place for you?" in tess.text
    tess.send("/paper-forms", edition=edition[:8], known="1")
    paper = tess.response.headers["Location"].removeprefix("/clinic")
    tess.open(f"{paper}/2")
    assert "Is home a safe place" not in tess.text
    type_all(tess, paper)
    type_again(alice, paper)

    submission = signed_in(alice, clinic, paper).submission

    assert submission.from_paper.not_asked == ("home",)
    assert submission.from_paper.edition == edition
    assert "home" not in submission.answers
    alice.open(f"/submissions/{submission.id}")
    assert "The paper is of an earlier edition of the form" in alice.text


def test_a_paper_nobody_finishes_is_gone_after_thirty_days_and_the_trail_says_so(tess, paper, clinic, clock):
    type_part(tess, paper, 1, **ABOUT)
    clock.move(days=30, minutes=1)
    again = tess.sign_in("tess", PASSWORD)

    again.open("/paper-forms")

    assert "No paper is being typed in" in again.text
    assert again.open(paper).status_code == 404
    # The pages only leave it out: a clock that is ahead must not throw it away (tests/services).
    assert papers_left.throw_away(clinic, CarefulClock(lambda *_: None)) == 1
    with clinic.database.read() as session:
        last = [one for one in audit.events(session) if one.event.startswith("Transcription")][-1]
    assert (last.event, last.detail["why"]) == ("TranscriptionDiscarded", "its time was over")


def test_a_paper_is_thrown_away_for_one_of_a_few_reasons(tess, paper, clinic):
    tess.open(f"{paper}/discard")
    tess.send(f"{paper}/discard")
    assert tess.status == 422

    tess.send(f"{paper}/discard", why="the patient did not sign")

    assert tess.status == 303
    assert tess.open(paper).status_code == 404


def test_the_trail_says_who_typed_read_settled_and_signed_in_and_nothing_of_what(tess, alice, paper, clinic):
    type_all(tess, paper, health={"home": "yes"})
    type_again(alice, paper, health={"home": "no"})
    settle(alice, paper, "first")
    review = signed_in(alice, clinic, paper)

    with clinic.database.read() as session:
        events = audit.events(session, review.submission.id)

    names = [one.event for one in events]
    assert {
        "TranscriptionBegun",
        "TranscriptionOpened",
        "TranscriptionTyped",
        "TranscriptionSettled",
        "TranscriptionSignedIn",
        "SubmissionReceived",
        "SubmissionScreened",
    } == set(names)
    assert names.count("TranscriptionBegun") == 2
    assert not any(word in str(one.detail) for one in events for word in ("Quetzal", "home", "pressure"))
    alice.open(f"/submissions/{review.submission.id}/history")
    assert "Typed a part of it from paper, the second time" in alice.text
    assert "Taken in from paper" in alice.text


def test_the_clinician_reads_first_that_it_came_on_paper_and_who_typed_it(tess, alice, paper, clinic):
    margin = {"note": "He will not let me"}
    type_all(tess, paper, about=margin, health=margin)
    type_again(alice, paper)
    submission = signed_in(alice, clinic, paper).submission.id

    alice.open(f"/submissions/{submission}")

    assert "From paper, typed in by T. Typist and A. Rivera, NP." in alice.text
    assert "Signed on paper on November 17, 2026, as Quetzal Doe." in alice.text
    assert "In the margin, as T. Typist typed it: “He will not let me”" in alice.text
    assert "Signed by the patient" in alice.text
    assert "On the paper, which is in the chart. A. Rivera, NP saw it" in alice.text
    alice.open(f"/submissions/{submission}/copy")
    assert "Typed in from your paper form" in alice.text
    assert "From paper" not in alice.text


def test_a_transcriber_reads_no_form_that_was_sent(tess, sent):
    submission = sent()

    for path in ("/queue", f"/submissions/{submission}", "/desk", "/trail"):
        assert tess.open(path).status_code in (403, 404), path
    assert tess.open("/").headers["Location"].endswith("/paper-forms")


def test_a_form_from_paper_is_made_again_byte_for_byte_with_what_could_not_be_read(
    tess, alice, paper, clinic
):
    unread = {"pressure": [], "pressure-cannot-read": "1"}
    type_all(tess, paper, health=unread)
    type_again(alice, paper, health=unread)
    review = signed_in(alice, clinic, paper)

    replayed = replay.replay(clinic, replay.shelf(clinic), review.submission.id)

    assert replayed.same, replayed


def test_an_export_says_that_it_came_on_paper_and_leaves_out_what_stands_apart(tess, alice, paper, clinic):
    type_all(tess, paper, health={"home": "yes"})
    type_again(alice, paper, health={"home": "no", "note": "About the drinking"})
    settle(alice, paper, "first")
    review = signed_in(alice, clinic, paper)
    by = next(one for one in accounts.staff(clinic) if one.username == "alice")

    document = export_json.document(export_json.Exported(review, "f", by, clinic.now(), ""))

    kept = document["submission"]["from_paper"]
    assert kept["typed_by"] == ["T. Typist", "A. Rivera, NP"]
    assert [one["question"] for one in kept["settled"]] == ["home"]
    without = review.submission.from_paper.without(frozenset({"home"}), "Left out")
    assert (without.settled, [one.words for one in without.remarks]) == ((), ["Left out"])
