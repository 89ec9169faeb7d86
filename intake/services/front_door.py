"""What somebody outside meets at an https address of the clinic: its certificate, its ciphers, its headers.

Looked at as a browser would, one short connection for each question, with nothing in them but the
address. Whatever cannot be asked from this machine is not known, which is told and is no alarm.
"""

import http.client
import socket
import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

_SECONDS = 5
# Of the seconds a browser is told to come by HTTPS alone.
_MOST_DIGITS = 15
_HTTPS, _HTTP = 443, 80
# What a server must not speak any more (RFC 8996).
_OLD = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
# Everything OpenSSL knows, but those with forward secrecy that also seal: what is taken of the rest is weak.
_WEAK = ":".join(
    (
        "ALL",
        *(f"-{key}+{sealed}" for key in ("ECDHE", "DHE") for sealed in ("AESGCM", "CHACHA20", "AESCCM")),
        "@SECLEVEL=0",
    )
)
_LEADS_ON = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Front:
    """What answered at one host.

    ``certificate_fault`` is what a browser has against the certificate, ``newest`` the version a browser of
    today gets, ``weak_suite`` one that was taken though nobody should offer it, and ``promised`` for how
    many seconds a browser is told to come by HTTPS alone. ``plain`` says that words are answered in the open.
    """

    host: str
    is_reached: bool = True
    certificate_fault: str = ""
    certificate_until: datetime | None = None
    newest: str = "TLSv1.3"
    old: tuple[str, ...] = ()
    weak_suite: str = ""
    promised: int = 0
    plain: bool = False


def look(host: str, port: int = _HTTPS, plain_port: int = _HTTP, trusted: str | None = None) -> Front:
    """Look at one host. ``trusted`` is a file of authorities beside those of this machine. Raises nothing."""
    try:
        with socket.create_connection((host, port), timeout=_SECONDS):
            pass
    except OSError:
        return Front(host, is_reached=False)
    fault, until, newest, promised = _as_a_browser(host, port, _context(trusted))
    return Front(
        host,
        certificate_fault=fault,
        certificate_until=until,
        newest=newest,
        old=tuple(name for name, version in _OLD.items() if _speaks(host, port, _only(version, trusted))),
        weak_suite=_speaks(host, port, _only(ssl.TLSVersion.TLSv1_2, trusted, _WEAK)),
        promised=promised,
        plain=_answers_in_the_open(host, plain_port),
    )


def _as_a_browser(host: str, port: int, context: ssl.SSLContext) -> tuple[str, datetime | None, str, int]:
    connection = http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=context)
    try:
        connection.connect()
        spoken = connection.sock.version() or ""
        ends = str((connection.sock.getpeercert() or {}).get("notAfter", ""))
        until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
        connection.request("GET", "/")
        told = connection.getresponse().getheader("Strict-Transport-Security") or ""
    except ssl.SSLCertVerificationError as refused:
        return refused.verify_message, None, "", 0
    except (OSError, http.client.HTTPException) as failed:
        return type(failed).__name__, None, "", 0
    finally:
        connection.close()
    return "", until, spoken, _seconds(told)


def _seconds(told: str) -> int:
    """How long a browser is told to come by HTTPS alone; 0 when it is not told."""
    for part in told.lower().split(";"):
        name, _, value = part.strip().partition("=")
        seconds = value.strip('"')
        if name == "max-age" and seconds.isascii() and seconds.isdigit():
            return int(seconds[:_MOST_DIGITS])
    return 0


def _context(trusted: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trusted is not None:
        context.load_verify_locations(trusted)
    return context


def _only(version: ssl.TLSVersion, trusted: str | None, suites: str = "ALL:@SECLEVEL=0") -> ssl.SSLContext:
    """A browser that speaks this version alone, and takes these suites, however weak."""
    context = _context(trusted)
    with warnings.catch_warnings():
        # It is asked for in order to hear that it is refused.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers(suites)
    return context


def _speaks(host: str, port: int, context: ssl.SSLContext) -> str:
    """The suite agreed on; empty when the server agrees on none."""
    try:
        with (
            socket.create_connection((host, port), timeout=_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as spoken,
        ):
            return (spoken.cipher() or ("",))[0]
    except ssl.SSLCertVerificationError:
        # By then both had agreed on how to speak: only the certificate is doubted.
        return "one that is doubted"
    except OSError:
        return ""


def _answers_in_the_open(host: str, port: int) -> bool:
    """Whether plain HTTP leads to anything but HTTPS."""
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        leads = (answer.getheader("Location") or "").startswith("https://")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    is_refused = answer.status >= http.client.BAD_REQUEST
    return not (is_refused or (answer.status in _LEADS_ON and leads))
