"""The proxies of ``deploy/``, started on this machine with a certificate that nobody else trusts.

The files are used as they are shipped; only ports, paths and the addresses of intake are put in their place.
"""

import http.client
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from serving import Answered, Product, free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
# The files are examples, and intake refuses the names of examples: these are put in their place.
_EXAMPLE, _OURS = "example.org", "elm-street.org"
FORMS, STAFF = f"forms.{_OURS}", f"staff.{_OURS}"
# Changes to a file before it is used; a control makes the mistakes that the trial has to find.
Change = Callable[[str], str]
_SECONDS_TO_START = 15.0


class Behind(Product):
    """The product as it stands behind a proxy; asked through the proxy, once there is one."""

    front: "Front | None" = None

    def ask(
        self,
        path: str,
        fields: list[tuple[str, str]] | None = None,  # type: ignore[override]  # nobody here has another sequence
        cookies: Mapping[str, str] | None = None,
        seconds: float = 30,
    ) -> Answered:
        """Open a page of the patients' site through the proxy, or send a form."""
        assert self.front is not None, "there is no proxy yet"
        headers = {"Sec-Fetch-Site": "same-origin", "Connection": "close"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        body = None
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(fields)
        return self.front.ask(path, "GET" if fields is None else "POST", body, headers, seconds=seconds)

    def _answers(self) -> bool:
        return all(_is_well(port) for port in (self.port, self.clinic_port))

    def _own_settings(self) -> dict[str, str]:
        return super()._own_settings() | {
            "INTAKE_PUBLIC_ADDRESS": f"https://{FORMS}",
            "INTAKE_CLINIC_ADDRESS": f"https://{STAFF}",
            "INTAKE_CLINIC_NAME": "Riverside Clinic",
            "INTAKE_CLINIC_PHONE": "(555) 010-0199",
            "INTAKE_TRUSTED_PROXIES": "1",
            "INTAKE_STARTS_PER_HOUR": "6",
            # An address that others can open takes nothing less, and nobody signs in here.
            "INTAKE_SECOND_FACTOR": "required",
        }


@dataclass
class Front:
    """One proxy: how it is started, and where it answers. ``changes`` are made to its files before."""

    folder: Path
    product: Behind
    changes: Change = lambda text: text
    https: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    name = ""

    def command(self) -> list[str]:
        """What starts it, once its files are written."""
        raise NotImplementedError

    def written(self, path: str, text: str) -> Path:
        """A file of it, with this machine's places in it and the changes made."""
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.product.port}")
        text = text.replace("127.0.0.1:8001", f"127.0.0.1:{self.product.clinic_port}")
        text = text.replace("/etc/intake/tls", str(self.folder / "tls"))
        text = text.replace("/etc/intake/pages", str(DEPLOY / "pages")).replace(_EXAMPLE, _OURS)
        there = self.folder / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(self.changes(text), "utf-8")
        return there

    def __enter__(self) -> Self:
        make_certificates(self.folder / "tls")
        command = self.command()
        with (self.folder / "said").open("wb") as said:
            self.process = subprocess.Popen(
                command, stdout=said, stderr=said, cwd=self.folder, env=self._own()
            )
        end = time.monotonic() + _SECONDS_TO_START
        while not _listens(self.https):
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "said").read_text()
            time.sleep(0.05)
        self.product.front = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.product.front = None
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)

    def _own(self) -> dict[str, str]:
        # Caddy keeps what it knows in its home.
        return {"HOME": str(self.folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    def connect(self, host: str = FORMS, seconds: float = 30) -> ssl.SSLSocket:
        """A connection to it, under a name."""
        context = ssl.create_default_context(cafile=str(self.folder / "tls" / f"{FORMS}.pem"))
        context.load_verify_locations(str(self.folder / "tls" / f"{STAFF}.pem"))
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=seconds)
        return context.wrap_socket(plain, server_hostname=host)

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        host: str = FORMS,
        seconds: float = 30,
    ) -> Answered:
        """One request and its answer."""
        connection = http.client.HTTPConnection(host, timeout=seconds)
        connection.sock = self.connect(host, seconds)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            text = response.read().decode("utf-8")
        finally:
            connection.close()
        self.last_headers = response.headers
        given = (line.partition(";")[0].partition("=") for line in response.headers.get_all("Set-Cookie", []))
        location = response.headers.get("Location", "")
        return Answered(response.status, location, {name: value for name, _, value in given}, text)

    def raw(self, request: bytes, host: str = FORMS) -> bytes:
        """Every byte that comes back until it hangs up, or says no more for a while."""
        received = b""
        with self.connect(host, seconds=8) as connection:
            try:
                connection.sendall(request)
                while piece := connection.recv(65536):
                    received += piece
                    connection.settimeout(1.0)
            except (TimeoutError, OSError):
                pass
        return received

    def forget(self) -> None:
        """Begin anew with intake, where what was sent before could be in the way; proxies do not need it."""

    def in_the_open(self, request: bytes) -> bytes:
        """What comes back over plain HTTP."""
        with socket.create_connection(("127.0.0.1", self.http), timeout=10) as connection:
            connection.sendall(request)
            return connection.recv(65536)

    def files_written(self) -> dict[str, bytes]:
        """What it left in its folder, but for what it was given."""
        given = {"tls", "nginx", "nginx.conf", "intake.conf", "Caddyfile"}
        found = (one for one in self.folder.rglob("*") if one.is_file())
        return {
            str(one.relative_to(self.folder)): one.read_bytes()
            for one in found
            if one.relative_to(self.folder).parts[0] not in given
        }


