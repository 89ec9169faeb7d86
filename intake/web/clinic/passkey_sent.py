"""What the script of a passkey button sends, and is handed."""

import json
from dataclasses import dataclass

from flask import Response, request

from intake.services.passkeys import Ceremony

NEEDS_SCRIPT = "This browser could not use a passkey here. Use your password and a code instead"


@dataclass(frozen=True, slots=True)
class PasskeySent:
    """A form that was sent with its passkey button: before the passkey was asked, or with its answer."""

    ceremony: str
    answer: str

    @property
    def is_answered(self) -> bool:
        """Whether the passkey answered."""
        return bool(self.ceremony and self.answer)


def passkey_sent(prefix: str = "") -> PasskeySent | None:
    """What came with the form; None when another button was pressed."""
    if request.form.get(f"{prefix}with") != "passkey":
        return None
    return PasskeySent(request.form.get(f"{prefix}ceremony", ""), request.form.get(f"{prefix}answer", ""))


def asks_for_json() -> bool:
    """Whether a script asks, which goes on with the passkey; a browser alone wants a page."""
    return request.headers.get("Accept") == "application/json"


def handed(ceremony: Ceremony) -> Response:
    """What the script is handed."""
    document = {"token": ceremony.token, "options": json.loads(ceremony.options)}
    return Response(json.dumps(document), content_type="application/json")
