"""Answers requests: one process with a pool of threads, until told to stop.

Waitress takes in a whole request before a page sees it, so that a phone that stops in the
middle of sending never keeps the pages from others (docs/decisions/0014).
"""

import errno
import signal
from collections.abc import Callable
from copy import copy
from threading import Event, Thread
from types import FrameType
from typing import Any

import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, MultiSocketServer

from intake import log
from intake.config import Settings
from intake.services import notices, returning
from intake.services.clinic import open_clinic, open_patient_desk
from intake.web.allowances import LARGEST_PAGE, LARGEST_UPLOAD
from intake.web.clinic.impact import IMPACT_PATH
from intake.web.clinic.proposals import UPLOAD_PATH
from intake.web.clinic.settings import SETTINGS_PATH
from intake.web.server_refusals import Refusal
from intake.web.wsgi import CLINIC_PATH, application

# More than any page may send: the page's own limit answers first, in words and with help lines.
_LARGEST_REQUEST = 4 * LARGEST_PAGE
# A page never grows to this, so no answer is ever written to a temporary file.
_LARGEST_RESPONSE = 32 * 1024 * 1024
_SECONDS_FOR_A_SENDER = 30
# Senders listened to at a time. Waitress stops at 100, which two offices of idle phones can reach;
# past this many, everybody else waits until one of them is given up.
_SENDERS = 500


class AddressInUse(Exception):
    """Another program answers at this address already."""


def serve(settings: Settings, on_ready: Callable[[], None]) -> None:
    """Answer for both sites until SIGTERM or Ctrl-C. Raises AddressInUse.

    ``on_ready`` is called once the address is ours, before the first request.
    """
    log.begin()
    try:
        server = waitress.create_server(
            application(settings),
            host=settings.host,
            port=settings.port,
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
            f"port {settings.port} of {settings.host} is taken; stop the other program, "
            "or choose another port"
        ) from None
    _take_rules_files(server)
    signal.signal(signal.SIGTERM, _stop)
    # A shell that starts a program in the background tells it to ignore Ctrl-C.
    signal.signal(signal.SIGINT, _stop)
    on_ready()
    stop = _send_notices(settings)
    _erase_expired(settings, stop)
    try:
        server.run()
    finally:
        stop.set()
        server.close()


def _send_notices(settings: Settings) -> Event:
    """Begin to send notices beside the pages, if there is a server to send them with.

    A thread of the clinic's side: no page waits for a mail server. It ends with the process; a
    notice that is under way then is tried again later.
    """
    stop = Event()
    if notices.is_set_up(settings):
        sender = Thread(target=notices.keep_sending, args=(open_clinic(settings), stop), daemon=True)
        sender.start()
    return stop


def _erase_expired(settings: Settings, stop: Event) -> None:
    """Begin to erase saved forms whose time is over, beside the pages."""
    desk = open_patient_desk(settings)
    Thread(target=returning.keep_erasing, args=(desk, stop), daemon=True).start()


_TAKE_FILES = frozenset(CLINIC_PATH + path for path in (UPLOAD_PATH, IMPACT_PATH, SETTINGS_PATH))


class _Parser(HTTPRequestParser):
    """The addresses that take files take more. It waits on disk: memory holds no more than before."""

    adj: Any  # waitress ships no types

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first lines of a request, which say where it goes and so how much it may bring."""
        super().parse_header(header_plus)
        if self.path in _TAKE_FILES:
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = 2 * LARGEST_UPLOAD


class _Channel(HTTPChannel):
    parser_class = _Parser
    error_task_class = Refusal


def _take_rules_files(server: BaseWSGIServer | MultiSocketServer) -> None:
    every = server.map.values() if isinstance(server, MultiSocketServer) else (server,)
    for one in every:
        if isinstance(one, BaseWSGIServer):
            one.channel_class = _Channel


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Waitress ends as it does for Ctrl-C: requests begun are answered first.
    raise KeyboardInterrupt
