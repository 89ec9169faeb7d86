"""Strangers and broken browsers, who send what nobody asked for."""

import socket
from contextlib import closing, suppress

from campaigns.sinks import OTHERS_PAGES
from campaigns.watched import Browser, Watched
from intake.storage.database import sqlite_module

# What somebody sent wrongly comes back to them, and to nobody else.
_NEITHER = ""


def strangers_come(product: Watched) -> None:
    """Other people on every page there is, and in everything that goes wrong: none of it tells of anybody."""
    for cookies in ({}, {"intake_patient": "x" * 43, "intake_clinic": "y" * 43}):
        browser = Browser(product, OTHERS_PAGES)
        browser.cookies = dict(cookies)
        for path in (
            "/", "/form", "/f/1/1", "/check", "/sign", "/sent", "/sent/copy", "/sent/ask", "/return",
            "/later", "/reply", "/reply/question", "/privacy", "/help", "/away", "/health", "/nothing",
            "/f/99/99", "/clinic/", "/clinic/queue", "/clinic/sign-in", "/clinic/desk", "/clinic/trail",
            "/clinic/health", "/clinic/nothing", "/clinic/settings", "/clinic/setup",
            "/clinic/invitation",
        ):  # fmt: skip
            browser.open(path)
        browser.open("/")
        browser.send("/start", [])
        browser.open("/f/1/1")
        for path in ("/start", "/f/1/1", "/sign", "/return", "/clinic/sign-in", "/clinic/queue/find"):
            product.ask(path, [("words", "nothing")], browser.cookies, looked_into=OTHERS_PAGES)
            product.ask(path, [("words", "a" * 300_000)], browser.cookies, looked_into=OTHERS_PAGES)


def mistakes_are_made(product: Watched) -> None:
    """Words where none are meant: in addresses, headers, cookies, tokens, and in requests that are none."""
    word = product.aviary.word
    places = (
        "path",
        "query",
        "cookie",
        "token",
        "field",
        "header",
        "host",
        "agent",
        "method",
        "length",
        "chunk",
        "half",
    )
    words = {one: word(f"no request: {one}") for one in places}
    quietly = lambda path, fields=None, cookies=None: product.ask(path, fields, cookies, looked_into=_NEITHER)  # noqa: E731
    for side in ("", "/clinic"):
        quietly(f"{side}/{words['path']}")
        quietly(f"{side}/static/{words['path']}")
        quietly(f"{side}/?{words['query']}={words['query']}")
        quietly(f"{side}/sign-in", [("csrf_token", words["token"]), (words["field"], words["field"])])
        quietly(
            f"{side}/",
            None,
            dict.fromkeys(("intake_patient", "intake_clinic", "intake_patient_page"), words["cookie"]),
        )
    quietly("/policy-reports", [("csp-report", words["field"])])
    for port in (product.port, product.clinic_port):
        for request in (
            f"GET /{words['path']} HTTP/1.1\r\nHost: {words['host']}.test\r\n\r\n",
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {words['agent']}\r\n"
            f"Referer: {words['header']}\r\nX-Forwarded-For: {words['header']}\r\n"
            f"Accept-Language: {words['header']}\r\n\r\n",
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {words['length']}\r\n\r\n",
            f"{words['method']} / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n{words['chunk']}\r\n",
            f"POST /start HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{words['half']}",
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, suppress(OSError):
                connection.settimeout(2)
                connection.sendall(request.encode())
                connection.recv(65536)


def nothing_can_be_kept(product: Watched) -> None:
    """Another program holds the database while a patient, a clinician and a stranger press their buttons."""
    word = product.aviary.word
    patient = Browser(product)
    patient.open("/")
    patient.send("/start", [])
    patient.open("/f/1/1")
    staff = Browser(product)
    staff.open("/clinic/sign-in")
    with closing(sqlite_module().connect(product.instance / "intake.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        patient.send("/f/1/1", [("filled_in_by", "me"), ("words", word("while the disk is full: patient"))])
        name, secret = word("while the disk is full: username"), word("while the disk is full: password")
        staff.send("/clinic/sign-in", [("username", name), ("password", secret)])
        stranger = Browser(product, OTHERS_PAGES)
        stranger.open("/f/1/1")
    assert staff.status in (500, 503), f"the database was not held: {staff.status}"
