"""Who may come in, who came, and who was refused."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SetupLinkMade:
    """A one-time link to create the first administrator was printed on the console."""

    expires: str


@dataclass(frozen=True, slots=True)
class StaffMemberAdded:
    """Somebody was given an account."""

    member: UUID
    roles: str


@dataclass(frozen=True, slots=True)
class StaffMemberInvited:
    """Somebody who had not come in yet was given a new link; the one before stopped working."""

    member: UUID


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A staff member signed in."""

    member: UUID


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """A sign-in did not succeed; ``member`` is None when no such account exists."""

    member: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A staff member signed out."""

    member: UUID


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A staff member chose a new password; their other sessions ended."""

    member: UUID
