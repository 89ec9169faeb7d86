"""The search of the canaries finds a word in each sink and in each way it could be written."""

import base64
import gzip
import io
import json
import zipfile
import zlib

import pytest

from campaigns import sinks as caught
from campaigns.aviary import Aviary, Open
from campaigns.canaries import erased_carelessly
from campaigns.disguises import found_in
from campaigns.lying_open import OPEN
from campaigns.sinks import SINKS, Sinks, free_pages, may_be_kept
from campaigns.watched import boxes_on

WORD = "zqxaabbxqz"
SECRET = bytes(range(7, 39))
PLAIN = f"She wrote {WORD} here."


def zipped(text):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as one:
        one.writestr("folder/file.csv", text)
    return held.getvalue()


WRITTEN = {
    "as it is": PLAIN.encode(),
    "capitals": PLAIN.upper().encode(),
    "UTF-16": PLAIN.encode("utf-16-le"),
    "big-endian UTF-16": PLAIN.encode("utf-16-be"),
    "UTF-32": PLAIN.encode("utf-32"),
    "backwards": PLAIN[::-1].encode(),
    "percent": "".join(f"%{one:02X}" for one in PLAIN.encode()).encode(),
    "quoted-printable": "=".join(["", *(f"{one:02X}" for one in PLAIN.encode())]).encode(),
    "a soft line break": b"zqxaab=\r\nbxqz",
    "HTML entities": "".join(f"&#{ord(one)};" for one in PLAIN).encode(),
    "hexadecimal entities": "".join(f"&#x{ord(one):x};" for one in PLAIN).encode(),
    "JSON escapes": "".join(f"\\u{ord(one):04x}" for one in PLAIN).encode(),
    "octal escapes": "".join(f"\\{ord(one):03o}" for one in PLAIN).encode(),
    "hex": PLAIN.encode().hex().encode(),
    "hex one further": b"a" + PLAIN.encode().hex().encode(),
    "spelled hex": PLAIN.encode().hex(" ").encode() + b" ",
    **{f"base64, {n} further": base64.b64encode(b"x" * n + PLAIN.encode()) for n in range(3)},
    **{f"base64 behind {n} letters": b"a" * n + base64.b64encode(PLAIN.encode()) for n in range(4)},
    "base64 of a cookie": b"session="
    + base64.urlsafe_b64encode(json.dumps({"said": PLAIN}).encode()).rstrip(b"="),
    "base64 of nothing else": base64.b64encode(WORD.encode()).rstrip(b"="),
    "base64 in lines": base64.encodebytes(b"x" * 50 + PLAIN.encode()),
    "zlib": zlib.compress(PLAIN.encode()),
    "gzip": gzip.compress(PLAIN.encode()),
    "a file of a zip": zipped(PLAIN),
    "gzip in base64": base64.b64encode(gzip.compress(PLAIN.encode())),
    "base64 in gzip": gzip.compress(base64.b64encode(PLAIN.encode())),
    "JSON in hex": json.dumps(PLAIN).encode().hex().encode(),
    "UTF-16 in base64": base64.b64encode(PLAIN.encode("utf-16-le")),
}


@pytest.mark.parametrize("way", WRITTEN)
@pytest.mark.parametrize("before", [b"", b"\x00\x78\x9c%&\\ =\r\n"])
def test_a_word_is_found_however_it_is_written(way, before):
    assert any(needle == WORD.encode() for needle, _ in found_in(before + WRITTEN[way], [WORD.encode()]))


@pytest.mark.parametrize("way", ["hex", "base64"])
def test_a_key_is_found_as_bytes_and_as_it_is_written(way):
    written = SECRET.hex().encode() if way == "hex" else base64.b64encode(SECRET)

    assert list(found_in(b"key: " + written, [SECRET]))
    assert list(found_in(SECRET, [SECRET]))


@pytest.mark.parametrize("way", ["as it is", "backwards", "gzip in base64"])
def test_a_find_shows_what_stands_around_it(way):
    aviary, here = Aviary(), Sinks()
    aviary.keep("a box", WORD)
    here.catch(caught.COOKIES, "a cookie", b"before " + WRITTEN[way])

    (leak,) = here.leaks(aviary)

    assert f"She wrote {WORD} here." in leak.around
    assert leak.around in str(leak)


def test_nothing_is_found_where_nothing_is():
    assert list(found_in(b"zqx xqz " + PLAIN.replace(WORD, "she").encode(), [WORD.encode(), SECRET])) == []


@pytest.mark.parametrize("sink", SINKS)
def test_what_is_planted_in_a_sink_is_found_there_and_nowhere_else(sink):
    aviary, here = Aviary(), Sinks()
    word = aviary.word("a box")
    for other in SINKS:
        here.catch(other, "clean", "nothing")
    here.catch(sink, "planted", base64.b64encode(f"typed: {word}".encode()))

    assert [(one.place, one.sink, one.where, one.how) for one in here.leaks(aviary)] == [
        ("a box", sink, "planted", "base64")
    ]


def test_a_word_may_stand_where_a_reason_is_given_and_in_no_other_sink():
    aviary, here = Aviary(), Sinks()
    for sink in (caught.LETTERS, caught.COOKIES):
        here.catch(sink, "letter", aviary.word("an address"))

    found = list(here.leaks(aviary, (Open("an address", caught.LETTERS, "it goes there"),)))

    assert [one.sink for one in found] == [caught.COOKIES]


def test_every_reason_is_given_for_sinks_there_are():
    assert all(one.why and any(one.holds_in(sink) for sink in SINKS) for one in OPEN)


def test_what_was_deleted_carelessly_is_found_on_free_pages(tmp_path):
    aviary, here = Aviary(), Sinks()
    here.catch(caught.FREE_PAGES, "pages", free_pages(erased_carelessly(tmp_path, aviary.word("erased"))))

    assert [one.place for one in here.leaks(aviary)] == ["erased"]


def test_a_page_that_a_browser_may_keep_is_named():
    assert may_be_kept("/f/1/1", {"Cache-Control": "no-store"}) == ""
    assert may_be_kept("/clinic/static/app.css", {"Cache-Control": "public"}) == ""
    assert may_be_kept("/f/1/1", {"Cache-Control": "no-cache"})
    assert may_be_kept("/f/1/1", {"Cache-Control": "no-store", "ETag": '"1"'})


def test_every_box_of_a_form_is_found():
    page = (
        '<form method="post" action="/to"><input type="hidden" name="a" value="1">'
        '<textarea name="b">old</textarea>'
        '<input name="c"><input type="checkbox" name="d" value="2">'
        '<select name="e"><option value="3">x</select>'
        '<input type="radio" name="f" value="4"><button name="g" value="5">Send</button></form>'
    )
    (box,) = boxes_on(page, "/here")

    assert (box.action, box.kinds) == ("/to", {"b": "words", "c": "text"})
    assert dict(box.fields) == {"a": "1", "b": "old", "c": "", "e": "3", "f": "4"}
    assert (box.ticks, box.button) == ({"d": "2"}, ("g", "5"))

    (goes_on,) = boxes_on(page.replace("</form>", "<button>Go on</button></form>"), "/here")
    assert goes_on.button is None
