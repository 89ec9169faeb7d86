"""New words by the clinic: only where the patient wants that, and with nothing of the form shown."""

from datetime import timedelta

import pytest

import sending
from copies import staff
from exchanging import FORM
from intake.domain.permissions import Role
from intake.services import answering, renewing, returning
from intake.services.renewing import Refused, Why
from intake.storage import audit
from returning_forms import copy, counted_runs, prepared, saved

__all__ = ["copy", "prepared"]


@pytest.fixture
def runs(monkeypatch):
    return counted_runs(monkeypatch)


@pytest.fixture
def fay(copy):
    return staff(copy.clinic, "fay", "F. Moreno", Role.FRONT_DESK)


@pytest.fixture
def token(copy, runs):
    return sending.fill_in(copy.desk, FORM)


def events(copy):
    with copy.clinic.database.read() as session:
        return [one.event for one in audit.events(session)]


def test_new_words_open_the_form_and_the_old_ones_do_not(copy, fay, token):
    way = saved(copy.desk, token)
    returning.let_clinic_renew(copy.desk, token, may=True)

    made = renewing.renew(copy.clinic, fay, way.code_in_groups.lower())

    assert (made.code, made.phrase == way.phrase, made.secret == way.secret) == (way.code, False, False)
    assert answering.find(copy.desk, token) is None, "it was closed wherever it was open"
    for handle in (way.secret, way.code):
        assert returning.come_back(copy.desk, handle, way.phrase) is None
    opened = returning.come_back(copy.desk, made.code, made.phrase)
    assert answering.find(copy.desk, opened).answers.value("first_name").words == "Quetzal"
    assert returning.kept(copy.desk, opened).clinic_may_renew, "it can be done once more"
    assert events(copy)[-1] == "WayBackRenewed"


def test_a_form_whose_words_were_used_up_works_again(copy, fay, token):
    way = saved(copy.desk, token)
    returning.let_clinic_renew(copy.desk, token, may=True)
    for number in range(30):
        returning.come_back(copy.desk, way.code, "abacus ability able abroad")
        copy.clock.at += timedelta(minutes=60 if number % 5 == 4 else 0)
    assert returning.come_back(copy.desk, way.code, way.phrase) is None

    made = renewing.renew(copy.clinic, fay, way.code)

    assert returning.come_back(copy.desk, made.code, made.phrase) is not None


@pytest.mark.parametrize("taken_back", [False, True])
def test_without_the_patients_wish_nobody_can_help(copy, fay, token, taken_back):
    way = saved(copy.desk, token)
    if taken_back:
        returning.let_clinic_renew(copy.desk, token, may=True)
        returning.let_clinic_renew(copy.desk, token, may=False)

    assert renewing.renew(copy.clinic, fay, way.code) == Refused(Why.NOT_WANTED)
    assert returning.come_back(copy.desk, way.code, way.phrase) is not None
    assert "WayBackRenewed" not in events(copy)


def test_a_wish_outlives_new_words_of_the_patients_own(copy, fay, token):
    saved(copy.desk, token)
    returning.let_clinic_renew(copy.desk, token, may=True)
    returning.make_anew(copy.desk, token)

    assert not isinstance(renewing.renew(copy.clinic, fay, saved(copy.desk, token).code), Refused)


def test_what_is_unknown_expired_or_sent_is_said_to_be_so(copy, fay, token):
    way = saved(copy.desk, token)
    returning.let_clinic_renew(copy.desk, token, may=True)
    assert renewing.renew(copy.clinic, fay, "7K4M-92QX-TR6P") == Refused(Why.NOT_FOUND)
    assert renewing.renew(copy.clinic, fay, way.secret) == Refused(Why.NOT_FOUND), "only by its code"

    answering.send(copy.desk, token, "Quetzal Doe")
    assert renewing.renew(copy.clinic, fay, way.code) == Refused(Why.SENT)

    copy.clock.at += timedelta(days=31)
    assert renewing.renew(copy.clinic, fay, way.code) == Refused(Why.NOT_FOUND)
