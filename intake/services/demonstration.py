"""Invented patients and accounts, to try the product with. Never in a clinic's own instance."""

import secrets
from dataclasses import dataclass

from intake.demo.people import Person, read_people
from intake.domain.permissions import Role
from intake.domain.submissions import Receipt
from intake.services import accounts, answering
from intake.services.clinic import Clinic, PatientDesk
from intake.services.instance import Refusal
from intake.services.paths import asked_on, pages_asked
from intake.storage import submissions

_ACCOUNTS = (
    ("alice", "A. Rivera, MD", frozenset({Role.CLINICIAN})),
    ("bob", "B. Stone", frozenset({Role.ADMINISTRATOR})),
)


class InUse(Refusal):
    """The instance holds real accounts or submissions."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that was made, with the password that was made up for it."""

    username: str
    printed_name: str
    password: str


def is_loaded(clinic: Clinic) -> bool:
    """Whether the invented patients are here. Raises InUse when others are."""
    usernames = {member.username for member in accounts.staff(clinic)}
    if usernames & {username for username, *_ in _ACCOUNTS}:
        return True
    with clinic.database.read() as session:
        occupied = bool(submissions.ids(session))
    if usernames or occupied:
        raise InUse(
            "this instance is in use: invented patients would stand among real ones. "
            "Name another folder, like INTAKE_INSTANCE=demo"
        )
    return False


def people(desk: PatientDesk) -> tuple[Person, ...]:
    """The invented patients."""
    return read_people(desk.library.questionnaire)


def send(desk: PatientDesk, person: Person) -> Receipt:
    """Fill in and send one invented patient's form, page by page, as a patient would."""
    token = answering.start(desk)
    answers = desk.evidence(person.answers)
    for page in pages_asked(answers):
        given = {q.id: answers.answers[q.id] for q in asked_on(answers, page) if q.id in answers.answers}
        answering.answer_page(desk, token, page, given)
    return answering.send(desk, token, person.signature)


def add_accounts(clinic: Clinic) -> tuple[DemoAccount, ...]:
    """A clinician and an administrator, each with a password made up now."""
    made = []
    for username, printed_name, roles in _ACCOUNTS:
        password = "-".join(secrets.token_hex(3) for _ in range(3))
        invitation = accounts.add_staff(clinic, None, username, printed_name, roles)
        accounts.accept_invitation(clinic, invitation, password)
        made.append(DemoAccount(username, printed_name, password))
    return tuple(made)
