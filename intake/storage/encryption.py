"""How answers are sealed, so that a copy of the database alone can be read by nobody.

Every record has a random key of its own. The patient site seals that key for the clinic
and cannot open it again. All cryptography is the ``cryptography`` library's.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from intake.storage.outbox_keys import OutboxKeys, OutboxSeal

VERSION = 1
# What the second byte of a blob says it is made with.
_AES_256_GCM, _HPKE, _AES_KEY_WRAP = 1, 2, 3
_NAMING = (bytes((_AES_256_GCM,)), bytes((_HPKE,)))
_HEADER, _NONCE = 6, 12
_KEY_ID = slice(2, _HEADER)
KEY_BYTES = 32
# The key id of a blob sealed with its record's own key, which has no other name.
OWN_KEY = bytes(4)

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs; in any other place it does not open."""

    table: str
    column: str
    record: UUID | str
    revision: int = 1


class DecryptionFailed(Exception):
    """A sealed value did not open. Names the place and never the content."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.table}.{place.column} of {place.record} cannot be opened: it was changed, "
            "moved from where it was sealed, or sealed with a key that is not in this keyring"
        )
        self.place = place


@dataclass(frozen=True, slots=True)
class SealingKey:
    """One AES-256 key of one deployment, and the id its blobs carry.

    ``others`` are further keys for the same things, each with an id of its own: what they sealed opens,
    and nothing new is sealed with them.
    """

    deployment: UUID
    secret: bytes = field(repr=False)
    id: bytes = OWN_KEY
    others: tuple["SealingKey", ...] = field(default=(), repr=False)

    def seal(self, content: bytes, place: Place) -> bytes:
        """Version, algorithm, key id, nonce, ciphertext and tag, bound to the place."""
        header = _header(_AES_256_GCM, self.id)
        nonce = secrets.token_bytes(_NONCE)
        return (
            header
            + nonce
            + AESGCM(self.secret).encrypt(nonce, content, _bound(self.deployment, header, place))
        )

    def open(self, blob: bytes, place: Place) -> bytes:
        """What was sealed for this place; raises :class:`DecryptionFailed`."""
        key = next((one for one in self.others if one.id == key_id_of(blob)), self)
        header = _header(_AES_256_GCM, key.id)
        body = _body(blob, header, place)
        try:
            return AESGCM(key.secret).decrypt(
                body[:_NONCE], body[_NONCE:], _bound(key.deployment, header, place)
            )
        except (InvalidTag, ValueError):
            raise DecryptionFailed(place) from None

    def tag(self, word: str, place: Place) -> bytes:
        """Tells equal words apart from different ones without saying what the word is."""
        return _derive(self.secret, length_prefixed("tag", _context(place, self.deployment), word))


@dataclass(frozen=True, slots=True)
class PatientKeys:
    """What the patient site holds: it can seal a submission and cannot open one."""

    deployment: UUID
    clinic_key_id: bytes
    clinic_public_key: X25519PublicKey = field(repr=False)
    audit_key: bytes = field(repr=False)
    secret_key: bytes = field(repr=False)
    outbox: OutboxSeal
    # Which file they were read from and how it was then (``storage/keyring.py``); None for keys of no file.
    read_from: object = field(default=None, repr=False, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class ClinicKeys(PatientKeys):
    """What the clinic site holds: also the key that opens, and the one for staff passwords."""

    clinic_private_key: X25519PrivateKey = field(repr=False)
    staff_key: SealingKey = field(repr=False)
    outbox_keys: OutboxKeys = field(repr=False)
    # Of the clinic's other keys, by id: the one before while records are sealed anew, and one that waits.
    other_private_keys: Mapping[bytes, X25519PrivateKey] = field(default_factory=dict, repr=False)


def new_record_key(keys: PatientKeys) -> SealingKey:
    """A random key for one draft or one submission."""
    return SealingKey(keys.deployment, secrets.token_bytes(KEY_BYTES))


def page_key(keys: PatientKeys) -> SealingKey:
    """The patient site's own key for what its pages carry back to it."""
    info = length_prefixed("intake", "pages", str(keys.deployment))
    return SealingKey(keys.deployment, _derive(keys.secret_key, info))


def seal_for_clinic(keys: PatientKeys, record_key: SealingKey, place: Place) -> bytes:
    """The record's key, so that only the clinic's private key opens it."""
    header = _header(_HPKE, keys.clinic_key_id)
    info = _bound(keys.deployment, header, place)
    return header + _SUITE.encrypt(record_key.secret, keys.clinic_public_key, info)


def open_for_clinic(keys: ClinicKeys, sealed: bytes, place: Place) -> SealingKey:
    """The record's key, with whichever of the clinic's keys it names; raises :class:`DecryptionFailed`."""
    others = keys.other_private_keys
    key_id = key_id_of(sealed) if key_id_of(sealed) in others else keys.clinic_key_id
    private = others.get(key_id, keys.clinic_private_key)
    return _opened(keys.deployment, key_id, private, sealed, place)


