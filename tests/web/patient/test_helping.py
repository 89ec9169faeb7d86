"""Somebody fills in the form for a patient: they are told whom it is about, and sign as who they are."""

import pytest

from copies import staff
from intake.domain.answers import Answers, Chosen, ChosenMany, Text, answered
from intake.domain.filling_in import Helper, helper, interpreter
from intake.domain.permissions import Role
from intake.services import reviewing
from intake.storage.submissions import ids
from web.clinic.person import Page, words

LINE = "You are answering for <bdi>Pat</bdi>. Here, “you” means <bdi>Pat</bdi>."


def text_of(visitor):
    return words(Page("page", visitor.response.text).one("main"))


@pytest.fixture
def helped(pat):
    """Somebody who helps Pat, and said so."""
    pat.answer("filled_in_by", filled_in_by="for_someone")
    pat.answer("helper_name", helper_name__words="Rosa Doe", helper_relation__words="I am her mother")
    return pat


def test_every_page_says_whom_the_answers_are_about(helped):
    helped.ask("helper_name")
    assert "You are answering for" not in text_of(helped)  # that page is about the helper
    helped.ask("first_name")
    assert "You are answering for <bdi>the person you help</bdi>." in helped.html

    helped.answer(
        "first_name", first_name__words="Patricia", last_name__words="Doe", preferred_name__words="Pat"
    )

    for question in ("date_of_birth", "access_needs", "hypertension_history", "phq9_1"):
        helped.ask(question)
        assert LINE in helped.html, question


def test_a_patient_who_answers_alone_is_told_nothing_of_it(pat):
    pat.answer("filled_in_by", filled_in_by="me")
    pat.give_name_and_number()

    pat.ask("date_of_birth")

    assert "You are answering for" not in text_of(pat)


def test_a_helper_signs_with_their_own_name_and_the_clinic_reads_first_who_they_are(helped, copy):
    helped.give_name_and_number()
    helped.skip_everything()
    helped.open("/sign")
    assert "You sign as the one who helps Pat (“I am her mother”)." in text_of(helped)
    assert "Your own name. This counts as your signature" in text_of(helped)

    helped.send("/sign", agree="y", typed_name="Rosa Doe")

    alice = staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    with copy.clinic.database.read() as session:
        (sent,) = ids(session)
    signature = reviewing.open_review(copy.clinic, alice, sent).submission.signature
    assert (signature.typed_name, signature.signed_as) == ("Rosa Doe", "helper, “I am her mother”")


def test_a_patient_signs_as_nobody_but_themselves(ready, copy):
    ready.open("/sign")
    assert "Your own name" not in text_of(ready)
    ready.send("/sign", agree="y", typed_name="Pat Doe")

    alice = staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    with copy.clinic.database.read() as session:
        (sent,) = ids(session)
    assert reviewing.open_review(copy.clinic, alice, sent).submission.signature.signed_as == ""


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, None),
        ({"filled_in_by": answered(Chosen("me"))}, None),
        ({"filled_in_by": answered(Chosen("helper_present"))}, Helper("", "")),
        (
            {"filled_in_by": answered(Chosen("for_someone")), "helper_name": answered(Text("Rosa"))},
            Helper("Rosa", ""),
        ),
    ],
)
def test_a_helper_is_known_only_from_what_was_said(given, found):
    assert helper(Answers(given)) == found


@pytest.mark.parametrize(
    ("needs", "language", "told"),
    [
        (("interpreter",), "Spanish", "Spanish"),
        (("low_vision", "interpreter"), "", "language not said"),
        (("low_vision",), "Spanish", ""),
    ],
)
def test_the_language_is_told_only_where_an_interpreter_is_asked_for(needs, language, told):
    given = {"access_needs": answered(ChosenMany(needs))}
    if language:
        given["preferred_language"] = answered(Text(language))

    assert interpreter(Answers(given)) == told
