"""Types some hundred invented secrets wherever there is room for one, and looks for them in sixteen places.

Patients answer and stop and ask and reply, staff write and sign in, strangers and broken browsers send what
nobody asked for: each with a word of their own for each box, so that a word says where it was let out. The
whole product runs, with its three processes; once on SQLite and once on PostgreSQL. Where a word may stand in
the open is on a list, with the reason (``OPEN``). The control is a product that lets everything out, and
something planted by hand where no product of ours writes.
"""

import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from agreeing import agree_to_erase
from campaigns import sinks as caught
from campaigns import typing_patients, typing_staff, typing_strangers
from campaigns.aviary import Aviary
from campaigns.looked_on import a_patient_at_a_screen
from campaigns.lying_open import OPEN
from campaigns.postgres_killed import Server
from campaigns.reports import end, report
from campaigns.sinks import SINKS, Leak, Sinks
from campaigns.watched import Browser, Watched
from intake.services import at_the_console, instance
from keepers import keeper
from postgres import administer
from services.mail_servers import MailServer, mail_server

AS_SHIPPED, LOOSE = ("-m", "campaigns.apart", "serve"), ("-m", "campaigns.loose", "serve")
_SECONDS_FOR_LETTERS, _LETTERS = 60.0, 3
# Everything is written down, as somebody might have it who looks for a mistake.
_TALKATIVE = {"log_statement": "all", "log_min_duration_statement": "0", "log_parameter_max_length": "-1"}


@dataclass(slots=True)
class Seen:
    """What one campaign saw."""

    canaries: int = 0
    requests: int = 0
    bytes: dict[str, int] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def campaign(
    folder: Path,
    program: Sequence[str],
    database_url: str = "",
    server: Path | None = None,
    *,
    erases: bool = True,
) -> Seen:
    """Type everything into one product, look into every sink it has, and say what was found.

    ``erases``: also by the commands for that, which take nobody for somebody whose account is not sealed.
    """
    aviary, here = Aviary(), Sinks()
    folder.mkdir(parents=True, exist_ok=True)
    kept_by = [keeper(folder, name).recipient for name in ("kay", "lee")]
    secret = folder / "mail-password"
    secret.write_text(aviary.word("setting: the password of the mail server"), "utf-8")
    secret.chmod(0o600)
    with mail_server() as letters:
        own = {
            "INTAKE_MAIL_USER": "intake",
            "INTAKE_MAIL_PASSWORD_FILE": str(secret),
            "INTAKE_MAIL_HOST": "127.0.0.1",
            "INTAKE_MAIL_PORT": str(letters.port),
            "INTAKE_MAIL_SECURITY": "none",
            "INTAKE_MAIL_SENDER": "intake@clinic.example",
            "INTAKE_BACKUP_RECIPIENTS": ",".join(kept_by),
        }
        own |= {"INTAKE_DATABASE_URL": database_url} if database_url else {}
        product = Watched(folder, program, here, aviary, own)
        with product:
            _keep_the_keys(product)
            browser, reference = everything_is_typed(product)
            _letters_arrive(product, letters)
            _while_it_runs(product, browser)
            if erases:
                _erase(product, reference)
            if database_url:
                here.catch_files(caught.POSTGRES, server or folder)
            else:
                _in_the_files(product)
            product.stop()
        _after_it_ran(product, on_sqlite=not database_url)
    seen = Seen(len(aviary.kept), product.asked, {one: here.bytes_in(one) for one in SINKS})
    seen.leaks = list(here.leaks(aviary, OPEN))
    seen.faults = sorted(set(product.kept))
    return seen


def everything_is_typed(product: Watched) -> tuple[Browser, str]:
    """Everybody does all they can; the browser of whoever works there, and the reference of a form."""
    browser = typing_staff.staff_come(product)
    typing_staff.staff_are_told(browser)
    reference, _ = typing_patients.a_patient_sends(product)
    typing_patients.a_patient_stops(product)
    address, link = typing_staff.staff_ask(browser, reference)
    typing_patients.a_patient_replies(product, link, reference)
    typing_staff.staff_write(browser, reference)
    typing_staff.staff_sign(browser, address)
    typing_staff.staff_set_up_an_app(browser)
    typing_strangers.mistakes_are_made(product)
    is_in_files = product.settings.database_url.startswith("sqlite")
    if is_in_files:
        typing_strangers.nothing_can_be_kept(product)
    if is_in_files:
        a_patient_at_a_screen(product, product.folder / "chromium")
    typing_strangers.strangers_come(product)
    return browser, reference


