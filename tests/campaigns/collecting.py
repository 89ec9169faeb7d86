"""Two machines on this one: rsyslogd of Debian's package with the files of ``deploy/logs``, and a tap.

The files are used as they are shipped. Put in their place are ports, paths and the owner of files; where a
check is not about that, the sender looks for the collector every second. ``changes`` are made to a file
before it is used.
"""

import getpass
import grp
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from serving import free_port

SHIPPED = Path(__file__).parents[2] / "deploy" / "logs"
SENDER, COLLECTOR = "intake.example.org", "logs.example.org"
Change = Callable[[str], str]
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_SECONDS_TO_START, _SECONDS_TO_STOP = 15.0, 60.0
_AS_PACKAGED = """\
module(load="imuxsock" SysSock.Name="{folder}/journal")
$FileCreateMode 0640
$DirCreateMode 0755
$Umask 0022
$WorkDirectory {folder}/spool
$IncludeConfig {folder}/intake.conf
*.*;auth,authpriv.none -{folder}/syslog
"""
"""What rsyslog.conf of Debian's package (8.2302) says, but for the kernel's messages and for more files."""


def as_shipped(text: str) -> str:
    """No change."""
    return text


def replaced(changes: dict[str, str]) -> Change:
    """Each piece of text in the place of another."""

    def change(text: str) -> str:
        for shipped, other in changes.items():
            text = text.replace(shipped, other)
        return text

    return change


def both(first: Change, second: Change) -> Change:
    """One change after the other."""
    return lambda text: second(first(text))


def make_certificates(folder: Path, *names: str) -> None:
    """The certificates of machines, made with the script that is shipped, by the authority of this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    script = str(SHIPPED / "certificates.sh")
    made = subprocess.run(
        ["sh", script, *names], cwd=folder, env={"PATH": _PATH}, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr


def make_one_that_is_over(folder: Path, name: str) -> None:
    """Put a certificate that was good until yesterday in the place of the one that is there."""
    authority = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    signing = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), None)
    own = serialization.load_pem_private_key((folder / name / "machine.key").read_bytes(), None)
    assert isinstance(signing, ec.EllipticCurvePrivateKey) and isinstance(own, ec.EllipticCurvePrivateKey)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(authority.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now - timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(signing, hashes.SHA256())
    )
    (folder / name / "machine.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


class Tap:
    """What stands between the two machines and keeps every byte; it can be told to carry nothing more."""

    def __init__(self, to: int) -> None:
        """Listen, and carry what comes to a port of this machine."""
        self.taken = b""
        self.silent = False
        self.connections = 0
        self._to = to
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection there is."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Listen no more."""
        # A thread that waits in accept keeps the port open until it is woken.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self.connections += 1
                try:
                    far = socket.create_connection(("127.0.0.1", self._to), timeout=5)
                except OSError:
                    near.close()
                    continue
                far.settimeout(None)
                self._open += [near, far]
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if not self.silent:
                    self.taken += piece
                    target.sendall(piece)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@dataclass
class Machine:
    """One of the two: its folder, its file of configuration, and rsyslogd when it runs."""

    folder: Path
    file: str
    changes: Change = as_shipped
    process: subprocess.Popen[bytes] | None = None

    def begin(self, replaced: dict[str, str]) -> None:
        """Write the files and start."""
        (self.folder / "spool").mkdir(parents=True, exist_ok=True)
        text = (SHIPPED / self.file).read_text("utf-8")
        for shipped, ours in replaced.items():
            text = text.replace(shipped, ours)
        (self.folder / "intake.conf").write_text(self.changes(text), "utf-8")
        (self.folder / "rsyslog.conf").write_text(_AS_PACKAGED.format(folder=self.folder), "utf-8")
        # A socket that an earlier one left would look as if this one listened.
        (self.folder / "journal").unlink(missing_ok=True)
        with (self.folder / "said").open("ab") as said:
            command = ["rsyslogd", "-n", "-iNONE", "-f", str(self.folder / "rsyslog.conf")]
            self.process = subprocess.Popen(command, stdout=said, stderr=said, env={"PATH": _PATH})
        wait_for(lambda: (self.folder / "journal").exists() or self.process is None, _SECONDS_TO_START)
        assert self.process.poll() is None, (self.folder / "said").read_text("utf-8")

    def end(self, *, by_force: bool = False) -> None:
        """Stop it, as systemd would or as a loss of power does."""
        if self.process is None:
            return
        if by_force:
            self.process.kill()
        else:
            self.process.terminate()
        self.process.wait(timeout=_SECONDS_TO_STOP)
        self.process = None


