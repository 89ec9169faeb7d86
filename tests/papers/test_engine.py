"""PDFs are made in a process that reaches nothing, ends in time, and need not be there."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import weasyprint

from intake.papers import engine, press
from intake.papers.engine import EngineMissing, NotMade, Sheet
from papers.barriers import barriers
from pdf import Pdf

CANARY = "canary-3141592653"
PIXEL = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8v8z" fill="#123456"/></svg>'
)
GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A paper</title></head><body>
<h1>Title</h1><img src="sheet:logo.svg" alt="Logo"><h2>Part</h2>
<dl class="rows"><div><dt>Asked</dt><dd>Said <a href="#end">see</a></dd></div></dl>
<ul><li>one</li></ul>
<table><thead><tr><th scope="col">Day</th><th scope="col">Who</th></tr></thead>
<tbody><tr><th scope="row">May 1</th><td>A clinician</td></tr></tbody></table>
<p id="end">End</p></body></html>"""
STYLE = "dl>div{display:table;width:100%}dt,dd{display:table-cell}"


@pytest.fixture
def listener():
    """A server on this machine, and what was asked of it."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(CANARY.encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hostile(tmp_path, listener):
    """A page as if an answer had got into it unescaped, asking for files and for others' machines."""
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    picture = tmp_path / "secret.svg"
    picture.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text y="9">{CANARY}</text></svg>')
    address, _ = listener
    wanted = "".join(
        f'<img src="{url}" alt="a"><object data="{url}"></object><embed src="{url}">'
        f'<p style="background:url({url})">x</p><link rel="attachment" href="{url}">'
        f'<link rel="stylesheet" href="{url}"><style>@import url({url});'
        f"i::before{{content:url({url})}}</style><i>y</i>"
        f'<svg width="9" height="9"><image href="{url}" width="9" height="9"/><use href="{url}#a"/></svg>'
        for url in (secret.as_uri(), picture.as_uri(), "file:///etc/passwd", f"{address}/x", "secret.txt")
    )
    base = f'<base href="{tmp_path.as_uri()}/">'
    return f'<html lang="en"><head>{base}<title>T</title></head><body><h1>T</h1>{wanted}</body></html>'


def leaked(made):
    """What of the secret stands in a PDF, as words or as anything packed into it."""
    document = Pdf(made)
    found = [one.content for one in document.objects.values() if hasattr(one, "raw")]
    return document.says(CANARY) or any(CANARY.encode() in one or b"root:x:0" in one for one in found)


def test_nothing_but_what_was_handed_over_gets_into_a_pdf_and_nothing_is_asked_of_anybody(hostile, listener):
    made = engine.make(Sheet(hostile, "p{color:red}", {"logo.svg": PIXEL}))

    assert not leaked(made)
    assert listener[1] == []


def test_a_page_that_brings_its_own_fonts_is_not_made_at_all(listener):
    font = f"@font-face{{font-family:f;src:url({listener[0]}/font)}}p{{font-family:f}}"

    with pytest.raises(NotMade):
        engine.make(Sheet(GOOD.replace("</head>", f"<style>{font}</style></head>"), ""))

    assert listener[1] == []


def test_the_same_page_leaks_where_nobody_refuses(hostile, listener):
    made = weasyprint.HTML(string=hostile).write_pdf()

    assert leaked(made)
    assert listener[1]


def test_a_file_that_was_handed_over_is_shown_and_no_other():
    with_logo = press.pressed(GOOD, STYLE, {"logo.svg": PIXEL})
    without = press.pressed(GOOD, STYLE, {"other.svg": PIXEL})

    drawn = [b"0.070588" in one.content for one in Pdf(with_logo).objects.values() if hasattr(one, "raw")]
    assert any(drawn)
    assert not any(b"0.070588" in one.content for one in Pdf(without).objects.values() if hasattr(one, "raw"))


@pytest.mark.parametrize(
    "event", ["socket.connect", "socket.getaddrinfo", "subprocess.Popen", "urllib.Request"]
)
def test_the_process_reaches_nothing_even_where_the_engine_would(event):
    with pytest.raises(press.Refused):
        press._stay_inside(event, ())
    press._stay_inside("open", ())