def _keep_the_keys(product: Watched) -> None:
    """Every key of the instance, as it stands in its file and as the bytes it is."""
    for path in (product.instance / "keys").iterdir():
        for number, written in enumerate(_secrets_in(json.loads(path.read_text("utf-8")))):
            place = f"key {number} of {path.name}"
            product.aviary.keep(place, written)
            product.aviary.kept[place] += (base64.urlsafe_b64decode(written),)


def _secrets_in(document: object, name: str = "") -> Iterator[str]:
    match document:
        case dict():
            for key, value in document.items():
                yield from _secrets_in(value, str(key))
        case list():
            for value in document:
                yield from _secrets_in(value, name)
        case str() if name in ("private", "secret"):
            yield document


def _letters_arrive(product: Watched, letters: MailServer) -> None:
    """To a patient who stopped, to staff who are told of a form and of an account; one is turned down."""
    _until(lambda: len(letters.taken) >= _LETTERS)
    for number, letter in enumerate(letters.taken):
        product.sinks.catch(caught.LETTERS, f"letter {number}", letter)
    letters.behaves("rcpt 450")
    typing_patients.another_letter(product)
    said = product.folder / "said-by-worker"
    _until(lambda: said.stat().st_size > 0)


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + _SECONDS_FOR_LETTERS
    while not holds() and time.monotonic() < limit:
        time.sleep(0.2)


def _while_it_runs(product: Watched, browser: Browser) -> None:
    here = product.sinks
    if product.settings.database_url.startswith("sqlite"):
        ahead = product.instance / "intake.db-wal"
        here.catch(caught.LOG_AHEAD, "while it runs", ahead.read_bytes())
    browser.open("/clinic/trail")
    here.catch(caught.TRAIL, "the file of the trail", browser.send("/clinic/trail/file", []))
    assert product.process is not None
    for name, told, gone in caught.of_processes(product.process.pid):
        here.catch(caught.ELSEWHERE, f"how {name} was started", told)
        here.catch(caught.TEMPORARY, f"open in {name}", gone)
    for path in ("/health", "/clinic/health"):
        here.catch(caught.ELSEWHERE, path, product.ask(path).text + path)
    here.catch_files(caught.TEMPORARY, product.temp)
    product.kept += [f"a crash would be dumped: {one}" for one in caught.dumps_allowed(product.process.pid)]
    backups = product.folder / "backups"
    backups.mkdir()
    _told(product, "backup", str(backups))
    here.catch_files(caught.ELSEWHERE, backups)


def _erase(product: Watched, reference: str) -> None:
    clinic = instance.opened(product.settings)
    first, second = (at_the_console.named(clinic, name) for name in ("alice", "erin"))
    agree_to_erase(clinic, reference, first, second)
    clinic.database.dispose()
    told = _told(product, "erase", "form", reference, "--unread", "--yes")
    assert "1 erased" in told, f"nothing was erased: {told}"


