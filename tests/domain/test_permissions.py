"""Which role may do what, as a table of its own: the pages are looked at with the code's own one."""

from uuid import UUID

import pytest

from intake.domain.permissions import ADMINISTRATION, PERMISSIONS, Permission, Role, StaffMember

MAY = {
    "FRONT_DESK": "SEE_DESK RENEW_WAYS_BACK MAKE_START_CODES OWN_ACCOUNT",
    "CLINICIAN": "REVIEW TRANSCRIBE SEE_DESK RENEW_WAYS_BACK MAKE_START_CODES SEE_STATISTICS "
    "COUNTERSIGN_RULES OWN_ACCOUNT",
    "ADMINISTRATOR": "MANAGE_STAFF MANAGE_RULES MANAGE_SETTINGS MAKE_START_CODES EXPORT_MANY "
    "EMERGENCY_ACCESS SEE_STATISTICS COUNTERSIGN_RULES OWN_ACCOUNT",
    "AUDITOR": "READ_TRAIL OWN_ACCOUNT",
    "TRANSCRIBER": "TRANSCRIBE OWN_ACCOUNT",
}


def named(permissions):
    return {one.name for one in permissions}


def test_each_role_may_do_what_was_decided_and_nothing_more():
    assert {role.name: named(held) for role, held in PERMISSIONS.items()} == {
        role: set(may.split()) for role, may in MAY.items()
    }


def test_administration_is_what_administrators_alone_may_do():
    assert named(ADMINISTRATION) == {
        "MANAGE_STAFF",
        "MANAGE_RULES",
        "MANAGE_SETTINGS",
        "EXPORT_MANY",
        "EMERGENCY_ACCESS",
    }


@pytest.mark.parametrize("permission", Permission)
def test_somebody_may_do_what_any_of_their_roles_may_and_nobody_without_a_role_anything(permission):
    for role, held in PERMISSIONS.items():
        both = StaffMember(UUID(int=1), "a", "A", frozenset({Role.AUDITOR, role}))
        assert both.may(permission) is (permission in held | PERMISSIONS[Role.AUDITOR])
    assert StaffMember(UUID(int=1), "a", "A", frozenset()).may(permission) is False
