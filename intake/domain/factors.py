"""With what people of the clinic prove who they are, and what is asked of them next."""

from dataclasses import dataclass
from enum import Enum


class Proven(Enum):
    """How somebody proved who they are, when they signed in or were asked again."""

    PASSWORD = "password"  # noqa: S105 (no password: the name of a kind)
    PASSWORD_AND_APP = "password and app"  # noqa: S105
    PASSWORD_AND_RECOVERY_CODE = "password and recovery code"  # noqa: S105
    PASSKEY = "passkey"
    # At the clinic's sign-in provider, which says that it saw one thing, or more than one.
    PROVIDER = "provider"
    PROVIDER_WITH_FACTOR = "provider with a second factor"


class Due(Enum):
    """What has to be done before anything else may be; until then a session opens nothing more."""

    NOTHING = ""
    SET_UP = "set up"
    REVIEW = "review"


class Next(Enum):
    """What follows on a proof."""

    ENTER = "enter"
    PROVE_MORE = "prove more"
    SET_UP = "set up"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the clinic asks of everybody who works there."""

    second_factor: bool = True
    passkey: bool = False


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody has beside their password; ``codes`` are the recovery codes not used yet."""

    passkeys: int = 0
    app: bool = False
    codes: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything beside the password. Recovery codes stand for what is lost."""
        return self.passkeys > 0 or self.app


def what_next(policy: Policy, has: Factors, proven: Proven) -> Next:
    """What follows once somebody has proved so much.

    Whoever has a second factor is asked for it, also where the clinic asks nobody to have one.
    """
    match proven:
        case Proven.PASSKEY:
            return Next.ENTER
        case Proven.PASSWORD_AND_RECOVERY_CODE:
            # Whoever had to use one has lost something: they look at what they have first.
            return Next.REVIEW
        case Proven.PASSWORD_AND_APP:
            return Next.SET_UP if policy.passkey and not has.passkeys else Next.ENTER
        case Proven.PROVIDER_WITH_FACTOR if not policy.passkey:
            return Next.ENTER
        case Proven.PASSWORD | Proven.PROVIDER | Proven.PROVIDER_WITH_FACTOR if has.any:
            return Next.PROVE_MORE
        case Proven.PASSWORD | Proven.PROVIDER | Proven.PROVIDER_WITH_FACTOR:
            return Next.SET_UP if policy.second_factor or policy.passkey else Next.ENTER


def is_enough(policy: Policy, has: Factors) -> bool:
    """Whether somebody who has this much may go on to their work."""
    if policy.passkey:
        return has.passkeys > 0
    return has.any or not policy.second_factor


def app_is_taken(policy: Policy, has: Factors) -> bool:
    """Whether a code of the app still counts; not where a passkey is asked for and there is one."""
    return has.app and not (policy.passkey and has.passkeys)
