"""Looks into the memory of the running processes for whatever opens or signs, and is not theirs.

Run it with ``make separation``. The three processes run apart, each with its own key file alone, and
together, as ``intake serve`` starts them; on SQLite, and on PostgreSQL under a role of its own for each. A
form was sent before they began, and another is sent while they run. Then everything each can read of itself
is searched for the keys of the others, for the passwords of their roles, and for what stands in the first
form. What is a process's own has to be found in it. The control is a patient site that was handed the
clinic's keys.
"""

import http.client
import secrets
import string
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import make_url

import sending
from campaigns.handed import FOLDER
from campaigns.memory import searched, secrets_in
from campaigns.reports import end, report
from copies import make_copy, shipped
from intake.config import Settings
from intake.domain.evidence import PatientEvidence
from intake.domain.processes import Process
from intake.storage.key_documents import documents_in
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE
from journeys.as_a_patient import Patient
from journeys.healthy import TODAY, healthy
from journeys.wire import browser_for
from postgres import fresh_database, started, stopped
from roles import roles_in
from serving import Product, free_port

OWN = {Process.PATIENT: PATIENT_FILE, Process.CLINIC: CLINIC_FILE, Process.WORKER: WORKER_FILE}
_PROGRAMS = {
    Process.PATIENT: ("-m", "intake", "serve", "patient"),
    Process.CLINIC: ("-m", "intake", "serve", "clinic"),
    Process.WORKER: ("-m", "intake", "work"),
}
_HANDED = ("-m", "campaigns.handed", "patient")
_PORTS = {Process.PATIENT: "PORT", Process.CLINIC: "CLINIC_PORT", Process.WORKER: "WORKER_PORT"}
_FORM = "words of a form sent before"
# What opens forms or letters, or stands in a form: the control has to be found with all of it.
OPENS = frozenset(("the clinic's private key", "the staff key", "the outbox's private key", _FORM))
_NAMES = {
    "clinic_key": "the clinic's private key",
    "staff_key": "the staff key",
    "outbox_key": "the outbox's private key",
    "audit_key": "the audit key",
}
_Forms = dict[str, frozenset[bytes]]


class Alone(Product):
    """One process that was started by itself, in a folder with its own key file alone."""

    def __init__(
        self, folder: Path, process: Process, more: Mapping[str, str], program: tuple[str, ...] = ()
    ) -> None:
        super().__init__(folder, program or _PROGRAMS[process])
        self._process, self._more, self._unused = process, dict(more), free_port()
        if process is Process.CLINIC:
            self.clinic_port = self.port

    def _answers(self) -> bool:
        try:
            return self.ask("/health", seconds=5).status in (200, 503)
        except (OSError, http.client.HTTPException):
            return False

    def _own_settings(self) -> dict[str, str]:
        ports = {"INTAKE_PORT": str(self._unused)} | {f"INTAKE_{_PORTS[self._process]}": str(self.port)}
        return super()._own_settings() | ports | self._more


@dataclass(frozen=True)
class Instance:
    """A clinic with a form, and what must be in the memory of nobody else, by whose it is and what it is."""

    settings: Settings
    urls: Mapping[Process, str]
    secrets: Mapping[Process, _Forms]
    # Of the role that owns the database, which no process comes under where each has its own.
    owners: str
    word: bytes

    def held_by(self, process: Process) -> _Forms:
        """What this process needs for its work."""
        return self.secrets[process]

    def not_for(self, process: Process) -> _Forms:
        """What it must not hold; the clinic's processes open forms, and are not asked for their words."""
        own = self.held_by(process)
        others = {
            name: forms for every in self.secrets.values() for name, forms in every.items() if name not in own
        }
        if self.owners:
            others["the password of the owner's role"] = frozenset({self.owners.encode()})
        return others if process is Process.CLINIC else others | {_FORM: frozenset({self.word})}


@dataclass
class Tally:
    """What a campaign saw. ``looked_for`` counts, by kind, in how many processes it must not be."""

    processes: int = 0
    looked_at: int = 0
    looked_for: Counter[str] = field(default_factory=Counter)
    own: int = 0
    own_found: int = 0
    found: int = 0
    faults: list[str] = field(default_factory=list)

    def search(self, where: str, number: int, process: Process, instance: Instance) -> None:
        """Look into one of the processes."""
        own, others = instance.held_by(process), instance.not_for(process)
        seen = searched(number, own | others)
        self.processes += 1
        self.looked_at += seen.looked_at
        self.looked_for.update(others.keys())
        self.own += len(own)
        self.own_found += len(own.keys() & seen.found)
        self.found += len(others.keys() & seen.found)
        self.faults += [f"{where}: {process.value} holds {one}" for one in sorted(others.keys() & seen.found)]
        self.faults += [
            f"{where}: {one} was not found in {process.value}, whose own it is: the search is blind"
            for one in sorted(own.keys() - seen.found)
        ]


@contextmanager
def instance_in(folder: Path, database_url: str = "") -> Iterator[Instance]:
    """A clinic that somebody sent a form to, on PostgreSQL under roles."""
    copy = make_copy(folder, None, database_url, under_roles=False)
    word = "Q" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(15))
    sending.send_at_once(copy.desk, f"first_name: {word}, last_name: Doe, phone: 555-0142")
    for one in (copy.desk, copy.clinic):
        one.database.dispose()
    documents = documents_in(copy.settings.instance / "keys")
    urls = {process: _with_password(url) for process, url in roles_in(copy.settings.database_url).items()}
    settings, owners = copy.settings, ""
    if urls:
        settings = replace(settings, database_url=_with_password(settings.database_url))
        owners = str(make_url(settings.database_url).password)
    own = {
        process: {
            _NAMES.get(name, f"what the {process.value} site signs with"): forms
            for name, forms in secrets_in(documents[file]).items()
        }
        for process, file in OWN.items()
    }
    for process, url in urls.items():
        password = str(make_url(url).password).encode()
        own[process][f"the password of the {process.value} role"] = frozenset({password})
    yield Instance(settings, urls, own, owners, word.encode())


