"""The server keeps answering whatever is sent to it, and stops at once and cleanly when it is told to."""

import json
import re
import signal
import socket
import time
from contextlib import ExitStack

import pytest

from campaigns.slow import while_held_on_to
from intake.log import KEYS, Noted
from intake.web.headers import protection
from serving import Product

pytestmark = pytest.mark.xdist_group("server")  # the product is started once for all of these

FORM = b"Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HALF_SENT = {
    "headers that never end": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow:",
    "headers and no answers": b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: 1000\r\n\r\n",
    "answers half way": b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: 1000\r\n\r\nhalf=",
    "half a chunk": b"POST /start HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhalf=",
}
MORE_THAN_WAITRESS_HOLDS_BY_ITSELF = 160
MALFORMED = {
    "two hosts": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: other.test\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a foreign host": b"GET / HTTP/1.1\r\nHost: other.test\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "a large header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
    "length and chunks": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\na=1\r\n0\r\n\r\n"
    ),
    "chunks and length": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
        b"3\r\na=1\r\n0\r\n\r\n"
    ),
    "two lengths": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\na=1xx"
    ),
    "a signed length": b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: +3\r\n\r\na=1",
    "a negative length": b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: -3\r\n\r\na=1",
    "a chunk of no size": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\nmany\r\na=1\r\n0\r\n\r\n"
    ),
    "a chunk of negative size": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\n-3\r\na=1\r\n0\r\n\r\n"
    ),
    "300 KiB": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: 307200\r\n\r\n" + b"a" * 307_200
    ),
    "300 KiB that are announced and not sent": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: 307200\r\n\r\n"
    ),
    "300 KiB in chunks": (
        b"POST /start HTTP/1.1\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"8000\r\n" + b"a" * 0x8000 + b"\r\n" + (b"8000\r\n" + b"a" * 0x8000 + b"\r\n") * 9 + b"0\r\n\r\n"
    ),
    "100 KiB": b"POST /start HTTP/1.1\r\n" + FORM + b"Content-Length: 102400\r\n\r\n" + b"a" * 102_400,
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """One server for every test here: each leaves it answering."""
    with Product(tmp_path_factory.mktemp("server")) as running:
        yield running


def test_it_answers_for_both_sites(product):
    assert "<h1" in product.ask("/").text
    assert "Sign in" in product.ask("/clinic/sign-in").text


@pytest.mark.parametrize("half", HALF_SENT.values(), ids=HALF_SENT)
def test_senders_who_stop_half_way_keep_nobody_waiting(product, half):
    with ExitStack() as senders:
        for _ in range(MORE_THAN_WAITRESS_HOLDS_BY_ITSELF):
            sender = socket.create_connection(("127.0.0.1", product.port), timeout=10)
            senders.enter_context(sender).sendall(half)

        assert max(seconds_for_a_page(product) for _ in range(5)) < 2


def test_hundreds_of_them_at_once_keep_nobody_waiting(product):
    """The short form of `make slow`."""
    took = while_held_on_to(product, senders=600, requests=40)

    assert took.lost == 0
    # A slow machine is not a slow sender: half a minute is what one of those would cost.
    assert took.p99 < 5


def test_a_sender_is_waited_for_while_more_arrives(product):
    """The control of the test above: these senders were being listened to."""
    with socket.create_connection(("127.0.0.1", product.port), timeout=10) as sender:
        for piece in (b"GET / HT", b"TP/1.1\r\nHost: 127.0", b".0.1\r\nConnection: close\r\n\r\n"):
            sender.sendall(piece)
            time.sleep(0.2)

        assert sender.makefile("rb").readline() == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED)
def test_a_request_that_makes_no_sense_is_refused_once(product, request_):
    answer = raw(product, request_)

    head, _, page = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.[01] 4\d\d ", answer)
    # A page of ours, with help on it, and every protection: also what the server refuses itself.
    for name, value in protection(https=False).items():
        assert f"{name}: {value}".encode() in head
    assert b'href="tel:988"' in page and b"</html>" in page
    assert len(re.findall(rb"^HTTP/1\.", answer, re.MULTILINE)) == 1
    assert product.ask("/").status == 200


def test_a_whole_request_is_not_refused(product):
    """The control of the test above: the same requests, put right."""
    answer = raw(product, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 ")


def test_only_the_page_that_takes_rules_files_is_sent_more_than_any_other(product):
    # Read whole, and then refused for want of the page's token.
    assert product.ask("/clinic/rules/proposals/new", [("rules", "x" * 2_000_000)]).status == 400
    for other in ("/clinic/rules/proposals", "/clinic/sign-in", "/start"):
        assert product.ask(other, [("rules", "x" * 300_000)]).status == 413


def test_an_answer_does_not_name_the_software(product):
    for request_ in (MALFORMED["two lengths"], b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"):
        assert not re.search(rb"^Server:|waitress", raw(product, request_), re.MULTILINE | re.IGNORECASE)


def test_of_all_this_there_are_lines_and_none_quotes_what_was_sent(product):
    lines = [json.loads(line) for line in product.complaints]

    assert {line["line"] for line in lines} == {"request_refused"}
    assert {"by-the-server", "too-large", "token"} <= {line["why"] for line in lines}
    kept = frozenset({"at", "level", "line", *KEYS[Noted.REQUEST_REFUSED]})
    assert all(set(line) <= kept for line in lines)


def test_a_second_copy_says_that_the_port_is_taken(product, tmp_path):
    second = Product(tmp_path, port=product.port).launch()

    assert second.ended(seconds=60) == 2
    assert re.search(rf"^port {product.port} of 127\.0\.0\.1 is taken; ", second.complained)
    assert "Traceback" not in second.complained


def test_it_stops_at_once_without_a_word(tmp_path):
    with Product(tmp_path) as product:
        assert stops_at_once(product, signal.SIGTERM) == (0, [])
        assert product.complaints == []


def test_ctrl_c_stops_it_at_once_without_a_word(product):
    """The last test here: the product that the others asked is over."""
    assert stops_at_once(product, signal.SIGINT) == (0, [])


def stops_at_once(product, how):
    """Its exit code, and what it writes to its log, while somebody is half way through sending."""
    before = len(product.complaints)
    sender = socket.create_connection(("127.0.0.1", product.port), timeout=10)
    sender.sendall(HALF_SENT["answers half way"])
    begun = time.monotonic()

    code = product.stop(how)

    sender.close()
    assert time.monotonic() - begun < 8
    return code, product.complaints[before:]


def seconds_for_a_page(product):
    begun = time.monotonic()
    assert product.ask("/").status == 200
    return time.monotonic() - begun


def raw(product, request_):
    """Every byte that comes back until the server hangs up, or says no more for a while."""
    with socket.create_connection(("127.0.0.1", product.port), timeout=3) as connection:
        received = b""
        try:
            connection.sendall(request_)
            while piece := connection.recv(65536):
                received += piece
                # Whatever else it has to say follows at once.
                connection.settimeout(0.7)
        except (TimeoutError, ConnectionError):
            pass
    return received
