"""What the doctor asks of the clinic: who works here, what patients are shown, what waits for somebody."""

from intake.domain.permissions import Role
from intake.services.demonstration import FIRST_ACCOUNTS
from intake.services.doctor_checks import Check, Weight, so
from intake.services.doctor_facts import Facts

REFUSE, WARN = Weight.REFUSE, Weight.WARN


def _how_many(facts: Facts, role: Role) -> int:
    return sum(role in roles for roles in facts.records.roles)


CHECKS = (
    Check(
        "invented-people",
        REFUSE,
        "the accounts of the demonstration are in a copy that patients reach",
        "begin anew in an empty instance folder; the demonstration is for looking at",
        lambda facts: so(facts.is_public and facts.records.usernames >= FIRST_ACCOUNTS),
    ),
    Check(
        "nobody-reads",
        WARN,
        "nobody here is a clinician: forms come in and nobody can read them",
        "invite a clinician on the staff page, or run `intake add-clinician`",
        lambda facts: so(bool(facts.records.usernames) and not _how_many(facts, Role.CLINICIAN)),
    ),
    Check(
        "one-clinician",
        WARN,
        "one clinician alone can read what comes in: nobody does while that person is away",
        "invite a second one",
        lambda facts: so(facts.is_public and _how_many(facts, Role.CLINICIAN) == 1),
    ),
    Check(
        "nobody-administers",
        WARN,
        "nobody here is an administrator",
        "run `intake add-clinician --administrator`",
        lambda facts: so(bool(facts.records.usernames) and not _how_many(facts, Role.ADMINISTRATOR)),
    ),
    Check(
        "one-administrator",
        WARN,
        "one administrator alone: rules need two people, and whoever loses a password needs another's help",
        "invite a second one",
        lambda facts: so(facts.is_public and _how_many(facts, Role.ADMINISTRATOR) == 1),
    ),
    Check(
        "nobody-audits",
        WARN,
        "nobody here may read the audit trail, so nobody sees who looks at whom",
        "give somebody the role auditor who reads no forms",
        lambda facts: so(facts.is_public and not _how_many(facts, Role.AUDITOR)),
    ),
    Check(
        "altered-accounts",
        WARN,
        "something else than intake changed this account in the database; nobody comes in with it",
        "find out who can write to the database, then run `intake say-who`",
        lambda facts: facts.records.altered,
    ),
    Check(
        "planted-rules",
        WARN,
        "something else than intake put this into the database; it is not in force",
        "find out who can write to the database; the Rules and Settings pages show what is in force",
        lambda facts: facts.records.planted,
    ),
    Check(
        "crisis-line-out-of-date",
        WARN,
        "this line of help should have been checked again by now",
        "call it, then write down the day on the settings page",
        lambda facts: facts.lines_out_of_date,
    ),
    Check(
        "content-refused",
        REFUSE,
        "what patients are asked cannot be read from its files",
        "run `intake rules check`, which says where and what to do",
        lambda facts: (facts.content_refused,) if facts.content_refused else (),
    ),
    Check(
        "letters-not-sent",
        WARN,
        "e-mail waits that could not be sent",
        "see the page “Mail” as an administrator, or run `intake mail`",
        lambda facts: (f"{facts.records.dead_letters} letters",) if facts.records.dead_letters else (),
    ),
    Check(
        "no-papers",
        WARN,
        "PDFs cannot be made on this machine",
        "install pango (docs/running.md)",
        lambda facts: so(not facts.can_make_papers),
    ),
)
