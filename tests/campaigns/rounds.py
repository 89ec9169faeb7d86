"""Twenty clinicians work on the same form at once, round after round: one is first, nobody's words are lost.

Run it with ``make rounds``. In each round a new form comes in. All acknowledge its flags together, some
take one acknowledgement back while others take the form in hand, all acknowledge again, and then some sign
while others take back. Of each flag, each taking back and each signature one is first; everybody else gets
a page with what they typed. At the end the audit trail verifies, and holds as many events as were recorded.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click

from campaigns.clinicians import Clinician, Deed, Outcome, at_once, carried
from campaigns.reports import end, report
from copies import PASSWORD, staff
from intake.domain.permissions import Role
from intake.domain.review import Review
from intake.services import answering, reviewing
from intake.services.clinic import Clinic, PatientDesk, open_clinic
from intake.services.paths import pages_asked
from intake.storage import audit, reviews
from intake.web.clinic.site import create_clinic_site
from postgres import fresh_database, started, stopped
from serving import Product
from short_form import PAT, written_into

HASTY = ("-m", "campaigns.hasty", "serve")
CARELESS = ("-m", "campaigns.careless", "serve")
_CONFLICT = 409
# What each kind of success leaves in the audit trail.
_EVENTS = {
    "acknowledge": "FlagAcknowledged",
    "undo": "AcknowledgementUndone",
    "claim": "SubmissionClaimed",
    "sign": "ReviewSignedOff",
}


@dataclass(slots=True)
class Seen:
    """What a campaign saw."""

    rounds: int = 0
    requests: int = 0
    recorded: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        recorded = ", ".join(f"{number} {what}" for what, number in sorted(self.recorded.items()))
        return (
            f"{self.rounds} rounds, {self.requests} requests at once, recorded: {recorded}; "
            f"{self.conflicts} conflicts with every word kept, {len(self.faults)} faults"
        )


class SmallProduct(Product):
    """The product with a short form and few rules, on any database."""

    def __init__(self, folder: Path, program: Sequence[str], database_url: str) -> None:
        super().__init__(folder, program)
        self._content = written_into(folder)
        self._database_url = database_url

    def _own_settings(self) -> dict[str, str]:
        database = {"INTAKE_DATABASE_URL": self._database_url} if self._database_url else {}
        # As many as work at once.
        return (
            super()._own_settings()
            | self._content
            | database
            | {"INTAKE_THREADS": "24", "INTAKE_STARTS_PER_HOUR": "1000000"}
        )


class Campaign:
    """One product, and the clinicians who work on it together."""

    def __init__(self, product: Product, clinicians: int, chance: random.Random) -> None:
        self.seen = Seen()
        self._chance = chance
        self._clinic: Clinic = open_clinic(product.settings)
        self._desk = PatientDesk(
            product.settings, self._clinic.database, self._clinic.library, self._clinic.keys
        )
        names = [f"clinician-{number:02}" for number in range(clinicians)]
        for name in names:
            staff(self._clinic, name, f"{name.capitalize()}, MD", Role.CLINICIAN)
        self._everyone = [Clinician(product, name) for name in names]
        rules = create_clinic_site(self._clinic).url_map.iter_rules()
        self._can_claim = any(rule.rule.endswith("/claim") for rule in rules)

    def play(self) -> None:
        """One round."""
        form = self._new_form()
        recorded: Counter[str] = Counter()
        flags = [flag.key for flag in self._review(form).flags]
        self._acknowledge(form, flags, recorded)
        self._take_back_and_claim(form, recorded)
        self._acknowledge(form, flags[:1], recorded)
        if not self._sign_and_take_back(form, recorded):
            self._acknowledge(form, flags[:1], recorded)
            self._sign(form, recorded)
        self._look_at(form, recorded)
        self.seen.rounds += 1

    def end(self) -> Seen:
        """Look at the whole trail once more."""
        with self._clinic.database.read() as session:
            trail = audit.verify(session, self._clinic.keys)
        if not trail.ok:
            self.seen.faults.append(f"audit trail: line {trail.first_bad_seq}: {trail.reason}")
        self._clinic.database.dispose()
        return self.seen

    def _acknowledge(self, form: UUID, flags: Sequence[str], recorded: Counter[str]) -> None:
        deeds = []
        for number, who in enumerate(self._shuffled()):
            typed = f"{who.username} read <this> & “that”"
            fields = {"flag": flags[number % len(flags)], "done": "called_patient", "note": typed}
            deeds.append(Deed(who, f"acknowledge {fields['flag']}", _at(form, "acknowledge"), fields, typed))
        self._judge(form, at_once(deeds), recorded, winners=dict.fromkeys({d.what for d in deeds}, 1))

    def _take_back_and_claim(self, form: UUID, recorded: Counter[str]) -> None:
        everyone = self._shuffled()
        half = len(everyone) // 2 if self._can_claim else len(everyone)
        flag = self._review(form).flags[0].key
        deeds = [self._undo(who, form, flag) for who in everyone[:half]]
        deeds += [Deed(who, "claim", _at(form, "claim"), {}) for who in everyone[half:]]
        self._judge(form, at_once(deeds), recorded, winners=dict.fromkeys({d.what for d in deeds}, 1))

    def _sign_and_take_back(self, form: UUID, recorded: Counter[str]) -> bool:
        """Signing and taking back exclude each other: one of all is first. Whether it was a signature."""
        everyone = self._shuffled()
        few = max(1, len(everyone) // 5)
        flag = self._review(form).flags[0].key
        deeds = [self._signature(who, form) for who in everyone[few:]]
        deeds += [self._undo(who, form, flag) for who in everyone[:few]]
        self._chance.shuffle(deeds)
        outcomes = at_once(deeds)
        first = [one.deed.what for one in outcomes if one.won]
        if len(first) != 1:
            self.seen.faults.append(
                f"form {form}: {len(first)} of signing and taking back were first: {first}"
            )
        self._judge(form, outcomes, recorded, winners={})
        return "sign" in first

    def _sign(self, form: UUID, recorded: Counter[str]) -> None:
        deeds = [self._signature(who, form) for who in self._shuffled()]
        self._judge(form, at_once(deeds), recorded, winners={"sign": 1})

    def _undo(self, who: Clinician, form: UUID, flag: str) -> Deed:
        number = str(self._review(form).acknowledgement_number(flag))
        return Deed(who, "undo", _at(form, "undo"), {"acknowledgement": number, "place": "1"})

    def _signature(self, who: Clinician, form: UUID) -> Deed:
        page = who.open(_at(form, "sign-off"))
        note = f"{who.username} signs <this> & “that”"
        fields = carried(page) | {"note": note, "password": PASSWORD, "next_words": "Call back"}
        return Deed(who, "sign", _at(form, "sign-off"), fields, note)

    def _judge(
        self, form: UUID, outcomes: list[Outcome], recorded: Counter[str], winners: dict[str, int]
    ) -> None:
        self.seen.requests += len(outcomes)
        self.seen.faults += [f"form {form}: {fault}" for fault in faults_in(outcomes, winners)]
        recorded.update(one.deed.what.split()[0] for one in outcomes if one.won)
        self.seen.conflicts += sum(one.status == _CONFLICT for one in outcomes)

    def _look_at(self, form: UUID, recorded: Counter[str]) -> None:
        """As many facts and events as successes, and one signature that stands."""
        with self._clinic.database.read() as session:
            events = Counter(one.event for one in audit.events(session, form))
            review = reviews.review(session, self._clinic.keys, form)
        for what, event in _EVENTS.items():
            if events[event] != recorded[what]:
                self.seen.faults.append(f"form {form}: {recorded[what]} {what}, and {events[event]} {event}")
        kept = {"acknowledge": len(review.acknowledgements), "sign": len(review.sign_offs)}
        for what, number in kept.items():
            if number != recorded[what]:
                self.seen.faults.append(f"form {form}: {recorded[what]} {what}, and {number} kept")
        if not review.standing.signed:
            self.seen.faults.append(f"form {form}: not signed in the end")
        self.seen.recorded += recorded

    def _review(self, form: UUID) -> Review:
        with self._clinic.database.read() as session:
            return reviews.review(session, self._clinic.keys, form)

    def _new_form(self) -> UUID:
        before = set(reviewing.to_rescreen(self._clinic))
        token = answering.start(self._desk)
        for page in pages_asked(self._desk.evidence(PAT)):
            given = {question.id: PAT[question.id] for question in page.questions if question.id in PAT}
            answering.answer_page(self._desk, token, page, given)
        answering.send(self._desk, token, "Pat Doe")
        (new,) = set(reviewing.to_rescreen(self._clinic)) - before
        return new

    def _shuffled(self) -> list[Clinician]:
        return self._chance.sample(self._everyone, len(self._everyone))


def faults_in(outcomes: Sequence[Outcome], winners: Mapping[str, int]) -> list[str]:
    """What is wrong with what came of deeds done at once; ``winners``: how many are to be first at each."""
    won = Counter(one.deed.what for one in outcomes if one.won)
    found = [f"{won[what]} were first at {what}" for what, wanted in winners.items() if won[what] != wanted]
    refused = [one for one in outcomes if not one.won]
    found += [f"{one.deed.what} was answered {one.status}" for one in refused if one.status != _CONFLICT]
    found += [f"words typed to {one.deed.what} were lost" for one in refused if not one.kept]
    return found


def campaign(
    folder: Path,
    rounds: int,
    clinicians: int,
    seed: int,
    program: Sequence[str] = HASTY,
    database_url: str = "",
    played: Callable[[], None] = lambda: None,
) -> Seen:
    """So many rounds on one product; what was seen. ``played`` hears of each."""
    with SmallProduct(folder, program, database_url) as product:
        one = Campaign(product, clinicians, random.Random(seed))
        for _ in range(rounds):
            one.play()
            played()
        seen = one.end()
        seen.faults += product.complaints
    return seen


@click.command(help=__doc__)
@click.option("--rounds", default=200, show_default=True, help="Rounds on each database.")
@click.option("--clinicians", default=20, show_default=True, help="How many work on the form at once.")
@click.option("--control", default=3, show_default=True, help="Rounds on a product with a mistake.")
@click.option("--seed", type=int, help="Repeat the order of an earlier campaign.")
@click.option("--on", type=click.Choice(["sqlite", "postgresql"]), multiple=True, help="One database alone.")
def main(rounds: int, clinicians: int, control: int, seed: int | None, on: tuple[str, ...]) -> None:
    """Exit code 1 when anything was wrong, or when the control found nothing."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    begun, figures, wrong = datetime.now(UTC), dict[str, int | float | str](), list[str]()
    for name in on or ("sqlite", "postgresql"):
        seen, seconds = _watched(f"20 at once on {name}", name, rounds, clinicians, seed, HASTY)
        click.echo(f"{name}: {seen} (seed {seed}, {seconds:.0f} s)")
        figures |= {f"rounds_on_{name}": seen.rounds, f"requests_on_{name}": seen.requests}
        figures[f"conflicts_on_{name}"] = seen.conflicts
        wrong += [f"{name}: {fault}" for fault in seen.faults[:50]]
    mistaken, _ = _watched("The control", "sqlite", control, clinicians, seed, CARELESS)
    click.echo(f"control, which tells everybody they were first: {len(mistaken.faults)} faults found")
    found = {"rounds": control, "faults_found": len(mistaken.faults)}
    noticed = bool(mistaken.faults)
    whole = report(
        "rounds", seed=seed, begun=begun, figures=figures, control=found, noticed=noticed, faults=tuple(wrong)
    )
    end(whole)


def _watched(
    label: str, database: str, rounds: int, clinicians: int, seed: int, program: Sequence[str]
) -> tuple[Seen, float]:
    begun = time.monotonic()
    on_postgres = database == "postgresql"
    try:
        with (
            tempfile.TemporaryDirectory(prefix="intake-rounds-") as folder,
            fresh_database(started()) if on_postgres else nullcontext("") as url,
            click.progressbar(length=rounds, label=label, file=sys.stderr) as bar,
        ):
            seen = campaign(Path(folder), rounds, clinicians, seed, program, url, lambda: bar.update(1))
    finally:
        if on_postgres:
            stopped()
    return seen, time.monotonic() - begun


def _at(form: UUID, what: str) -> str:
    return f"/clinic/submissions/{form}/{what}"


if __name__ == "__main__":
    main()
