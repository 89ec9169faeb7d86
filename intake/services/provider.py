"""The clinic's sign-in provider, as far as anything here knows it: what it may say, and why it is not used.

Whatever asks it is in ``provider_client``, which needs the extra ``oidc`` and is loaded only where a
provider is set.
"""

from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from intake.config import Settings


class Why(Enum):
    """Why a provider's answer signs nobody in."""

    UNREACHABLE = "the provider could not be reached, or answered too slowly or too much"
    NOT_UNDERSTOOD = "the provider answered something that is not OpenID Connect"
    REFUSED = "the provider signed nobody in"
    NOT_TRUSTED = "the provider's answer does not hold"
    TOO_LONG_AGO = "the provider saw the person too long ago"


class ProviderFailed(Exception):
    """Nobody is signed in by this answer. Says why, and nothing of what the provider sent."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Places:
    """Where the provider is asked for what, as it says itself."""

    authorize: str
    token: str
    keys: str
    names_itself: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody, as the provider knows them, and whether it saw more than a password."""

    issuer: str
    subject: str = field(repr=False)
    second_factor: bool = False


def come_back_to(settings: Settings) -> str:
    """Where the provider sends people back to: made of the settings, never of a request."""
    return f"{settings.clinic_side}/sign-in/provider/back"


def origin_of(address: str) -> str:
    """Scheme, host and port of an address; empty when it is none."""
    try:
        found = urlsplit(address)
        return f"{found.scheme}://{found.netloc}" if found.hostname and "@" not in found.netloc else ""
    except ValueError:
        return ""
