"""What the server refuses before any site sees it: answered by the site all the same, in its words.

A request that cannot be read still came from a person; the page for it has help lines, a language
and every protection like any other (decision 0057).
"""

import io
import sys
from typing import TYPE_CHECKING, Any

from waitress.task import ErrorTask

from intake.web.security import REFUSED_BY_SERVER

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# What of the request itself the page is made with: the language, and the look.
_HEADERS = {"ACCEPT_LANGUAGE": "HTTP_ACCEPT_LANGUAGE", "COOKIE": "HTTP_COOKIE"}


class Refusal(ErrorTask):
    """Answers a request that waitress refuses, through the application."""

    channel: Any  # waitress ships no types
    request: Any

    def execute(self) -> None:
        """Let the application say it, and hang up: what follows on this line may be part of the same."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            started.append((status, headers))

        told = self.channel.server.application(self._environ(), start_response)
        body = b"".join(told)
        self.status, headers = started[-1]
        self.response_headers.extend(one for one in headers if one[0].lower() != "content-length")
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def _environ(self) -> "WSGIEnvironment":
        headers = {
            there: self.request.headers[here]
            for here, there in _HEADERS.items()
            if here in getattr(self.request, "headers", {})
        }
        return headers | {
            REFUSED_BY_SERVER: self.request.error.code,
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            # Tells which site it is for, where one server answers for both.
            "PATH_INFO": str(getattr(self.request, "path", "") or "/"),
            "QUERY_STRING": "",
            "REMOTE_ADDR": str(self.channel.addr[0]),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