class Nginx(Front):
    """nginx, from Debian's package."""

    name = "nginx"

    def command(self) -> list[str]:
        for one in ("served.conf", "headers.conf", "proxied.conf"):
            self.written(f"nginx/{one}", (DEPLOY / "nginx" / one).read_text("utf-8"))
        ours = (DEPLOY / "nginx" / "intake.conf").read_text("utf-8")
        ours = ours.replace("listen 443", f"listen 127.0.0.1:{self.https}")
        ours = ours.replace("listen 80", f"listen 127.0.0.1:{self.http}")
        ours = ours.replace("/etc/nginx/intake", str(self.folder / "nginx"))
        self.written("intake.conf", ours)
        temps = "".join(
            f"{kind}_temp_path {self.folder}/temp/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "temp").mkdir(exist_ok=True)
        main = self.folder / "nginx.conf"
        main.write_text(
            f"daemon off;\nuser root;\nworker_processes 1;\npid {self.folder}/pid;\nerror_log stderr crit;\n"
            "events { worker_connections 4096; }\n"
            f"http {{\ntypes {{ text/html html; }}\n{temps}{self._as_packaged()}"
            f"include {self.folder}/intake.conf;\n}}\n"
        )
        return [str(shutil.which("nginx", path=self._own()["PATH"])), "-c", str(main), "-p", str(self.folder)]

    def _as_packaged(self) -> str:
        """What nginx.conf of Debian's package (1.22.1) says for every server: old TLS, a log, and gzip."""
        return (
            "sendfile on;\ntcp_nopush on;\ntypes_hash_max_size 2048;\n"
            "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;\nssl_prefer_server_ciphers on;\n"
            f"access_log {self.folder}/access.log;\ngzip on;\n"
        )


class Caddy(Front):
    """Caddy, from Debian's package."""

    name = "caddy"

    def command(self) -> list[str]:
        ours = (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8")
        ours = ours.replace(
            "\tadmin off\n",
            f"\tadmin off\n\thttp_port {self.http}\n\thttps_port {self.https}\n\tdefault_bind 127.0.0.1\n",
        )
        path = self.written("Caddyfile", ours)
        caddy = str(shutil.which("caddy", path=self._own()["PATH"]))
        return [caddy, "run", "--config", str(path), "--adapter", "caddyfile"]


FRONTS: tuple[type[Front], ...] = (Nginx, Caddy)


def make_certificates(folder: Path) -> None:
    """A certificate for each name, good for a day and trusted by nobody else."""
    folder.mkdir(parents=True, exist_ok=True)
    for host in (FORMS, STAFF):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        (folder / f"{host}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (folder / f"{host}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def _is_well(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
