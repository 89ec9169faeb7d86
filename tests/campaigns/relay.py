"""A proxy of our own, to stand where nginx and Caddy stand: all right, or with one mistake made on purpose.

The control of ``campaigns/proxies.py``. While it makes no mistake none of the checks may find anything;
with each mistake, the check that the mistake is for has to find it. It is no proxy for anybody's use.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from http.client import HTTPException, HTTPResponse
from threading import BoundedSemaphore, Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from campaigns.fronts import DEPLOY, FORMS, STAFF, Front, make_certificates
from intake.web.headers import protection

_HEAD, _BODY, _FILES = 16_384, 256 * 1024, 9 * 1024 * 1024
_TAKE_FILES = ("/rules/proposals/new", "/rules/impact", "/settings")
_HEAD_SECONDS, _BODY_SECONDS, _REST_SECONDS = 10.0, 30.0, 0.5
_PLACES = 8
_ASKED = re.compile(r"([A-Z]+) (/[!-~]*) HTTP/1\.1")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~]*)")
_LENGTH = re.compile(r"\d{1,9}")
# What a visitor may not say to intake: it is said by the proxy, or by nobody (deploy/nginx/proxied.conf).
_FORWARDED = tuple(f"x-forwarded-{what}" for what in ("for", "host", "proto", "port", "prefix"))
_OURS_TO_SAY = frozenset(
    ("host", "content-length", "connection", "expect", "te", "upgrade", "forwarded", "proxy", "x-real-ip")
) | {*_FORWARDED, "x-original-url", "x-rewrite-url"}
_NOT_HANDED_BACK = frozenset(("connection", "keep-alive", "transfer-encoding", "content-length", "server"))


class Mistake(Enum):
    """What the relay does wrong."""

    LOSES_COOKIES = "no cookie reaches the browser"
    LOSES_A_HEADER = "an answer loses its Content-Security-Policy"
    REPEATS_A_HEADER = "an answer carries X-Robots-Tag twice"
    NAMES_ITSELF = "an answer names its software with the version"
    SHOWS_WITHIN = "/health is there for everybody"
    TAKES_ANY_SIZE = "it waits for as much as somebody says they will send"
    REFUSES_WITHOUT_HELP = "what it refuses by itself has no lines of help"
    TWO_LENGTHS = (
        "it takes all that arrives for one request, puts its headers in order and hands it on over a "
        "connection that everybody shares: intake sees two"
    )
    AS_IT_COMES = (
        "it takes all that arrives for one request and hands it on as it comes, Transfer-Encoding and "
        "Content-Length too, over a connection that everybody shares"
    )
    LEADS_ANYWHERE = "it leads to whatever host somebody names, and to the address as decoded"
    IN_THE_OPEN = "it answers over plain HTTP"
    OLD_TLS = "it speaks TLS 1.1"
    ANY_NAME = "it answers under every name"
    FEW_PLACES = "it reads few requests at a time"
    WRITES_A_LOG = "it writes down who asked for what"
    WRITES_BODIES = "it leaves in a file what was sent"
    BELIEVES_VISITORS = "it hands on the address that a visitor claims to have"


class _Refused(Exception):
    """The relay answers by itself; the status."""


@dataclass
class Relay(Front):
    """The relay, in threads of this process. ``mistake`` can be changed while it runs."""

    mistake: Mistake | None = None
    _listening: list[socket.socket] = field(default_factory=list)
    _shared: dict[int, socket.socket] = field(default_factory=dict)
    _one: Lock = field(default_factory=Lock)
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_PLACES))

    name = "relay"

    def __enter__(self) -> Self:
        make_certificates(self.folder / "tls")
        for port, answers in ((self.https, self._behind_tls), (self.http, self._plain)):
            listening = socket.create_server(("127.0.0.1", port), backlog=512)
            self._listening.append(listening)
            Thread(target=self._accept, args=(listening, answers), daemon=True).start()
        self.product.front = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.product.front = None
        for one in (*self._listening, *self._shared.values()):
            with suppress(OSError):
                # Who waits in accept() hears of it.
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def forget(self) -> None:
        """Let go of the connection to intake that everybody shares."""
        while self._shared:
            self._shared.popitem()[1].close()

    def _accept(self, listening: socket.socket, answers: Callable[[socket.socket], None]) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            Thread(target=answers, args=(connection,), daemon=True).start()

    def _behind_tls(self, connection: socket.socket) -> None:
        with suppress(OSError, HTTPException, ValueError), connection:
            connection.settimeout(_HEAD_SECONDS)
            with self._context().wrap_socket(connection, server_side=True) as encrypted:
                if self.mistake is Mistake.FEW_PLACES:
                    with self._places:
                        self._answer(encrypted)
                else:
                    self._answer(encrypted)

    def _context(self) -> ssl.SSLContext:
        context = self._context_of(FORMS)
        staff = self._context_of(STAFF)

        def named(
            encrypted: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
        ) -> int | None:
            if name == STAFF:
                encrypted.context = staff
            is_ours = name in (FORMS, STAFF) or self.mistake is Mistake.ANY_NAME
            return None if is_ours else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

        context.sni_callback = named
        return context

    def _context_of(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "tls" / f"{host}.pem", self.folder / "tls" / f"{host}.key")
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.mistake is Mistake.OLD_TLS:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        return context

    def _plain(self, connection: socket.socket) -> None:
        with suppress(OSError, HTTPException, ValueError), connection:
            connection.settimeout(_HEAD_SECONDS)
            if self.mistake is Mistake.IN_THE_OPEN:
                self._answer(connection)
                return
            asked = connection.recv(_HEAD).decode("latin-1")
            host = re.search(r"\r\nHost: ([^\r\n]+)", asked)
            if asked.startswith(("GET ", "HEAD ")) and host and host[1] in (FORMS, STAFF):
                location = f"Location: https://{host[1]}{asked.split()[1]}\r\n"
                connection.sendall(f"HTTP/1.1 301 Moved\r\n{location}Content-Length: 0\r\n\r\n".encode())
            else:
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    def _answer(self, connection: socket.socket) -> None:
        host = FORMS
        try:
            head, begun = _read_head(connection)
            if self.mistake is Mistake.LEADS_ANYWHERE and (led := _led_anywhere(head)):
                connection.sendall(led)
                return
            if self.mistake in (Mistake.TWO_LENGTHS, Mistake.AS_IT_COMES):
                connection.sendall(self._shared_with_all(head, begun + _all_that_arrives(connection)))
                return
            method, path, headers = _understood(head)
            host = headers["host"][0]
            body = self._read_body(connection, begun, host, path, headers)
            connection.sendall(self._asked(host, method, path, headers, body))
        except _Refused as refused:
            connection.sendall(self._refusal(host, str(refused)))
        except (TimeoutError, ssl.SSLError):
            return  # whoever sent it is gone, or takes too long
        _read_the_rest(connection)

    def _read_body(
        self, connection: socket.socket, begun: bytes, host: str, path: str, headers: dict[str, list[str]]
    ) -> bytes:
        length = int(headers.get("content-length", ["0"])[0])
        largest = _FILES if host == STAFF and path in _TAKE_FILES else _BODY
        if length > largest and self.mistake is not Mistake.TAKES_ANY_SIZE:
            raise _Refused("413 Too Large")
        end = time.monotonic() + _BODY_SECONDS
        body = bytearray(begun[:length])
        while len(body) < length and (piece := connection.recv(min(65_536, length - len(body)))):
            body += piece
            if time.monotonic() > end:
                raise TimeoutError
        if len(body) < length:
            raise TimeoutError
        if body and self.mistake is Mistake.WRITES_BODIES:
            (self.folder / "body").write_bytes(body)
        return bytes(body)

    def _asked(self, host: str, method: str, path: str, headers: dict[str, list[str]], body: bytes) -> bytes:
        """What intake answers, as it is handed back."""
        if self.mistake is Mistake.WRITES_A_LOG:
            with (self.folder / "access.log").open("a", encoding="utf-8") as log:
                log.write(f"{method} {path}\n")
        if path == "/health" and self.mistake is not Mistake.SHOWS_WITHIN:
            raise _Refused("404 Not Found")
        visitor = "127.0.0.1"
        if self.mistake is Mistake.BELIEVES_VISITORS:
            visitor = headers.get("x-forwarded-for", [visitor])[0]
        said = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"X-Forwarded-For: {visitor}"]
        said += [
            f"{name}: {one}" for name, every in headers.items() for one in every if name not in _OURS_TO_SAY
        ]
        said += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
        port = self.product.port if host == FORMS else self.product.clinic_port
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=60) as back:
                with suppress(ConnectionError):  # it may have answered before it read everything
                    back.sendall("\r\n".join([*said, "Connection: close\r\n\r\n"]).encode("latin-1") + body)
                return self._handed_back(back, method)
        except OSError:
            raise _Refused("502 Bad Gateway") from None

    def _handed_back(self, back: socket.socket, method: str = "GET") -> bytes:
        response = HTTPResponse(back, method=method)
        response.begin()
        content = response.read()
        told = [f"HTTP/1.1 {response.status} {response.reason}"]
        for name, value in response.headers.items():
            is_lost = (name == "Set-Cookie" and self.mistake is Mistake.LOSES_COOKIES) or (
                name == "Content-Security-Policy" and self.mistake is Mistake.LOSES_A_HEADER
            )
            if name.casefold() not in _NOT_HANDED_BACK and not is_lost:
                told.append(f"{name}: {value}")
        told += ["X-Robots-Tag: noindex"] if self.mistake is Mistake.REPEATS_A_HEADER else []
        told += ["Server: relay/1.0"] if self.mistake is Mistake.NAMES_ITSELF else []
        told += [f"Content-Length: {len(content)}", "Connection: close\r\n\r\n"]
        return "\r\n".join(told).encode("latin-1") + content

    def _refusal(self, host: str, status: str) -> bytes:
        page = (DEPLOY / "pages" / ("clinic.html" if host == STAFF else "patient.html")).read_bytes()
        if self.mistake is Mistake.REFUSES_WITHOUT_HELP:
            page = b"<h1>Refused</h1>"
        carried = protection(https=True) | {
            "Cache-Control": "no-store",
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(page)),
            "Connection": "close",
        }
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in carried.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + page

    def _shared_with_all(self, head: bytes, body: bytes) -> bytes:
        """What comes back first over the connection that is shared is taken for the answer."""
        is_put_in_order = self.mistake is Mistake.TWO_LENGTHS
        request = (_put_in_order(head) if is_put_in_order else head + b"\r\n\r\n") + body
        with self._one:
            port = self.product.port
            for again in (True, False):
                back = self._shared.get(port)
                if back is None:
                    back = self._shared[port] = socket.create_connection(("127.0.0.1", port), timeout=5)
                try:
                    back.sendall(request)
                    return self._handed_back(back)
                except (OSError, HTTPException):
                    # Intake hung up on what was sent before: a new one, once.
                    self._shared.pop(port).close()
                    if not again:
                        raise
        raise AssertionError


def _read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head of a request, and what of its body arrived with it."""
    end, read = time.monotonic() + _HEAD_SECONDS, b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(8_192)
        if not piece or time.monotonic() > end:
            raise TimeoutError
        read += piece
        if len(read) > _HEAD and b"\r\n\r\n" not in read:
            raise _Refused("431 Too Large")
    head, _, begun = read.partition(b"\r\n\r\n")
    if len(head) > _HEAD:
        raise _Refused("431 Too Large")
    return head, begun


