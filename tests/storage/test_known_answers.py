"""What was sealed, wrapped and digested on November 28, 2026 with known keys: it comes out the same for ever.

With any other byte in how a key is made of another one, everything a clinic keeps would open no more, and
what is only looked up by its digest would be found no more. Keys and words here are invented.
"""

from datetime import date
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from intake.storage import encryption, lockouts, rate_limits
from intake.storage.encryption import ClinicKeys, Place, SealingKey
from intake.storage.outbox_keys import OutboxKeys, OutboxSeal

DEPLOYMENT = UUID(int=7)
DAY = date(2026, 11, 20)
PRIVATE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
OUTBOX = OutboxKeys(DEPLOYMENT, b"outb", PRIVATE)
KEYS = ClinicKeys(
    deployment=DEPLOYMENT,
    clinic_key_id=b"clin",
    clinic_public_key=PRIVATE.public_key(),
    audit_key=b"a" * 32,
    secret_key=b"s" * 32,
    outbox=OutboxSeal(b"outb", PRIVATE.public_key()),
    clinic_private_key=PRIVATE,
    staff_key=SealingKey(DEPLOYMENT, b"t" * 32, b"staf"),
    outbox_keys=OUTBOX,
)
OWN = SealingKey(DEPLOYMENT, b"k" * 32)
PLACE = Place("drafts", "answers", UUID(int=9), 3)
WORDS = b"some words"
SEALED = bytes.fromhex(
    "01010000000055ee9a838db98415054534db51e9739cfd0495c027124dda8a881400bc5d23a1a7263bec8732"
)
SEALED_FOR_STAFF = bytes.fromhex(
    "01017374616619c9fcf6ee9b30839583ee940061daa8098e3e5995474d599b37c8340f0aeb6885f788e772fd"
)
FOR_CLINIC = bytes.fromhex(
    "0102636c696e819b99981cafd1ec0480cc1dca37c70ed07227e81f110cc34f8e390e9512ee5fcaf79186d35c"
    "cebbf978b6882ec38cf77385c540c4da5981955c10ace108e9f0f61166ca27886d4e701b8132097a816c"
)
FOR_OUTBOX = bytes.fromhex(
    "01026f7574627fc4af608f8149b671cc299c0a897052c79ab07179efc107e7702cd672060f40bb8e7154030f"
    "86380d4a672f612b10fb91ac2227f26c4d8c22c3162a0a07b5d4f52f2db91fd7e17e94d9ab48bbc4c40b"
)
WRAPPED = bytes.fromhex(
    "010300000000f2809078f2bad6957852b3e8747fd126fa21059182e0b4921b8998e28d7201f3861d4d003a28e643"
)


def test_what_was_sealed_opens_where_it_belongs():
    assert OWN.open(SEALED, PLACE) == WORDS
    assert KEYS.staff_key.open(SEALED_FOR_STAFF, PLACE) == WORDS
    for key in (
        encryption.open_for_clinic(KEYS, FOR_CLINIC, PLACE),
        encryption.open_from_outbox(OUTBOX, FOR_OUTBOX, PLACE),
        encryption.unwrap_with_token(KEYS, WRAPPED, "token", PLACE),
    ):
        assert key == OWN


def test_what_is_sealed_names_its_key_where_it_is_a_key_of_a_file():
    named = {SEALED: bytes(4), SEALED_FOR_STAFF: b"staf", FOR_CLINIC: b"clin", FOR_OUTBOX: b"outb"}

    assert {one: encryption.key_id_of(one) for one in named} == named
    assert [encryption.names_a_key(one) for one in (*named, WRAPPED)] == [False, True, True, True, False]
    assert [encryption.is_sealed_for_clinic(KEYS, one) for one in named] == [False, False, True, False]


@pytest.mark.parametrize("sealed", [SEALED, FOR_CLINIC, FOR_OUTBOX, WRAPPED])
def test_what_is_sealed_today_begins_and_is_as_long_as_what_was(sealed):
    today = {
        SEALED: OWN.seal(WORDS, PLACE),
        FOR_CLINIC: encryption.seal_for_clinic(KEYS, OWN, PLACE),
        FOR_OUTBOX: encryption.seal_for_outbox(KEYS, OWN, PLACE),
        WRAPPED: encryption.wrap_for_token(OWN, "token", PLACE),
    }[sealed]
    assert (today[:6], len(today)) == (sealed[:6], len(sealed))


def test_as_much_work_is_done_over_nothing_as_over_something():
    assert len(encryption.nothing_wrapped()) == len(WRAPPED)
    with pytest.raises(encryption.DecryptionFailed):
        encryption.unwrap_with_token(KEYS, encryption.nothing_wrapped(), "token", PLACE)


@pytest.mark.parametrize(
    ("made", "known"),
    [
        (
            lambda: encryption.page_key(KEYS).secret,
            "559a563b1f5163496acc81b22721e862600631f76ab26001f552ec0b3a77cb5e",
        ),
        (
            lambda: encryption.day_key(KEYS, "rate_limits", DAY),
            "f4dafad62fe7c687320e26c8b2f812824808eb3dd87ad32bc5e1635e8cebaaf6",
        ),
        (
            lambda: encryption.shared_key(KEYS, "links"),
            "c366840afb068b41e3418a09acda7673b5034b896ddf6ce0438c655cf927b64d",
        ),
        (
            lambda: encryption.token_digest("token"),
            "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0",
        ),
        (
            lambda: OWN.tag("word", PLACE),
            "f66baf0d8044503b6c978b8df1c70d343c51968ce18cad3109d2787c7f9104d9",
        ),
        (
            lambda: lockouts.who(b"k" * 32, "code", "alice"),
            "eee0b7def4e04b762a58352abfbe66c7efca5cbbe4cc0ed58e644c8253f82459",
        ),
        (
            lambda: rate_limits.key_of(KEYS, "start", "192.0.2.7", DAY),
            "07ca9bb90d7cae044004631f4ba2dac72e1bfc89263d60eb2d22b873ac721fdd",
        ),
        (lambda: encryption.length_prefixed("a", b"bc"), "000000016100000002" + b"bc".hex()),
    ],
)
def test_a_key_and_a_digest_come_out_as_ever(made, known):
    assert made().hex() == known
