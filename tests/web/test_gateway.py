"""A whole request is taken in before any page sees it, or it is refused."""

import asyncio
import threading

import pytest

from intake.web import gateway
from intake.web.gateway import LARGEST_BODY, Gateway

HOST = (b"host", b"intake.test")


def scope(headers=(HOST,), path=b"/", query=b""):
    return {
        "type": "http", "method": "POST", "http_version": "1.1", "scheme": "http", "headers": list(headers),
        "path": path.decode("utf-8", "replace"), "raw_path": path, "query_string": query,
        "client": ("203.0.113.9", 4711), "server": ("127.0.0.1", 8000),
    }  # fmt: skip


def ask(pages, messages, asked=None, **described):
    """Send the messages, and answer with what came back."""
    sent = []
    waiting = iter(messages)

    async def receive():
        message = next(waiting, None)
        return message if message is not None else await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    asyncio.run(Gateway(pages, threads=1)(asked or scope(**described), receive, send))
    return sent


def part(body, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


def never(environ, start_response):
    raise AssertionError("this request should not have come so far")


class Closing(list):
    closed = False

    def close(self):
        self.closed = True


def told(**described):
    """The WSGI environment a page is given."""
    seen = {}

    def remember(environ, start_response):
        seen.update(environ)
        start_response("204 No Content", [])
        return []

    ask(remember, [part(b"a=1", more=True), part(b"&b=2")], **described)
    return seen


def test_a_page_sees_the_whole_body_at_once():
    start, body = ask(echo, [part(b"a=1", more=True), part(b"&b=2")])

    assert start["status"] == 200
    assert start["headers"] == [(b"content-type", b"text/plain")]
    assert body["body"] == b"a=1&b=2"


def test_a_sender_who_stops_half_way_is_told_so_and_no_page_waits(monkeypatch):
    monkeypatch.setattr(gateway, "SECONDS_FOR_THE_BODY", 0.01)

    assert ask(never, [part(b"a=", more=True)])[0]["status"] == 408


def test_a_sender_who_goes_away_is_forgotten():
    assert ask(never, [part(b"a=", more=True), {"type": "http.disconnect"}]) == []


def test_a_body_too_large_is_refused_before_it_is_all_here():
    endless = (part(b"x" * 65536, more=True) for _ in range(LARGEST_BODY))

    assert ask(never, endless)[0]["status"] == 413


@pytest.mark.parametrize("hosts", [[], [(b"host", b"")], [HOST, (b"host", b"other.test")]])
def test_a_request_must_say_once_which_host_it_is_for(hosts):
    assert ask(never, [part(b"")], headers=hosts)[0]["status"] == 400


def test_the_length_is_what_came_and_not_what_was_announced():
    seen = told(headers=[HOST, (b"transfer-encoding", b"chunked")])

    assert seen["CONTENT_LENGTH"] == "7"
    assert "HTTP_TRANSFER_ENCODING" not in seen


def test_a_header_cannot_pass_for_another():
    seen = told(headers=[HOST, (b"x_forwarded_for", b"192.0.2.1"), (b"content_length", b"0")])

    assert "HTTP_X_FORWARDED_FOR" not in seen
    assert seen["CONTENT_LENGTH"] == "7"


def test_headers_sent_twice_are_joined():
    twice = [(b"accept", b"a"), (b"accept", b"b"), (b"cookie", b"c=1"), (b"cookie", b"d=2")]

    seen = told(headers=[HOST, *twice])

    assert seen["HTTP_ACCEPT"] == "a,b"
    assert seen["HTTP_COOKIE"] == "c=1; d=2"


def test_paths_arrive_as_bytes_whatever_they_are():
    seen = told(path=b"/caf%C3%A9/%ff", query=b"a=%20")

    assert seen["PATH_INFO"].encode("latin-1") == b"/caf\xc3\xa9/\xff"
    assert seen["QUERY_STRING"] == "a=%20"


def test_a_page_knows_who_asks():
    seen = told()

    assert seen["REMOTE_ADDR"] == "203.0.113.9"
    assert (seen["SERVER_NAME"], seen["SERVER_PORT"]) == ("127.0.0.1", "8000")


def test_a_page_that_fails_says_nothing_of_what_was_typed(caplog):
    def failing(environ, start_response):
        raise ValueError("I take lithium")

    (start, body) = ask(failing, [part(b"")])

    assert start["status"] == 500
    assert body["body"] == b""
    assert caplog.messages == ["a page failed outside of its error pages: ValueError"]


def test_what_a_page_answers_is_closed():
    chunks = Closing([b"a", b"b"])

    def pages(environ, start_response):
        start_response("200 OK", [])
        return chunks

    (_, body) = ask(pages, [part(b"")])

    assert body["body"] == b"ab"
    assert chunks.closed


def test_pages_are_asked_in_threads_of_their_own():
    names = []

    def pages(environ, start_response):
        names.append(threading.current_thread().name)
        start_response("200 OK", [])
        return []

    ask(pages, [part(b"")])

    assert names[0].startswith("page")


def test_what_is_not_a_request_for_a_page_is_let_go():
    assert ask(never, [], asked={"type": "lifespan"}) == []
