"""How a server is set up before it listens: with the proxies there are, and files for all its senders."""

import resource
import signal
from dataclasses import dataclass, field

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from intake.config import Settings
from intake.web import server
from intake.web.allowances import LARGEST_PAGE, LARGEST_UPLOAD

FROM = {"REMOTE_ADDR": "127.0.0.1"}


@dataclass(frozen=True)
class Created:
    """A server that was made and would listen next."""

    site: object
    told: dict = field(default_factory=dict)


@Request.application
def whence(request):
    return Response(request.remote_addr)


@pytest.fixture
def created(monkeypatch, tmp_path):
    """What waitress is asked for, under settings."""
    monkeypatch.setattr(server, "_allow_open_files", lambda: None)

    def create(**settings):
        made = []

        def create_server(site, **told):
            made.append(Created(site, told))
            raise KeyboardInterrupt

        monkeypatch.setattr(server.waitress, "create_server", create_server)
        with pytest.raises(KeyboardInterrupt):
            server.serve(whence, Settings(tmp_path, **settings), ("127.0.0.1", 8000), lambda: None)
        return made[0]

    return create


@pytest.mark.parametrize(("proxies", "came_from"), [(0, "127.0.0.1"), (1, "192.0.2.7"), (2, "198.51.100.9")])
def test_whom_a_request_comes_from_is_said_by_as_many_proxies_as_there_are(created, proxies, came_from):
    made = created(trusted_proxies=proxies)

    said = {"X-Forwarded-For": "203.0.113.1, 198.51.100.9, 192.0.2.7"}
    assert Client(made.site).get("/", headers=said, environ_base=FROM).text == came_from
    # Without a proxy the header is dropped before anybody sees it.
    assert made.told["clear_untrusted_proxy_headers"] is (proxies == 0)


def test_as_many_senders_are_listened_to_as_there_are_files_for(created):
    told = created(threads=3).told

    assert (told["connection_limit"], told["asyncore_use_poll"], told["threads"]) == (1000, True, 3)
    assert 2 * told["connection_limit"] <= server._OPEN_FILES


@pytest.mark.parametrize(
    ("soft", "hard", "asked_for"),
    [
        (1024, 1_048_576, (4000, 1_048_576)),
        (1024, 2048, (2048, 2048)),
        (1024, resource.RLIM_INFINITY, (4000, resource.RLIM_INFINITY)),
        (4000, 1_048_576, None),
        (65_536, 1_048_576, None),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None),
    ],
)
def test_the_system_is_asked_for_those_files_where_it_lets_us_have_them(monkeypatch, soft, hard, asked_for):
    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: asked.append((what, limits)))
    monkeypatch.setattr(server.waitress, "create_server", raising_taken)

    with pytest.raises(server.AddressInUse):
        server.serve(whence, Settings(instance=None), ("127.0.0.1", 8000), lambda: None)

    assert asked == ([] if asked_for is None else [(resource.RLIMIT_NOFILE, asked_for)])


def raising_taken(_site, **_told):
    raise OSError(server.errno.EADDRINUSE, "taken")


def test_what_is_sent_and_answered_stays_in_memory(created):
    """A temporary file would hold answers; only the files that the clinic sends may go to one."""
    told = created().told

    assert told["inbuf_overflow"] > told["max_request_body_size"] >= LARGEST_PAGE
    assert told["outbuf_overflow"] >= 4 * LARGEST_UPLOAD


def test_a_sender_who_stops_is_given_up_soon(created):
    told = created().told

    # A silence is noticed when one is looked for: both together are what it may last.
    assert told["channel_timeout"] + told["cleanup_interval"] <= 40


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_what_was_begun_and_hears_it_once(monkeypatch, tmp_path, told):
    heard, ends = {}, []
    monkeypatch.setattr(server, "_allow_open_files", lambda: None)
    monkeypatch.setattr(signal, "signal", heard.__setitem__)

    class Running:
        def __init__(self):
            self.map = {}

        def run(self):
            with pytest.raises(KeyboardInterrupt):  # as which waitress ends by itself, and in order
                heard[told](told, None)
            ends.append(dict(heard))

        def close(self):
            ends.append("closed")

    monkeypatch.setattr(server.waitress, "create_server", lambda _site, **_told: Running())

    server.serve(whence, Settings(tmp_path), ("127.0.0.1", 8000), lambda: ends.append("ready"))

    ignored = {signal.SIGTERM: signal.SIG_IGN, signal.SIGINT: signal.SIG_IGN}
    assert ends == ["ready", ignored, "closed"]
