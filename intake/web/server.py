"""Answers requests for a site: one process with a pool of threads, until told to stop.

Waitress takes in a whole request before a page sees it, so that a phone that stops in the
middle of sending never keeps the pages from others (docs/decisions/0014).
"""

import errno
import resource
import signal
import time
from collections.abc import Callable
from copy import copy
from types import FrameType
from typing import TYPE_CHECKING, Any

import waitress
import waitress.channel
import waitress.server
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, MultiSocketServer

from intake.config import Settings
from intake.web.allowances import LARGEST_PAGE, LARGEST_UPLOAD
from intake.web.server_refusals import Refusal
from intake.web.wsgi import behind_proxies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# More than any page may send: the page's own limit answers first, in words and with help lines.
_LARGEST_REQUEST = 4 * LARGEST_PAGE
# A page never grows to this, so no answer is ever written to a temporary file.
_LARGEST_RESPONSE = 32 * 1024 * 1024
_SECONDS_FOR_A_SENDER = 30
# Senders listened to at a time. Waitress stops at 100, which two offices of idle phones can reach;
# past this many, everybody else waits until one of them is given up. Each is an open file.
_SENDERS = 1000
_OPEN_FILES = 4 * _SENDERS


class AddressInUse(Exception):
    """Another program answers at this address already."""


def serve(
    site: "WSGIApplication",
    settings: Settings,
    address: tuple[str, int],
    on_ready: Callable[[], None],
    *,
    takes_files: frozenset[str] = frozenset(),
) -> None:
    """Answer for a site on a host and port until SIGTERM or Ctrl-C. Raises AddressInUse.

    ``on_ready`` is called once the address is ours, before the first request. ``takes_files`` are the
    paths that are sent more than any page.
    """
    host, port = address
    _allow_open_files()
    reckon_by_ticks()
    try:
        server = waitress.create_server(
            behind_proxies(site, settings),
            host=host,
            port=port,
            threads=settings.threads,
            ident=None,
            max_request_header_size=16 * 1024,
            max_request_body_size=_LARGEST_REQUEST,
            inbuf_overflow=2 * _LARGEST_REQUEST,
            outbuf_overflow=_LARGEST_RESPONSE,
            channel_timeout=_SECONDS_FOR_A_SENDER,
            cleanup_interval=_SECONDS_FOR_A_SENDER // 3,
            connection_limit=_SENDERS,
            # The other way of listening, select, cannot tell more than a thousand files apart.
            asyncore_use_poll=True,
            # Kept only for behind_proxies (web/wsgi.py): from anybody else they are words.
            clear_untrusted_proxy_headers=not settings.trusted_proxies,
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise AddressInUse(
            f"port {port} of {host} is taken; stop the other program, or choose another port"
        ) from None
    _take_files(server, takes_files)
    signal.signal(signal.SIGTERM, _stop)
    # A shell that starts a program in the background tells it to ignore Ctrl-C.
    signal.signal(signal.SIGINT, _stop)
    on_ready()
    try:
        server.run()
    finally:
        server.close()


class _Ticks:
    """What waitress asks for the time: seconds since some moment, which only ever grow."""

    time = staticmethod(time.monotonic)


def reckon_by_ticks() -> None:
    """Let waitress tell by a clock that nobody sets for how long a sender was silent.

    By the other, when that was years ahead and is put right, it would not look for years, and silent senders
    would take every place. And where it leaps ahead, whoever was in the middle of sending would be cut off.
    """
    for module in (waitress.server, waitress.channel):
        vars(module)["time"] = _Ticks


class _Parser(HTTPRequestParser):
    """The addresses that take files take more. It waits on disk: memory holds no more than before."""

    adj: Any  # waitress ships no types
    takes_files: frozenset[str] = frozenset()

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first lines of a request, which say where it goes and so how much it may bring."""
        super().parse_header(header_plus)
        if self.path in self.takes_files:
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = 2 * LARGEST_UPLOAD


def _take_files(server: BaseWSGIServer | MultiSocketServer, paths: frozenset[str]) -> None:
    class Parser(_Parser):
        takes_files = paths

    class Channel(HTTPChannel):
        parser_class = Parser
        error_task_class = Refusal

    every = server.map.values() if isinstance(server, MultiSocketServer) else (server,)
    for one in every:
        if isinstance(one, BaseWSGIServer):
            one.channel_class = Channel


def _allow_open_files() -> None:
    """As many as all those senders take, where the system lets this process have them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Whoever is told twice, by a terminal and by the process above it, ends once.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Waitress ends as it does for Ctrl-C: requests begun are answered first.
    raise KeyboardInterrupt
