"""A mail server that misbehaves in one way at a time, and remembers every byte it was sent."""

import socket
import socketserver
import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

# A manner is a stage of the talk and what is done there: "mail 451", "data-end hang", "greeting slow".
_STAGES = {"EHLO": "hello", "HELO": "hello", "STARTTLS": "starttls", "AUTH": "auth", "MAIL": "mail"}
_STAGES |= {"RCPT": "rcpt", "DATA": "data", "RSET": "reset", "QUIT": "quit"}
_FINE = {
    "greeting": "220 here",
    "hello": "250-here\r\n250 AUTH PLAIN",
    "auth": "235 come in",
    "mail": "250 fine",
    "rcpt": "250 fine",
}
_FINE |= {"data": "354 go on", "data-end": "250 taken", "reset": "250 fine", "quit": "221 bye"}


# Who the patient is, what they were asked, and what the form is about: never in anything that is sent.
CANARIES = (
    "quetzal",
    "doe",
    "lisinopril",
    "pressure",
    "treated",
    "ketamine",
    "555-010",
    "a. rivera",
    "urgent",
)


class _Gone(Exception):
    """The talk is over."""


@dataclass
class MailServer:
    """``manner`` is how it misbehaves; healthy while it is empty. ``taken`` are the letters it took."""

    port: int = 0
    manner: str = ""
    received: bytearray = field(default_factory=bytearray)
    taken: list[str] = field(default_factory=list)
    # How slow it is, in seconds for each answer; how many came to talk, and how many are talking.
    pause: float = 0
    talks: int = 0
    talking: int = 0
    # Set once it hangs, and once a test lets go of whoever hangs there.
    hanging: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def behaves(self, manner: str) -> None:
        """From now on like this."""
        self.manner = manner
        self.hanging.clear()
        self.let_go.clear()


class _Talk(socketserver.BaseRequestHandler):
    server: "_Server"

    def handle(self):
        self.box, self.lines = self.server.box, b""
        # As it behaved when the talk began: a test may let it heal while somebody still says goodbye.
        self.manner = self.box.manner
        self.request.settimeout(10)
        self.box.talks += 1
        self.box.talking += 1
        try:
            self.say("greeting")
            while line := self.line():
                self.answer(line.strip().decode("utf-8", "replace"))
        except (_Gone, OSError):
            pass
        finally:
            self.box.talking -= 1

    def answer(self, line):
        stage = _STAGES.get(line.split(" ")[0].upper(), "")
        self.say(stage or "reset")
        if stage == "data" and not self.manner.startswith("data "):
            letter = b""
            while (text := self.line()) not in (b".\r\n", b""):
                letter += text
            # Also when it breaks off before it says so: that is what makes a notice come twice.
            if self.manner not in ("data-end 451", "data-end 554"):
                self.box.taken.append(letter.decode())
            self.say("data-end")
        elif stage == "quit":
            raise _Gone

    def say(self, stage):
        time.sleep(self.box.pause)
        where, _, what = self.manner.partition(" ")
        if where != stage:
            self.send(_FINE[stage])
            return
        match what:
            case "hang":
                self.box.hanging.set()
                self.box.let_go.wait(20)
                raise _Gone
            case "drop":
                raise _Gone
            case "slow":
                self.box.hanging.set()
                for one in _FINE[stage] * 50:
                    self.request.sendall(one.encode())
                    if self.box.let_go.wait(0.02):
                        raise _Gone
            case "garbage":
                self.request.sendall(b"\x00\xff HTTP/1.1 400 what?\r\n")
            case "endless":
                while True:
                    self.request.sendall(b"250-and another thing\r\n" * 100)
            case _:
                self.send(f"{what} quetzal@example.org is not somebody I know")

    def send(self, words):
        self.request.sendall(f"{words}\r\n".encode())

    def line(self):
        while b"\n" not in self.lines:
            part = self.request.recv(4096)
            self.box.received += part
            if not part:
                return b""
            self.lines += part
        line, _, self.lines = self.lines.partition(b"\n")
        return line + b"\n"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, box, context):
        self.box, self._context = box, context
        super().__init__(("127.0.0.1", 0), _Talk)

    def get_request(self):
        sock, address = super().get_request()
        if self._context is not None:
            sock = self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def handle_error(self, _request, _client_address):
        """Whoever breaks off is no error of a server that misbehaves."""


@contextmanager
def mail_server(context: ssl.SSLContext | None = None):
    """A server on this machine for as long as the test needs it; over TLS with a context."""
    box = MailServer()
    with _Server(box, context) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield box
        finally:
            box.let_go.set()
            server.shutdown()


def told_of_the_patient(received: bytes, reference: str, address="quetzal@example.org") -> list[str]:
    """Which words of the patient stand anywhere in what a server was sent, but for the address."""
    told = received.decode("utf-8", "replace").casefold().replace(address.casefold(), "")
    # Long lines of a letter are wrapped with a = at the end.
    told = told + told.replace("=\r\n", "")
    return [word for word in (*CANARIES, reference.casefold()) if word in told]


def nobodys_port() -> int:
    """A port at which nothing answers."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
