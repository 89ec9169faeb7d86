"""A mail server of the standard library alone: it takes letters, or misbehaves as it is told."""

import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Postbox:
    """What came, as (sender, recipients, the whole letter); ``refuses`` maps a command to its answer."""

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    letters: list[tuple[str, list[str], str]] = field(default_factory=list)
    tries: int = 0
    drops_after_data: bool = False


class _Talk(socketserver.StreamRequestHandler):
    """One sender's visit."""

    server: "_Server"

    def handle(self):
        self.box = self.server.box
        self.box.tries += 1
        self.sender, self.recipients = "", []
        self.say("220 here")
        while line := self.rfile.readline().decode("utf-8", "replace"):
            if self.answer(line.strip()):
                return

    def answer(self, line):
        command = line[:4].upper()
        if command in self.box.refuses:
            self.say(self.box.refuses[command])
            return False
        match command:
            case "MAIL":
                self.sender = line.partition("<")[2].partition(">")[0]
            case "RCPT":
                self.recipients.append(line.partition("<")[2].partition(">")[0])
            case "DATA":
                return self.take_letter()
            case "QUIT":
                self.say("221 bye")
                return True
        self.say("250 fine")
        return False

    def take_letter(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode("utf-8")) not in ("", ".\r\n"):
            lines.append(line)
        self.box.letters.append((self.sender, self.recipients, "".join(lines)))
        if self.box.drops_after_data:
            return True
        self.say("250 taken")
        return False

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, box):
        self.box = box
        super().__init__(("127.0.0.1", 0), _Talk)


@contextmanager
def postbox():
    """A server on this machine for as long as the test needs it."""
    box = Postbox()
    with _Server(box) as server:
        box.port = server.server_address[1]
        # Looked at often whether to stop: half a second a test adds up.
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
