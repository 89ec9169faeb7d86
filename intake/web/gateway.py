"""Takes in a whole request before any page sees it, so that one slow sender never keeps a page from others.

The pages answer in threads, and there are few of those. Behind granian's own WSGI interface,
sixteen browsers that stopped in the middle of sending (a phone in a tunnel will do) held all
sixteen threads for good. Here the waiting is done by the event loop, and it ends.
"""

import asyncio
import io
import logging
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# The largest thing a browser sends is a page of a form; Flask's own limits are lower for most pages.
LARGEST_BODY = 256 * 1024
SECONDS_FOR_THE_BODY = 20.0

_log = logging.getLogger(__name__)
_Raised = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class Refused(Exception):
    """A request no page should see, with the HTTP status that says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class SenderGone(Exception):
    """The browser went away before it had sent everything."""


@dataclass(slots=True)
class Reply:
    """What a page answers: the other half of a WSGI call."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)

    def start(
        self, status: str, headers: list[tuple[str, str]], _raised: _Raised | None = None, /
    ) -> Callable[[bytes], object]:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self.chunks.append


class Gateway:
    """An ASGI application around the WSGI application of the pages."""

    def __init__(self, pages: WSGIApplication, threads: int) -> None:
        self._pages = pages
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            refuse_ambiguous(scope["headers"])
            async with asyncio.timeout(SECONDS_FOR_THE_BODY):
                body = await whole_body(receive)
        except SenderGone:
            return
        except Refused as refused:
            await _send(send, _bare(refused.status))
        except TimeoutError:
            await _send(send, _bare(408))
        else:
            loop = asyncio.get_running_loop()
            await _send(send, await loop.run_in_executor(self._threads, self._ask, environ_of(scope, body)))

    def _ask(self, environ: WSGIEnvironment) -> Reply:
        reply = Reply()
        try:
            chunks = self._pages(environ, reply.start)
            try:
                reply.chunks.extend(chunks)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        except Exception as error:
            # Never the error's own words: they may quote an answer.
            _log.error("a page failed outside of its error pages: %s", type(error).__name__)
            return _bare(500)
        return reply


def refuse_ambiguous(headers: Headers) -> None:
    """Refuse what a proxy in front might have read differently.

    hyper, inside granian, refuses or closes after the other kinds of request smuggling.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1 or not hosts[0]:
        raise Refused(400)


async def whole_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderGone
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise Refused(413)
        if not message.get("more_body", False):
            return bytes(body)


def environ_of(scope: Scope, body: bytes) -> WSGIEnvironment:
    """The request as PEP 3333 wants it: every value a string of latin-1 characters."""
    path = scope.get("raw_path") or scope["path"].encode()
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    return _header_variables(scope["headers"]) | {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or ""),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": str(client[0]),
        # What came, however it was announced, so that Flask's limits hold for chunked bodies too.
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _header_variables(headers: Headers) -> WSGIEnvironment:
    variables: WSGIEnvironment = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").upper()
        # In a variable X_Real_IP and X-Real-IP look the same; only a forger sends the first.
        if "_" in name or name == "TRANSFER-ENCODING":
            continue
        variable = "CONTENT_TYPE" if name == "CONTENT-TYPE" else "HTTP_" + name.replace("-", "_")
        value = raw_value.decode("latin-1")
        separator = "; " if name == "COOKIE" else ","
        variables[variable] = f"{variables[variable]}{separator}{value}" if variable in variables else value
    return variables


def _bare(status: int) -> Reply:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), (b"connection", b"close")]
    return Reply(status, headers)


async def _send(send: Send, reply: Reply) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    await send({"type": "http.response.body", "body": b"".join(reply.chunks), "more_body": False})
