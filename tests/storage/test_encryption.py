"""What is sealed opens in its own place with its own key, and nowhere and with nothing else."""

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.storage.encryption import (
    DecryptionFailed,
    PatientKeys,
    Place,
    SealingKey,
    length_prefixed,
    new_record_key,
    open_for_clinic,
    seal_for_clinic,
    token_digest,
    unwrap_with_token,
    wrap_for_token,
)
from intake.storage.keyring import create_keyring, read_clinic_keys

DEPLOYMENT = uuid4()
KEY = SealingKey(DEPLOYMENT, b"k" * 32)
PLACE = Place("submissions", "answers", uuid4(), 1)
SECRET = b"Pat has migraines"


@pytest.fixture(scope="module")
def other_clinic_keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other") / "keys"
    create_keyring(folder)
    return read_clinic_keys(folder)


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_again(content):
    assert KEY.open(KEY.seal(content, PLACE), PLACE) == content


def test_a_blob_says_how_it_was_made_and_nothing_else():
    blob = KEY.seal(SECRET, PLACE)
    assert blob[:6] == bytes((1, 1, 0, 0, 0, 0))
    assert len(blob) == 1 + 1 + 4 + 12 + len(SECRET) + 16
    assert SECRET not in blob


def test_the_same_words_are_sealed_differently_each_time():
    assert KEY.seal(SECRET, PLACE) != KEY.seal(SECRET, PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, table="screenings"),
        replace(PLACE, column="summary"),
        replace(PLACE, record=uuid4()),
        replace(PLACE, revision=2),
    ],
)
def test_what_was_moved_does_not_open(elsewhere):
    with pytest.raises(DecryptionFailed):
        KEY.open(KEY.seal(SECRET, PLACE), elsewhere)


@pytest.mark.parametrize(
    "other", [SealingKey(DEPLOYMENT, b"K" * 32), SealingKey(uuid4(), b"k" * 32), replace(KEY, id=b"abcd")]
)
def test_another_key_clinic_or_key_id_does_not_open_it(other):
    with pytest.raises(DecryptionFailed):
        other.open(KEY.seal(SECRET, PLACE), PLACE)


@given(st.data())
def test_one_flipped_bit_is_noticed_wherever_it_is(data):
    blob = bytearray(KEY.seal(SECRET, PLACE))
    bit = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecryptionFailed):
        KEY.open(bytes(blob), PLACE)


@given(st.data())
def test_what_was_cut_short_is_noticed(data):
    blob = KEY.seal(SECRET, PLACE)
    with pytest.raises(DecryptionFailed):
        KEY.open(blob[: data.draw(st.integers(0, len(blob) - 1))], PLACE)


@given(st.binary(max_size=100))
def test_what_was_never_sealed_does_not_open(rubbish):
    with pytest.raises(DecryptionFailed):
        KEY.open(rubbish, PLACE)


def test_a_failure_names_the_place_and_shows_neither_content_nor_key():
    with pytest.raises(DecryptionFailed) as failed:
        SealingKey(DEPLOYMENT, b"K" * 32).open(KEY.seal(SECRET, PLACE), PLACE)
    assert f"submissions.answers of {PLACE.record}" in str(failed.value)
    assert failed.value.place == PLACE
    assert "migraine" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_keys_do_not_show_themselves(clinic_keys):
    shown = repr(clinic_keys) + repr(KEY)
    for secret in (clinic_keys.audit_key, clinic_keys.secret_key, clinic_keys.staff_key.secret, b"kkkk"):
        assert repr(secret)[2:-1] not in shown
    assert "PrivateKey" not in shown


def test_the_clinic_opens_what_was_sealed_for_it(patient_keys, clinic_keys):
    key = new_record_key(patient_keys)
    assert open_for_clinic(clinic_keys, seal_for_clinic(patient_keys, key, PLACE), PLACE) == key


def test_another_clinic_cannot_open_it(patient_keys, clinic_keys, other_clinic_keys):
    sealed = seal_for_clinic(patient_keys, new_record_key(patient_keys), PLACE)
    same_name = replace(
        other_clinic_keys, deployment=clinic_keys.deployment, clinic_key_id=clinic_keys.clinic_key_id
    )
    for keys in (other_clinic_keys, same_name):
        with pytest.raises(DecryptionFailed):
            open_for_clinic(keys, sealed, PLACE)


def test_a_record_key_that_was_moved_does_not_open(patient_keys, clinic_keys):
    sealed = seal_for_clinic(patient_keys, new_record_key(patient_keys), PLACE)
    with pytest.raises(DecryptionFailed):
        open_for_clinic(clinic_keys, sealed, replace(PLACE, record=uuid4()))


@given(st.data())
def test_a_changed_record_key_does_not_open(patient_keys, clinic_keys, data):
    sealed = bytearray(seal_for_clinic(patient_keys, new_record_key(patient_keys), PLACE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecryptionFailed):
        open_for_clinic(clinic_keys, bytes(sealed), PLACE)


def test_the_patient_site_holds_nothing_that_opens_a_submission(patient_keys):
    """By its type: no field of what it holds is a private key or the staff's key."""
    assert type(patient_keys) is PatientKeys
    assert not hasattr(patient_keys, "clinic_private_key")
    assert not hasattr(patient_keys, "staff_key")


def test_a_draft_key_opens_with_the_patients_token_alone(patient_keys):
    key = new_record_key(patient_keys)
    wrapped = wrap_for_token(key, "token", PLACE)
    assert unwrap_with_token(patient_keys, wrapped, "token", PLACE) == key
    with pytest.raises(DecryptionFailed):
        unwrap_with_token(patient_keys, wrapped, "Token", PLACE)
    with pytest.raises(DecryptionFailed):
        unwrap_with_token(patient_keys, wrapped, "token", replace(PLACE, record=uuid4()))
    with pytest.raises(DecryptionFailed):
        unwrap_with_token(patient_keys, wrapped[:-1], "token", PLACE)


def test_a_token_is_known_by_its_sha256():
    assert token_digest("abc").hex() == ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_different_parts_never_run_together(one, other):
    assert (length_prefixed(*one) == length_prefixed(*other)) is (one == other)


def test_a_tag_tells_words_apart_only_within_its_record():
    assert KEY.tag("flag", PLACE) == KEY.tag("flag", PLACE)
    assert KEY.tag("flag", PLACE) != KEY.tag("other flag", PLACE)
    assert KEY.tag("flag", PLACE) != SealingKey(DEPLOYMENT, b"K" * 32).tag("flag", PLACE)
    assert KEY.tag("flag", PLACE) != KEY.tag("flag", replace(PLACE, record=uuid4()))
