"""A small clinic that asks a patient something after they sent their form: both sides of it."""

import re
from dataclasses import dataclass
from uuid import UUID

from copies import PASSWORD, Copy, make_copy, staff
from intake.content.library import parse_library
from intake.domain.permissions import Role, StaffMember
from intake.services import asking, replies, replying, reviewing
from intake.services.asking import Sent, Wanted
from intake.services.clinic import PatientDesk
from intake.storage import submissions
from sending import send
from web.clinic.content import MEDICINES, QUESTIONNAIRE, RULES

_REACHED_AT = """
      - id: reached
        title: How do we reach you?
        questions:
          - {id: phone, kind: text, ask: Phone, inputmode: tel, needed: true}
          - {id: message_ok, kind: yes_no, ask: May a message name the clinic?}
          - {id: email, kind: text, ask: Email, inputmode: email}
  - id: health
"""
# With somewhere to be reached, and a question after which a page of help lines is shown.
ASKED = QUESTIONNAIRE.replace("  - id: health\n", _REACHED_AT.lstrip("\n"), 1).replace(
    "sensitive: true}",
    "sensitive: true,\n             safety: [{show: support, when: {question: home, is: no}}]}",
)
LIBRARY = parse_library(ASKED, RULES, MEDICINES)
FORM = (
    "filled_in_by: me, first_name: Quetzal, last_name: Doe, date_of_birth: 1988-07-04, "
    "phone: 555-010-0142, message_ok: yes, email: quetzal@example.org, pressure: yes, "
    "treated: not_sure, home: declined, takes: no"
)
CANNOT_TELL = "Cannot tell: High blood pressure, not treated"


@dataclass
class Exchange:
    """A form that was sent, and Alice who reads it."""

    copy: Copy
    alice: StaffMember
    reference: str
    submission: UUID

    @property
    def desk(self) -> PatientDesk:
        """The patient's side."""
        return self.copy.desk

    @property
    def review(self):
        """Everything recorded of the form by now."""
        return reviewing.open_review(self.copy.clinic, self.alice, self.submission)

    def asks(self, words="Is it treated?", **about) -> Sent:
        """Alice asks; returns what she is shown."""
        before = asking.asked_so_far(self.review)
        return asking.ask(
            self.copy.clinic, self.alice, self.submission, Wanted(words, asked_before=before, **about)
        )

    def flag(self, title=CANNOT_TELL):
        """The flag with this title, as it stands now."""
        return next(one for one in self.review.flags if one.title == title)

    def take_in(self):
        """The clinic looks at what came."""
        return replies.take_in(self.copy.clinic)


def begun(folder, form=FORM, library=LIBRARY, database_url="") -> Exchange:
    """A form sent by Quetzal Doe to a clinic where Alice works."""
    copy = make_copy(folder, library, database_url)
    return sent_to(copy, staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN), form)


def sent_to(copy: Copy, alice: StaffMember, form=FORM) -> Exchange:
    """One more form sent to the clinic."""
    reference = send(copy.desk, form).reference
    with copy.clinic.database.read() as session:
        return Exchange(copy, alice, reference, submissions.by_reference(session, reference))


def signs(desk: PatientDesk, token: str, name: str) -> None:
    """The patient signs what the page shows by now, and sends it."""
    visit = replying.find(desk, token)
    seen = "" if visit is None else replying.shown(visit.draft, replying.answers_in_words(desk, visit.draft))
    replying.send(desk, token, name, seen)


def secret_of(sent: Sent) -> str:
    """What stands after the # of a link."""
    return sent.link.partition("#")[2]


def signed_in(person) -> object:
    """Alice's browser, signed in."""
    return person.sign_in("alice", PASSWORD)


def shown_link(text: str) -> str:
    """The link a clinician is shown once."""
    found = re.search(r'value="(http[^"]*/reply#[^"]+)"', text)
    assert found, "no link is shown"
    return found[1]