def _understood(head: bytes) -> tuple[str, str, dict[str, list[str]]]:
    """Method, address and headers of a request that can be understood in one way alone."""
    first, *lines = head.decode("latin-1").split("\r\n")
    asked, found = _ASKED.fullmatch(first), [_HEADER.fullmatch(line) for line in lines]
    headers: dict[str, list[str]] = {}
    for one in found:
        if one is None:
            raise _Refused("400 Bad Request")
        headers.setdefault(one[1].casefold(), []).append(one[2].rstrip())
    lengths = headers.get("content-length", [])
    fits = len(lengths) < 2 and all(_LENGTH.fullmatch(one) for one in lengths)
    if not fits or asked is None or "transfer-encoding" in headers:
        raise _Refused("400 Bad Request")
    if headers.get("host") not in ([FORMS], [STAFF]):
        raise _Refused("421 Misdirected Request")
    return asked[1], asked[2], headers


def _led_anywhere(head: bytes) -> bytes:
    """To the host somebody names, and to the address as it is decoded; empty where both are ours."""
    first, *lines = head.decode("latin-1").split("\r\n")
    path = first.split(" ")[1] if " " in first else "/"
    hosts = [line[5:].strip() for line in lines if line.casefold().startswith("host:")]
    host = urlsplit(path).netloc or (hosts[-1] if hosts else FORMS)
    if host in (FORMS, STAFF) and unquote(path) == path:
        return b""
    return (
        f"HTTP/1.1 301 Moved\r\nLocation: https://{host}{unquote(path)}\r\nContent-Length: 0\r\n\r\n".encode()
    )


