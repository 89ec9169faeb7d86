"""Patients in two windows, two clinicians, a worker, a clock and crashes, in any order they could meet.

A machine of hypothesis draws what happens next; beside the product stands a plain model of what each of them
was told. Whatever the order: nobody gets a 5xx; a form somebody was thanked for is there, once, with what
they were last told is saved; a flag or a form is signed as often as somebody was told so; the trail verifies.
When something is wrong, the same seed leads there again.
"""

import logging
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import click
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from campaigns.reports import end, report
from copies import PASSWORD, Copy, make_copy, staff
from exchanging import LIBRARY
from intake.domain.answers import Answers, Chosen, Text
from intake.domain.permissions import Role
from intake.domain.screening import Screening
from intake.domain.submissions import Draft, Submission
from intake.services import answering, notices
from intake.storage import audit, reviews, submissions
from intake.storage.encryption import PatientKeys
from intake.web.clinic.site import create_clinic_site
from web.clinic.person import Person
from web.patient.visitor import Visitor
from web.patient.windows import Window

_CHOICES = {"pressure": ("yes", "no", "not_sure"), "home": ("yes", "no", "declined"), "takes": ("no",)}
_TWO, _ASKED = st.integers(0, 1), st.sampled_from([*_CHOICES, "first_name", "first_name"])
_CLINICIANS = ("alice", "dana")
_REFERENCE = re.compile(r"\bHL-[0-9A-Z]{3}-[0-9A-Z]{3}\b")
COUNTED: Counter[str] = Counter()


@dataclass
class Writing:
    """One patient: their browser, its two windows, and what they were told is saved."""

    visitor: Visitor
    windows: dict[int, Window] = field(default_factory=dict)
    saved: dict[str, object] = field(default_factory=dict)
    reference: str = ""


@dataclass
class Reading:
    """One clinician, and whether they were told that they are signed in."""

    person: Person
    name: str