@dataclass
class Machines:
    """The machine with intake, the one that collects, and the wire between them."""

    folder: Path
    sender_changes: Change = as_shipped
    collector_changes: Change = as_shipped
    certificates: Path = Path()
    port: int = field(default_factory=free_port)
    looks_often: bool = True

    def __post_init__(self) -> None:
        """Nothing runs yet."""
        self.folder.mkdir(parents=True)
        self.certificates = self.folder / "certificates"
        make_certificates(self.certificates, COLLECTOR, SENDER)
        self.tap = Tap(self.port)
        self.sender = Machine(self.folder / "sender", "sender.conf", self.sender_changes)
        self.collector = Machine(self.folder / "collector", "collector.conf", self.collector_changes)

    def send(self, shown: Path | None = None) -> None:
        """Start the machine with intake, with its own certificate or a strange one."""
        shown = shown or self.certificates / SENDER
        port = {f'target="{COLLECTOR}"': 'target="127.0.0.1"', 'port="6514"': f'port="{self.tap.port}"'}
        often = {
            'resumeInterval="10"': 'resumeInterval="1"',
            'resumeIntervalMax="60"': 'resumeIntervalMax="1"',
        }
        self.sender.begin(port | (often if self.looks_often else {}) | {"/etc/intake/logs": str(shown)})

    def collect(self, shown: Path | None = None) -> None:
        """Start the collecting machine, with its own certificate or a strange one."""
        shown = shown or self.certificates / COLLECTOR
        where = {'port="6514"': f'port="{self.port}"', "/var/log/intake": str(self.folder / "collected")}
        owner, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
        owned = {'Owner="root"': f'Owner="{owner}"', 'Group="adm"': f'Group="{group}"'}
        self.collector.begin(where | owned | {"/etc/intake/logs": str(shown)})
        wait_for(self._listens, _SECONDS_TO_START)

    def say(self, lines: list[str], program: str = "intake-patient") -> None:
        """Hand lines to the sender's rsyslog as the journal does (``ForwardToSyslog=yes``)."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.connect(str(self.folder / "sender" / "journal"))
            for line in lines:
                journal.send(f"<30>{time.strftime('%b %e %H:%M:%S')} {program}[77]: {line}".encode())

    def collected(self) -> list[str]:
        """The lines that arrived, without what stands before each, as often as each arrived."""
        found = (one.read_text("utf-8") for one in sorted((self.folder / "collected").rglob("*.log")))
        return [line.partition("] ")[2] for text in found for line in text.splitlines()]

    def kept_here(self) -> str:
        """What the sender's machine keeps in its ordinary log."""
        kept = self.folder / "sender" / "syslog"
        return kept.read_text("utf-8") if kept.exists() else ""

    def waiting_bytes(self) -> int:
        """How much of the sender's disk is taken up by lines that wait."""
        return sum(one.stat().st_size for one in (self.folder / "sender" / "spool").iterdir())

    def end(self) -> None:
        """Stop both and the wire."""
        self.sender.end(by_force=True)
        self.collector.end(by_force=True)
        self.tap.close()

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        return False


def wait_for(happened: Callable[[], bool], seconds: float) -> bool:
    """Whether something happened within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return happened()
