"""Tries the proxies of ``deploy/`` on this machine: real TLS, a whole form, and all that is sent wrongly.

Run it with ``make proxies``. Each check says what it found. There are two controls. One uses the same files
with mistakes XX, at least one for each check, and with which nothing may be found while it makes none.
"""

import re
import socket
import ssl
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import click

from campaigns.fronts import FORMS, FRONTS, STAFF, Behind, Front
from campaigns.relay import Mistake, Relay
from campaigns.reports import end, report
from campaigns.slow import honest, slow_senders
from copies import shipped
from intake.domain.evidence import PatientEvidence
from intake.web.headers import protection
from journeys.as_a_patient import Patient
from journeys.healthy import TODAY, healthy
from journeys.wire import browser_for

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
HEAD = f"POST /start HTTP/1.1\r\nHost: {FORMS}\r\n{FORM}"
# Another request, hidden behind the first: the product would write a line of its log about it.
HIDDEN = f"PUT /hidden HTTP/1.1\r\nHost: {FORMS}\r\n\r\n"
_NOTED = '"why": "method"'
_CHUNKED = "Transfer-Encoding: chunked\r\n"
_FIVE = f"Content-Length: 5\r\n\r\n0\r\n\r\n{HIDDEN}"
_WITH = f"\r\n\r\n{HIDDEN}"
_MANY = "".join(f"X-{number}: x\r\n" for number in range(200))
SMUGGLED = {
    "length and chunks": f"{HEAD}Content-Length: 5\r\n{_CHUNKED}\r\n0\r\n\r\n{HIDDEN}",
    "chunks and length": f"{HEAD}{_CHUNKED}Content-Length: {len(HIDDEN) + 5}\r\n\r\n0\r\n\r\n{HIDDEN}",
    "two lengths": f"{HEAD}Content-Length: 0\r\nContent-Length: {len(HIDDEN)}{_WITH}",
    "two lengths in one": f"{HEAD}Content-Length: 0, {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "a signed length": f"{HEAD}Content-Length: +0\r\n\r\n{HIDDEN}",
    "a length in hexadecimal": f"{HEAD}Content-Length: 0x0\r\n\r\n{HIDDEN}",
    "a length with an underscore": f"{HEAD}Content-Length: 0_0\r\n\r\n{HIDDEN}",
    "a space before the colon": f"{HEAD}Content-Length : 0\r\n\r\n{HIDDEN}",
    "a folded line": f"{HEAD}X: a\r\n Content-Length: 0\r\n\r\n{HIDDEN}",
    "chunks under another name": f"{HEAD}Transfer-Encoding: xchunked\r\n{_FIVE}",
    "chunks twice": f"{HEAD}{_CHUNKED}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n{HIDDEN}",
    "chunks and something else": f"{HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{HIDDEN}",
    "chunks with a tab": f"{HEAD}Transfer-Encoding:\tchunked\r\n{_FIVE}",
    "chunks with a control character": f"{HEAD}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n{HIDDEN}",
    "chunks in quotes": f'{HEAD}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n{HIDDEN}',
    "a chunk of negative size": f"{HEAD}{_CHUNKED}\r\n-1\r\n\r\n{HIDDEN}",
    "a chunk of a great size": f"{HEAD}{_CHUNKED}\r\nffffffffffffffff1\r\n\r\n{HIDDEN}",
    "a chunk with 0x": f"{HEAD}{_CHUNKED}\r\n0x0\r\n\r\n{HIDDEN}",
    "a chunk that ends in a bare line feed": f"{HEAD}{_CHUNKED}\r\n0\n\n{HIDDEN}",
    "a chunk longer than it says": f"{HEAD}{_CHUNKED}\r\n1\r\nabc\r\n0\r\n\r\n{HIDDEN}",
    "an extension of a chunk": f"{HEAD}{_CHUNKED}\r\n0;a=\n{HIDDEN}\r\n\r\n",
    "a line in the name of a header": f"{HEAD}X\nContent-Length: 0\r\n\r\n{HIDDEN}",
    "a bare return in a header": f"{HEAD}X: a\rContent-Length: 0\r\n\r\n{HIDDEN}",
    "a nothing in a header": f"{HEAD}X: a\x00b\r\nContent-Length: 0\r\n\r\n{HIDDEN}",
    "a body where none is meant": f"GET / HTTP/1.1\r\nHost: {FORMS}\r\nContent-Length: {len(HIDDEN)}{_WITH}",
    "chunks in an old version": f"{HEAD.replace('1.1', '1.0', 1)}{_CHUNKED}\r\n0\r\n\r\n{HIDDEN}",
    "an upgrade": f"{HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0{_WITH}",
    "what is to be expected": f"{HEAD}Expect: 100-continue\r\nContent-Length: 0\r\nContent-Length: 9{_WITH}",
    "two hosts": f"GET / HTTP/1.1\r\nHost: {FORMS}\r\nHost: evil.example\r\n\r\n",
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "another host": "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a host within the address": f"GET http://evil.example/ HTTP/1.1\r\nHost: {FORMS}\r\n\r\n",
    "a host with more behind it": f"GET / HTTP/1.1\r\nHost: {FORMS}@evil.example\r\n\r\n",
    "the end of a line in the address": f"GET /%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: {FORMS}\r\n\r\n",
    "spaces in the address": f"GET /a b HTTP/1.1\r\nHost: {FORMS}\r\n\r\n",
    "another protocol": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a connection to elsewhere": f"CONNECT evil.example:443 HTTP/1.1\r\nHost: {FORMS}\r\n\r\n",
    "a large header": f"GET / HTTP/1.1\r\nHost: {FORMS}\r\nX: {'x' * 40_000}\r\n\r\n",
    "many headers": f"GET / HTTP/1.1\r\nHost: {FORMS}\r\n" + _MANY + "\r\n",
    "no HTTP": "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
}  # fmt: skip
_SECRET = "xanthocanary"  # a word to look for
_SLOW, _HONEST, _PATIENCE = 90, 150, 30.0
# Where honest visitors have to wait on purpose, few of them do, and not for long.
_FEW, _SOON = 8, 4.0
_WHO = ("X-Forwarded-For", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP")


@dataclass
class Tried:
    """What was seen of one proxy. ``smuggled`` are the cases in which something was found.

    ``honest`` visitors ask while others are slow, and wait for ``patience`` seconds.
    """

    name: str
    honest: int = _HONEST
    patience: float = _PATIENCE
    checks: int = 0
    smuggled: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    figures: dict[str, int | float | str] = field(default_factory=dict)

    def say(self, check: str, fault: str) -> None:
        """Something was not as it should be."""
        self.faults.append(f"{self.name}: {check}: {fault}")


Check = Callable[[Front, Tried], str | None]


def a_whole_form(front: Front, tried: Tried) -> str | None:
    """A patient fills in and sends a form; what comes back is the product's."""
    library = shipped(front.product.settings)
    person = healthy(library.questionnaire, library.formulary)
    evidence = PatientEvidence(library.questionnaire, library.formulary, person.answers, TODAY)
    reference = Patient(browser_for(front.product), person, evidence).sends_the_form()
    tried.figures["forms sent"] = 1
    return None if reference else "no reference was given"


def every_header_once(front: Front, _tried: Tried) -> str | None:
    """Answers of intake and of the proxy carry everything once, and nothing they should not."""
    asked = [
        ("/", "GET", FORMS),
        ("/no-such-page", "GET", FORMS),
        ("/", "DELETE", FORMS),
        ("/health", "GET", FORMS),
    ]
    asked += [("/sign-in", "GET", STAFF), ("/queue", "GET", STAFF), ("/health", "GET", STAFF)]
    for path, method, host in asked:
        front.ask(path, method, host=host)
        for name, wanted in protection(https=True).items():
            found = front.last_headers.get_all(name, [])
            by_proxy = path == "/health"
            if by_proxy and name == "Reporting-Endpoints":
                continue
            fits = len(found) == 1 and (wanted == found[0] or (by_proxy and wanted.startswith(found[0])))
            if not fits:
                return f"{method} {host}{path}: {name} is {found}"
        if front.last_headers.get_all("Cache-Control") != ["no-store"]:
            return f"{method} {host}{path}: Cache-Control is {front.last_headers.get_all('Cache-Control')}"
        for name in ("Content-Encoding", "Via", "X-Powered-By", "Access-Control-Allow-Origin"):
            if name in front.last_headers:
                return f"{method} {host}{path} has {name}"
        if re.search(r"\d", front.last_headers.get("Server", "")):
            return f"{method} {host}{path} names the version of its software"
    return None


def within_is_not_shown(front: Front, _tried: Tried) -> str | None:
    """What watches this machine is not there for those outside; the clinic is not at the patients' name."""
    for path, host in (("/health", FORMS), ("/health", STAFF), ("/clinic/sign-in", FORMS), ("/start", STAFF)):
        if (status := front.ask(path, host=host).status) != 404:
            return f"{host}{path} answered {status}"
    return None


def too_much(front: Front, _tried: Tried) -> str | None:
    """A page a little too large is refused by intake, a huge one by the proxy: both with help lines."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    for size in (100_000, 300_000, 5_000_000):
        head = f"POST /start HTTP/1.1\r\nHost: {FORMS}\r\n" + "".join(
            f"{n}: {v}\r\n" for n, v in headers.items()
        )
        answer = front.raw(f"{head}Content-Length: {size}\r\n\r\n".encode() + b"a" * min(size, 400_000))
        if b" 413 " not in answer[:20] or b'href="tel:988"' not in answer:
            return f"{size} bytes: {answer[:60]!r}"
    if (status := front.ask("/sign-in", "POST", "a" * 300_000, headers, host=STAFF).status) != 413:
        return f"300,000 bytes to the clinic: {status}"
    if (status := front.ask("/settings", "POST", "a" * 300_000, headers, host=STAFF).status) != 400:
        return f"300,000 bytes to a page that takes files: {status} and not 400 for want of its token"
    return None


def smuggling(front: Front, tried: Tried) -> str | None:
    """No request hides behind another: the product hears of none, and the next visitor gets a page."""
    found: list[str] = []
    tried.figures["smuggling cases"] = 0
    for number, (case, request) in enumerate(SMUGGLED.items(), start=1):
        faults = len(found)
        before = front.product.complained.count(_NOTED)
        answer = front.raw(request.encode("latin-1"))
        found += [
            f"{case}: {fault}" for fault in hidden(answer, front.product.complained.count(_NOTED) - before)
        ]
        if (honest_page := front.ask("/")).status != 200 or "Start" not in honest_page.text:
            found.append(f"{case}: the next visitor got {honest_page.status}")
        front.forget()
        tried.figures["smuggling cases"] = number
        tried.smuggled |= {case} if len(found) > faults else set()
    return "; ".join(found) or None


def hidden(answer: bytes, heard: int) -> list[str]:
    """What is wrong with what came back, when the product heard of so many hidden requests.

    One that is answered by itself was hidden from nobody: the proxy took it for a request of its own.
    """
    statuses = re.findall(rb"HTTP/1\.[01] (\d\d\d) ", answer)
    faults = []
    if heard and len(statuses) < 1 + heard:
        faults.append(f"the hidden request arrived ({statuses})")
    if b"evil.example" in answer or b"X-Evil: 1" in answer:
        faults.append("another name came back")
    # 501 and 502 are how a proxy says that it knows no such way to send, or could not read what was sent.
    if any(one.startswith(b"5") and one not in (b"501", b"502") for one in statuses):
        faults.append(f"an error: {statuses}")
    return faults


def spoofed(front: Front, _tried: Tried) -> str | None:
    """Whoever writes another address into each request is one visitor all the same."""
    statuses = []
    for number in range(10):
        claims = dict.fromkeys(
            ("X-Forwarded-For", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP"), f"198.51.100.{number}"
        )
        claims |= {"Forwarded": f"for=198.51.100.{number};host=evil.example;proto=http"}
        claims |= {
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Prefix": "/evil",
        }
        page = front.ask("/", headers=claims)
        if "evil" in page.text + page.location:
            return "what a visitor claimed is on a page"
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        sent = claims | {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        body = f"csrf_token={token[1]}" if token else ""
        statuses.append(front.ask("/start", "POST", body, sent | {"Sec-Fetch-Site": "same-origin"}).status)
    return None if 429 in statuses else f"ten forms were begun where six may be: {statuses}"


def in_the_open(front: Front, _tried: Tried) -> str | None:
    """Over plain HTTP, reading is led to HTTPS and sending is refused."""
    for host in (FORMS, STAFF):
        led = front.in_the_open(f"GET /return HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        if b" 301 " not in led[:20] or f"Location: https://{host}/return".encode() not in led:
            return f"GET: {led[:80]!r}"
        sent = f"POST /start HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=1"
        refused = front.in_the_open(sent.encode())
        if b" 403 " not in refused[:20]:
            return f"POST: {refused[:80]!r}"
    return None


def only_tls_and_its_names(front: Front, tried: Tried) -> str | None:
    """TLS 1.2 and 1.3 and nothing older; under another name nobody answers."""
    versions = {}
    for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            # Python thinks little of it, too.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
        versions[version.name] = _shakes_hands(front, context, FORMS)
    tried.figures["TLS"] = ", ".join(name for name, taken in versions.items() if taken)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if _shakes_hands(front, context, "evil.example"):
        return "somebody answers under another name"
    wanted = {"TLSv1_1": False, "TLSv1_2": True, "TLSv1_3": True}
    return None if versions == wanted else str(versions)


def slow(front: Front, tried: Tried) -> str | None:
    """While many phones stop in the middle of sending, everybody else gets their page."""
    with ExitStack() as senders:
        slow_senders(lambda: front.connect(seconds=20), FORMS, _SLOW, senders)
        took = honest(lambda: front.ask("/", seconds=tried.patience), tried.honest)
    tried.figures["p99 with slow senders, s"] = round(took.p99, 3)
    return None if took.p99 < 1 and not took.lost else f"p99 {took.p99:.2f} s, {took.lost} lost"


def nothing_is_written(front: Front, _tried: Tried) -> str | None:
    """No file of the proxy says where somebody was, or what they sent."""
    front.ask(
        f"/{_SECRET}?{_SECRET}", headers={"Referer": f"https://{FORMS}/{_SECRET}", "Cookie": f"a={_SECRET}"}
    )
    body = f"words={_SECRET}&" + "a" * 100_000
    front.ask("/start", "POST", body, {"Content-Type": "application/x-www-form-urlencoded"})
    front.raw(f"GET /{_SECRET} HTTP/1.1\r\nHost: {_SECRET}\x00\r\n\r\n".encode("latin-1"))
    found = [name for name, content in front.files_written().items() if _SECRET.encode() in content]
    return f"{', '.join(found)} says it" if found else None


def stopped(front: Front, _tried: Tried) -> str | None:
    """Where intake does not answer, the proxy shows the lines of help. The last check: it ends intake."""
    front.product.stop()
    sleep(0.5)
    page = front.ask("/")
    fits = page.status in (502, 503) and 'href="tel:988"' in page.text
    return None if fits else f"{page.status}: {page.text[:80]!r}"


# The order matters: what counts visitors comes after the form, and what ends intake last.
CHECKS: Sequence[Check] = (
    a_whole_form,
    every_header_once,
    within_is_not_shown,
    too_much,
    smuggling,
    in_the_open,
    only_tls_and_its_names,
    slow,
    nothing_is_written,
    spoofed,
    stopped,
)


def tried(kind: type[Front], folder: Path, checks: Sequence[Check] = CHECKS, control: bool = False) -> Tried:
    """Try one proxy; with the mistakes of the control when that is asked for."""
    seen = Tried(kind.name + (" (control)" if control else ""))
    changes = MISTAKES[kind.name] if control else (lambda text: text)
    with _product(folder) as product, kind(folder / "front", product, changes) as front:
        for check in checks:
            asked(check, front, seen)
    return seen


def tried_on_the_relay(folder: Path, checks: Sequence[Check] = CHECKS) -> tuple[Tried, dict[Mistake, Tried]]:
    """What was seen of the relay while it made no mistake, and with each of its mistakes.

    Each mistake right after its check was made without: the last check ends intake.
    """
    careful, mistaken = Tried("relay"), dict[Mistake, Tried]()
    with _product(folder) as product, Relay(folder / "front", product) as relay:
        for check in checks:
            asked(check, relay, careful)
            for relay.mistake in (one for one, found_by in FOUND_BY.items() if check in found_by):
                seen = mistaken.setdefault(relay.mistake, Tried(relay.mistake.name, _FEW, _SOON))
                asked(check, relay, seen)
                for name in relay.files_written():
                    (relay.folder / name).unlink()
            relay.mistake = None
    return careful, mistaken


def asked(check: Check, front: Front, seen: Tried) -> None:
    """Make one check of a proxy, and say what came of it."""
    begun = monotonic()
    seen.checks += 1
    try:
        fault = check(front, seen)
    except (AssertionError, OSError) as error:
        fault = f"{type(error).__name__}: {error}"
    if fault:
        seen.say(check.__name__, fault)
    found, took = "FOUND" if fault else "ok", monotonic() - begun
    click.echo(f"{seen.name:20} {check.__name__:24} {found:5} {took:.1f} s")


def _product(folder: Path) -> Behind:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "front").mkdir()
    return Behind(folder / "product")


def _nginx_mistakes(text: str) -> str:
    text = text.replace("X-Forwarded-For $remote_addr", "X-Forwarded-For $http_x_forwarded_for")
    text = text.replace("access_log off;", "access_log access.log;")
    text = text.replace("proxy_intercept_errors off;", 'add_header X-Robots-Tag "noindex";')
    text = text.replace("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_protocols TLSv1.3;")
    return text.replace(
        "location = /health {\n        return 404;", "location = /healthy {\n        return 404;"
    )


def _caddy_mistakes(text: str) -> str:
    text = text.replace(
        "header_up X-Forwarded-For {remote_host}", "header_up X-Forwarded-For {header.X-Forwarded-For}"
    )
    text = text.replace("\tlog default {\n\t\tlevel PANIC\n", "\tlog default {\n\t\toutput file access.log\n")
    text = text.replace("\thandle_errors {", "\tlog\n\theader X-Robots-Tag noindex\n\thandle_errors {", 1)
    text = text.replace("header_down -Server", "header_down +X-Robots-Tag noindex")
    text = text.replace(f"tls/{FORMS}.key", f"tls/{FORMS}.key {{\n\t\tprotocols tls1.3\n\t}}")
    return text.replace("path /health\n", "path /healthy\n")


# What is done wrong in the control, and which checks have to find it.
MISTAKES: dict[str, Callable[[str], str]] = {"nginx": _nginx_mistakes, "caddy": _caddy_mistakes}
CONTROL_CHECKS: Sequence[Check] = (
    every_header_once,
    within_is_not_shown,
    only_tls_and_its_names,
    nothing_is_written,
    spoofed,
)


# By which checks each mistake of the relay has to be found.
FOUND_BY: Mapping[Mistake, Sequence[Check]] = {
    Mistake.LOSES_COOKIES: (a_whole_form,),
    Mistake.LOSES_A_HEADER: (every_header_once,),
    Mistake.REPEATS_A_HEADER: (every_header_once,),
    Mistake.NAMES_ITSELF: (every_header_once,),
    Mistake.SHOWS_WITHIN: (within_is_not_shown,),
    Mistake.TAKES_ANY_SIZE: (too_much,),
    Mistake.REFUSES_WITHOUT_HELP: (too_much, stopped),
    Mistake.TWO_LENGTHS: (smuggling,),
    Mistake.AS_IT_COMES: (smuggling,),
    Mistake.LEADS_ANYWHERE: (smuggling,),
    Mistake.IN_THE_OPEN: (in_the_open,),
    Mistake.OLD_TLS: (only_tls_and_its_names,),
    Mistake.ANY_NAME: (only_tls_and_its_names,),
    Mistake.FEW_PLACES: (slow,),
    Mistake.WRITES_A_LOG: (nothing_is_written,),
    Mistake.WRITES_BODIES: (nothing_is_written,),
    Mistake.BELIEVES_VISITORS: (spoofed,),
}


def _shakes_hands(front: Front, context: ssl.SSLContext, name: str) -> bool:
    try:
        plain = socket.create_connection(("127.0.0.1", front.https), timeout=10)
        with context.wrap_socket(plain, server_hostname=name):
            return True
    except OSError:
        return False


@click.command(help=__doc__)
@click.option("--only", type=click.Choice([one.name for one in FRONTS]), help="One of the proxies.")
def main(only: str | None) -> None:
    """Exit code 1 when something was found, or the control was not."""
    begun = datetime.now(UTC)
    kinds = [one for one in FRONTS if only in (None, one.name)]
    faults, overlooked = [], []
    figures: dict[str, int | float | str] = {}
    with tempfile.TemporaryDirectory(prefix="intake-proxies-") as folder:
        for kind in kinds:
            seen = tried(kind, Path(folder) / kind.name)
            faults += seen.faults
            figures |= {f"checks, {kind.name}": seen.checks, f"faults, {kind.name}": len(seen.faults)}
            figures |= {f"{what}, {kind.name}": figure for what, figure in seen.figures.items()}
            control = tried(kind, Path(folder) / f"{kind.name}-control", CONTROL_CHECKS, control=True)
            overlooked += [f"{kind.name}: {one}" for one in not_found_by(control, CONTROL_CHECKS)]
        careful, mistaken = tried_on_the_relay(Path(folder) / "relay")
    faults += [f"found where there is no mistake: {fault}" for fault in careful.faults]
    for mistake, checks in FOUND_BY.items():
        overlooked += [f"{mistake.name}: {one}" for one in not_found_by(mistaken[mistake], checks)]
    for one in overlooked:
        click.echo(f"{one} overlooked a mistake made on purpose", err=True)
    end(
        report(
            "proxies",
            seed=None,
            begun=begun,
            figures=figures,
            control={
                "mistakes in the files of proxies": len(CONTROL_CHECKS) * len(kinds),
                "mistakes of the relay": len(mistaken),
                "overlooked": len(overlooked),
                "checks that found the relay's mistakes": by_their_mistakes(mistaken),
                **{
                    f"smuggling cases that found {mistake.value}": len(mistaken[mistake].smuggled)
                    for mistake, checks in FOUND_BY.items()
                    if smuggling in checks
                },
                "checks of the relay without a mistake": careful.checks,
                "of them found something": len(careful.faults),
            },
            noticed=not overlooked,
            faults=tuple(faults),
        )
    )


def not_found_by(seen: Tried, checks: Sequence[Check]) -> list[str]:
    """The checks that overlooked what they had to find."""
    names = (check.__name__ for check in checks)
    return [one for one in names if not any(f": {one}: " in fault for fault in seen.faults)]


def by_their_mistakes(mistaken: Mapping[Mistake, Tried]) -> str:
    """Each check that found something, with how many mistakes it found."""
    found = Counter(
        check.__name__
        for mistake, seen in mistaken.items()
        for check in FOUND_BY[mistake]
        if check.__name__ not in not_found_by(seen, [check])
    )
    return ", ".join(f"{one} ({number})" for one, number in sorted(found.items()))


if __name__ == "__main__":
    main()
