"""Whoever takes over the patient site opens nothing that was sent; each process starts where it is apart."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil
import pytest

import sending
from campaigns.memory import searched, secrets_in
from copies import make_copy
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, WORKER_FILE
from journeys.modes import ALL_JOURNEYS
from serving import Product, free_port

TESTS = Path(__file__).parents[1]
in_memory = pytest.mark.skipif(sys.platform != "linux", reason="looks into memory as Linux shows it")
OPENING = {"clinic_key", "staff_key", "outbox_key"}
OWN = {"patient": PATIENT_FILE, "clinic": CLINIC_FILE, "worker": WORKER_FILE}


@dataclass(frozen=True)
class Apart:
    """A clinic with one form, and an instance folder for each process with its own key file alone."""

    folder: Path
    database_url: str

    def environment(self, process, **more):
        ours = {
            "INTAKE_INSTANCE": str(self.folder / process),
            "INTAKE_DATABASE_URL": self.database_url,
            "PYTHONPATH": os.pathsep.join((str(TESTS.parent), str(TESTS))),
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return kept | ours | {f"INTAKE_{name.upper()}": str(value) for name, value in more.items()}

    def keys(self, process):
        return json.loads((self.folder / process / "keys" / OWN[process]).read_text())


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    folder = tmp_path_factory.mktemp("apart")
    copy = make_copy(folder, under_roles=False)
    sending.send_at_once(copy.desk, f"{sending.PAT}, aneurysm: not_repaired")
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    for process, name in OWN.items():
        (folder / process / "keys").mkdir(mode=0o700, parents=True)
        (folder / "instance" / "keys" / name).rename(folder / process / "keys" / name)
    return Apart(folder, copy.settings.database_url)


@pytest.fixture(scope="module")
def taken_over(apart):
    """What `web.taken_over` says of a site's process, in the folder that this process has; and what of the
    clinic's keys is anywhere in its memory."""
    return cache(lambda site: _taken_over(apart, site))


