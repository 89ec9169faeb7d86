"""What a browser is called on the page of one's own account: a few plain words, and never its own."""

import pytest

from intake.domain.browsers import family


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "(Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Firefox on Windows",
        ),
        ("(X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome on Linux"),
        ("(Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
        (
            "(iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("(iPad; CPU OS 17_5 like Mac OS X) CriOS/126.0 Safari/604.1", "Chrome on an iPad"),
        ("(Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1", "Safari on a Mac"),
        ("(Linux; Android 14) SamsungBrowser/25.0 Chrome/121.0", "Samsung Internet on Android"),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
        ("<script>alert(1)</script> firefox/ windows\r\nSet-Cookie: a", "Firefox on Windows"),
    ],
)
def test_a_browser_is_called_what_its_person_calls_it(said, words):
    assert family(said) == words
