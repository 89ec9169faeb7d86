"""A clinic with forms in every state there is, and everybody who might send something to its two sites.

Each patient's own answers hold a mark of their own: who is shown another's is told what is not theirs.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from werkzeug.test import Client, Cookie

from agreeing import REASON, asked_to_erase
from copies import Copy, make_copy, staff
from exchanging import FORM, LIBRARY
from intake.content.library import Library
from intake.domain.answers import Text, answered
from intake.domain.feedback import FeedbackKind
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.domain.paper_edition import PaperEdition
from intake.domain.patient_requests import Asks, RequestOutcome, Way
from intake.domain.permissions import Role, StaffMember
from intake.domain.review_entries import Done
from intake.domain.start_codes import SheetWanted
from intake.services import (
    accounts,
    answering,
    asking,
    claims,
    emergency,
    feedback,
    junk,
    patient_requests,
    people,
    provider_client,
    publishing,
    replying,
    returning,
    reviewing,
    start_codes,
    transcribing,
)
from intake.services.asking import Wanted
from intake.services.clinic import Clinic
from intake.services.publishing import NewRules
from intake.storage import outgoing, passwords, safety_signals, submissions
from intake.storage.outgoing import Addressed, Outcome
from sending import fill_in, send_at_once
from storage.samples import signal
from web.clinic.content import RULES
from web.clinic.mock_provider import CLIENT, ISSUER, SECRET, MockProvider

SITE = "http://127.0.0.1:8000"
PATIENT, CLINIC = "patient", "clinic"
# What no page may show but to whom it belongs, and to those who review forms.
MARKS = {who: f"zqowned{who}by" for who in ("writing", "keeping", "sent", "asked", "replying", "others")}
_REVIEWS = {Role.CLINICIAN.value, "every role", "another"}
_SMALL = f"{FORM}, more: ".replace("takes: no", "takes: yes")
_SHIPPED = "first_name: Quetzal, last_name: Doe, phone: 555-0142, takes_medicines: yes, anything_else: "


@dataclass
class Somebody:
    """One browser, and the site it looks at. ``fitting`` is what belongs into boxes of these names."""

    name: str
    site: str
    client: Client
    fitting: Mapping[str, str]
    csrf: str = ""
    cookies: dict[tuple[str, str, str], Cookie] = field(default_factory=dict)

    @property
    def may_not_see(self) -> tuple[str, ...]:
        """The marks of everybody else."""
        if self.name in _REVIEWS:
            return ()
        return tuple(mark for who, mark in MARKS.items() if who != self.name)

    def keep_cookies(self) -> None:
        """Remember what the browser has by now."""
        assert self.client._cookies is not None
        self.cookies = dict(self.client._cookies)

    def begin_afresh(self) -> None:
        """As it was then."""
        self.client._cookies = dict(self.cookies)


@dataclass(frozen=True)
class Peopled:
    """The clinic, who works there, the forms by what became of them, and the patients' browsers.

    ``tokens`` are what each patient's browser has, ``fitting`` what each could type rightly.
    """

    copy: Copy
    members: Mapping[str, StaffMember]
    forms: Mapping[str, UUID]
    tokens: Mapping[str, tuple[str, str]]
    fitting: Mapping[str, Mapping[str, str]]
    ids: Mapping[str, UUID]


@contextmanager
def nothing_is_slow(copy_clock: object) -> Iterator[None]:
    """Passwords worked out fast, and a provider that is no further than the next object."""
    cheap, provider = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), MockProvider(copy_clock)
    with (
        patch.object(passwords, "_HASHER", cheap),
        patch.object(passwords, "_NOBODY", cheap.hash("of nobody")),
        patch.object(provider_client, "transport", lambda: provider),
    ):
        yield


def small_clinic(folder: Path) -> Peopled:
    """A clinic with a questionnaire of a dozen questions and few rules."""
    return _peopled(folder, LIBRARY, _SMALL)


def shipped_clinic(folder: Path) -> Peopled:
    """A clinic with the questionnaire and the rules as they are shipped."""
    return _peopled(folder, None, _SHIPPED)


def _peopled(folder: Path, library: Library | None, form: str) -> Peopled:
    made = make_copy(folder, library)
    secret = folder / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    settings = replace(
        made.settings,
        mail_host="mail.clinic.example",
        mail_sender="forms@clinic.example",
        provider_issuer=ISSUER,
        provider_client_id=CLIENT,
        provider_secret_file=secret,
        provider_name="Example ID",
    )
    copy = replace(
        made,
        settings=settings,
        desk=made.desk.with_settings(settings),
        clinic=made.clinic.with_settings(settings),
    )
    clinic = copy.clinic
    members = {one.value: staff(clinic, one.value, f"{one.value} Person", one) for one in Role}
    members["every role"] = staff(clinic, "every", "E. Very", *Role)
    members["another"] = staff(clinic, "another", "A. Nother, MD", Role.CLINICIAN, Role.ADMINISTRATOR)
    forms = {
        which: _sent(copy, f"{form}{MARKS['others']}")
        for which in ("waiting", "worked on", "signed off", "junk", "to erase")
    }
    forms["asked"] = _sent(copy, f"{form}{MARKS['asked']}")
    ids = _worked_on(copy, members, forms)
    tokens, fitting = _patients(copy, form, members, forms)
    return Peopled(copy, members, forms, tokens, fitting, ids)


def _sent(copy: Copy, form: str) -> UUID:
    reference = send_at_once(copy.desk, form).reference
    with copy.clinic.database.read() as session:
        return submissions.by_reference(session, reference)


def _worked_on(copy: Copy, members: Mapping[str, StaffMember], forms: Mapping[str, UUID]) -> dict[str, UUID]:
    """Every kind of thing that somebody of the clinic does; what has an id of its own."""
    clinic, alice, bob = copy.clinic, members["every role"], members["another"]
    review = reviewing.open_review(clinic, alice, forms["worked on"])
    first, second = (one.key for one in review.flags[:2])
    reviewing.acknowledge(clinic, alice, forms["worked on"], first, "Seen.", Done.CALLED_PATIENT)
    feedback.give_feedback(clinic, alice, forms["worked on"], FeedbackKind.WRONG, second, "Is it?")
    asking.ask(clinic, alice, forms["worked on"], Wanted("Is it treated?"))
    written = claims.reference(clinic, forms["worked on"])
    patient_requests.write_down(clinic, alice, uuid4(), written, Asks.BOTH, Way.PHONE, "Now")
    patient_requests.handle(
        clinic, alice, forms["worked on"], 1, RequestOutcome.NOT_POSSIBLE, "Not possible", 0
    )
    patient_requests.write_down(clinic, alice, uuid4(), written, Asks.ERASE, Way.PHONE, "")
    submission, number = asked_to_erase(clinic, alice, claims.reference(clinic, forms["to erase"]))
    patient_requests.propose_erasing(clinic, bob, submission, number, REASON, 0)
    for flag in reviewing.open_review(clinic, alice, forms["signed off"]).flags:
        reviewing.acknowledge(clinic, alice, forms["signed off"], flag.key, "Seen.", Done.CALLED_PATIENT)
    shown = reviewing.open_review(clinic, alice, forms["signed off"]).fingerprint()
    reviewing.sign_off(clinic, alice, forms["signed off"], "Read.", shown)
    junk.mark(clinic, alice, [forms["junk"]], "Advertising")
    for who in ("every role", Role.CLINICIAN.value):
        taken = claims.reference(clinic, forms["waiting"])
        emergency.take(clinic, members[who], taken, "The patient is in the hospital and cannot say anything")
    return {**_beside_forms(copy, members), **_papers(copy, members)}


def _beside_forms(copy: Copy, members: Mapping[str, StaffMember]) -> dict[str, UUID]:
    clinic, alice, bob = copy.clinic, members["every role"], members["another"]
    new = NewRules(RULES if clinic.library is LIBRARY else clinic.settings.screening_rules.read_text("utf-8"))
    publication = publishing.propose(clinic, bob, new, "The label changed.", clinic.today())
    start_codes.make(clinic, alice, SheetWanted(2, 1, 14))
    accounts.add_staff(clinic, alice, "invited", "I. Nvited", [Role.CLINICIAN])
    raised = signal()
    notice = uuid4()
    with clinic.database.write() as session:
        safety_signals.add(session, clinic.keys, raised)
        addressed = Addressed("desk@clinic.example", "s-e-c-r-e-t", NoticeKind.MESSAGE)
        outgoing.add(session, clinic.keys, notice, addressed, clinic.now())
        outgoing.settle(session, notice, Outcome.REFUSED, clinic.now(), NoticeFailure.NO_SUCH_ADDRESS)
    people.set_roles(
        clinic, bob, members[Role.AUDITOR.value].id, {Role.AUDITOR, Role.ADMINISTRATOR}, "Holidays"
    )
    return {"publication": publication.id, "signal": raised.id, "notice": notice}


def _papers(copy: Copy, members: Mapping[str, StaffMember]) -> dict[str, UUID]:
    """One paper that is being typed in, one that waits for its second time, and one to be compared."""
    clinic, typist, other = copy.clinic, members[Role.TRANSCRIBER.value], members["every role"]
    edition = PaperEdition(clinic.library.questionnaire.edition)
    papers = {"begun": (other,), "typed once": (typist,), "typed twice": (typist, other)}
    found = {}
    for name, people_at_it in papers.items():
        paper = found[name] = transcribing.begin(clinic, people_at_it[0], edition)
        for time, who in enumerate(people_at_it):
            if time:
                transcribing.begin_second(clinic, who, paper)
            is_whole = _typed(clinic, who, paper)
            # In the shipped form a part may make pages of an earlier one apply: left half typed.
            if not is_whole:
                break
            if name != "begun":
                transcribing.finish(clinic, who, paper)
    return found


def _typed(clinic: Clinic, who: StaffMember, paper: UUID) -> bool:
    """Every part is typed in once; whether nothing is left."""
    opened = transcribing.open_typing(clinic, who, paper)
    for part in range(1, len(clinic.library.questionnaire.parts) + 1):
        pages = opened.pages_of(part)
        here = {one.id for page in pages for one in page.questions}
        given = {"first_name": answered(Text(f"Paula {who.username}"))} if "first_name" in here else {}
        opened = transcribing.type_pages(clinic, who, paper, pages, given, frozenset(), "")
    return not opened.parts_left


def _patients(
    copy: Copy, form: str, members: Mapping[str, StaffMember], forms: Mapping[str, UUID]
) -> tuple[dict[str, tuple[str, str]], dict[str, dict[str, str]]]:
    """What each patient's browser has, and what each could type rightly."""
    desk, alice = copy.desk, members["every role"]
    tokens = {who: ("intake_patient", fill_in(desk, f"{form}{MARKS[who]}")) for who in ("writing", "keeping")}
    returning.keep_open(desk, tokens["keeping"][1])
    kept = returning.kept(desk, tokens["keeping"][1])
    assert kept is not None
    fitting = {"keeping": {"link": kept.way.code, "phrase": kept.way.phrase}}
    tokens["sent"] = ("intake_patient", fill_in(desk, f"{form}{MARKS['sent']}"))
    fitting["sent"] = {"reference": answering.send(desk, tokens["sent"][1], "Quetzal Doe").reference}
    replies = {"asked": "treated" if copy.clinic.library is LIBRARY else "", "replying": "medicines"}
    for who, again in replies.items():
        about = forms[who] if who in forms else _sent(copy, f"{form}{MARKS[who]}")
        sent = asking.ask(copy.clinic, alice, about, Wanted("Is that so?", again=again))
        given = {"link": sent.link, "reference": claims.reference(copy.clinic, about)}
        token = replying.open_question(desk, given["link"], given["reference"])
        assert token is not None
        tokens[who], fitting[who] = ("intake_reply", token), given
    return tokens, fitting
