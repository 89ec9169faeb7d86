"""Answers requests: one process with a pool of threads, until told to stop.

Waitress takes in a whole request before a page sees it, so that a phone that stops in the
middle of sending never keeps the pages from others (docs/decisions/0014).
"""

import errno
import signal
from collections.abc import Callable
from types import FrameType

import waitress

from intake.config import Settings
from intake.web.security import LARGEST_PAGE
from intake.web.wsgi import application

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
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise AddressInUse(
            f"port {settings.port} of {settings.host} is taken; stop the other program, "
            "or choose another port"
        ) from None
    signal.signal(signal.SIGTERM, _stop)
    # A shell that starts a program in the background tells it to ignore Ctrl-C.
    signal.signal(signal.SIGINT, _stop)
    on_ready()
    try:
        server.run()
    finally:
        server.close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Waitress ends as it does for Ctrl-C: requests begun are answered first.
    raise KeyboardInterrupt
