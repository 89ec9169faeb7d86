"""What whoever starts the clinic's side is told: each thing that was found, and how to come in first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from copies import make_copy, staff
from intake.config import NOT_REQUIRED, Settings
from intake.domain.permissions import Role
from intake.services import at_start, clinic_settings, overlaying, publication_list


@pytest.fixture
def clinic(tmp_path):
    copy = make_copy(tmp_path, under_roles=False)
    asks_for_more = replace(copy.settings, second_factor="required")
    yield copy.clinic.with_settings(asks_for_more)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_while_nobody_can_sign_in_there_is_a_link_and_afterwards_none(clinic):
    words, link = at_start.told(clinic)
    assert "Nobody can sign in yet" in words
    assert f"{clinic.settings.clinic_side}/setup#" in link

    staff(clinic, "bob", "B. Stone", Role.ADMINISTRATOR)

    assert at_start.told(clinic) == []


def test_a_copy_that_a_password_alone_opens_is_told_to_be_one(clinic):
    staff(clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    alone = clinic.with_settings(replace(clinic.settings, second_factor=NOT_REQUIRED))

    (told,) = at_start.told(alone)

    assert told.startswith("Note: a password alone opens this copy")


@pytest.mark.parametrize("notes_of", [publication_list, clinic_settings], ids=["rules", "settings"])
def test_what_is_to_be_known_of_rules_and_settings_is_told(clinic, notes_of, monkeypatch):
    staff(clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    monkeypatch.setattr(notes_of, "notes", lambda _clinic: ("one thing to know",))

    assert at_start.told(clinic) == ["Note: one thing to know"]


def test_a_change_of_the_rules_that_ended_is_warned_of(clinic, tmp_path, monkeypatch):
    settings = replace(clinic.settings, rules_overlay=tmp_path / "ours.yaml")
    before = at_start.warnings(clinic.library, settings)
    monkeypatch.setattr(overlaying, "ended", lambda _library, _on: ("a change ended yesterday",))

    assert at_start.warnings(clinic.library, settings) == (*before, "ours.yaml: a change ended yesterday")


def test_a_line_of_help_to_be_checked_again_is_warned_of(clinic, monkeypatch):
    line = clinic.library.questionnaire.crisis_lines[0]
    assert not any(line.say in one for one in at_start.warnings(clinic.library, clinic.settings))

    monkeypatch.setattr(Settings, "today", lambda _settings: line.expires + timedelta(days=1))

    told = at_start.warnings(clinic.library, clinic.settings)
    assert any(one.startswith(f"“{line.say}” was to be checked again by {line.expires}") for one in told)
