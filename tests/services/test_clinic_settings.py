"""What an administrator sets is in force at the next request of both sites, with its event, or not at all."""

import shutil
from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from copies import NOON, make_copy, staff
from intake.content.questionnaire import parse_questionnaire
from intake.domain import upload_limits
from intake.domain.clinic_settings import KeptLogo, SettingsChange
from intake.domain.clinic_settings_typed import boxes_of
from intake.domain.events import ClinicSettingsChanged
from intake.domain.logo import LogoKind, Picture
from intake.domain.permissions import Role
from intake.services import answering, changing_settings, clinic_settings, replay
from intake.services.changing_settings import ChangedMeanwhile, LinesRefused, NotSettable
from intake.services.clinic_settings import with_settings_in_force
from intake.storage import audit, drafts, editions
from intake.storage.database import Database
from sending import answers, send_at_once
from web.clinic.content import LIBRARY

PAT = "first_name: Pat, last_name: Doe, pressure: yes"
LOGO = Picture(LogoKind.SVG, b"<svg/>")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A copy with an administrator, on SQLite: what asks the database is tried on both in tests/storage."""
    folder = tmp_path_factory.mktemp("original")
    copy = make_copy(folder, LIBRARY)
    bob = staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    return copy, bob


@pytest.fixture
def copy(original, tmp_path):
    """A copy of that copy, which takes no time."""
    made, _ = original
    instance = Path(shutil.copytree(made.settings.instance, tmp_path / "instance"))
    url = f"sqlite:///{instance / 'intake.db'}"
    settings = replace(made.settings, instance=instance, database_url=url)
    desk = replace(made.desk, settings=settings, database=Database(url))
    clinic = replace(made.clinic, settings=settings, database=Database(url))
    yield replace(made, settings=settings, desk=desk, clinic=clinic)
    desk.database.dispose()
    clinic.database.dispose()


@pytest.fixture
def bob(original):
    return original[1]


@pytest.fixture
def settle(copy, bob):
    """Change some boxes as of the newest change."""

    def with_boxes(*, logo=None, without_logo=False, by=bob, **typed):
        clinic = with_settings_in_force(copy.clinic)
        now = changing_settings.current(clinic)
        boxes = replace(boxes_of(now.settings), **typed)
        return changing_settings.set_from(clinic, by, now.number, boxes, logo, without_logo=without_logo)

    return with_boxes


def trail(copy):
    with copy.clinic.database.read() as session:
        return [(one.actor, one.event, dict(one.detail)) for one in audit.events(session)]


def test_while_nothing_was_set_the_file_says_everything(copy):
    assert with_settings_in_force(copy.desk) is copy.desk
    assert changing_settings.current(copy.clinic).number == 0


def test_both_sites_follow_a_change_at_once_and_keep_the_rest_of_the_file(copy, settle):
    settle(clinic_name="North", promised_amount="24", promised_unit="hours", next_steps="Call\nWrite")

    for site in (copy.desk, copy.clinic):
        settings = with_settings_in_force(site).settings
        assert (settings.clinic_name, settings.clinic_phone) == ("North", copy.settings.clinic_phone)
        assert (settings.reading_time, settings.promised_reading) == ("24 hours", timedelta(hours=24))
        assert settings.read_by(NOON) == NOON + timedelta(hours=24)
        assert settings.next_steps == ("Call", "Write")


def test_a_form_stays_due_when_it_was_promised_whatever_is_promised_later(copy, settle):
    """Else a longer promise makes forms that are overdue look as if they were in time."""
    day = timedelta(days=1)
    copy.clock.at = NOON
    settle(promised_amount="24", promised_unit="hours")
    copy.clock.at = NOON + 10 * day
    settle(clinic_name="North")
    settle(promised_amount="20", promised_unit="work_days")
    copy.clock.at = NOON + 20 * day
    settle(promised_amount="12", promised_unit="hours")

    settings = with_settings_in_force(copy.clinic).settings

    in_work_days = copy.settings.read_by(NOON - day)  # before anything was set: as the file says
    assert settings.read_by(NOON - day) == in_work_days
    assert settings.read_by(NOON + day) == NOON + 2 * day
    assert settings.read_by(NOON + 11 * day) > NOON + 30 * day
    assert settings.read_by(NOON + 21 * day) == NOON + 21 * day + timedelta(hours=12)


def test_what_was_never_set_here_follows_the_file_also_later(copy, settle):
    settle(clinic_name="North")
    later = replace(copy.desk, settings=replace(copy.settings, clinic_phone="555 0199", clinic_name="South"))

    settings = with_settings_in_force(later).settings

    assert (settings.clinic_name, settings.clinic_phone) == ("North", "555 0199")


def test_a_change_is_one_event_with_names_and_no_values(copy, settle, bob):
    before = len(trail(copy))
    settle(clinic_name="North", clinic_phone="555 0199")

    ((who, what, detail),) = trail(copy)[before:]
    assert (who, what) == (str(bob.id), "ClinicSettingsChanged")
    assert len(detail.pop("content")) == 64, "a fingerprint of what was kept"
    assert detail == {"number": 1, "names": "clinic_name, clinic_phone"}


def test_whoever_starts_the_program_is_told_what_is_not_read_from_the_file_any_more(
    copy, settle, monkeypatch
):
    monkeypatch.setenv("INTAKE_READING_TIME", "a week")
    monkeypatch.setenv("INTAKE_CLINIC_HOURS", "Always")
    settle(clinic_name="North")
    assert clinic_settings.notes(copy.clinic) == ()

    settle(promised_amount="3")

    (told,) = clinic_settings.notes(copy.clinic)
    assert told.endswith("not read from the file or the environment: reading_time")


def test_nothing_new_is_no_change_and_no_event(copy, settle):
    before = trail(copy)

    assert settle() is None
    assert trail(copy) == before


def test_what_cannot_be_set_changes_nothing(copy, settle):
    with pytest.raises(NotSettable) as refused:
        settle(clinic_color="teal", clinic_name="North")

    assert list(refused.value.problems) == ["clinic_color"]
    assert with_settings_in_force(copy.desk) is copy.desk


def test_a_second_change_from_the_same_page_is_told_what_the_first_changed(copy, settle, bob):
    clinic = copy.clinic
    boxes = boxes_of(changing_settings.current(clinic).settings)
    settle(clinic_name="North")

    with pytest.raises(ChangedMeanwhile) as refused:
        changing_settings.set_from(clinic, bob, 0, replace(boxes, clinic_name="South"))

    (since,) = refused.value.since
    assert (since.number, since.names, since.by) == (1, ("clinic_name",), bob.id)
    assert with_settings_in_force(copy.desk).settings.clinic_name == "North"
    assert changing_settings.began_with(with_settings_in_force(clinic), 0) == boxes


def test_a_change_whose_event_cannot_be_written_does_not_happen(copy, settle, monkeypatch):
    def broken(*_args):
        raise OSError("no space left")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="no space"):
        settle(clinic_name="North")

    assert with_settings_in_force(copy.desk) is copy.desk


def test_a_logo_is_shown_until_another_change_takes_it_away(copy, settle):
    settle(logo=LOGO)
    settle(clinic_name="North")
    assert with_settings_in_force(copy.desk).settings.clinic_picture == LOGO
    assert changing_settings.current(copy.clinic).settings.clinic_logo == KeptLogo(LogoKind.SVG, 1)

    settle(without_logo=True)

    assert with_settings_in_force(copy.desk).settings.clinic_picture is None
    assert [one.clinic_picture for one in clinic_settings.lately(copy.desk)] == [None, LOGO, LOGO]


def test_nobody_fills_the_disk_with_logos(copy, bob, settle, monkeypatch):
    monkeypatch.setattr(upload_limits, "MOST_A_DAY", 2)
    dana = staff(copy.clinic, "dana", "D. Both", Role.ADMINISTRATOR)
    for _ in range(2):
        settle(logo=LOGO)
        settle(without_logo=True)

    with pytest.raises(NotSettable) as refused:
        settle(logo=LOGO)
    assert "kept for good" in refused.value.problems["logo"]
    settle(logo=LOGO, by=dana)
    settle(clinic_name="Whatever else")
    copy.clock.at += timedelta(days=1)
    settle(without_logo=True)
    assert settle(logo=LOGO)


def test_a_setting_this_version_cannot_read_leaves_the_rest_in_force(copy, bob, caplog):
    newer = {"clinic_name": "North", "moon_phase": "full"}
    with copy.clinic.database.write() as session:
        change = SettingsChange(1, NOON, bob.id, newer, newer)
        clinic_settings.clinic_settings.add(session, change)
        event = ClinicSettingsChanged(1, ", ".join(newer), clinic_settings.clinic_settings.digest(change))
        audit.record(session, copy.clinic.keys, bob.id, event, NOON)

    assert with_settings_in_force(copy.desk).settings.clinic_name == "North"
    assert "moon_phase" in caplog.text
    assert "full" not in caplog.text


@pytest.fixture
def shown(copy, bob):
    """Show other ways to reach help, as of the newest change."""

    def other(change):
        clinic = with_settings_in_force(copy.clinic)
        lines = tuple(change(one) for one in changing_settings.lines_now(clinic))
        return changing_settings.set_lines(clinic, bob, changing_settings.current(clinic).number, lines)

    return other


def checked_again(one):
    return replace(
        one, line=replace(one.line, verified=NOON.date(), expires=NOON.date() + timedelta(days=90))
    )


def reworded(one):
    line = replace(checked_again(one).line, say="Call our night nurse", link="tel:+15550100177")
    return replace(one, line=line) if one.line.id == "emergency" else one


def test_other_lines_are_another_edition_that_is_kept_and_everybody_is_shown(copy, shown, bob):
    before = copy.desk.library.questionnaire
    shown(reworded)

    desk = with_settings_in_force(copy.desk)

    now = desk.library.questionnaire
    assert "Call our night nurse" in [line.say for line in now.safety_page("support").lines]
    assert (now.edition != before.edition, now.parts) == (True, before.parts)
    with copy.clinic.database.read() as session:
        kept = editions.fetch(session, "questionnaire", now.edition)
    assert parse_questionnaire(kept) == now
    assert [event for _, event, _ in trail(copy)][-2:] == ["ClinicSettingsChanged", "EditionPublished"]
    assert trail(copy)[-2][2]["names"] == "crisis_lines"


def begun(desk):
    with desk.database.write() as session:
        token, draft = drafts.start(session, desk.keys, desk.now(), desk.library.editions.questionnaire)
        given = answers(desk, PAT)
        drafts.save(session, desk.keys, token, replace(draft, answers=given))
    return token


def test_a_form_begun_before_is_sent_after_and_both_editions_are_replayed(copy, shown):
    send_at_once(copy.desk, PAT)
    token = begun(copy.desk)
    shown(reworded)
    answering.send(with_settings_in_force(copy.desk), token, "Pat Doe")

    clinic = with_settings_in_force(copy.clinic)
    found = replay.replay_all(clinic, replay.every(clinic))

    with copy.clinic.database.read() as session:
        opened = [one.detail for one in audit.events(session) if one.event == "SubmissionReceived"]
    assert len({one["questionnaire"] for one in opened}) == 2
    assert (found.wanted, found.same, found.refused) == (2, 2, ())


def test_lines_that_cannot_be_shown_change_nothing(copy, shown):
    with pytest.raises(LinesRefused) as refused:
        shown(lambda one: replace(one, pages=()))

    assert {problem.field for problem in refused.value.problems} >= {"support"}
    assert with_settings_in_force(copy.desk) is copy.desk


def test_a_line_that_ran_out_cannot_be_given_a_day_that_is_over(copy, shown):
    yesterday = NOON.date() - timedelta(days=1)

    with pytest.raises(LinesRefused, match="expires"):
        shown(lambda one: replace(one, line=replace(one.line, verified=yesterday, expires=yesterday)))


def test_lines_that_do_not_fit_a_later_questionnaire_leave_its_own_in_place(copy, shown, caplog, monkeypatch):
    shown(reworded)
    monkeypatch.setattr(clinic_settings, "_with_lines", OrderedDict())
    flat = "{" + ", ".join(copy.desk.library.texts["questionnaire"].splitlines()[:3]) + "}"
    library = replace(copy.desk.library, texts={**copy.desk.library.texts, "questionnaire": flat})

    desk = with_settings_in_force(replace(copy.desk, library=library))

    assert desk.library is library
    assert "lines_unread" in caplog.text
    (left_out,) = changing_settings.lines_left_out(with_settings_in_force(copy.clinic.with_library(LIBRARY)))
    assert left_out.line.say == "Call our night nurse"
