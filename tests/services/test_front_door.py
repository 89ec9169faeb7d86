"""What the doctor sees of a clinic's https address, at servers of this machine that are right or wrong."""

import re
import socket
import ssl
import threading
import warnings
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake import resources
from intake.services import doctor_gathering
from intake.services.doctor_facts import at_hand
from intake.services.doctor_gathering import gather
from intake.services.front_door import Front, look
from services.certificates import Authority
from services.test_doctor import GOOD

NGINX = (resources.TEMPLATES.parent / "deploy" / "nginx" / "served.conf").read_text("utf-8")
(SHIPPED,) = re.findall(r"ssl_ciphers ([^;]+);", NGINX)
PROMISE = "max-age=63072000; includeSubDomains"
PAGE = f"HTTP/1.1 200 OK\r\nStrict-Transport-Security: {PROMISE}\r\nContent-Length: 0\r\n\r\n"
SILENT = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
LEADS = "HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
ELSEWHERE = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/in\r\nContent-Length: 0\r\n\r\n"
REFUSES = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def answering(words, context=None):
    """A server that answers whatever is asked with these words; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    plain, _ = server.accept()
                except OSError:
                    return
                with plain:
                    try:
                        spoken = context.wrap_socket(plain, server_side=True) if context else plain
                        with spoken:
                            if spoken.recv(4096):
                                spoken.sendall(words.encode())
                    except OSError:
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def seen(authority, words=PAGE, plain=LEADS, context=None, *, trusted=True):
    with (
        answering(words, context or as_shipped(authority)) as port,
        answering(plain) as plain_port,
    ):
        return look("127.0.0.1", port, plain_port, str(authority.file) if trusted else None)


def as_shipped(authority, host="127.0.0.1"):
    """A server set up as deploy/nginx sets one up."""
    context = authority.context(host)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(SHIPPED)
    return context


def careless(authority, *, newest=ssl.TLSVersion.TLSv1_3, oldest=ssl.TLSVersion.TLSv1_2, suites=None):
    """A server set up as nobody should."""
    context = authority.context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version, context.minimum_version = newest, oldest
    if suites:
        context.set_ciphers(suites)
    return context


def test_a_front_as_it_should_be_is_seen_as_one(authority):
    front = seen(authority)

    assert front.certificate_until - datetime.now(UTC) < timedelta(days=2)
    assert front == Front("127.0.0.1", certificate_until=front.certificate_until, promised=63_072_000)


def test_a_certificate_nobody_vouches_for_is_told_in_words(authority):
    front = seen(authority, trusted=False)

    assert "certificate" in front.certificate_fault
    assert (front.old, front.weak_suite) == ((), "")


def test_a_certificate_of_another_name_is_told(authority):
    front = seen(authority, context=as_shipped(authority, "elsewhere.test"))

    assert "not valid for" in front.certificate_fault


@pytest.mark.parametrize("trusted", [True, False], ids=["believed", "not believed"])
def test_old_tls_is_found_also_behind_a_certificate_that_is_not_believed(authority, trusted):
    context = careless(authority, oldest=ssl.TLSVersion.TLSv1, suites="ALL:@SECLEVEL=0")

    assert seen(authority, context=context, trusted=trusted).old == ("TLS 1.0", "TLS 1.1")


@pytest.mark.parametrize("suites", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"])
def test_a_cipher_without_forward_secrecy_or_without_a_seal_is_found(authority, suites, tmp_path):
    # Without forward secrecy there is only RSA.
    found = Authority(tmp_path, rsa=suites.startswith("AES"))
    context = careless(found, suites=f"{suites}:ECDHE+AESGCM:@SECLEVEL=0")

    front = seen(found, context=context)
    assert (front.weak_suite, front.certificate_fault) == (suites, "")


def test_who_speaks_no_newer_tls_is_found(authority):
    assert seen(authority, context=careless(authority, newest=ssl.TLSVersion.TLSv1_2)).newest == "TLSv1.2"


@pytest.mark.parametrize(
    ("words", "promised"),
    [
        (SILENT, 0),
        (PAGE.replace("63072000", "300"), 300),
        (PAGE.replace("max-age=", "max-age=x"), 0),
        (PAGE.replace("63072000", "²"), 0),
        (PAGE.replace("63072000", "9" * 5000), int("9" * 15)),
    ],
)
def test_what_browsers_are_promised_is_read(authority, words, promised):
    assert seen(authority, words).promised == promised


@pytest.mark.parametrize(
    ("plain", "open_"), [(LEADS, False), (REFUSES, False), (ELSEWHERE, True), (SILENT, True)]
)
def test_plain_http_leads_to_https_or_is_refused(authority, plain, open_):
    assert seen(authority, plain=plain).plain is open_


def test_where_nobody_answers_nothing_is_said_to_be_wrong():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert look("127.0.0.1", port) == Front("127.0.0.1", is_reached=False)


def test_a_server_that_speaks_no_tls_is_told_and_breaks_nothing():
    with answering(SILENT) as port:
        assert look("127.0.0.1", port, port).certificate_fault


def test_each_https_address_of_the_clinic_is_looked_at_once_and_none_before_a_start(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(
        doctor_gathering, "look", lambda host, port: asked.append((host, port)) or Front(host)
    )
    settings = replace(
        GOOD,
        instance=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'intake.db'}",
        clinic_address="https://staff.elm-street.org:8443",
    )

    assert at_hand(settings, {}).fronts == ()
    gather(settings, {})
    assert asked == [("intake.elm-street.org", 443), ("staff.elm-street.org", 8443)]
    asked.clear()
    doctor_gathering._fronts(replace(settings, clinic_address=""))
    assert asked == [("intake.elm-street.org", 443)]
