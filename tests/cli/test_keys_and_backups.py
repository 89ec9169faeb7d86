"""A clinic's first ten minutes with keys and backups at the console, and the day it needs them."""

import json
import os
import re

import pytest
from click.testing import CliRunner

from intake.cli import main
from intake.config import read_settings
from intake.domain.permissions import Role
from intake.services import accounts, instance
from keepers import keeper
from web.clinic.content import MEDICINES, QUESTIONNAIRE, RULES

PASSWORD = "four plain words together"
CONTENT = {"questionnaire": QUESTIONNAIRE, "screening_rules": RULES, "medicines": MEDICINES}


@pytest.fixture
def intake(tmp_path, monkeypatch):
    """Runs a command as somebody at the console does, in an instance of the test's own."""
    monkeypatch.chdir(tmp_path)
    # A short form: reading the shipped one takes longer than all the rest.
    for name, text in CONTENT.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(*arguments, code=0, typed="", **settings):
        unset = {name: None for name in os.environ if name.startswith("INTAKE_")}
        given = {f"INTAKE_{name.upper()}": str(value) for name, value in settings.items()}
        own = {f"INTAKE_{name.upper()}": str(tmp_path / f"{name}.yaml") for name in CONTENT}
        own["INTAKE_INSTANCE"] = str(tmp_path / "instance")
        command = [str(one) for one in arguments]
        done = CliRunner().invoke(main, command, input=typed, env=unset | own | given, prog_name="intake")
        assert isinstance(done.exception, SystemExit | None), repr(done.exception)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_ten_minutes_on_the_first_day_a_new_key_and_a_machine_that_burned(intake, tmp_path):
    kay, lee = keeper(tmp_path, "kay"), keeper(tmp_path, "lee")
    recipients = {"backup_recipients": f"{kay.recipient}, {lee.recipient}"}
    intake("init")
    _administrators(tmp_path, "bob", "mia")
    (before,) = re.findall(r"clinic +(\w{8})  in use", intake("keys", "list", code=1))
    assert "nobody is named who could open a backup" in intake("backup", tmp_path, code=2)
    assert "No recovery copy of" in intake("backup", tmp_path / "first.age", code=1, **recipients)

    assert "A new clinic key waits" in intake("keys", "new", "clinic")
    assert "no recovery copy with the key" in intake("keys", "rotate", "clinic", code=2)
    told = intake("keys", "escrow", "recovery.age", "--to", kay.recipient, "--to", lee.recipient)
    assert re.search(r"recovery\.age, 6 keys, for 2 recipients", told)
    words = json.loads(lee.opened(tmp_path / "recovery.age"))["confirmation_words"]
    assert "not the words" in intake("keys", "confirm-escrow", typed="no such words here\n", code=2)
    assert "can be opened" in intake("keys", "confirm-escrow", typed=f"{words}\n")
    assert re.search(r"The clinic key \w{8} is in use\. 0 values", intake("keys", "rotate", "clinic"))
    assert "Make a new one first" in intake("keys", "rotate", "clinic", code=2)

    retire = ("keys", "retire", before, "--by", "bob", "--confirmed-by", "mia")
    assert "that is not the password of Mia. Nothing was destroyed" in intake(
        *retire, typed=f"{PASSWORD}\nwrong\n", code=2
    )
    assert f"The clinic key {before} is destroyed here" in intake(*retire, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert before not in intake("keys", "list")

    told = intake("backup", tmp_path, **recipients)
    (made,) = tmp_path.glob("intake-*.age")
    assert str(made) in told
    assert "the audit trail is whole" in told
    restore = ("restore", made, "--identity", lee.identity, "--keys", "recovery.age")
    assert "the database is not empty" in intake(*restore[:4], code=2)
    assert re.search(r"Restored: \d+ rows in \d+ tables", intake(*restore, instance=tmp_path / "new"))
    assert "The audit trail is whole" in intake("audit", "verify", instance=tmp_path / "new")


def _administrators(folder, *usernames):
    content = {f"INTAKE_{name.upper()}": str(folder / f"{name}.yaml") for name in CONTENT}
    clinic = instance.opened(read_settings({"INTAKE_INSTANCE": str(folder / "instance"), **content}))
    for username in usernames:
        token = accounts.add_staff(clinic, None, username, username.title(), [Role.ADMINISTRATOR])
        accounts.accept_invitation(clinic, token, PASSWORD)
    clinic.database.dispose()


@pytest.mark.parametrize("command", ["keys list", "keys new clinic", "keys confirm-escrow", "backup ."])
def test_where_nothing_was_set_up_nothing_is_made(intake, tmp_path, command):
    assert "was not set up yet" in intake(*command.split(), code=2)
    assert not (tmp_path / "instance").exists()
