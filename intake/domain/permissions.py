"""Who works in the clinic, and what each role may do."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class Role(Enum):
    """The roles of the clinic's staff; one person may hold both."""

    CLINICIAN = "clinician"
    ADMINISTRATOR = "administrator"


class Permission(Enum):
    """One thing a signed-in person may do."""

    REVIEW = "review submissions"
    MANAGE_STAFF = "manage staff"
    MANAGE_RULES = "manage the rules"
    COUNTERSIGN_RULES = "countersign rules that somebody else proposes"
    OWN_ACCOUNT = "use their own account"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # An administrator reads no answers unless also a clinician (least privilege).
    # A clinician may countersign: a medical director is often one, and no administrator.
    Role.CLINICIAN: frozenset({Permission.REVIEW, Permission.COUNTERSIGN_RULES, Permission.OWN_ACCOUNT}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_STAFF,
            Permission.MANAGE_RULES,
            Permission.COUNTERSIGN_RULES,
            Permission.OWN_ACCOUNT,
        }
    ),
}


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
