"""Coming back to a saved form, through the services: what opens it, and what wears the openings out."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

import sending
from copies import staff
from exchanging import FORM
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.domain.submissions import Draft, Receipt
from intake.services import answering, renewing, returning, sweeping
from intake.services.languages import in_language
from intake.storage import outgoing, passwords
from intake.storage.tables import DraftRow
from intake.storage.ways_back import MOST_MAILS
from returning_forms import copy, counted_runs, prepared, saved

__all__ = ["copy", "prepared"]


@pytest.fixture
def runs(monkeypatch):
    return counted_runs(monkeypatch)


@pytest.fixture
def token(copy, runs):
    """Pat's browser, with a form that is filled in and not sent."""
    return sending.fill_in(copy.desk, FORM)


def test_a_saved_form_opens_elsewhere_with_every_answer(copy, token):
    way = saved(copy.desk, token)
    before = answering.find(copy.desk, token)

    elsewhere = returning.come_back(copy.desk, way.code_in_groups.lower(), way.phrase.upper())

    assert answering.find(copy.desk, elsewhere).answers == before.answers
    assert answering.find(copy.desk, token) is None, "the browser before was signed out"


def test_it_can_be_opened_again_and_again(copy, token):
    way = saved(copy.desk, token)

    for _ in range(3):
        opened = returning.come_back(copy.desk, way.secret, way.phrase)
        assert isinstance(answering.find(copy.desk, opened), Draft)


def test_a_session_that_ends_by_idling_leaves_the_saved_form_where_it_is(copy, token):
    way = saved(copy.desk, token)
    copy.clock.at += timedelta(minutes=61)
    answering.start(copy.desk)  # erases what is over
    assert answering.find(copy.desk, token) is None

    opened = returning.come_back(copy.desk, way.secret, way.phrase)

    assert isinstance(answering.find(copy.desk, opened), Draft)


def test_the_slow_hash_is_that_of_passwords(copy):
    """The control of the counting in the other tests: nothing cheaper stands in its place."""
    assert returning.stretched is passwords.stretched


def test_pressing_twice_leaves_the_words_as_they_were_and_asking_makes_new_ones(copy, token):
    first = saved(copy.desk, token)
    assert saved(copy.desk, token) == first

    returning.make_anew(copy.desk, token)

    assert saved(copy.desk, token) != first
    assert returning.come_back(copy.desk, first.secret, first.phrase) is None


def test_what_is_no_phrase_rests_nobody(copy, token):
    way = saved(copy.desk, token)
    for typed in ["", "hello", "four words of nothing", way.phrase.rpartition(" ")[0]] * 10:
        assert returning.come_back(copy.desk, way.secret, typed) is None

    assert returning.come_back(copy.desk, way.secret, way.phrase) is not None


def test_after_sending_the_words_open_the_receipt_and_no_answer(copy, token):
    way = saved(copy.desk, token)
    receipt = answering.send(copy.desk, token, "Pat Doe")

    opened = returning.come_back(copy.desk, way.secret, way.phrase)

    assert answering.find(copy.desk, opened) == receipt
    assert isinstance(receipt, Receipt)
    copy.clock.at += timedelta(days=31)
    sweeping.sweep(copy.worker)
    assert returning.come_back(copy.desk, way.secret, way.phrase) is None


def test_erasing_is_for_good(copy, token):
    way = saved(copy.desk, token)
    answering.erase(copy.desk, token)

    assert returning.come_back(copy.desk, way.secret, way.phrase) is None


def test_a_form_without_a_way_back_goes_with_its_browser(copy, token):
    answering.leave(copy.desk, token)

    with copy.desk.database.read() as session:
        assert session.scalars(select(DraftRow)).all() == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("message_ok: yes", NoticeKind.SAVED_FORM),
        ("message_ok: no", NoticeKind.UNNAMED_SAVED_FORM),
        ("home: declined", NoticeKind.UNNAMED_SAVED_FORM),
    ],
)
def test_the_link_is_sent_and_nothing_else(copy, runs, said, kind):
    desk = with_mail(copy)
    token = sending.fill_in(desk, f"{sending.PAT}, {said}")
    way = saved(desk, token)

    returning.mail_link(desk, token, "pat@example.com")

    (due,) = waiting(copy)
    with copy.clinic.database.write() as session:
        addressed = outgoing.claim(session, copy.clinic.keys.outbox_keys, due, copy.clock())
    assert (addressed.recipient, addressed.secret, addressed.kind) == ("pat@example.com", way.secret, kind)


def test_the_link_is_sent_in_the_language_of_the_page_it_was_asked_for_on(copy, runs):
    desk = with_mail(copy)
    for language in ("", "es"):
        here = in_language(desk, language)
        token = sending.fill_in(here, sending.PAT)
        saved(here, token)
        returning.mail_link(here, token, f"pat{language}@example.com")

    with copy.clinic.database.write() as session:
        every = [
            outgoing.claim(session, copy.clinic.keys.outbox_keys, due, copy.clock()) for due in waiting(copy)
        ]
    assert {one.recipient: one.language for one in every} == {
        "pat@example.com": "",
        "pates@example.com": "es",
    }


def test_a_link_is_sent_five_times_at_most_and_never_without_a_server(copy, token):
    saved(copy.desk, token)
    returning.mail_link(copy.desk, token, "pat@example.com")
    assert waiting(copy) == (), "there is no server to send it with"

    desk = with_mail(copy)
    for _ in range(MOST_MAILS + 2):
        returning.mail_link(desk, token, "somebody@example.com")
    assert len(waiting(copy)) == MOST_MAILS


def test_new_words_do_not_make_it_more_than_five(copy, token, runs):
    saved(copy.desk, token)
    desk = with_mail(copy)
    for _ in range(MOST_MAILS + 2):
        returning.mail_link(desk, token, "somebody@example.com")
        returning.make_anew(desk, token)

    assert len(waiting(copy)) == MOST_MAILS
    assert returning.kept(desk, token).mails_left == 0


def test_words_the_clinic_makes_count_on_as_well(copy, token, runs):
    way = saved(copy.desk, token)
    desk = with_mail(copy)
    returning.let_clinic_renew(desk, token, may=True)
    returning.mail_link(desk, token, "somebody@example.com")

    renewed = renewing.renew(copy.clinic, staff(copy.clinic, "alice", "Alice A.", Role.FRONT_DESK), way.code)

    elsewhere = returning.come_back(desk, renewed.secret, renewed.phrase)
    assert returning.kept(desk, elsewhere).mails_left == MOST_MAILS - 1


def with_mail(copy):
    return copy.desk.with_settings(
        replace(copy.settings, mail_host="mail.example", mail_sender="forms@clinic.example")
    )


def waiting(copy):
    with copy.clinic.database.read() as session:
        return outgoing.due(session, copy.clock())
