"""Who works in the clinic, and what each role may do."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Role(Enum):
    """The roles of the clinic's staff; one person may hold several."""

    FRONT_DESK = "front_desk"
    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    TRANSCRIBER = "transcriber"


class Permission(Enum):
    """One thing a signed-in person may do."""

    REVIEW = "review submissions"
    TRANSCRIBE = "type in forms from paper"
    MANAGE_STAFF = "manage staff"
    MANAGE_RULES = "manage the rules"
    COUNTERSIGN_RULES = "countersign rules that somebody else proposes"
    MANAGE_SETTINGS = "change the clinic's settings"
    EXPORT_MANY = "export many submissions at once"
    SEE_STATISTICS = "see the clinic's statistics"
    SEE_DESK = "see who sent a form and how to reach them"
    RENEW_WAYS_BACK = "make new words for a patient who lost the way back to a saved form"
    MAKE_START_CODES = "make and revoke codes that begin a form"
    READ_TRAIL = "read the audit trail"
    EMERGENCY_ACCESS = "open one form in an emergency, with a reason"
    OWN_ACCOUNT = "use their own account"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Names and how to reach people; never an answer (least privilege).
    Role.FRONT_DESK: frozenset(
        {
            Permission.SEE_DESK,
            Permission.RENEW_WAYS_BACK,
            Permission.MAKE_START_CODES,
            Permission.OWN_ACCOUNT,
        }
    ),
    # A clinician may countersign: a medical director is often one, and no administrator.
    Role.CLINICIAN: frozenset(
        {
            Permission.REVIEW,
            Permission.TRANSCRIBE,
            Permission.SEE_DESK,
            Permission.RENEW_WAYS_BACK,
            Permission.MAKE_START_CODES,
            Permission.SEE_STATISTICS,
            Permission.COUNTERSIGN_RULES,
            Permission.OWN_ACCOUNT,
        }
    ),
    # An administrator reads no answers unless also a clinician, or in an emergency, and so exports
    # none alone: exporting many takes EXPORT_MANY and REVIEW.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_STAFF,
            Permission.MANAGE_RULES,
            Permission.MANAGE_SETTINGS,
            Permission.MAKE_START_CODES,
            Permission.EXPORT_MANY,
            Permission.EMERGENCY_ACCESS,
            Permission.SEE_STATISTICS,
            Permission.COUNTERSIGN_RULES,
            Permission.OWN_ACCOUNT,
        }
    ),
    # The trail carries nothing about health, so that somebody outside the care team can read it.
    Role.AUDITOR: frozenset({Permission.READ_TRAIL, Permission.OWN_ACCOUNT}),
    # Sees the answers on the papers they type in, while they type them, and no form that was sent (0043).
    Role.TRANSCRIBER: frozenset({Permission.TRANSCRIBE, Permission.OWN_ACCOUNT}),
}


# What administrators alone may do: the lists of networks for administration are about these.
ADMINISTRATION = PERMISSIONS[Role.ADMINISTRATOR].difference(
    *(held for role, held in PERMISSIONS.items() if role is not Role.ADMINISTRATOR)
)


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the clinic. ``printed_name`` is how they sign: "R. Chen, NP"."""

    id: UUID
    username: str
    printed_name: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether any of their roles has the permission."""
        return any(permission in PERMISSIONS[role] for role in self.roles)
