"""What a passkey signed when somebody signed a form off, kept so that it can be proved for good."""

from dataclasses import dataclass

from intake.domain.factors import Proven


@dataclass(frozen=True, slots=True)
class PasskeySignature:
    """A passkey's signature with all it takes to prove it later, by whoever has the public key.

    ``shown`` counts what the page showed (``review_changes.Shown``); ``nonce`` was made for this
    signature alone. The rest is as WebAuthn hands it out.
    """

    nonce: bytes
    shown: str
    credential: bytes
    public_key: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class SignedWith:
    """How whoever signed proved that it was them, at the moment of signing."""

    proven: Proven
    passkey: PasskeySignature | None = None