def _told(product: Watched, *words: str) -> str:
    """What a command says to whoever is at the console."""
    done = subprocess.run(
        [sys.executable, "-m", "intake", *words],
        cwd=product.folder,
        env=product._environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    product.sinks.catch(caught.TERMINAL, f"intake {words[0]}", done.stdout + done.stderr)
    return done.stdout + done.stderr


def _in_the_files(product: Watched) -> None:
    here, database = product.sinks, product.instance / "intake.db"
    for name in ("intake.db", "intake-limits.db"):
        here.catch(caught.DATABASE, name, (product.instance / name).read_bytes())
        here.catch(caught.LOG_AHEAD, f"{name}-wal", (product.instance / f"{name}-wal").read_bytes())
    here.catch(caught.TRAIL, "events", caught.trail_lines(database))


def _after_it_ran(product: Watched, *, on_sqlite: bool) -> None:
    here = product.sinks
    here.catch(caught.TERMINAL, "printed", product.printed)
    here.catch(caught.TERMINAL, "complained", product.complained)
    of = {"patient": caught.PATIENTS_LOG, "clinic": caught.CLINICS_LOG, "worker": caught.WORKERS_LOG}
    for process, sink in of.items():
        here.catch(sink, "said", (product.folder / f"said-by-{process}").read_bytes())
    here.catch_files(caught.TEMPORARY, product.temp)
    if on_sqlite:
        database = product.instance / "intake.db"
        here.catch(caught.DATABASE, "after the end", database.read_bytes())
        here.catch(caught.FREE_PAGES, "free pages and gaps", caught.free_pages(database))


def on_postgresql(folder: Path, program: Sequence[str]) -> Seen:
    """The same on a server of its own that writes down every statement it is asked, with what came along."""
    server = Server(folder / "server", _TALKATIVE)
    try:
        return campaign(folder / "product", program, server.address, folder / "server")
    finally:
        server.stop()


# What a loose product cannot reach, a hand plants.
PLANTED_BY_HAND = (caught.FREE_PAGES, caught.POSTGRES, caught.ELSEWHERE)


def control(folder: Path) -> dict[str, int]:
    """How many canaries are found in each sink: of a product that lets everything out, or planted by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    found = dict.fromkeys(SINKS, 0)
    for leak in campaign(folder / "loose", LOOSE, erases=False).leaks:
        found[leak.sink] += 1
    aviary, here = Aviary(), Sinks()
    plant(folder, aviary, here)
    by_hand = Counter(leak.sink for leak in here.leaks(aviary))
    return found | {sink: by_hand[sink] for sink in PLANTED_BY_HAND}


def plant(folder: Path, aviary: Aviary, here: Sinks) -> None:
    """A word in PostgreSQL, one on a free page, and one in how a process was started."""
    here.catch(
        caught.FREE_PAGES, "planted", caught.free_pages(erased_carelessly(folder, aviary.word("erased")))
    )
    server = Server(folder / "server", {})
    try:
        administer(server.address, f"CREATE TABLE planted AS SELECT '{aviary.word('a row')}' AS word")
        server.keep_what_is_there()
        here.catch_files(caught.POSTGRES, folder / "server")
    finally:
        server.stop()
    carried = os.environ | {"WORD": aviary.word("environment")}
    with subprocess.Popen(
        [sys.executable, "-c", "input()", aviary.word("command line")], stdin=-1, env=carried
    ) as one:
        time.sleep(0.2)
        for _, told, _ in caught.of_processes(one.pid):
            here.catch(caught.ELSEWHERE, "a process", told)
        one.kill()


def erased_carelessly(folder: Path, word: str) -> Path:
    """A database in which a word was deleted, and stands there all the same."""
    path = folder / "careless.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.executemany("INSERT INTO words VALUES (?)", [(f"{word} {'x' * 900}",)] * 40)
        connection.commit()
        connection.execute("DELETE FROM words")
        connection.commit()
    return path


@click.command(help=__doc__)
def main() -> None:
    """Exit code 1 when a canary was found, a sink was empty, or the control found nothing in one of them."""
    begun = datetime.now(UTC)
    folder = Path(tempfile.mkdtemp(prefix="intake-canaries-"))
    try:
        on_sqlite = campaign(folder / "sqlite", AS_SHIPPED)
        click.echo(f"SQLite: {on_sqlite.canaries} canaries, {len(on_sqlite.leaks)} found")
        on_server = on_postgresql(folder / "postgresql", AS_SHIPPED)
        click.echo(f"PostgreSQL: {on_server.canaries} canaries, {len(on_server.leaks)} found")
        found = control(folder / "control")
        click.echo(f"Control: found in {sum(map(bool, found.values()))} of {len(SINKS)} sinks")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    looked_into = {one: on_sqlite.bytes[one] + on_server.bytes[one] for one in SINKS}
    faults = [str(leak) for seen in (on_sqlite, on_server) for leak in seen.leaks]
    faults += [*on_sqlite.faults, *on_server.faults]
    # Temporary files are the one place in which there is to be nothing at all.
    faults += [
        f"nothing was there to look into: {one}"
        for one, many in looked_into.items()
        if not many and one != caught.TEMPORARY
    ]
    end(
        report(
            "canaries",
            seed=None,
            begun=begun,
            figures={
                "canaries": min(on_sqlite.canaries, on_server.canaries),
                "sinks": len(SINKS),
                "found": len(on_sqlite.leaks) + len(on_server.leaks),
                "requests": on_sqlite.requests + on_server.requests,
                "places that may lie in the open": len(OPEN),
                **{f"bytes: {one}": many for one, many in looked_into.items()},
            },
            control={f"found in {one}": many for one, many in found.items()},
            noticed=all(found.values()),
            faults=tuple(faults),
        )
    )


if __name__ == "__main__":
    main()
