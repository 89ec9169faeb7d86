"""A passkey in software, as honest as a device or as false as a test wants it."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost:8000"
_PRESENT, _VERIFIED, _WITH_KEY = 1, 4, 64


@dataclass
class SoftPasskey:
    """One passkey on one device. ``count`` goes up with every use, unless it is told to count nothing."""

    origin: str = ORIGIN
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0
    rp_id: str = ""
    user: bytes = b""

    def make(self, options, *, origin="", rp_id="", challenge=b"", verified=True):
        """What a browser answers when it is asked to make a passkey."""
        asked = json.loads(options)
        self.rp_id, self.user = rp_id or asked["rp"]["id"], unwritten(asked["user"]["id"])
        self.count += self.counts
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, **point})
        about = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + public
        data = self._data(_PRESENT | _WITH_KEY | (_VERIFIED if verified else 0)) + about
        client = self._client("webauthn.create", challenge or unwritten(asked["challenge"]), origin)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": written(client), "attestationObject": written(attestation)}
        return self._answer({**response, "transports": ["internal"]})

    def use(self, options, *, origin="", rp_id="", challenge=b"", verified=True, user=None, count=None):
        """What a browser answers when it is asked to use one."""
        asked = json.loads(options)
        self.count = self.count + self.counts if count is None else count
        made_for, self.rp_id = self.rp_id, rp_id or self.rp_id
        data = self._data(_PRESENT | (_VERIFIED if verified else 0))
        self.rp_id = made_for
        client = self._client("webauthn.get", challenge or unwritten(asked["challenge"]), origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": written(client),
            "authenticatorData": written(data),
            "signature": written(signature),
        }
        handle = self.user if user is None else user
        return self._answer(response | ({"userHandle": written(handle)} if handle else {}))

    def _data(self, flags):
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind, challenge, origin):
        said = {"type": kind, "challenge": written(challenge), "origin": origin or self.origin}
        return json.dumps({**said, "crossOrigin": False}).encode()

    def _answer(self, response):
        named = written(self.credential)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": response})


def written(content):
    """Bytes as WebAuthn writes them."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unwritten(words):
    """The bytes back."""
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
