"""What the campaign with other people's scanners judges by; the scanners themselves run in it alone."""

import http.client
import json

import pytest

from campaigns.pages_found import Form
from campaigns.planted import served
from campaigns.recorder import Recorder, recording
from campaigns.scanners import (
    _ENDS_A_VISIT,
    FALSE_ALARMS,
    Finding,
    Seen,
    _as_logged,
    told_by_sqlmap,
    told_by_wapiti,
)


@pytest.fixture(scope="module")
def planted():
    with served() as port:
        yield port


def asked(recorder, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read().decode()
    connection.close()
    return response.status, content


def test_an_error_behind_the_recorder_is_kept_whoever_asked(planted):
    with recording(Recorder(planted)) as recorder:
        assert asked(recorder, "GET", "/say?said=hello")[1].count("You said hello") == 1
        assert asked(recorder, "POST", "/find", "word=doe")[1].count("Found: doe") == 1
        assert asked(recorder, "GET", "/broken")[0] == 500

    assert recorder.requests == 3
    assert recorder.broken == {"500 for GET /broken": 1}
    assert recorder.reached == {"GET /say", "POST /find"}


def test_what_ends_a_visit_goes_no_further(planted):
    with recording(Recorder(planted, kept_back=_ENDS_A_VISIT)) as recorder:
        assert asked(recorder, "POST", "/clinic/sign-out", "a=1")[0] == 404
        assert asked(recorder, "GET", "/")[0] == 200

    assert recorder.requests == 1


def test_the_same_person_asks_until_the_end(planted):
    with recording(Recorder(planted, {"intake_clinic": "theirs"})) as recorder:
        asked(recorder, "GET", "/")

        assert recorder.cookies == {"intake_clinic": "theirs"}


def test_what_the_scanners_tell_is_read():
    finding = {"info": "XSS via said", "method": "GET", "path": "/say/12", "parameter": "said"}
    document = {"vulnerabilities": {"Cross Site Scripting": [finding]}, "anomalies": {"Error": []}}
    csv = "Target URL,Place,Parameter,Technique(s),Note(s)\nhttp://127.0.0.1:1/find,POST,word,B,\n"

    assert told_by_wapiti(json.dumps(document)) == [("Cross Site Scripting: XSS via said", "GET /say/… said")]
    assert told_by_sqlmap(csv, "") == [("injection (B)", "POST word of /find")]
    assert told_by_sqlmap("", "---\nParameter: word (POST)\n") == [("injection", "word (POST)")]
    assert told_by_sqlmap("Target URL,Place\n", "nothing") == []


def test_a_false_alarm_has_a_reason_and_hides_nothing_else():
    seen = Seen()
    known = Finding("wapiti", "staff", "HTTP Secure Headers: X-Frame-Options is not set", "GET /clinic/")
    seen.findings = [known, Finding("wapiti", "staff", "Cross Site Scripting: X", "GET /")]

    assert all(one.why for one in FALSE_ALARMS)
    assert seen.false_alarms == [known]
    assert seen.faults == ["wapiti, staff: Cross Site Scripting: X at GET /"]


def test_a_request_is_written_down_as_sqlmap_reads_it():
    logged = _as_logged(Form("post", "/find", (("word", "a b"),)), 8000)

    assert "POST /find HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n" in logged
    assert "Content-Length: 8\r\n\r\nword=a+b" in logged
