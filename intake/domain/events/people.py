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
    """A staff member signed in; ``proven`` says with what."""

    member: UUID
    proven: str = "password"


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
class ProvedAgain:
    """A staff member who was signed in proved once more that it was them, before something that matters."""

    member: UUID
    proven: str


@dataclass(frozen=True, slots=True)
class PasskeyAdded:
    """A staff member added a passkey; ``public_key`` is the SHA-256 of its public key."""

    member: UUID
    public_key: str


@dataclass(frozen=True, slots=True)
class PasskeyRenamed:
    """A staff member gave a passkey another name."""

    member: UUID
    public_key: str


@dataclass(frozen=True, slots=True)
class PasskeyRemoved:
    """A staff member removed a passkey."""

    member: UUID
    public_key: str


@dataclass(frozen=True, slots=True)
class AppSetUp:
    """A staff member set up an authenticator app, in the place of the one before."""

    member: UUID


@dataclass(frozen=True, slots=True)
class AppRemoved:
    """A staff member removed their authenticator app."""

    member: UUID


@dataclass(frozen=True, slots=True)
class RecoveryCodesMade:
    """A staff member was shown new recovery codes; those before stopped working."""

    member: UUID


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed:
    """A recovery code was used up; ``left`` still work."""

    member: UUID
    left: int


@dataclass(frozen=True, slots=True)
class FactorsReviewed:
    """A staff member looked at how they sign in, after a recovery code was used."""

    member: UUID


@dataclass(frozen=True, slots=True)
class FactorsForgotten:
    """Somebody's passkeys, app and codes were taken away, for them to set up new ones."""

    member: UUID


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A staff member chose a new password; their other sessions ended."""

    member: UUID


@dataclass(frozen=True, slots=True)
class NewBrowserUsed:
    """A staff member signed in from a browser they had not used, or not for 90 days."""

    member: UUID
    browser: str


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """A session was used from another network than the one its person last proved in who they are."""

    member: UUID


@dataclass(frozen=True, slots=True)
class NetworkRefused:
    """A staff member came from a network that is not on the clinic's list for what they wanted."""

    member: UUID
    work: str


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Sessions of a staff member were ended by somebody, or by a fourth one."""

    member: UUID
    sessions: int
    why: str


@dataclass(frozen=True, slots=True)
class PasswordSetAside:
    """A hundred wrong passwords in a row: it is not taken any more where they came from."""

    member: UUID
    where: str


@dataclass(frozen=True, slots=True)
class SignInAlarm:
    """More passwords were wrong within minutes than anybody mistypes, over all accounts."""

    failures: int


@dataclass(frozen=True, slots=True)
class ResetLinkMade:
    """A link was made with which somebody chooses a new password; their second factor stays."""

    member: UUID


@dataclass(frozen=True, slots=True)
class RolesChanged:
    """What somebody does here was changed; their sessions ended."""

    member: UUID
    roles: str


@dataclass(frozen=True, slots=True)
class AdministratorProposed:
    """An administrator proposed to make somebody one; ``roles`` is all they would do, and ``reason`` why.

    ``alone``: nobody else could confirm it, so that it was done at once.
    """

    member: UUID
    roles: str
    reason: str
    alone: bool


@dataclass(frozen=True, slots=True)
class AdministratorConfirmed:
    """A second administrator confirmed it; ``proposed_by`` is the first."""

    member: UUID
    proposed_by: UUID


@dataclass(frozen=True, slots=True)
class AdministratorRefused:
    """An administrator refused it, or took it back; ``reason`` says why."""

    member: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class StaffMemberRemoved:
    """Somebody does not work here any more: sessions, password, links and claims ended at once."""

    member: UUID


@dataclass(frozen=True, slots=True)
class AccountAltered:
    """Something else than intake changed an account in the database, or made one. It opens nothing."""

    member: UUID


@dataclass(frozen=True, slots=True)
class AccountMadeAnew:
    """Somebody at the console said who an account is that was altered; they choose a password anew."""

    member: UUID
    roles: str
    account: str


@dataclass(frozen=True, slots=True)
class WayInPlanted:
    """Something else than intake put a way in into the database, or changed one. It was taken out."""

    kind: str


@dataclass(frozen=True, slots=True)
class SignaturePlanted:
    """A form stood as signed, written by something else than intake. It is in the queue again."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class NoticeAddressChanged:
    """Somebody said where they want to be told of what happens with their account, or no longer."""

    member: UUID


@dataclass(frozen=True, slots=True)
class ProviderLinkMade:
    """A link was made with which somebody may sign in at the clinic's provider from then on."""

    member: UUID


@dataclass(frozen=True, slots=True)
class IdentityLinked:
    """Somebody is known at the clinic's sign-in provider, and may come in from there."""

    member: UUID


@dataclass(frozen=True, slots=True)
class IdentityUnlinked:
    """Somebody may not come in from the clinic's sign-in provider any more."""

    member: UUID


@dataclass(frozen=True, slots=True)
class EmergencyAccessTaken:
    """An administrator opened a form in an emergency, for an hour; the reason is as they typed it."""

    submission: UUID
    reason: str
