"""How somebody proved that it was them who signed, as it stands in the record of a sign-off."""

import base64

from intake.domain.factors import Proven
from intake.domain.staff_signatures import PasskeySignature, SignedWith
from intake.storage.codec_answers import Json

_BYTES = ("nonce", "credential", "public_key", "authenticator_data", "client_data", "signature")
_WORDS = ("shown", "rp_id", "origin")


def signed_with_to_json(signed: SignedWith | None) -> Json:
    """Left out where a password alone was asked for, as in every older record."""
    if signed is None:
        return {}
    passkey = signed.passkey
    written = {} if passkey is None else {"passkey": _passkey_to_json(passkey)}
    return {"signed_with": {"proven": signed.proven.value, **written}}


def signed_with_from_json(document: Json | None) -> SignedWith | None:
    """The same back."""
    if document is None:
        return None
    passkey = document.get("passkey")
    return SignedWith(Proven(document["proven"]), None if passkey is None else _passkey(passkey))


def _passkey_to_json(signature: PasskeySignature) -> Json:
    return {
        **{name: base64.b64encode(getattr(signature, name)).decode() for name in _BYTES},
        **{name: getattr(signature, name) for name in _WORDS},
    }


def _passkey(document: Json) -> PasskeySignature:
    return PasskeySignature(
        nonce=base64.b64decode(document["nonce"]),
        shown=document["shown"],
        credential=base64.b64decode(document["credential"]),
        public_key=base64.b64decode(document["public_key"]),
        authenticator_data=base64.b64decode(document["authenticator_data"]),
        client_data=base64.b64decode(document["client_data"]),
        signature=base64.b64decode(document["signature"]),
        rp_id=document["rp_id"],
        origin=document["origin"],
    )
