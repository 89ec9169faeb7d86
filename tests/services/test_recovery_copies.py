"""What a recovery copy says, what is kept of it, and that only whoever opened it can say so."""

import json
from datetime import timedelta

import pytest

from copies import make_copy
from intake.services import recovery_copies
from intake.services.keys import RECOVERY_COPIES
from intake.services.refusals import Refusal
from intake.storage import audit
from intake.storage.encryption import token_digest
from intake.storage.key_documents import changing
from intake.storage.key_entries import KeyPurpose, entries
from intake.storage.keyring import CLINIC_FILE
from keepers import closed, console_of, keeper
from web.clinic.content import LIBRARY


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path, LIBRARY)
    yield copy
    closed(copy)


@pytest.fixture
def keepers(tmp_path):
    return keeper(tmp_path, "kay"), keeper(tmp_path, "lee")


@pytest.fixture
def console(copy):
    return console_of(copy)


def written(console, to, keepers):
    """What one of them reads in it."""
    recovery_copies.write(console, to, [one.recipient for one in keepers])
    return json.loads(keepers[0].opened(to))


def kept(console):
    """What the key file says of its copies."""
    with changing(console.folder) as documents:
        return documents[CLINIC_FILE].get(RECOVERY_COPIES, [])


def every_key(console):
    with changing(console.folder) as documents:
        document = documents[CLINIC_FILE]
    return {one["id"] for purpose in KeyPurpose for one in entries(document, purpose.entry)} | {
        document["audit_key"]["id"]
    }


def told(copy):
    with copy.clinic.database.read() as session:
        return [
            (one.event, one.actor, one.detail)
            for one in audit.events(session)
            if one.event.startswith("Recovery")
        ]


def test_whoever_opens_it_finds_what_it_is_and_every_key_file(copy, console, keepers, tmp_path):
    files = {one.name: json.loads(one.read_text()) for one in console.folder.glob("*.json")}
    # Late in the evening at the clinic, when it is the next day elsewhere.
    copy.clock.at += timedelta(hours=10)
    inside = written(console, tmp_path / "copy.age", keepers)

    assert keepers[1].opened(tmp_path / "copy.age").endswith(b"\n}\n"), "a person reads it, line by line"
    words = inside.pop("confirmation_words")
    assert len(words.split()) == 4
    assert "keep no opened copy" in inside.pop("what_this_is")
    assert inside == {
        "kind": "intake recovery copy",
        "format": 1,
        "clinic": console.settings.clinic_name,
        "made_on": "2026-11-20",
        "files": files,
    }
    assert words.encode() not in (console.folder / CLINIC_FILE).read_bytes()
    assert kept(console) == [
        {
            "made": "2026-11-20",
            "keys": sorted(every_key(console)),
            "words": token_digest(words).hex(),
            "confirmed": "",
        }
    ]


def test_how_many_keys_there_are_is_said_and_told(copy, console, keepers, tmp_path):
    keys = len(every_key(console))
    recipients = [one.recipient for one in (*keepers, keepers[0])]

    assert recovery_copies.write(console, tmp_path / "copy.age", recipients) == keys > 3
    words = json.loads(keepers[1].opened(tmp_path / "copy.age"))["confirmation_words"]
    assert recovery_copies.confirm(console, words) == keys
    assert told(copy) == [
        ("RecoveryCopyMade", "system", {"recipients": 2, "keys": keys, "account": "root"}),
        ("RecoveryCopyConfirmed", "system", {"keys": keys, "account": "root"}),
    ]


def test_a_copy_nobody_opened_gives_way_to_the_next_and_one_that_was_opened_stays(
    copy, console, keepers, tmp_path
):
    first, second = (written(console, tmp_path / name, keepers) for name in ("first", "second"))
    assert len(kept(console)) == 1
    with pytest.raises(Refusal, match="not the words in the newest"):
        recovery_copies.confirm(console, first["confirmation_words"])

    copy.clock.at += timedelta(hours=10)
    recovery_copies.confirm(console, second["confirmation_words"])
    third = written(console, tmp_path / "third", keepers)
    assert [one["confirmed"] for one in kept(console)] == ["2026-11-20", ""]
    with pytest.raises(Refusal, match="not the words in the newest"):
        recovery_copies.confirm(console, second["confirmation_words"])
    recovery_copies.confirm(console, third["confirmation_words"])
    with pytest.raises(Refusal, match="no recovery copy waits"):
        recovery_copies.confirm(console, third["confirmation_words"])
    assert [bool(one["confirmed"]) for one in kept(console)] == [True, True]


@pytest.mark.parametrize("typed", ["", "x", "four plain words here", "maple river stone lantern"])
def test_other_words_confirm_nothing_and_nothing_is_told(copy, console, keepers, tmp_path, typed):
    with pytest.raises(Refusal, match="no recovery copy waits"):
        recovery_copies.confirm(console, typed)
    written(console, tmp_path / "copy.age", keepers)
    before = kept(console)

    with pytest.raises(Refusal, match="not the words in the newest"):
        recovery_copies.confirm(console, typed)

    assert kept(console) == before
    assert [name for name, *_ in told(copy)] == ["RecoveryCopyMade"]


def test_a_place_beside_the_keys_or_one_person_alone_will_not_do(copy, console, keepers, tmp_path):
    (kay, lee), instance = ([one.recipient for one in keepers], console.settings.instance)
    for to, who in ((instance / "copy.age", [kay, lee]), (instance / "keys" / "copy.age", [kay, lee])):
        with pytest.raises(Refusal, match="lies in the instance folder"):
            recovery_copies.write(console, to, who)
        assert not to.exists()
    with pytest.raises(Exception, match="two"):
        recovery_copies.write(console, tmp_path / "copy.age", [kay])

    assert not (tmp_path / "copy.age").exists()
    assert (kept(console), told(copy)) == ([], [])
