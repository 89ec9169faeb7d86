"""What ``make slow`` and ``make proxies`` judge by; the short form of the first is in web/test_server.py."""

from campaigns.proxies import hidden
from campaigns.slow import Took


def test_a_page_that_never_came_took_forever():
    assert Took([0.1] * 98, lost=2).p99 == float("inf")
    assert Took([0.1] * 99 + [9.0], lost=0).p99 == 0.1
    assert Took().p99 == float("inf")


def test_a_request_that_hides_behind_another_is_found():
    one, two = b"HTTP/1.1 400 Bad Request\r\n\r\n<p>", b"HTTP/1.1 405 Method Not Allowed\r\n\r\n"

    assert hidden(one, 0) == []
    assert hidden(one + two, 1) == [], "answered by itself, it was hidden from nobody"
    assert hidden(one, 1) == ["the hidden request arrived ([b'400'])"]
    assert hidden(one + b"https://evil.example", 0) == ["another name came back"]
    assert hidden(b"HTTP/1.1 500 Internal Server Error\r\n", 0) == ["an error: [b'500']"]
