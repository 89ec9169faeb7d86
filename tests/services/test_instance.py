"""Setting up a copy: safe to repeat, and never with new keys beside old records."""

import shutil

import pytest

from intake.config import Settings
from intake.services.instance import prepare
from intake.services.refusals import Refusal


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