def _taken_over(apart, site):
    with subprocess.Popen(
        [sys.executable, "-m", "web.taken_over", site],
        env=apart.environment(site),
        cwd=apart.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        said = running.stdout.readline()
        in_memory = searched(running.pid, opening(apart)) if said and sys.platform == "linux" else None
        _, complained = running.communicate(timeout=240)
    assert running.returncode == 0, complained
    return json.loads(said) | {"in_memory": in_memory}


def test_nothing_the_patient_site_holds_opens_what_was_sent(taken_over):
    """Its environment, its files, the whole database, and every object in its memory: tried as keys."""
    found = taken_over("patient")

    assert found["opened"] == 0
    assert found["tried"] > 3_000
    modules = found["modules"]
    assert "intake.web.patient.site" in modules
    assert [one for one in modules if one.startswith(("intake.web.clinic", "intake.cli"))] == []


def test_what_the_clinic_site_holds_does(taken_over):
    """The control: the same search finds the clinic's key where it is."""
    found = taken_over("clinic")

    assert found["opened"] > 0
    assert "intake.web.clinic.site" in found["modules"]


@in_memory
@pytest.mark.parametrize(
    ("site", "held"), [("patient", set()), ("clinic", {"clinic_key", "staff_key", "outbox_key"})]
)
def test_of_the_keys_that_open_the_patient_site_has_none_in_its_memory(taken_over, site, held):
    """A short form of campaigns/separation.py; the clinic's site is the control."""
    seen = taken_over(site)["in_memory"]

    assert seen.found == held
    assert seen.looked_at > 50_000_000


@dataclass
class Alone:
    """One process that was started by itself."""

    process: subprocess.Popen
    port: int

    def ask(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def started(apart, *command, **settings):
    port = free_port()
    ports = {"port": port} if "patient" in command else {"port": free_port(), "clinic_port": port}
    if command == ("work",):
        ports = {"port": free_port(), "worker_port": port}
    name = "worker" if command == ("work",) else command[-1]
    process = subprocess.Popen(
        [sys.executable, "-m", "intake", *command],
        env=apart.environment(name, **ports, **settings),
        cwd=apart.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return Alone(process, port)


# Three processes to start take longer than all they are asked here; `make separation` does.
with_processes = pytest.mark.skipif(not ALL_JOURNEYS, reason="done in make separation")


@pytest.fixture(scope="module")
def every_process(apart):
    """All three by themselves, each in its own folder."""
    commands = {"patient": ("serve", "patient"), "clinic": ("serve", "clinic"), "worker": ("work",)}
    running = {name: started(apart, *command) for name, command in commands.items()}
    end = time.monotonic() + 120
    for one in running.values():
        while not answers(one):
            assert one.process.poll() is None, one.process.stderr.read().decode()
            assert time.monotonic() < end, "it did not answer in time"
            time.sleep(0.05)
    yield running
    for one in running.values():
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate(timeout=20)


def answers(one):
    try:
        return one.ask("/health")[0] in (200, 503)
    except (OSError, http.client.HTTPException):
        return False


def opening(apart):
    """The secrets that open something, which the clinic's file alone holds together."""
    return {name: forms for name, forms in secrets_in(apart.keys("clinic")).items() if name in OPENING}


def in_memory_of(one, apart):
    return searched(one.process.pid, opening(apart))


@with_processes
@in_memory
def test_no_key_that_opens_is_in_the_memory_of_the_patients_process(every_process, apart):
    assert every_process["patient"].ask("/")[0] == 200

    seen = in_memory_of(every_process["patient"], apart)

    assert seen.found == set()
    assert seen.looked_at > 50_000_000


@with_processes
@in_memory
def test_the_clinics_key_is_found_in_the_memory_of_the_clinics_process(every_process, apart):
    """The control."""
    assert "clinic_key" in in_memory_of(every_process["clinic"], apart).found


@with_processes
@in_memory
def test_the_worker_holds_the_key_of_the_outbox_and_no_other(every_process, apart):
    assert in_memory_of(every_process["worker"], apart).found == {"outbox_key"}


@with_processes
def test_each_says_whether_it_works_and_not_a_word_more(every_process):
    for one in every_process.values():
        assert one.ask("/health") == (200, b"")
    assert every_process["worker"].ask("/")[0] == 404


@with_processes
@in_memory
def test_each_is_closed_to_others_and_leaves_no_memory_behind(every_process):
    for one in every_process.values():
        status = Path(f"/proc/{one.process.pid}/status").read_text()
        limits = Path(f"/proc/{one.process.pid}/limits").read_text()

        assert "Umask:\t0077" in status
        assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


def test_a_process_refuses_to_run_where_it_could_read_anothers_keys(apart, tmp_path):
    keys = tmp_path / "patient" / "keys"
    keys.mkdir(mode=0o700, parents=True)
    for process, file in OWN.items():
        (keys / file).write_bytes((apart.folder / process / "keys" / file).read_bytes())
        (keys / file).chmod(0o600)

    refused = started(Apart(tmp_path, apart.database_url), "serve", "patient")
    said = refused.process.communicate(timeout=60)[1].decode()

    assert refused.process.returncode == 2
    assert f"would be able to read {keys / CLINIC_FILE} and {keys / WORKER_FILE}, and must not" in said
    assert "Traceback" not in said


@with_processes
def test_when_the_process_above_is_killed_the_three_end_as_well(tmp_path):
    with Product(tmp_path) as product:
        children = psutil.Process(product.process.pid).children()
        assert len(children) == 3

        product.process.kill()
        gone, left = psutil.wait_procs(children, timeout=20)

        assert (len(gone), left) == (3, [])


@with_processes
def test_all_end_when_they_are_told_to(every_process):
    """The last test here: nothing runs after it."""
    for one in every_process.values():
        one.process.send_signal(signal.SIGTERM)
    for one in every_process.values():
        _, said = one.process.communicate(timeout=30)
        assert (one.process.returncode, b"Traceback" in said) == (0, False)
