"""What is opened for a request is given back: files, threads and memory stay level (ASVS 1.4.3)."""

import gc
import logging
import os
import threading
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask

from campaigns.authorization import Stage

# A few pages a few times; with INTAKE_ALL_JOURNEYS every page, many times.
WHOLE = "INTAKE_ALL_JOURNEYS" in os.environ
ROUNDS, EACH = (20, 1) if WHOLE else (3, 9)
# Of few requests only what is as big as a page can be told from a cache that fills.
BYTES_A_REQUEST = 300 if WHOLE else 10_000
OPEN_FILES = Path("/dev/fd")


def state():
    """Which files are open, which threads there are, and how much memory Python holds."""
    gc.collect()
    return set(_open_files()), set(threading.enumerate()), tracemalloc.get_traced_memory()[0]


def _open_files():
    for one in OPEN_FILES.iterdir():
        with suppress(FileNotFoundError):  # the one this is read with
            yield one.name, str(one.readlink())


def piled_up(asked, rounds=ROUNDS):
    """What is left of many requests: files, threads, and bytes for each request."""
    requests = 0
    for _ in range(2):
        asked()  # what is made once and kept
    tracemalloc.start()
    try:
        asked()
        files, threads, held = state()
        for _ in range(rounds):
            requests += asked()
        files_then, threads_then, held_then = state()
    finally:
        tracemalloc.stop()
    # What others have forgotten may be collected meanwhile: only what came counts.
    return len(files_then - files), len(threads_then - threads), max(0, held_then - held) // requests


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("stage"))
    yield stage
    stage.close()


@pytest.mark.parametrize(("site", "who"), [("patient", "the patient"), ("clinic", "every role")])
def test_files_threads_and_memory_stay_level(stage, site, who, caplog):
    # What is logged is kept by pytest, for the report of a test that fails.
    caplog.set_level(logging.CRITICAL, "intake")
    browser = stage.browser(site, who)
    # A PDF is made by a process of its own, which ends with it.
    pages = [
        path
        for path, methods in stage.addresses[site].items()
        if "GET" in methods and (WHOLE or not path.endswith(".pdf"))
    ][::EACH]

    def asked():
        answers = [browser.get(path, base_url="http://127.0.0.1:8000") for path in pages]
        assert sum(answer.status_code == 200 for answer in answers) > len(pages) // 3
        for answer in answers:
            answer.close()
        return len(pages)

    files, threads, held = piled_up(asked)

    assert (files, threads) == (0, 0)
    assert held < BYTES_A_REQUEST


def careless(how):
    """A page that gives nothing back."""
    app, kept = Flask("careless"), []
    ended = threading.Event()

    def page():
        match how:
            case "files":
                kept.append(Path(__file__).open("rb"))  # noqa: SIM115 - the mistake that has to be noticed
            case "threads":
                kept.append(threading.Thread(target=ended.wait))
                kept[-1].start()
            case _:
                kept.append(bytearray(2 * BYTES_A_REQUEST))
        return ""

    app.add_url_rule("/", "page", page)
    return app.test_client(), kept, ended


@pytest.mark.parametrize("how", ["files", "threads", "memory"])
def test_a_page_that_gives_nothing_back_would_be_noticed(how):
    client, kept, ended = careless(how)

    def asked():
        client.get("/").close()
        return 1

    try:
        files, threads, held = piled_up(asked)
    finally:
        ended.set()
        for one in kept:
            match one:
                case threading.Thread():
                    one.join()
                case bytearray():
                    pass
                case _:
                    one.close()
    assert {"files": files == ROUNDS, "threads": threads == ROUNDS, "memory": held >= BYTES_A_REQUEST}[how]
