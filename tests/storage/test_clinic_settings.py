"""What a clinic set comes back as it was kept, and of two changes at once one is told."""

import json

import pytest
from hypothesis import given
from sqlalchemy import select

from domain.test_clinic_settings import ANY
from intake.content.crisis_lines import lines_in
from intake.domain.clinic_settings import NAMES, SettingsChange
from intake.domain.events import ClinicSettingsChanged
from intake.domain.permissions import Role
from intake.storage import accounts, audit, clinic_settings
from intake.storage.codec_clinic_settings import settings_from_text, settings_to_text
from intake.storage.tables import ClinicSettingsRow
from storage.samples import NOW
from storage.side_by_side import at_once
from web.clinic.content import QUESTIONNAIRE


@pytest.fixture
def bob(database, clinic_keys):
    with database.write() as session:
        return accounts.add_member(session, clinic_keys, "bob", "B. Stone", [Role.ADMINISTRATOR], NOW)


def change(by, number=1, **settings):
    return SettingsChange(number, NOW, by.id, settings, dict.fromkeys(settings, "before"))


@given(ANY)
def test_whatever_a_clinic_may_set_is_read_as_it_was_written(settings):
    every = {name: getattr(settings, name) for name in NAMES}
    lines = {"crisis_lines": lines_in(QUESTIONNAIRE)}

    assert settings_from_text(settings_to_text(every, lines)) == (every, lines, ())


def test_what_this_version_cannot_read_is_named_and_nothing_else_is_lost():
    settings = {"clinic_name": "North", "clinic_phone": 5550100, "moon_phase": "full", "read_first": "yes"}

    read, before, unread = settings_from_text(
        json.dumps({"settings": settings, "before": {"moon_phase": "new"}})
    )

    assert (read, before) == ({"clinic_name": "North"}, {})
    assert unread == ("clinic_phone", "moon_phase", "read_first")


def test_changes_come_back_newest_first_and_each_logo_by_its_number(database, clinic_keys, bob):
    first, second = change(bob, clinic_name="North"), change(bob, 2, clinic_name="South")
    with database.write() as session:
        assert clinic_settings.condition(session) == (0, 0)
        assert clinic_settings.add(session, first, b"logo")
        assert clinic_settings.add(session, second)
        for one, logo in ((first, b"logo"), (second, None)):
            event = ClinicSettingsChanged(one.number, "", clinic_settings.digest(one, logo))
            audit.record(session, clinic_keys, bob.id, event, one.at)
    with database.read() as session:
        assert clinic_settings.condition(session) == (2, 2)
        kept = clinic_settings.believed(session, clinic_keys)
        assert (kept.changes, kept.planted) == ((second, first), ())
        assert kept.since(1) == (second,)
        assert clinic_settings.free_number(session, 0) == 3
        assert [clinic_settings.logo(session, number) for number in (1, 2, 3)] == [b"logo", None, None]


def test_a_number_that_is_taken_is_told_and_what_was_kept_stays(database, bob):
    with database.write() as session:
        assert clinic_settings.add(session, change(bob, clinic_name="North"))
        assert not clinic_settings.add(session, change(bob, clinic_name="South"))
    with database.read() as session:
        assert session.scalars(select(ClinicSettingsRow)).one().document.count("North") == 1


def test_of_two_changes_at_once_one_is_kept(database, bob):
    def keep(session):
        return clinic_settings.add(session, change(bob, clinic_name="North"))

    assert sorted(at_once(database, [keep, keep])) == [False, True]
