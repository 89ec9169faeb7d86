"""Invented patients, accounts and some work on their forms, to try the product with.

Never in a clinic's own instance.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from intake.config import NOT_REQUIRED, Settings
from intake.demo.people import Person, read_people
from intake.domain.permissions import Role, StaffMember
from intake.domain.review_entries import Done
from intake.domain.submissions import Receipt
from intake.services import accounts, acting, answering, asking, claims, reviewing
from intake.services.asking import Wanted
from intake.services.clinic import Clinic, PatientDesk
from intake.services.paths import asked_on, pages_asked
from intake.services.refusals import Refusal
from intake.storage import submissions

_ACCOUNTS = (
    ("alice", "A. Rivera, MD", frozenset({Role.CLINICIAN})),
    ("bob", "B. Stone", frozenset({Role.ADMINISTRATOR})),
    ("fay", "F. Moreno", frozenset({Role.FRONT_DESK})),
    ("audrey", "A. Ledger", frozenset({Role.AUDITOR})),
)
# Those every demonstration had, also the earlier ones.
FIRST_ACCOUNTS = frozenset({"alice", "bob"})
# What Alice has done by the time somebody looks: one form in each state there is beside waiting.
_SIGNED, _ASKED, _CLAIMED, _PUT_OFF = (
    "p01_nothing_special",
    "p02_high_blood_pressure_and_stimulant",
    "p03_heart_attack_four_months_ago",
    "p12_hazy_vision_older_interpreter",
)
_NEXT_STEP = "Call to set up a first visit"
_QUESTION = "When was your blood pressure last taken, and what was it?"
_PUT_OFF_FOR = timedelta(days=7)
_WHY_PUT_OFF = "To be talked over with an interpreter"


class InUse(Refusal):
    """The instance holds real accounts or submissions."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that was made, with the password that was made up for it."""

    username: str
    printed_name: str
    password: str
    does: str


def is_loaded(clinic: Clinic) -> bool:
    """Whether the invented patients are here. Raises InUse when others are."""
    usernames = {member.username for member in accounts.staff(clinic)}
    if usernames >= FIRST_ACCOUNTS:
        return True
    with clinic.database.read() as session:
        occupied = bool(submissions.ids(session))
    if usernames or occupied:
        raise InUse(
            "this instance is in use: invented patients would stand among real ones. "
            "Name another folder, like INTAKE_INSTANCE=demo"
        )
    return False


def ask_for_no_second_factor(settings: Settings) -> bool:
    """Have this copy ask for a password alone, so that it can be tried in seconds; False when it may not.

    Written into its settings, and refused there for any address but this machine's: a copy with
    invented patients never becomes a clinic's by mistake.
    """
    path = settings.instance / "settings.ini"
    if settings.second_factor == NOT_REQUIRED:
        return True
    if path.exists():
        return False
    path.write_text(f"[intake]\nsecond_factor = {NOT_REQUIRED}\n", encoding="utf-8")
    return True


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
    """Somebody in each role, each with a password made up now."""
    made = []
    for username, printed_name, roles in _ACCOUNTS:
        password = "-".join(secrets.token_hex(3) for _ in range(3))
        invitation = accounts.add_staff(clinic, None, username, printed_name, roles)
        accounts.accept_invitation(clinic, invitation, password)
        does = " and ".join(sorted(role.value.replace("_", " ") for role in roles))
        made.append(DemoAccount(username, printed_name, password, does))
    return tuple(made)


def begin_work(clinic: Clinic, sent: Mapping[str, Receipt]) -> None:
    """Sign one form, ask the patient of another, take one in hand and put one off; all by Alice.

    ``sent`` are the receipts of the invented patients, by their ids. No e-mail is sent to any of them.
    """
    settings = replace(clinic.settings, read_first=False, second_read_percent=0, mail_host="")
    clinic = replace(clinic, settings=settings)
    alice = next(one for one in accounts.staff(clinic) if one.username == "alice")
    with clinic.database.read() as session:
        forms = {one: submissions.by_reference(session, receipt.reference) for one, receipt in sent.items()}
    _sign(clinic, alice, forms[_SIGNED])
    asking.ask(clinic, alice, forms[_ASKED], Wanted(_QUESTION))
    claims.claim(clinic, alice, forms[_CLAIMED])
    acting.look_again(clinic, alice, forms[_PUT_OFF], clinic.today() + _PUT_OFF_FOR, _WHY_PUT_OFF)


def _sign(clinic: Clinic, member: StaffMember, form: UUID) -> None:
    for flag in reviewing.open_review(clinic, member, form).flags:
        reviewing.acknowledge(clinic, member, form, flag.key, "", Done.CALLED_PATIENT)
    shown = reviewing.open_review(clinic, member, form).fingerprint()
    reviewing.sign_off(clinic, member, form, "", shown, _NEXT_STEP)
