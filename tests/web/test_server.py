"""The server keeps answering, and stops at once and cleanly when it is told to."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from intake.web.server import AddressInUse, serve

PAGES = """
import os, time

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    body = f"{os.getpid()} {len(environ['wsgi.input'].read())}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
RUN = """
import sys
from intake.web.server import serve

if __name__ == "__main__":
    serve("pages:application", "127.0.0.1", int(sys.argv[1]), 2)
    print("stopped")
"""


class Running:
    """A server in a process group of its own, as a terminal would start it."""

    def __init__(self, folder: Path):
        (folder / "pages.py").write_text(PAGES)
        (folder / "run.py").write_text(RUN)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "run.py", str(self.port)], cwd=folder, text=True, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.until(lambda: len(self.workers()) == 2)
        self.until(self.answers)

    def ask(self, method="GET", path="/", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def answers(self):
        try:
            return bool(self.ask())
        except OSError:
            return False

    def workers(self):
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if is_worker(child)]

    def until(self, so, seconds=20.0):
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, "the server did not come to it in time"
            time.sleep(0.05)

    def output(self):
        return self.process.communicate(timeout=20)[0]


def is_worker(child):
    try:
        return "--multiprocessing-fork" in child.cmdline()
    except psutil.Error:  # it has just died
        return False


@pytest.fixture
def running(tmp_path):
    server = Running(tmp_path)
    yield server
    server.process.kill()
    server.process.communicate()


def interrupt(running):
    """Ctrl-C: the terminal tells every process of the group."""
    os.killpg(running.process.pid, signal.SIGINT)


def stop_service(running):
    """What systemd does: it tells every process of the service."""
    for process in [psutil.Process(running.process.pid), *running.workers()]:
        with suppress(psutil.NoSuchProcess):  # the server may have stopped it by now
            process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("stop", [interrupt, stop_service])
def test_it_stops_at_once_without_a_word(running, stop):
    begun = time.monotonic()

    stop(running)

    assert running.output() == "stopped\n"
    assert running.process.returncode == 0
    assert time.monotonic() - begun < 10  # it waits for 15 seconds before it kills a worker


def test_a_request_that_was_begun_is_answered_before_it_stops(running):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(running.ask(path="/slow")))
    asking.start()
    time.sleep(0.3)

    running.process.send_signal(signal.SIGTERM)
    asking.join()

    assert re.fullmatch(r"\d+ 0", answers[0])


def test_a_worker_that_dies_is_replaced(running):
    victim = running.workers()[0]

    victim.kill()

    running.until(lambda: len([one for one in running.workers() if one.pid != victim.pid]) == 2)
    running.until(running.answers)


def test_no_worker_outlives_its_server(running):
    workers = running.workers()

    running.process.kill()

    assert psutil.wait_procs(workers, timeout=10)[1] == []


def test_senders_who_stop_half_way_keep_nobody_waiting(running):
    half = b"POST / HTTP/1.1\r\nHost: intake.test\r\nContent-Length: 1000\r\n\r\nhalf"
    slow = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(60)]
    for connection in slow:
        connection.sendall(half)

    begun = time.monotonic()
    assert [running.ask("POST", body=b"whole").split()[1] for _ in range(10)] == ["5"] * 10
    assert time.monotonic() - begun < 5

    for connection in slow:
        connection.close()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\na=1xx",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\na=1",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
    ],
    ids=["two hosts", "no host", "space", "large header", "two lengths", "signed length", "unknown coding"],
)  # fmt: skip
def test_a_request_two_programs_could_read_differently_is_refused(shared, request_):
    with socket.create_connection(("127.0.0.1", shared.port), timeout=10) as connection:
        connection.sendall(request_)
        answer = connection.makefile("rb").read()

    assert re.match(rb"HTTP/1.1 4\d\d ", answer)
    assert answer.lower().count(b"http/1.1 ") == 1


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    server = Running(tmp_path_factory.mktemp("server"))
    yield server
    server.process.kill()
    server.process.communicate()


def test_a_second_copy_says_that_the_port_is_taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(AddressInUse, match="is taken; stop the program that has it, or choose another"):
            serve("pages:application", "127.0.0.1", other.getsockname()[1], 1)