class Prepared:
    """A clinic with two clinicians, made once and copied for every run of the machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        copy = make_copy(folder / "made", LIBRARY)
        for name in _CLINICIANS:
            staff(copy.clinic, name, f"{name.title()} Person", Role.CLINICIAN)
        copy.clinic.database.empty_log()
        _close(copy)
        self._runs = 0

    def fresh(self) -> tuple[Path, Copy]:
        """A copy of its own."""
        self._runs += 1
        folder = self.folder / str(self._runs)
        shutil.copytree(self.folder / "made", folder)
        return folder, make_copy(folder, LIBRARY)


def _close(copy: Copy) -> None:
    for one in (copy.desk, copy.clinic):
        one.database.dispose()


class Intake(RuleBasedStateMachine):
    """What can happen, and what has to hold whatever did."""

    prepared: Prepared

    def __init__(self) -> None:
        super().__init__()
        self.folder, self.copy = self.prepared.fresh()
        self.patients = [Writing(Visitor(self.copy.desk)) for _ in range(2)]
        site = create_clinic_site(self.copy.clinic)
        self.clinicians = [Reading(Person(site), name) for name in _CLINICIANS]
        self.signed: Counter[UUID] = Counter()
        self.acknowledged: Counter[UUID] = Counter()
        COUNTED["runs"] += 1

    def teardown(self) -> None:
        """Leave nothing behind."""
        _close(self.copy)
        shutil.rmtree(self.folder, ignore_errors=True)

    # What patients do.

    @rule(who=_TWO)
    def starts(self, who: int) -> None:
        """Press Start."""
        patient = self.patients[who]
        if patient.saved and not patient.reference:
            return  # they are in the middle of a form
        patient.visitor.open("/")
        patient.visitor.send("/start")
        self._looked_at(patient.visitor.response)
        patient.windows, patient.saved, patient.reference = {}, {}, ""

    @rule(who=_TWO, window=_TWO, question=st.sampled_from([*_CHOICES, "first_name"]))
    def opens(self, who: int, window: int, question: str) -> None:
        """Open a page in one of two windows."""
        patient = self.patients[who]
        patient.visitor.ask(question)
        self._looked_at(patient.visitor.response)
        if patient.visitor.status == 200 and "shown-page" in patient.visitor.html:
            shown = Window.__new__(Window)
            shown.visitor, shown.question = patient.visitor, question
            shown.take()
            patient.windows[window] = shown

    @rule(who=_TWO, window=_TWO, data=st.data())
    def goes_on(self, who: int, window: int, data: st.DataObject) -> None:
        """Answer what a window shows, and press Continue."""
        patient = self.patients[who]
        shown = patient.windows.get(window)
        if shown is None or patient.reference:
            return
        if shown.question == "first_name":
            word = data.draw(st.sampled_from(["Pat", "Quetzal", "Ana María"]))
            fields: dict[str, str] = {"first_name__words": word, "last_name__words": "Doe"}
            value: object = Text(word)
        else:
            choice = data.draw(st.sampled_from(_CHOICES[shown.question]))
            fields, value = {shown.question: choice}, choice
        shown.visitor.csrf = patient.visitor.csrf
        shown.go_on(**fields)
        self._looked_at(patient.visitor.response)
        if patient.visitor.status == 303 and self._is_saved(patient, shown.question, value):
            patient.saved[shown.question] = value
        COUNTED["pages sent"] += 1

    def _is_saved(self, patient: Writing, question: str, value: object) -> bool:
        """Whether they are told so: a page that leads on has saved, one that leads to the start has not."""
        if patient.visitor.location in ("/", "/return", "/away", "/start"):
            return False
        found = self._answer(patient, question)
        kept = found.choice if isinstance(found, Chosen) else found
        assert kept == value, f"{question}: the page led to {patient.visitor.location}, and {kept} is saved"
        return True

    def _answer(self, patient: Writing, question: str) -> object:
        draft = answering.find(self.copy.desk, patient.visitor.token)
        return draft.answers.value(question) if isinstance(draft, Draft) else None

    @rule(who=_TWO, data=st.data())
    def fills_in(self, who: int, data: st.DataObject) -> None:
        """Begin, and answer some pages one after the other."""
        if self.patients[who].reference:
            return
        self.starts(who)
        for question in ("first_name", data.draw(_ASKED), data.draw(_ASKED)):
            self.opens(who, 0, question)
            self.goes_on(who, 0, data)

    @rule(who=_TWO)
    def signs(self, who: int) -> None:
        """Skip the rest, sign and send; twice, as an impatient finger does."""
        patient = self.patients[who]
        if patient.reference or not patient.visitor.token or self._answer(patient, "first_name") is None:
            return
        COUNTED["signings tried"] += 1
        patient.visitor.answer("phone", phone__words="555-010-0142", message_ok="yes")
        patient.visitor.skip_everything()
        patient.visitor.open("/check")
        for _ in range(2):
            patient.visitor.send("/sign", agree="y", typed_name="Pat Doe")
            self._looked_at(patient.visitor.response)
        if patient.visitor.status == 303 and patient.visitor.location == "/sent":
            patient.visitor.follow()
            found = _REFERENCE.search(patient.visitor.html)
            assert found, "thanked without a reference"
            patient.reference = found[0]
            COUNTED["forms sent"] += 1

    # What clinicians do.

    @rule(who=_TWO)
    def signs_in(self, who: int) -> None:
        """Come in."""
        one = self.clinicians[who]
        one.person.open("/sign-in")
        one.person.send("/sign-in", username=one.name, password=PASSWORD)
        self._looked_at(one.person.response)

    @rule(who=_TWO, which=st.integers(0, 3), note=st.sampled_from(["Seen", "Called", ""]))
    def acknowledges(self, who: int, which: int, note: str) -> None:
        """Read a form and acknowledge the first flag that is not."""
        form = self._form(which)
        if form is None:
            return
        person = self.clinicians[who].person
        person.open(f"/submissions/{form}")
        self._looked_at(person.response)
        if person.status == 303:
            self.signs_in(who)
            person.open(f"/submissions/{form}")
        if person.status != 200:
            return
        for sent in person.page.tree.iter("form"):
            hidden = {one.get("name"): one.get("value") for one in sent.iter("input")}
            if "flag" in hidden and (sent.get("action") or "").endswith("/acknowledge"):
                done = {"done": "called_patient", "note": note, "flag": hidden["flag"], "place": "1"}
                person.send(f"/submissions/{form}/acknowledge", **done)
                self._looked_at(person.response)
                self.acknowledged[form] += person.status == 303
                COUNTED["acknowledged"] += person.status == 303
                return

    @rule(who=_TWO, which=st.integers(0, 3))
    def signs_off(self, who: int, which: int) -> None:
        """Sign a form off, once it is all acknowledged."""
        form = self._form(which)
        if form is None:
            return
        for _ in range(8):
            self.acknowledges(who, which, "Seen")
        person, path = self.clinicians[who].person, f"/submissions/{form}/sign-off"
        person.open(path)
        self._looked_at(person.response)
        kept = {
            name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', person.response.text)
            for name in ("shown", "seen")
        }
        if person.status != 200 or None in kept.values():
            return
        values = {name: found[1] for name, found in kept.items() if found}
        person.send(path, password=PASSWORD, note="Read", **values)
        self._looked_at(person.response)
        self.signed[form] += person.status == 303
        COUNTED["signed off"] += person.status == 303

    def _form(self, which: int) -> UUID | None:
        with self.copy.clinic.database.read() as session:
            forms = sorted(submissions.ids(session), key=str)
        return forms[which % len(forms)] if forms else None

    # What nobody does.

    @rule(minutes=st.sampled_from([1, 4, 16, 61, 60 * 11, 60 * 24 * 15]))
    def time_passes(self, minutes: int) -> None:
        """Some minutes, some hours, two weeks."""
        self.copy.clock.at += timedelta(minutes=minutes)

    @rule(years=st.sampled_from([-10, -1, 1, 10]))
    def the_clock_jumps(self, years: int) -> None:
        """A battery is empty, or somebody mistyped the year; it is put right before anything is signed."""
        at = self.copy.clock.at
        self.copy.clock.at = at + timedelta(days=365 * years)
        self.patients[0].visitor.open("/form")
        self._looked_at(self.patients[0].visitor.response)
        self.clinicians[0].person.open("/")
        self._looked_at(self.clinicians[0].person.response)
        self.copy.clock.at = at
        COUNTED["clock jumps"] += 1

    @rule()
    def the_worker_works(self) -> None:
        """Whatever is due is sent, or tried."""
        notices.send_due(self.copy.clinic)

    @rule()
    def it_crashes(self) -> None:
        """The program dies and is started again; browsers keep what they have."""
        _close(self.copy)
        at = self.copy.clock.at
        again = make_copy(self.folder, LIBRARY)
        again.clock.at = at
        self.copy = again
        for patient in self.patients:
            cookies, csrf = patient.visitor.client._cookies, patient.visitor.csrf
            visitor = Visitor(again.desk)
            visitor.client._cookies, visitor.csrf = cookies, csrf
            for window in patient.windows.values():
                window.visitor = visitor
            patient.visitor = visitor
        site = create_clinic_site(again.clinic)
        for one in self.clinicians:
            person = Person(site)
            person.client._cookies, person.csrf = one.person.client._cookies, one.person.csrf
            one.person = person
        COUNTED["crashes"] += 1

    # What holds whatever happened.

    def _looked_at(self, response: Any) -> None:
        COUNTED["requests"] += 1
        assert response.status_code < 500, (
            f"{response.request.method} {response.request.path}: {response.status_code}"
        )

    @invariant()
    def whoever_was_thanked_is_there_once_with_what_was_saved(self) -> None:
        """A receipt is a promise."""
        thanked = [one for one in self.patients if one.reference]
        with self.copy.clinic.database.read() as session:
            forms = submissions.ids(session)
            sent = [submissions.fetch(session, self.copy.clinic.keys, form) for form in forms]
        by_reference = Counter(one.reference for one in sent)
        assert all(times == 1 for times in by_reference.values())
        for one in thanked:
            (found,) = (form for form in sent if form.reference == one.reference)
            for question, value in one.saved.items():
                kept = found.answers.value(question)
                held = kept.choice if isinstance(kept, Chosen) else kept
                assert held == value, f"{question}: {kept} was sent, and {value} was said to be saved"

    @invariant()
    def the_trail_is_whole_and_signatures_are_counted(self) -> None:
        """Nobody was told that they signed without its being so, nor the other way round."""
        with self.copy.clinic.database.read() as session:
            assert audit.verify(session, self.copy.clinic.keys).ok
            for form in submissions.ids(session):
                review = reviews.review(session, self.copy.clinic.keys, form)
                assert len(review.sign_offs) == self.signed[form]
                assert len(review.acknowledgements) == self.acknowledged[form]


def drive(examples: int, steps: int, chance: int, folder: Path) -> str:
    """Run the machine so often; what is wrong in its shortest form, or nothing."""
    Intake.prepared = Prepared(folder)
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
        verbosity=Verbosity.quiet,
    )
    logging.disable(logging.CRITICAL)
    try:
        run_state_machine_as_test(seed(chance)(Intake), settings=chosen)
    except AssertionError as wrong:
        return str(wrong).splitlines()[0]
    finally:
        logging.disable(logging.NOTSET)
    return ""


@contextmanager
def forgetful() -> Iterator[None]:
    """The control: the name that was typed is not in what is sent."""
    seal = submissions.seal

    def sealed(session: Session, keys: PatientKeys, submission: Submission, screening: Screening) -> object:
        kept = Answers({name: one for name, one in submission.answers.items() if name != "first_name"})
        return seal(session, keys, replace(submission, answers=kept), screening)

    with patch.object(submissions, "seal", sealed):
        yield


@click.command(help=__doc__)
@click.option("--examples", default=400, show_default=True, help="How often the machine is run.")
@click.option("--steps", default=40, show_default=True, help="How many things happen in each run.")
@click.option("--seed", "chance", type=int, help="Repeat an earlier campaign.")
def main(examples: int, steps: int, chance: int | None) -> None:
    """Exit code 1 when a promise was broken, or when the control kept all of them."""
    chance = random.SystemRandom().randrange(10**6) if chance is None else chance
    begun = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="intake-states-") as folder:
        wrong = drive(examples, steps, chance, Path(folder))
    figures = dict(COUNTED)
    with tempfile.TemporaryDirectory(prefix="intake-states-") as folder, forgetful():
        found = drive(60, steps, chance, Path(folder))
    end(
        report(
            "states",
            seed=chance,
            begun=begun,
            figures=figures,
            control={"found": int(bool(found))},
            noticed="first_name" in found,
            faults=(wrong,) if wrong else (),
        )
    )


if __name__ == "__main__":
    main()