def _all_that_arrives(connection: socket.socket) -> bytes:
    connection.settimeout(0.2)
    read = b""
    with suppress(TimeoutError):
        while piece := connection.recv(65_536):
            read += piece
    return read


def _put_in_order(head: bytes) -> bytes:
    """Each header once and in order, and of two lengths one: chunks if there are any."""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and name[:1].strip():
            # What is no part of a name is left out, and of a value what nobody can see.
            headers.setdefault(re.sub(r"[^a-z-]", "", name.casefold()), re.sub(r"[^ -~]", "", value).strip())
    if "content-length" in headers:
        length = re.search(r"\d+", headers["content-length"])
        headers["content-length"] = length[0] if length else "0"
    if "chunked" in headers.get("transfer-encoding", "") and "content-length" in headers:
        del headers["content-length"]
    headers["connection"] = "keep-alive"
    headers["x-forwarded-for"] = "127.0.0.1"
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


def _read_the_rest(connection: socket.socket) -> None:
    """Who is hung up on in the middle of sending may never read why."""
    connection.settimeout(_REST_SECONDS)
    with suppress(OSError):
        if not isinstance(connection, ssl.SSLSocket):
            connection.shutdown(socket.SHUT_WR)
        end = time.monotonic() + _REST_SECONDS
        while time.monotonic() < end and connection.recv(65_536):
            pass
