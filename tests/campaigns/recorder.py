"""Stands between a scanner and a site: carries somebody's cookies along, and keeps what came of each request.

A scanner knows nothing of signing in, and would sign itself out. Through the recorder it is always the same
person; what ends a visit is answered here and goes no further, unless a scan is about that.
"""

import http.client
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_OWN = {"connection", "cookie", "host", "referer", "origin", "accept-encoding", "content-length"}
_NOT_PASSED_ON = {"connection", "set-cookie", "transfer-encoding", "content-length", "location"}
_SECONDS = 30.0


@dataclass
class Recorder:
    """Where the site answers, who asks, and what came of it."""

    site: int
    cookies: dict[str, str] = field(default_factory=dict)
    kept_back: re.Pattern[str] | None = None
    port: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> int:
        """How many were answered by the site."""
        return sum(self.statuses.values())

    def note(self, method: str, path: str, status: int) -> None:
        """One request, and its answer."""
        page = f"{method} {re.sub(r'[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+', '…', path.partition('?')[0])}"
        with self.lock:
            self.statuses[status] += 1
            if status < 400 or status == 422:
                self.reached.add(page)
            # 501 is how a method is answered that nobody has: waitress says so, and not a page.
            if status >= 500 and status != 501:
                self.broken[f"{status} for {page}"] += 1


class _Passes(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        recorder = self.server.recorder
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if recorder.kept_back and recorder.kept_back.search(self.path.partition("?")[0]):
            self._answer(404, [], b"")
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
        with recorder.lock:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in recorder.cookies.items())
        headers |= {
            "Host": f"127.0.0.1:{recorder.site}",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        connection = http.client.HTTPConnection("127.0.0.1", recorder.site, timeout=_SECONDS)
        try:
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            recorder.note(self.command, self.path, 599)
            self._answer(504, [], b"")
            return
        finally:
            connection.close()
        recorder.note(self.command, self.path, response.status)
        given = [line.partition(";")[0].partition("=") for line in response.headers.get_all("Set-Cookie", [])]
        with recorder.lock:
            recorder.cookies |= {name: value for name, _, value in given if value}
        passed = [(n, v) for n, v in response.headers.items() if n.lower() not in _NOT_PASSED_ON]
        if location := response.headers.get("Location"):
            here = location.replace(f":{recorder.site}/", f":{recorder.port}/")
            passed.append(("Location", here))
        self._answer(response.status, passed, content)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


for _method in ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
    setattr(_Passes, f"do_{_method}", _Passes._pass_on)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        super().__init__(("127.0.0.1", 0), _Passes)

    def handle_error(self, _request: object, _client_address: object) -> None:
        """A scanner hangs up when it has seen enough."""


@contextmanager
def recording(recorder: Recorder) -> Iterator[Recorder]:
    """Listen until the scan is over."""
    with _Server(recorder) as server:
        recorder.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield recorder
        finally:
            server.shutdown()