def _with_password(url: str) -> str:
    """The same with a password: this server asks for none, and whoever comes is told one all the same."""
    return make_url(url).set(password=secrets.token_hex(16)).render_as_string(hide_password=False)


def apart(folder: Path, instance: Instance, tally: Tally, where: str) -> None:
    """Each process by itself; a form is sent through the patients'."""
    with ExitStack() as running:
        for process in Process:
            one = running.enter_context(alone(folder, instance, process))
            _use(one, process)
            tally.search(f"apart, {where}", _number(one), process, instance)


def together(folder: Path, instance: Instance, tally: Tally, where: str) -> None:
    """All three as ``intake serve`` starts them."""
    product = _Together(folder, instance)
    with product:
        _use(product, Process.PATIENT)
        _use(product, Process.CLINIC)
        for process in Process:
            tally.search(f"together, {where}", product.its(process).pid, process, instance)


def handed(folder: Path, instance: Instance) -> frozenset[str]:
    """The control: what is found in a patient site that was handed the clinic's keys."""
    # Whoever hands the keys on may have everybody's way to the database as well.
    everybody = {
        "INTAKE_DATABASE_URL": instance.settings.database_url,
        FOLDER: str(instance.settings.instance / "keys"),
    }
    with alone(folder, instance, Process.PATIENT, _HANDED, everybody) as product:
        seen = searched(_number(product), instance.not_for(Process.PATIENT))
    return frozenset(seen.found)


@contextmanager
def alone(
    folder: Path,
    instance: Instance,
    process: Process,
    program: tuple[str, ...] = (),
    more: Mapping[str, str] | None = None,
) -> Iterator[Alone]:
    """One process, in a folder with its own key file alone."""
    own = folder / f"alone-{process.value}-{secrets.token_hex(4)}"
    keys = instance.settings.instance / "keys"
    (own / "instance" / "keys").mkdir(mode=0o700, parents=True)
    copied = own / "instance" / "keys" / OWN[process]
    copied.touch(mode=0o600)
    copied.write_bytes((keys / OWN[process]).read_bytes())
    url = instance.urls.get(process, instance.settings.database_url)
    told = {"INTAKE_DATABASE_URL": url} | (dict(more) if more else {})
    if process in instance.urls and not more:
        told[f"INTAKE_{process.value.upper()}_DATABASE_URL"] = url
    with Alone(own, process, told, program) as product:
        yield product


class _Together(Product):
    """The product in the folder of an instance, with a role for each process where there are roles."""

    def __init__(self, folder: Path, instance: Instance) -> None:
        super().__init__(folder)
        self._more = {f"INTAKE_{one.value.upper()}_DATABASE_URL": url for one, url in instance.urls.items()}
        self._more["INTAKE_DATABASE_URL"] = instance.settings.database_url

    def _own_settings(self) -> dict[str, str]:
        return super()._own_settings() | self._more


def _use(product: Product, process: Process) -> None:
    """Have it do what it is there for: the keys are in use when it is looked into."""
    match process:
        case Process.PATIENT:
            library = shipped(product.settings)
            person = healthy(library.questionnaire, library.formulary)
            evidence = PatientEvidence(library.questionnaire, library.formulary, person.answers, TODAY)
            assert Patient(browser_for(product), person, evidence).sends_the_form()
        case Process.CLINIC:
            assert product.ask("/clinic/sign-in").status == 200
        case Process.WORKER:
            pass


def _number(product: Product) -> int:
    assert product.process is not None, "it does not run"
    return product.process.pid


@click.command(help=__doc__)
@click.option(
    "--on",
    multiple=True,
    type=click.Choice(["sqlite", "postgresql"]),
    default=("sqlite", "postgresql"),
    show_default=True,
)
def main(on: tuple[str, ...]) -> None:
    """Exit code 1 when something was found, or the control was not."""
    begun = datetime.now(UTC)
    tally, control = Tally(), dict[str, int | float | str]()
    overlooked: list[str] = []
    for kind in on:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="intake-separation-")))
            url = stack.enter_context(fresh_database(started())) if kind == "postgresql" else ""
            instance = stack.enter_context(instance_in(folder, url))
            for look in (apart, together):
                look(folder, instance, tally, kind)
                click.echo(f"{kind}, {look.__name__}: {tally.processes} processes, {tally.faults}")
            seen = handed(folder, instance)
            control[f"found in a patient site that was handed the clinic's keys, {kind}"] = ", ".join(
                sorted(seen)
            )
            overlooked += [f"{kind}: {one}" for one in sorted(OPENS - seen)]
    if "postgresql" in on:
        stopped()
    for one in overlooked:
        click.echo(f"{one} was overlooked in the control", err=True)
    figures: dict[str, int | float | str] = {
        "processes looked into": tally.processes,
        "bytes looked at": tally.looked_at,
        "secrets looked for": tally.looked_for.total(),
        "found": tally.found,
        "their own, looked for": tally.own,
        "their own, found": tally.own_found,
    }
    figures |= {
        f"processes in which {one} must not be": number for one, number in sorted(tally.looked_for.items())
    }
    end(
        report(
            "separation",
            seed=None,
            begun=begun,
            figures=figures,
            control=control | {"overlooked": len(overlooked)},
            noticed=not overlooked,
            faults=tuple(tally.faults),
        )
    )


if __name__ == "__main__":
    main()
