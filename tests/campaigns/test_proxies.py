"""A short form of ``make proxies``: the relay that is its control, before a server that knows one page."""

from contextlib import contextmanager
from threading import Thread

import pytest
from waitress.server import create_server

from campaigns import proxies, relay
from campaigns.proxies import CHECKS, FOUND_BY, SMUGGLED, Tried, by_their_mistakes, not_found_by
from campaigns.relay import Mistake, Relay

CASES = ("chunks and length", "another host")


class Little:
    """What stands behind the relay: a page, and a line of a log about whatever is no page of its."""

    def __init__(self):
        self.complained = ""
        self.front = None
        self.server = create_server(self.answer, host="127.0.0.1", port=0)
        self.port = self.clinic_port = self.server.effective_port

    def answer(self, environ, start_response):
        environ["wsgi.input"].read()
        is_page = environ["REQUEST_METHOD"] == "GET"
        self.complained += "" if environ["REQUEST_METHOD"] != "PUT" else '"why": "method"\n'
        page = b"Start" if is_page else b""
        start_response("200 OK" if is_page else "400 Bad Request", [("Content-Length", str(len(page)))])
        return [page]


@contextmanager
def behind_the_relay(folder):
    little = Little()
    running = Thread(target=little.server.run, daemon=True)
    running.start()
    try:
        with Relay(folder, little) as front:
            yield front
    finally:
        little.server.close()
        running.join(10)


@pytest.fixture
def front(tmp_path, monkeypatch):
    monkeypatch.setattr(relay, "_REST_SECONDS", 0.05)
    monkeypatch.setattr(proxies, "SMUGGLED", {one: SMUGGLED[one] for one in CASES})
    with behind_the_relay(tmp_path) as front:
        yield front


def smuggled(front, mistake):
    front.mistake, seen = mistake, Tried("relay")
    proxies.asked(proxies.smuggling, front, seen)
    assert seen.figures["smuggling cases"] == len(CASES)
    assert bool(seen.faults) is bool(seen.smuggled)
    return seen.smuggled


def test_a_request_that_hides_behind_another_is_found_where_a_proxy_lets_it_through(front):
    assert smuggled(front, None) == set()
    assert smuggled(front, Mistake.TWO_LENGTHS) == {"chunks and length"}
    assert smuggled(front, Mistake.LEADS_ANYWHERE) == {"another host"}


def test_what_a_proxy_writes_down_is_found(front):
    for mistake in (None, Mistake.WRITES_A_LOG):
        front.mistake = mistake
        assert bool(proxies.nothing_is_written(front, Tried("relay"))) is bool(mistake)


def test_each_check_has_a_mistake_that_it_must_find():
    assert set(FOUND_BY) == set(Mistake)
    assert {check for checks in FOUND_BY.values() for check in checks} == set(CHECKS)


def test_a_mistake_that_a_check_overlooked_is_told():
    seen = Tried("relay")
    seen.say("stopped", "502")

    assert not_found_by(seen, CHECKS[-1:]) == []
    assert not_found_by(seen, CHECKS[-2:]) == ["spoofed"]
    found = {Mistake.REFUSES_WITHOUT_HELP: seen, Mistake.BELIEVES_VISITORS: Tried("relay")}
    assert by_their_mistakes(found) == "stopped (1)"
