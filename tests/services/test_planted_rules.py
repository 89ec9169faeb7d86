"""Rules and settings that something else than intake put into the database are told, and not in force."""

import logging
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from copies import make_copy, staff
from intake.domain.clinic_settings import SettingsChange
from intake.domain.clinic_settings_typed import boxes_of
from intake.domain.events import ClinicSettingsChanged, RulesPlanted, SettingsPlanted
from intake.domain.permissions import Role
from intake.domain.publications import Standing
from intake.services import (
    altered_rows,
    at_start,
    changing_settings,
    doctor_gathering,
    in_force,
    planted_rules,
    publication_list,
    publishing,
)
from intake.services.clinic_settings import settings_in_force, with_settings_in_force
from intake.storage import audit, clinic_settings, editions, publications
from intake.storage.publications import NoSuchPublication
from intake.storage.tables import (
    AuditEventRow,
    ClinicSettingsRow,
    PublicationDecisionRow,
    PublicationRow,
)
from services.test_publishing import rules

DAY = timedelta(days=1)
SOUTH = '{"settings": {"clinic_name": "South", "clinic_phone": "555 0000"}, "before": {}}'


@pytest.fixture
def copy(tmp_path):
    """On SQLite, where the patient site's process can write every table."""
    copy = make_copy(tmp_path, under_roles=False)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def bob(copy):
    return staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)


def written(copy, *statements):
    """As whoever took over the patient site's process does it, and no trigger minds."""
    with copy.desk.database.write() as session:
        for one in statements:
            session.execute(one)


def change(copy, number, by, document=SOUTH):
    values = {"number": number, "at": copy.clinic.now(), "member_id": by.id, "document": document}
    return insert(ClinicSettingsRow).values(values)


def settle(copy, bob, **typed):
    clinic = with_settings_in_force(copy.clinic)
    now = changing_settings.current(clinic)
    boxes = boxes_of(now.settings)
    boxes = boxes.__class__(**(asdict(boxes) | typed))
    return changing_settings.set_from(clinic, bob, now.number, boxes)


def names(copy):
    """What the clinic is called for patients, for its staff and in letters."""
    return {
        with_settings_in_force(copy.desk).settings.clinic_name,
        with_settings_in_force(copy.clinic).settings.clinic_name,
        settings_in_force(copy.clinic.database, copy.settings).clinic_name,
    }


def lines(copy, kind):
    with copy.clinic.database.read() as session:
        return audit.of_kind(session, kind)


def planted_publication(copy, first, second, *, decided=True):
    """Rules that raise less, as if two people had put them in force."""
    new, one, now = rules("planted", "info"), uuid4(), copy.clinic.now()
    today = copy.clinic.today()
    edition = publishing.examine(copy.clinic, new, today).made_of[0]
    with copy.desk.database.write() as session:
        editions.keep(session, "rules-file", edition, new.rules)
    row = {"id": one, "rules": edition, "reason": "x", "effective_on": today, "proposed_by": first.id}
    written(copy, insert(PublicationRow).values(row | {"proposed_at": now}))
    if decided:
        written(copy, decision(copy, one, "countersigned", first, second, today))
    return one


def decision(copy, publication, deed, first, second, day=None):
    return insert(PublicationDecisionRow).values(
        publication_id=publication,
        number=1,
        deed=deed,
        decided_by=second.id,
        decided_at=copy.clinic.now() + timedelta(seconds=1),
        in_force_from=day,
        proposed_by=first.id,
    )


def screens(site):
    return [rule.id for rule in in_force.at_work(site).library.rulebook.rules]


def publish(copy, first, second, new=None, days=0):
    day = copy.clinic.today() + days * DAY
    return publishing.publish(copy.clinic, first, second, new or rules(), "A test.", day)


def test_settings_without_their_line_are_not_in_force_and_it_is_told_once(copy, bob, caplog):
    settle(copy, bob, clinic_name="North")
    written(copy, change(copy, 2, bob), change(copy, 7, bob, "nothing that can be read"))

    assert names(copy) == {"North"}
    with caplog.at_level(logging.ERROR, logger="intake"):
        for _ in range(2):
            altered_rows.look(copy.clinic)
    assert sorted(one.detail["number"] for one in lines(copy, SettingsPlanted)) == [2, 7]
    assert [one.message.strip() for one in caplog.records] == ["settings_planted"] * 2
    assert doctor_gathering.gather(copy.settings).records.planted == (
        "settings (change 7)",
        "settings (change 2)",
    )
    assert any("settings (change 2)" in one for one in at_start.told(copy.clinic))


def test_the_clinic_goes_on_setting_what_it_wants_beside_what_was_planted(copy, bob):
    settle(copy, bob, clinic_name="North")
    written(copy, change(copy, 2, bob), change(copy, 2**31 - 1, bob))
    assert names(copy) == {"North"}

    made = settle(copy, bob, clinic_name="West")

    assert made.number == 3
    assert names(copy) == {"West"}
    assert changing_settings.changes_since(copy.clinic, 1) == (made,)