def seal_for_outbox(keys: PatientKeys, record_key: SealingKey, place: Place) -> bytes:
    """The key of a letter, so that only the outbox's private key opens it."""
    header = _header(_HPKE, keys.outbox.id)
    info = _bound(keys.deployment, header, place)
    return header + _SUITE.encrypt(record_key.secret, keys.outbox.public_key, info)


def open_from_outbox(keys: OutboxKeys, sealed: bytes, place: Place) -> SealingKey:
    """The key of a letter; raises :class:`DecryptionFailed`."""
    key_id = key_id_of(sealed) if key_id_of(sealed) in keys.others else keys.id
    return _opened(keys.deployment, key_id, keys.others.get(key_id, keys.private_key), sealed, place)


def is_sealed_for_clinic(keys: ClinicKeys, sealed: bytes) -> bool:
    """Whether these bytes name a key of the clinic as the one that opens them."""
    return names_a_key(sealed) and key_id_of(sealed) in {keys.clinic_key_id, *keys.other_private_keys}


def wrap_for_token(record_key: SealingKey, token: str, place: Place) -> bytes:
    """A draft's key under the patient's own session token, which is stored nowhere."""
    header = _header(_AES_KEY_WRAP, OWN_KEY)
    wrapping = _wrapping_key(header, token, place, record_key.deployment)
    return header + aes_key_wrap(wrapping, record_key.secret)


def unwrap_with_token(keys: PatientKeys, wrapped: bytes, token: str, place: Place) -> SealingKey:
    """The draft's key; raises :class:`DecryptionFailed`."""
    header = _header(_AES_KEY_WRAP, OWN_KEY)
    body = _body(wrapped, header, place)
    try:
        secret = aes_key_unwrap(_wrapping_key(header, token, place, keys.deployment), body)
    except (InvalidUnwrap, ValueError):
        raise DecryptionFailed(place) from None
    return SealingKey(keys.deployment, secret)


def nothing_wrapped() -> bytes:
    """What no token unwraps, as long as a wrapped key: to take as long over as over a real one."""
    return _header(_AES_KEY_WRAP, OWN_KEY) + bytes(KEY_BYTES + 8)


def token_digest(token: str) -> bytes:
    """What the database knows of a token: SHA-256, which does not lead back to it."""
    return digest_of(token.encode())


def digest_of(content: bytes) -> bytes:
    """The SHA-256 of something."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    return digest.finalize()


def day_key(keys: PatientKeys, purpose: str, day: date) -> bytes:
    """A key of one site, for one purpose, that is another one every day."""
    info = length_prefixed("intake", purpose, str(keys.deployment), day.isoformat())
    return _derive(keys.secret_key, info)


def shared_key(keys: PatientKeys, purpose: str) -> bytes:
    """A key both sites have, for one purpose: for digests that one makes and the other looks up."""
    return _derive(keys.audit_key, length_prefixed("intake", purpose, str(keys.deployment)))


def key_id_of(blob: bytes) -> bytes:
    """The id of the key that a blob names; ``OWN_KEY`` when it is its record's own."""
    return blob[_KEY_ID]


def names_a_key(blob: bytes) -> bool:
    """Whether these bytes are sealed to a key of a key file, as their first bytes tell."""
    return blob[:1] == bytes((VERSION,)) and blob[1:2] in _NAMING and key_id_of(blob) != OWN_KEY


def content_digest(blob: bytes) -> str:
    """The SHA-256 of a sealed blob, for the audit trail."""
    return digest_of(blob).hex()


def length_prefixed(*parts: str | bytes) -> bytes:
    """The parts in one, so that no other parts give the same bytes."""
    encoded = (part.encode() if isinstance(part, str) else part for part in parts)
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _context(place: Place, deployment: UUID) -> bytes:
    return length_prefixed(str(deployment), place.table, place.column, str(place.record), str(place.revision))


def _opened(
    deployment: UUID, key_id: bytes, private: X25519PrivateKey, sealed: bytes, place: Place
) -> SealingKey:
    header = _header(_HPKE, key_id)
    try:
        secret = _SUITE.decrypt(_body(sealed, header, place), private, _bound(deployment, header, place))
    except (InvalidTag, ValueError):
        raise DecryptionFailed(place) from None
    return SealingKey(deployment, secret)


def _bound(deployment: UUID, header: bytes, place: Place) -> bytes:
    return length_prefixed("intake", header, _context(place, deployment))


def _header(algorithm: int, key_id: bytes) -> bytes:
    return bytes((VERSION, algorithm)) + key_id


def _body(blob: bytes, header: bytes, place: Place) -> bytes:
    if blob[:_HEADER] != header:
        raise DecryptionFailed(place)
    return blob[_HEADER:]


def _wrapping_key(header: bytes, token: str, place: Place, deployment: UUID) -> bytes:
    info = _bound(deployment, header, place)
    return _derive(token.encode(), info)


def _derive(secret: bytes, info: bytes) -> bytes:
    # Without a salt: the secrets are uniformly random already (RFC 5869, 3.1).
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)
