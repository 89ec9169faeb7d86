"""A clinic in which every sealed field holds a word of its own, so that any word tells where it leaked from.

The questions and rules of each patient's form are worded with such words too. What is sealed
quotes them as they were asked; the clinic then works with the files as they are shipped, so
that a page which shows rules or questions in general shows no such word.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from copies import Copy, make_copy, staff
from exchanging import signs
from intake.content.library import Library
from intake.domain.answers import Day, Number, Text, answered
from intake.domain.feedback import FeedbackKind
from intake.domain.paper_edition import PaperEdition
from intake.domain.patient_requests import Asks, RequestOutcome, Way
from intake.domain.permissions import Role, StaffMember
from intake.domain.questionnaire import Questionnaire
from intake.domain.review_entries import Done, ViewKind
from intake.domain.rules import Priority
from intake.services import (
    acting,
    answering,
    asking,
    claims,
    feedback,
    patient_requests,
    persons,
    replies,
    replying,
    reviewing,
    transcribing,
    viewing,
)
from intake.services.asking import Wanted
from intake.services.clinic import Clinic
from intake.storage import drafts
from journeys.healthy import healthy
from journeys.writer import evidence_of_a_writer

# What the front desk may read, field by field.
DESK_FIELDS = frozenset({"first_name", "last_name", "phone", "email", "preferred_language"})
_WORD = re.compile(r"zqx([a-p]{4})xqz", re.IGNORECASE)
_ALPHABET = "abcdefghijklmnop"


class Canaries:
    """Words nobody would write, each made for one place."""

    def __init__(self) -> None:
        self._places: list[str] = []

    def word(self, place: str) -> str:
        """The word that stands in this place and nowhere else."""
        if place not in self._places:
            self._places.append(place)
        number = self._places.index(place)
        return f"zqx{''.join(_ALPHABET[number >> shift & 15] for shift in (12, 8, 4, 0))}xqz"

    @property
    def places(self) -> frozenset[str]:
        """Every place with a word of its own."""
        return frozenset(self._places)

    def found(self, text: str) -> frozenset[str]:
        """The places whose words stand in a text, however they are written."""
        return frozenset(self._places[_number(letters)] for letters in _WORD.findall(text))


def _number(letters: str) -> int:
    number = 0
    for letter in letters.lower():
        number = number * 16 + _ALPHABET.index(letter)
    return number


@dataclass(frozen=True)
class SeededClinic:
    """The clinic, the words in it, and whose each submission is."""

    copy: Copy
    canaries: Canaries
    submissions: dict[str, UUID]
    references: dict[str, str]
    members: dict[str, StaffMember]
    folder: Path
    # A submission's own dates and numbers as pages write them: they are no words of ours.
    figures: dict[str, frozenset[str]] = field(default_factory=dict)
    # A form from paper that Erin is typing in.
    papers: dict[str, UUID] = field(default_factory=dict)

    def person(self, place: str) -> str:
        """Whose submission a place belongs to."""
        return place.partition(":")[0]

    @property
    def may_stand_on_the_desk(self) -> frozenset[str]:
        """Every place the front desk may read, of what these patients typed."""
        every = {f"{who}:typed:{one}" for who in self.submissions for one in DESK_FIELDS}
        return self.canaries.places & every


ACTORS = {
    "desk": ("F. Desk", {Role.FRONT_DESK}),
    "audrey": ("A. Ledger", {Role.AUDITOR}),
    "bob": ("B. Stone", {Role.ADMINISTRATOR}),
    "alice": ("A. Rivera, NP", {Role.CLINICIAN}),
    "dana": ("D. Both, MD", {Role.CLINICIAN, Role.ADMINISTRATOR}),
    # Holds every role, and so is refused no page.
    "erin": ("E. Every, MD", set(Role)),
}


def seed(folder: Path) -> SeededClinic:
    """Two patients send forms, and clinicians do with them whatever there is to do."""
    copy, canaries = make_copy(folder), Canaries()
    members = {
        username: staff(copy.clinic, username, printed_name, *roles)
        for username, (printed_name, roles) in ACTORS.items()
    }
    submissions, references, figures, worded = {}, {}, {}, {}
    for who, answers in {"writer": _writers_answers, "nora": _noras_answers}.items():
        library = _worded(copy.clinic.library, canaries, who)
        given = answers(library, canaries)
        worded[who] = copy.with_library(library)
        desk = worded[who].desk
        with desk.database.write() as session:
            token, draft = drafts.start(session, desk.keys, desk.now(), library.editions.questionnaire)
            drafts.save(session, desk.keys, token, replace(draft, answers=given))
        receipt = answering.send(desk, token, f"Signed {canaries.word(f'{who}:signature')}")
        submissions[who], references[who] = draft.id, receipt.reference
        figures[who] = _figures(given)
        copy.clock.at += timedelta(hours=1)
    seeded = SeededClinic(copy, canaries, submissions, references, members, folder, figures)
    _work(seeded)
    _do_the_rest(seeded, worded["writer"])
    seeded.papers["paper"] = _begun_on_paper(seeded)
    copy.clinic.database.dispose()
    copy.desk.database.dispose()
    return seeded


def _begun_on_paper(seeded: SeededClinic) -> UUID:
    clinic, erin, word = seeded.copy.clinic, seeded.members["erin"], seeded.canaries.word
    asked = clinic.library.questionnaire
    paper = transcribing.begin(clinic, erin, PaperEdition(asked.edition))
    _, page = asked.page("name")
    named = {"first_name": answered(Text(f"Paula {word('paper:typed:first_name')}"))}
    margin = f"In blue {word('paper:note:margin')}"
    transcribing.type_pages(clinic, erin, paper, (page,), named, frozenset(), margin)
    return paper


def _work(seeded: SeededClinic) -> None:
    clinic, alice, word = seeded.copy.clinic, seeded.members["alice"], seeded.canaries.word
    writer, nora = seeded.submissions["writer"], seeded.submissions["nora"]
    review = reviewing.open_review(clinic, alice, writer)
    first, second = review.flags[:2]
    reviewing.acknowledge(
        clinic, alice, writer, first.key, word("writer:note:acknowledgement"), Done.CALLED_PATIENT
    )
    said = word("writer:note:wrong")
    feedback.give_feedback(clinic, alice, writer, FeedbackKind.WRONG, second.key, said)
    missing = word("writer:note:missing")
    feedback.give_feedback(clinic, alice, writer, FeedbackKind.MISSING, "", missing)
    feedback.close_entry(clinic, alice, writer, 1, word("writer:note:closing"))
    for flag in reviewing.open_review(clinic, alice, nora).flags:
        reviewing.acknowledge(
            clinic, alice, nora, flag.key, word("nora:note:acknowledgement"), Done.CALLED_PATIENT
        )
    shown = reviewing.open_review(clinic, alice, nora).fingerprint()
    reviewing.sign_off(clinic, alice, nora, word("nora:note:sign-off"), shown)
    persons.say(clinic, alice, writer, nora, same=True)


def _do_the_rest(seeded: SeededClinic, with_words: Copy) -> None:
    """Every further fact of a review there can be, each with words of its own.

    ``with_words`` has the files the writer's form was asked and screened with: a reply is screened anew.
    """
    clinic, alice, word = seeded.copy.clinic, seeded.members["alice"], seeded.canaries.word
    writer, nora = seeded.submissions["writer"], seeded.submissions["nora"]
    dana, erin = seeded.members["dana"], seeded.members["erin"]
    viewing.note(clinic, erin, writer, ViewKind.FIRST, Priority.HIGH, word("writer:note:view"))
    claims.claim(clinic, dana, writer)
    claims.take_over(clinic, alice, writer, dana.id, word("writer:note:taken-over"))
    asking.ask(clinic, alice, writer, Wanted(word("writer:note:taken-back")))
    asking.take_back(clinic, alice, writer, _place_of_the_newest(clinic, alice, writer))
    asked = asking.ask(clinic, alice, writer, Wanted(word("writer:note:question"), asked_before=1))
    token = replying.open_question(with_words.desk, asked.link, seeded.references["writer"])
    assert token, "link and reference open the question"
    replying.save(with_words.desk, token, word("writer:note:reply"), {})
    signs(with_words.desk, token, f"Signed {word('writer:signature')}")
    replies.take_in(with_words.clinic)
    acting.reopen(clinic, alice, nora, word("nora:note:reopening"), 1)
    tomorrow = clinic.today() + timedelta(days=1)
    acting.look_again(clinic, alice, nora, tomorrow, word("nora:note:look-again"))
    acting.bring_back(clinic, alice, nora)
    said, done = word("nora:request:asked"), word("nora:request:handled")
    reference = seeded.references["nora"]
    patient_requests.write_down(clinic, alice, uuid4(), reference, Asks.BOTH, Way.PHONE, said)
    patient_requests.handle(clinic, alice, nora, 1, RequestOutcome.NOT_POSSIBLE, done, 0)
    shown = reviewing.open_review(clinic, alice, nora).fingerprint()
    reviewing.sign_off(clinic, alice, nora, word("nora:note:signed-again"), shown)


def _place_of_the_newest(clinic: Clinic, member: StaffMember, submission: UUID) -> int:
    return len(reviewing.open_review(clinic, member, submission).entries)


def _writers_answers(library: Library, canaries: Canaries):
    return evidence_of_a_writer(
        library.questionnaire,
        library.formulary,
        healthy(library.questionnaire, library.formulary).as_of,
        lambda question: canaries.word(f"writer:typed:{question}"),
    ).answers


def _noras_answers(library: Library, canaries: Canaries):
    given = healthy(library.questionnaire, library.formulary, "{email: nora@example.org}").answers
    typed = {
        question: replace(answer, value=Text(canaries.word(f"nora:typed:{question}")))
        for question, answer in given.items()
        if isinstance(answer.value, Text)
    }
    return given.with_(typed)


def _figures(answers) -> frozenset[str]:
    found = set()
    for answer in answers.values():
        match answer.value:
            case Day(day):
                found |= {day.isoformat(), f"{day:%B} {day.day}, {day.year}"}
            case Number(amount) if amount % 1:
                found.add(str(amount))
    return frozenset(found)


def _worded(library: Library, canaries: Canaries, who: str) -> Library:
    """The same files, in which every question, choice, derived answer and rule has a word in its wording."""

    def marked(words: str, place: str) -> str:
        return f"{words} {canaries.word(f'{who}:{place}')}" if words else words

    def question(one):
        return replace(
            one,
            ask=marked(one.ask, f"asked:{one.id}"),
            label=marked(one.label, f"label:{one.id}"),
            choices=tuple(
                replace(choice, say=marked(choice.say, f"said:{one.id}:{choice.id}"))
                for choice in one.choices
            ),
        )

    asked: Questionnaire = library.questionnaire
    parts = tuple(
        replace(
            part,
            pages=tuple(
                replace(page, questions=tuple(question(one) for one in page.questions)) for page in part.pages
            ),
        )
        for part in asked.parts
    )
    derived = tuple(replace(one, label=marked(one.label, f"derived:{one.id}")) for one in asked.derived)
    rules = tuple(
        replace(
            rule,
            title=marked(rule.title, f"flag:{rule.id}"),
            why=marked(rule.why, f"why:{rule.id}"),
        )
        for rule in library.rulebook.rules
    )
    return replace(
        library,
        questionnaire=replace(asked, parts=parts, derived=derived),
        rulebook=replace(library.rulebook, rules=rules),
    )
