"""Which modules ``automated_mutants.py`` makes mistakes in, each with what a mistake there could do."""

from dataclasses import dataclass

MODULES = {
    "intake/storage/encryption.py": "everything sealed could be read, or opened where it does not belong",
    "intake/storage/keyring.py": "a site could hold a key it must not have",
    "intake/storage/key_files.py": "keys could be read by others on the machine, or half of a file written",
    "intake/storage/row_seals.py": "a row written by somebody else could let them in",
    "intake/storage/lacking_keys.py": "a row that was planted could go untold, or everybody be accused",
    "intake/storage/auth_epochs.py": "what was sealed before a change could still open",
    "intake/storage/audit.py": "the trail could be changed without anybody seeing it",
    "intake/storage/staff_sessions.py": "a session could outlive its limit, or be taken for another's",
    "intake/storage/one_time_links.py": "a link could work twice, or for somebody else",
    "intake/storage/signing_in.py": "a wrong password could let somebody in",
    "intake/storage/unfinished_sign_ins.py": "the second step could be left out",
    "intake/storage/passwords.py": "a wrong password could be taken, or a right one be guessed",
    "intake/storage/passkeys.py": "a planted or removed passkey could be taken",
    "intake/storage/passkey_challenges.py": "what a passkey signed could be used a second time",
    "intake/storage/recovery_codes.py": "a code could work twice",
    "intake/storage/authenticator_apps.py": "a code could work twice",
    "intake/storage/session_proofs.py": "somebody could count as having proved who they are",
    "intake/storage/known_browsers.py": "a stranger's browser could pass for a known one",
    "intake/storage/rate_limits.py": "guesses could be made without end",
    "intake/storage/limits_file.py": "guesses could be made without end, or nobody come in with a password",
    "intake/storage/lockouts.py": "guesses could be made without end, or somebody be kept out for good",
    "intake/storage/ways_back.py": "a saved form could be opened by others, or by nobody any more",
    "intake/storage/age_files.py": "a backup or a recovery copy could be opened by others, or by nobody",
    "intake/services/wrong_passwords.py": "wrong passwords could go uncounted",
    "intake/services/second_steps.py": "the second step could be left out",
    "intake/services/coming_in.py": "somebody could come in without what has to come before",
    "intake/services/emergency.py": "an administrator could read forms without anybody being told",
    "intake/services/altered_rows.py": "a row that was planted could go untold",
    "intake/services/recovery_copies.py": "keys could be lost with the machine",
    "intake/web/guard.py": "a page could be shown to somebody it is not for",
    "intake/web/origins.py": "another site could send something in somebody's name",
    "intake/web/headers.py": "a browser could run or keep what it must not",
    "intake/web/security.py": "a cookie could be read by others, or a form be sent without its token",
    "intake/web/allowances.py": "a page could be made to read without end",
    "intake/web/clinic/sessions.py": "the cookie of a session could be kept or taken where it must not",
    "intake/domain/permissions.py": "a role could open what it is not for",
    "intake/domain/sign_in_limits.py": "guesses could be made without end, or strangers keep somebody out",
    "intake/domain/rate_limits.py": "guesses could be made without end",
    "intake/domain/factors.py": "the second step could be left out",
}
# These look at all of them: at limits, at words that are kept, at what may be changed.
OF_ALL = ("tests/house/test_limits.py", "tests/house/test_security_modules.py")
# Where the tests of them are.
TESTS = (
    *(
        f"tests/storage/test_{name}.py"
        for name in (
            "a_clock_set_back",
            "accounts",
            "age_files",
            "audit",
            "auth_epochs",
            "authenticator_apps",
            "breached_passwords",
            "canary",
            "drafts",
            "encryption",
            "every_submission",
            "exact_limits",
            "handed_over_keys",
            "held_pages",
            "key_files",
            "keyring",
            "known_answers",
            "known_browsers",
            "lacking_keys",
            "limits_file",
            "moved",
            "one_time_links",
            "passkey_challenges",
            "passkeys",
            "passwords",
            "passwords_as_typed",
            "rate_limits",
            "recovery_codes",
            "rewrapping",
            "rights",
            "row_seals",
            "sealed_columns",
            "session_proofs",
            "several_keys",
            "sign_in_limits",
            "signing_in",
            "staff_sessions",
            "start_codes",
            "submissions",
            "trail",
            "unfinished_sign_ins",
            "ways_back",
            "writers_line",
        )
    ),
    *(
        f"tests/services/test_{name}.py"
        for name in (
            "accounts",
            "altered_rows",
            "backups",
            "coming_in",
            "doctor",
            "emergency",
            "impact",
            "instance",
            "keys",
            "new_passwords",
            "notices",
            "order_of_locks",
            "pages_by_a_clock_ahead",
            "people",
            "planted_rules",
            "planted_signatures",
            "proofs",
            "publishing",
            "recovery_copies",
            "returning",
            "second_steps",
            "separation",
            "sweeping",
            "trail_words",
            "two_people",
            "unfinished",
            "wrong_passwords",
        )
    ),
    *(
        f"tests/web/test_{name}.py"
        for name in (
            "addresses",
            "allowances",
            "frame",
            "guard",
            "headers",
            "health",
            "kept_by_browsers",
            "keys_in_use",
            "lengths",
            "nothing_piles_up",
            "origins",
            "pace",
            "policy_reports",
            "refusals",
            "secrets_in_addresses",
            "security",
            "server",
            "sites_that_do_not_start",
        )
    ),
    *(
        f"tests/web/clinic/test_{name}.py"
        for name in (
            "exports",
            "networks",
            "on_every_page",
            "people_pages",
            "proposals",
            "provider",
            "read_first_everywhere",
            "reads",
            "second_steps",
            "sessions",
            "sign_off",
            "signing_in",
            "trail_pages",
            "two_people_pages",
            "under_roles",
            "who_may",
        )
    ),
    *(
        f"tests/web/patient/test_{name}.py"
        for name in ("doors", "returning", "signed_out", "start_codes", "starting", "under_roles")
    ),
    "tests/cli/test_audit_commands.py",
    "tests/cli/test_keys_and_backups.py",
    "tests/domain/test_factors.py",
    "tests/domain/test_password_rules.py",
    "tests/domain/test_permissions.py",
    "tests/domain/test_rate_limits.py",
    "tests/domain/test_sign_in_limits.py",
    "tests/domain/test_ways_back.py",
    *OF_ALL,
)


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mistake that changes nothing anybody could notice; ``reason`` says why.

    ``within`` is the class it is made in, where the same words elsewhere in the file are something else.
    """

    file: str
    before: str
    after: str
    reason: str
    within: str = ""


# Written out: nothing of ours may be read before a mistake is made in it.
_PERMISSIONS = {
    "REVIEW": "review submissions",
    "TRANSCRIBE": "type in forms from paper",
    "MANAGE_STAFF": "manage staff",
    "MANAGE_RULES": "manage the rules",
    "COUNTERSIGN_RULES": "countersign rules that somebody else proposes",
    "MANAGE_SETTINGS": "change the clinic's settings",
    "EXPORT_MANY": "export many submissions at once",
    "SEE_STATISTICS": "see the clinic's statistics",
    "SEE_DESK": "see who sent a form and how to reach them",
    "RENEW_WAYS_BACK": "make new words for a patient who lost the way back to a saved form",
    "MAKE_START_CODES": "make and revoke codes that begin a form",
    "READ_TRAIL": "read the audit trail",
    "EMERGENCY_ACCESS": "open one form in an emergency, with a reason",
    "OWN_ACCOUNT": "use their own account",
}
# What a view or an application is marked with: with None, what is a key of a dictionary may be found as well.
_BY_ONE_NAME = "a mark on a view or an application, set and read by this one name in the same process"
_NAMES_OF_OURS = {
    "intake/web/guard.py": {
        "_UNATTENDED": "asked_by_a_script",
        "_SENSITIVE": "asks_again",
        "_AT_ONCE": "asks_again_at_once",
        "_WHILE_DUE": "open_while_something_is_due",
        "_DOOR": "intake.door",
    },
    "intake/web/origins.py": {"_SCHEME": "intake.scheme"},
    "intake/web/headers.py": {"_ALSO_SENT_TO": "also_sent_to"},
    "intake/web/allowances.py": {"_ALLOWANCES": "intake.allowances", "_LONGER": "intake.longer_queries"},
    "intake/web/clinic/sessions.py": {"CLINIC": "intake.clinic"},
}

EQUIVALENT: tuple[Equivalent, ...] = (
    Equivalent(
        "intake/domain/factors.py",
        'ENTER = "enter"',
        "ENTER = None",
        "what follows on a proof is compared and written down nowhere",
    ),
    Equivalent(
        "intake/domain/factors.py",
        '"enter"',
        '"XXenterXX"',
        "what follows on a proof is compared and written down nowhere",
    ),
    Equivalent(
        "intake/domain/factors.py",
        'PROVE_MORE = "prove more"',
        "PROVE_MORE = None",
        "what follows on a proof is compared and written down nowhere",
    ),
    # Of what is due the same words are kept with a session.
    *(
        Equivalent(
            "intake/domain/factors.py",
            before,
            after,
            "what follows on a proof is compared and written down nowhere",
            within="Next",
        )
        for before, after in (
            ('SET_UP = "set up"', "SET_UP = None"),
            ('REVIEW = "review"', "REVIEW = None"),
            ('"review"', '"XXreviewXX"'),
        )
    ),
    *(
        Equivalent(
            "intake/domain/permissions.py",
            f'{name} = "{words}"',
            f"{name} = None",
            "a permission is compared; nothing reads its words but people who read the code",
        )
        for name, words in _PERMISSIONS.items()
    ),
    *(
        Equivalent(file, f'"{name}"', f'"XX{name}XX"', _BY_ONE_NAME)
        for file, names in _NAMES_OF_OURS.items()
        for name in names.values()
    ),
    *(
        Equivalent(file, f'{called} = "{name}"', f"{called} = None", _BY_ONE_NAME)
        for file, names in _NAMES_OF_OURS.items()
        for called, name in names.items()
        if name.startswith("intake.")
    ),
    *(
        Equivalent(
            "intake/storage/audit.py",
            f'{name}.astimezone(UTC).isoformat(timespec="microseconds")',
            f"{name}.astimezone(UTC).isoformat()",
            "it leaves out microseconds that are 0 alone, and what is then in their place comes before any: "
            "the same lines are at or after it",
        )
        for name in ("since", "start")
    ),
    Equivalent(
        "intake/storage/audit.py",
        " <= _AT_ONCE",
        " < _AT_ONCE",
        "of that many every line is read, and those of others are left out afterwards: the same are found",
    ),
    *(
        Equivalent(
            "intake/storage/row_seals.py",
            before,
            after,
            "of what is no whole number no seal was ever made: it fits none, wherever it is looked for",
        )
        for before, after in (
            (
                "epoch if isinstance(epoch, int) else 0",
                "epoch if (isinstance(epoch, int)) or True else 0",
            ),
            ("0", "1"),
        )
    ),
    Equivalent(
        "intake/storage/key_files.py",
        'os.fdopen(descriptor, "w", encoding="utf-8")',
        'os.fdopen(descriptor, "w")',
        "what is written there is ASCII, which a test says",
    ),
    *(
        Equivalent(
            f"intake/storage/{name}.py",
            "session.flush()",
            "pass",
            "a session writes what is pending before it asks the database anything, and before it commits",
        )
        for name in ("one_time_links", "recovery_codes", "ways_back")
    ),
    Equivalent(
        "intake/storage/recovery_codes.py",
        "RecoveryCodeRow(member_id=row.id, number=number, sealed=sealed, used_at=None)",
        "RecoveryCodeRow(member_id=row.id, number=number, sealed=sealed)",
        "a column that may be empty and was given nothing is empty",
    ),
    Equivalent(
        "intake/storage/rate_limits.py",
        'session.execute(statement, execution_options={"synchronize_session": False})',
        "session.execute(statement)",
        "the session was begun for this statement: it holds no row that could be brought along",
    ),
    Equivalent(
        "intake/storage/lockouts.py",
        "Lockout = LockoutRow",
        "Lockout = None",
        "it is named in the annotation of one argument and nowhere else",
    ),
)
