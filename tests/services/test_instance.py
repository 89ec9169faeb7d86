"""Setting up a copy: safe to repeat, and never with new keys beside old records."""

import shutil

import pytest
from sqlalchemy import select

from intake.config import Settings
from intake.services.instance import prepare
from intake.services.refusals import Refusal
from intake.storage import outgoing
from intake.storage.encryption import open_from_outbox, seal_for_clinic
from intake.storage.tables import OutgoingRow


def test_preparing_twice_changes_nothing_the_second_time(tmp_path):
    settings = Settings(
        tmp_path / "instance", database_url=f"sqlite:///{tmp_path / 'instance' / 'intake.db'}"
    )

    first, second = prepare(settings), prepare(settings)

    assert (first.made_keys, first.migrated) == (True, True)
    assert (second.made_keys, second.migrated) == (False, False)


def test_new_keys_are_refused_beside_a_database_in_use(copy):
    shutil.rmtree(copy.settings.instance / "keys")

    with pytest.raises(Refusal, match="Put the key files back from their safe copy"):
        prepare(copy.settings)

    assert not (copy.settings.instance / "keys").exists()


def test_letters_that_an_earlier_version_left_for_the_clinic_can_be_sent_after_an_upgrade(copy):
    keys, at = copy.clinic.keys, copy.clock.at
    with copy.clinic.database.write() as session:
        outgoing.tell_staff(session, copy.desk.keys, "desk@clinic.example", at, at, wanted=True)
        row = session.scalars(select(OutgoingRow)).one()
        place = outgoing._key_place(row.id)
        key = open_from_outbox(keys.outbox_keys, row.wrapped_key, place)
        row.wrapped_key = seal_for_clinic(keys, key, place)

    prepare(copy.settings)

    with copy.clinic.database.read() as session:
        row = session.scalars(select(OutgoingRow)).one()
        assert outgoing.opened(keys.outbox_keys, row).recipient == "desk@clinic.example"