def test_settings_of_which_the_line_says_something_else_are_not_in_force(copy, bob):
    settle(copy, bob, clinic_name="North")
    document = select(ClinicSettingsRow.document)
    with copy.clinic.database.read() as session:
        said = session.scalar(document)
    with copy.clinic.database.write() as session:
        # As whoever switches the triggers off can do it.
        session.connection().exec_driver_sql("DROP TRIGGER clinic_settings_no_update")
        changed = ClinicSettingsRow.__table__.update().values(document=said.replace("North", "South"))
        session.execute(changed)
    fresh = make_copy(copy.settings.instance.parent, under_roles=False)

    assert names(fresh) == {copy.settings.clinic_name}


def test_a_line_that_nobody_sealed_bears_no_witness(copy, bob):
    document = {"clinic_name": "South"}
    made_up = SettingsChange(1, copy.clinic.now(), bob.id, document, {})
    with copy.desk.database.write() as session:
        clinic_settings.add(session, made_up)
        last = audit.chained_at(session, audit.newest(session))
        detail = f'{{"content":"{clinic_settings.digest(made_up)}","names":"","number":1}}'
        line = {
            "seq": last.seq + 1,
            "at": last.at,
            "actor": str(bob.id),
            "event": ClinicSettingsChanged.__name__,
            "detail": detail,
            "prev_mac": last.mac,
            "mac": bytes(32),
        }
        session.execute(insert(AuditEventRow).values(line))

    for site in (copy.desk, copy.clinic):
        assert with_settings_in_force(site).settings.clinic_name == copy.settings.clinic_name


def test_settings_of_a_version_before_stay_in_force(copy, bob, monkeypatch):
    """Its lines say who changed them and when, and not to what."""
    plain = audit._detail

    def as_before(event):
        return {name: value for name, value in plain(event).items() if name != "content"}

    monkeypatch.setattr(audit, "_detail", as_before)
    settle(copy, bob, clinic_name="North")
    monkeypatch.undo()

    assert "content" not in lines(copy, ClinicSettingsChanged)[0].detail
    assert names(copy) == {"North"}
    written(copy, change(copy, 2, bob))
    assert names(copy) == {"North"}


def test_rules_without_their_lines_screen_nobody_and_it_is_told_once(copy, alice, bob, caplog):
    publish(copy, bob, alice)
    in_force.at_work(copy.clinic)
    planted = planted_publication(copy, bob, alice)

    assert screens(copy.desk) == screens(copy.clinic) == ["test-aneurysm"]
    with caplog.at_level(logging.ERROR, logger="intake"):
        for _ in range(2):
            altered_rows.look(copy.clinic)
    assert [UUID(one.object) for one in lines(copy, RulesPlanted)] == [planted]
    assert [one.message for one in caplog.records] == [f"rules_planted id={planted}"]
    assert planted_rules.found(copy.clinic).in_words == (f"rules (publication {planted})",)
    assert planted not in {one.publication.id for one in publication_list.listed(copy.clinic)}


def test_nobody_can_countersign_a_proposal_that_nobody_made(copy, alice, bob):
    planted = planted_publication(copy, bob, alice, decided=False)

    with pytest.raises(NoSuchPublication):
        publishing.countersign(copy.clinic, alice, planted, "")


def test_a_signature_that_was_planted_is_as_if_it_were_not_there(copy, alice, bob):
    new, today = rules("proposed"), copy.clinic.today()
    proposed = publishing.propose(copy.clinic, bob, new, "A test.", today)
    written(copy, decision(copy, proposed.id, "countersigned", bob, alice, today))
    assert screens(copy.desk) == [rule.id for rule in copy.desk.library.rulebook.rules]

    against = publishing.examine_kept(copy.clinic, publishing.fetch(copy.clinic, proposed.id)).against
    publishing.countersign(copy.clinic, alice, proposed.id, against)

    assert screens(copy.desk) == ["proposed"]


def test_rules_that_something_else_took_back_come_into_force_all_the_same(copy, alice, bob):
    scheduled = publish(copy, bob, alice, days=1)
    taken_back = decision(copy, scheduled.id, "withdrawn", bob, alice)
    written(copy, taken_back.values(number=2))

    (listed,) = publication_list.listed(copy.clinic)
    assert listed.standing is Standing.SCHEDULED
    copy.clock.at += 2 * DAY
    assert screens(copy.desk) == ["test-aneurysm"]


def test_what_two_people_did_here_is_all_believed(copy, alice, bob):
    publish(copy, bob, alice)
    taken = publish(copy, bob, alice, rules("other"), days=1)
    publishing.withdraw(copy.clinic, bob, taken.id)
    settle(copy, bob, clinic_name="North")

    altered_rows.look(copy.clinic)

    assert planted_rules.found(copy.clinic).in_words == ()
    with copy.clinic.database.read() as session:
        kept = publications.believed(session, copy.clinic.keys)
        assert kept.every == publications.every(session)
        assert lines(copy, RulesPlanted) == lines(copy, SettingsPlanted) == ()