def test_a_press_that_reaches_out_all_the_same_is_stopped_in_its_own_process():
    reaching = (
        "import socket; from intake.papers import press; "
        "press.pressed = lambda *_: socket.create_connection(('127.0.0.1', 9)); press.main()"
    )
    asked = {"html": "<p>", "stylesheet": "", "files": {}, "seconds": 30, "megabytes": 4096}

    ended = subprocess.run(
        [sys.executable, "-c", reaching], input=json.dumps(asked), capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert "Refused: socket." in ended.stderr


def other_press(monkeypatch, tmp_path, program):
    """Another program in the place of the press."""
    path = tmp_path / "press.py"
    path.write_text(program)
    monkeypatch.setattr(engine, "_PRESS", path)
    monkeypatch.setattr(engine, "_found", threading.Event())


def test_a_machine_without_the_engine_is_told_so(monkeypatch, tmp_path):
    other_press(monkeypatch, tmp_path, f"raise SystemExit({press.MISSING})")

    assert not engine.is_here()
    with pytest.raises(EngineMissing):
        engine.make(Sheet(GOOD, ""))


@pytest.mark.parametrize(
    "missing", [ImportError("no module"), OSError("cannot load library 'libpango-1.0-0'")]
)
def test_the_press_says_when_a_library_is_missing(monkeypatch, missing):
    class Gone:
        def find_spec(self, name, *_):
            if name == "weasyprint":
                raise missing

    monkeypatch.delitem(press.sys.modules, "weasyprint")
    monkeypatch.setattr(press.sys, "meta_path", [Gone(), *press.sys.meta_path])
    monkeypatch.setattr(press.json, "load", lambda _: {"seconds": 60, "megabytes": 100, "html": None})
    monkeypatch.setattr(press, "_limit", lambda *_: None)
    monkeypatch.setattr(press.logging, "disable", lambda _: None)

    assert press.main() == press.MISSING


def test_what_takes_too_long_is_ended(monkeypatch, tmp_path):
    other_press(monkeypatch, tmp_path, "while True: pass")

    with pytest.raises(NotMade, match="longer than 1 second"):
        engine.make(Sheet(GOOD, ""), seconds=1)


def test_what_needs_too_much_memory_is_ended(monkeypatch, tmp_path):
    limited = (
        f"import runpy; p = runpy.run_path({press.__file__!r}); p['_limit'](60, 200); bytearray(300 << 20)"
    )
    other_press(monkeypatch, tmp_path, limited)

    with pytest.raises(NotMade):
        engine.make(Sheet(GOOD, ""))


def test_an_engine_that_stops_halfway_makes_nothing(monkeypatch, tmp_path):
    other_press(monkeypatch, tmp_path, "print('%PDF-1.7 half'); raise SystemExit(1)")

    with pytest.raises(NotMade):
        engine.make(Sheet(GOOD, ""))


def test_the_engine_is_told_none_of_the_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("INTAKE_DATABASE_URL", "postgresql://intake:secret@host/db")
    other_press(monkeypatch, tmp_path, "import os; print('%PDF-', dict(os.environ))")

    told = engine.make(Sheet(GOOD, ""))

    assert b"PATH" in told
    assert b"INTAKE_" not in told


def test_no_words_break_the_engine():
    words = "\x00\x08 \ud800 \U0010ffff ‮ <b> & 中文 🙂"
    made = engine.make(Sheet(GOOD.replace("End", words.replace("<", "&lt;")), STYLE, {}))

    assert Pdf(made).says("Said")


def test_a_paper_can_be_read_without_seeing_it():
    assert barriers(Pdf(press.pressed(GOOD, STYLE, {"logo.svg": PIXEL}))) == []


@pytest.mark.parametrize(
    ("good", "broken", "barrier"),
    [
        ('<html lang="en">', "<html>", "it has no language"),
        ("<title>A paper</title>", "", "it has no title"),
        ("<h1>Title</h1>", "", "its first heading is not of the first level"),
        ("h2>", "h3>", "a heading of level 3 follows one of level 1"),
        ("h2>", "h1>", "it has several headings of the first level"),
        (' alt="Logo"', "", "a picture has no words"),
        ("<ul><li>one</li></ul>", "<ul><p>one</p></ul>", "a L holds a P"),
        ("th>", "td>", "a table has no headings"),
    ],
)
def test_what_keeps_people_out_is_found(good, broken, barrier):
    page = GOOD.replace("<th ", "<td ") if good == "th>" else GOOD
    assert good in page

    assert barrier in barriers(Pdf(press.pressed(page.replace(good, broken), STYLE, {"logo.svg": PIXEL})))


def test_a_document_without_tags_is_found():
    untagged = weasyprint.HTML(string=GOOD.replace('<img src="sheet:logo.svg" alt="Logo">', "")).write_pdf()

    found = barriers(Pdf(untagged))

    assert {
        "it has no tree of tags",
        "it does not say that it is tagged",
        "it does not say that it is PDF/UA-1",
    } <= set(found)


def test_rows_that_the_engine_tags_as_no_list_may_be_are_found(monkeypatch):
    monkeypatch.setattr(press, "_tag_rows", lambda _pdf: None)

    assert "a L holds a Div" in barriers(Pdf(press.pressed(GOOD, STYLE, {"logo.svg": PIXEL})))
