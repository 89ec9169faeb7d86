"""New words for a patient who lost theirs: what staff type, what they are shown, and what they never are."""

import re

import pytest

import sending
from intake.services import answering, returning
from intake.services.clinic import PatientDesk
from intake.storage.keyring import read_patient_keys
from returning_forms import counted_runs, saved

NAME = "Xanthippe"


@pytest.fixture
def fay(signed_in):
    return signed_in("fay")


@pytest.fixture
def desk(clinic, clock):
    keys = read_patient_keys(clinic.settings.instance / "keys")
    return PatientDesk(clinic.settings, clinic.database, clinic.library, keys, clock)


@pytest.fixture
def token(desk, monkeypatch):
    counted_runs(monkeypatch)
    return sending.fill_in(desk, f"filled_in_by: me, first_name: {NAME}, last_name: Doe")


def test_the_front_desk_makes_new_words_and_sees_nothing_of_the_form(fay, desk, token):
    way = saved(desk, token)
    returning.let_clinic_renew(desk, token, may=True)
    fay.open("/desk")
    assert fay.page.links()["A patient lost the words of a saved form"] == "/clinic/saved-forms"
    fay.open("/saved-forms")
    assert "You see no answer and no name." in fay.text

    fay.send("/saved-forms", code=way.code_in_groups.lower())

    assert (fay.status, fay.page.h1) == (200, "New words were made")
    assert way.code_in_groups in fay.text
    assert way.phrase not in fay.text
    assert way.secret not in fay.response.text
    assert NAME not in fay.response.text
    phrase = re.search(r"The four words</dt><dd><strong[^>]*>([^<]+)<", fay.response.text)[1]
    opened = returning.come_back(desk, way.code, phrase)
    assert answering.find(desk, opened).answers.value("first_name").words == NAME


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "Type the code that the patient reads out"),
        ("7K4M-92QX-TR6P", "There is no saved form with this code."),
        (None, "This patient did not say that the clinic may make new words."),
    ],
)
def test_why_there_are_no_new_words_is_said_gently_and_what_was_typed_stays(fay, desk, token, code, said):
    typed = saved(desk, token).code_in_groups if code is None else code
    fay.open("/saved-forms")

    fay.send("/saved-forms", code=typed)

    assert fay.status == 422
    assert said in fay.text
    assert f'value="{typed}"' in fay.response.text
    assert NAME not in fay.response.text


def test_whoever_manages_and_whoever_audits_make_none(signed_in):
    for username in ("bob", "audrey"):
        person = signed_in(username)
        person.open("/saved-forms")
        assert person.status == 403
