"""Two scanners that others wrote look at the running product: wapiti and sqlmap, from Debian's packages.

Both look at both sites, each as a stranger and as somebody who is let in: a patient with a form, one who has
sent one, somebody of the clinic with every role. They are given every page and every form there is. First
each has to find a mistake that was planted for it, in a site of its own. What a scanner takes for a weakness
and is none stands on a list with the reason (``FALSE_ALARMS``); an answer of 500 or above is a finding.
"""

import csv
import http.client
import json
import os
import pty
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import click

from campaigns import typing_patients, typing_staff
from campaigns.aviary import Aviary
from campaigns.pages_found import Form, pages_and_forms
from campaigns.planted import served
from campaigns.recorder import Recorder, recording
from campaigns.reports import end, report
from campaigns.sinks import Sinks
from campaigns.watched import Browser, Watched
from intake.services.paths import pages_asked

_HASTY = ("-m", "campaigns.hasty", "serve")
SCANNERS = ("wapiti", "sqlmap")
# ssrf and xxe want a server outside; nikto, wapp and buster ask for files of other products; what blindsql
# waits for, sqlmap tries.
MODULES = (
    "xss,permanentxss,sql,exec,file,crlf,redirect,methods,htaccess,shellshock,csp,cookieflags,http_headers"
)
# Seconds: for finding pages, for each kind of attack, and at most for one run of either.
_CRAWL, _ATTACK, _LONGEST = 100, 25, 420
# Whoever presses these is no longer the one who was let in.
_ENDS_A_VISIT = re.compile(
    r"/(sign-out|leave|forget|erase|password)$|/sessions/end(-others)?$|/account/provider|/reset$|/remove$"
    r"|/roles$|/factors$|^/sign$|^/start$|how-you-sign-in"
)


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """What a scanner says where nothing is wrong, and why it is not."""

    scanner: str
    what: str
    where: str
    why: str

    def holds(self, finding: "Finding") -> bool:
        """Whether it says so of this one."""
        return (
            self.scanner == finding.scanner
            and bool(re.search(self.what, finding.what))
            and bool(re.search(self.where, finding.where))
        )


FALSE_ALARMS: tuple[FalseAlarm, ...] = (
    FalseAlarm(
        "wapiti",
        "^HTTP Secure Headers: Strict-Transport-Security is not set$",
        "^GET /",
        "it is asked over plain HTTP on this machine, where browsers ignore it; over TLS it is there "
        "(campaigns/proxies.py)",
    ),
    FalseAlarm(
        "wapiti",
        "^HTTP Secure Headers: X-Frame-Options is not set$",
        "^GET /",
        "frame-ancestors 'none' of the Content-Security-Policy says it, and takes its place in every browser",
    ),
    FalseAlarm(
        "wapiti",
        "^HTTP Secure Headers: X-XSS-Protection is not set$",
        "^GET /",
        "browsers have dropped it, because it could be turned against a page",
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a scanner takes for a weakness."""

    scanner: str
    who: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.scanner}, {self.who}: {self.what} at {self.where}"


@dataclass
class Seen:
    """What came of all scans."""

    requests: int = 0
    forms: int = 0
    pages: int = 0
    reached: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def false_alarms(self) -> list[Finding]:
        """Those on the list."""
        return [one for one in self.findings if any(alarm.holds(one) for alarm in FALSE_ALARMS)]

    @property
    def faults(self) -> list[str]:
        """All others."""
        left = [one for one in self.findings if one not in self.false_alarms]
        return sorted({str(one) for one in left})


@dataclass(frozen=True, slots=True)
class Scan:
    """Somebody at one site: their cookies, the pages they can open and the forms on them."""

    who: str
    port: int
    cookies: Mapping[str, str]
    pages: Sequence[str]
    forms: Sequence[Form]
    base: str = "/"
    still_in: str = ""
    kept_back: re.Pattern[str] | None = _ENDS_A_VISIT


def scan(one: Scan, folder: Path, seen: Seen) -> None:
    """Both scanners, one after the other. Afterwards ``still_in`` has to be there for whoever was let in."""
    seen.pages += len(one.pages)
    seen.forms += len(one.forms)
    for scanner, run in (("wapiti", _wapiti), ("sqlmap", _sqlmap)):
        place = folder / f"{one.who.replace(' ', '-')}-{scanner}"
        place.mkdir(parents=True)
        began = time.monotonic()
        with recording(Recorder(one.port, dict(one.cookies), one.kept_back)) as recorder:
            found = run(one, recorder, place, seen)
            status = asked(recorder, one.still_in) if one.still_in else 200
            if status != 200:
                seen.unfinished.append(f"{scanner} as {one.who}: let out on the way ({status})")
        seen.seconds[scanner] = seen.seconds.get(scanner, 0.0) + time.monotonic() - began
        seen.requests += recorder.requests
        seen.reached |= {f"{one.base}{page}" for page in recorder.reached}
        seen.findings += [Finding(scanner, one.who, what, where) for what, where in found]
        seen.findings += [Finding(scanner, one.who, "an error", where) for where in recorder.broken]
        click.echo(f"{one.who}, {scanner}: {recorder.requests} requests, {dict(recorder.statuses)}", err=True)
        if not recorder.requests:
            seen.unfinished.append(f"{scanner} asked {one.who} nothing")


def asked(recorder: Recorder, path: str) -> int:
    """How a page answers whoever the recorder speaks for."""
    connection = http.client.HTTPConnection("127.0.0.1", recorder.port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def _wapiti(one: Scan, recorder: Recorder, folder: Path, seen: Seen) -> list[tuple[str, str]]:
    address = f"http://127.0.0.1:{recorder.port}"
    told = folder / "report.json"
    command = [
        "wapiti",
        "-u",
        f"{address}{one.base}",
        "--scope",
        "folder",
        "-m",
        MODULES,
        "-f",
        "json",
        "-o",
        str(told),
    ]
    for page in one.pages:
        command += ["-s", f"{address}{page}"]
    command += ["--skip", "csrf_token"]
    command += ["--max-scan-time", str(_CRAWL), "--max-attack-time", str(_ATTACK), "--max-parameters", "80"]
    # Every page is named above: of each, only the forms are left to be found.
    command += ["-d", "1"]
    command += ["-S", "normal", "-l", "1", "-t", "15", "-v", "0", "--flush-session", "--no-bugreport"]
    command += ["--store-session", str(folder / "session"), "--store-config", str(folder / "config")]
    _run(command, folder, f"wapiti as {one.who}", seen, _LONGEST)
    if not told.exists():
        seen.unfinished.append(f"wapiti as {one.who} wrote no report")
        return []
    return told_by_wapiti(told.read_text("utf-8"))


def told_by_wapiti(report_of_it: str) -> list[tuple[str, str]]:
    """What stands in a report of wapiti: what it takes for a weakness, and where."""
    document = json.loads(report_of_it)
    return [
        (
            f"{kind}: {one['info']}",
            f"{one['method']} {_page(one['path'])} {one.get('parameter') or ''}".strip(),
        )
        for part in ("vulnerabilities", "anomalies")
        for kind, entries in document[part].items()
        for one in entries
    ]


def _sqlmap(one: Scan, recorder: Recorder, folder: Path, seen: Seen) -> list[tuple[str, str]]:
    told, log = folder / "results.csv", folder / "requests.log"
    log.write_text("".join(_as_logged(form, recorder.port) for form in one.forms), "utf-8")
    if not one.forms:
        return []
    command = ["sqlmap", "-l", str(log), "--batch", "--disable-coloring", "--flush-session", "--level", "1"]
    command += [
        "--risk",
        "1",
        "--technique",
        "BEUSTQ",
        "--dbms",
        "sqlite",
        "--skip",
        "csrf_token",
        "--timeout",
        "15",
    ]
    command += ["--retries", "1", "--results-file", str(told), "--output-dir", str(folder), "-v", "1"]
    command += ["--ignore-code", "*", "--skip-waf", "--time-sec", "2", "--drop-set-cookie"]
    _run(command, folder, f"sqlmap as {one.who}", seen, _LONGEST)
    said = (folder / "said").read_text("utf-8", "replace")
    return told_by_sqlmap(told.read_text("utf-8") if told.exists() else "", said)


def told_by_sqlmap(results: str, said: str) -> list[tuple[str, str]]:
    """What sqlmap wrote down, or only said: what it takes for a weakness, and where."""
    rows = [row for row in list(csv.reader(results.splitlines()))[1:] if len(row) > 3 and row[3]]
    found = [(f"injection ({row[3]})", f"{row[1]} {row[2]} of {_page(row[0])}") for row in rows]
    return found + [("injection", line) for line in re.findall(r"^Parameter: (.*)$", said, re.MULTILINE)]


def _page(address: str) -> str:
    return re.sub(
        r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+", "…", re.sub(r"^http://[^/]*", "", address).partition("?")[0]
    )


def _as_logged(form: Form, port: int) -> str:
    """A request as a proxy of another maker would have written it down; sqlmap reads it."""
    line, body = "=" * 54, urlencode(form.fields)
    path = form.action if form.method == "post" else f"{form.action}?{body}"
    head = f"{form.method.upper()} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    if form.method == "post":
        head += (
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
    else:
        head += "\r\n"
    site = f"12:00:00  http://127.0.0.1:{port}  [127.0.0.1]"
    return f"{line}\r\n{site}\r\n{line}\r\n{head}\r\n{line}\r\n\r\n\r\n\r\n"


def _run(command: Sequence[str], folder: Path, name: str, seen: Seen, seconds: float) -> None:
    # Neither may find the libraries of the tests; they have their own.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"HOME": str(folder)}
    # sqlmap takes anything but a terminal for a list of addresses.
    above, terminal = pty.openpty()
    with (folder / "said").open("wb") as said:
        try:
            done = subprocess.run(
                command,
                stdin=terminal,
                stdout=said,
                stderr=said,
                env=environment,
                cwd=folder,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            seen.unfinished.append(f"{name} was stopped after {seconds:.0f} seconds")
            return
        finally:
            os.close(above)
            os.close(terminal)
    if done.returncode:
        seen.unfinished.append(f"{name} ended with {done.returncode}")


def everybody(product: Watched) -> list[Scan]:
    """Strangers and those who are let in, with every page and form each of them finds."""
    staff = typing_staff.staff_come(product)
    _, sender = typing_patients.a_patient_sends(product)
    writing = typing_patients.writer(product, "scanned")
    writing.errs = False
    writing.browser.press(writing.browser.open("/").form("Start"), "Start")
    writing.browser.follow("Begin")
    for page in pages_asked(writing.evidence):
        writing._answers(page)
    patient = Browser(product)
    patient.cookies = dict(writing.browser._client.cookies)  # type: ignore[attr-defined]  # those of the wire
    stranger, outside = Browser(product), Browser(product)
    scans = []
    for who, browser, begins, base, still_in in (
        ("a stranger", stranger, ("/", "/return", "/reply"), "/", ""),
        ("a patient", patient, ("/form", "/check", "/sign", "/later"), "/", "/form"),
        ("a patient who has sent", sender, ("/sent", "/sent/ask"), "/", "/sent"),
        ("a stranger to the clinic", outside, ("/clinic/sign-in",), "/clinic/", ""),
        ("staff", staff, ("/clinic/",), "/clinic/", "/clinic/queue"),
    ):
        port = product.clinic_port if base == "/clinic/" else product.port
        pages, forms = pages_and_forms(browser, begins, base)
        kept_back = None if "stranger" in who else _ENDS_A_VISIT
        scans.append(Scan(who, port, dict(browser.cookies), pages, forms, base, still_in, kept_back))
    return scans


def control(folder: Path) -> tuple[dict[str, int], bool]:
    """What each finds of what was planted, and whether both found it and an error was noticed."""
    seen = Seen()
    with served() as port:
        forms = (Form("post", "/find", (("word", "quetzal"),)), Form("get", "/say", (("said", "hello"),)))
        scan(
            Scan("planted", port, {}, ("/", "/say?said=hello", "/broken"), forms, kept_back=None),
            folder,
            seen,
        )
    of = {
        "wapiti: script on a page": _count(seen, "wapiti", "Cross Site Scripting"),
        "wapiti: SQL injection": _count(seen, "wapiti", "SQL Injection"),
        "sqlmap: SQL injection": _count(seen, "sqlmap", "injection"),
        "errors noticed": _count(seen, "wapiti", "an error"),
    }
    return of, all(of.values())


def _count(seen: Seen, scanner: str, what: str) -> int:
    return sum(one.scanner == scanner and what in one.what for one in seen.findings)


@click.command(help=__doc__)
def main() -> None:
    """Exit code 1 when something was found that is on no list, or when a planted mistake was not."""
    if missing := [one for one in SCANNERS if shutil.which(one) is None]:
        raise click.ClickException(f"{' and '.join(missing)} not found: make scanners installs them")
    begun = datetime.now(UTC)
    folder = Path(tempfile.mkdtemp(prefix="intake-scanners-"))
    seen = Seen()
    try:
        planted, noticed = control(folder / "control")
        click.echo(f"Planted: {planted}")
        if noticed:
            own = {"INTAKE_STARTS_PER_HOUR": "100000"}
            with Watched(folder / "product", _HASTY, Sinks(), Aviary(), own) as product:
                for one in everybody(product):
                    scan(one, folder / "scans", seen)
    finally:
        with suppress(OSError):
            shutil.rmtree(folder, ignore_errors=True)
    end(
        report(
            "scanners",
            seed=None,
            begun=begun,
            figures={
                "requests": seen.requests,
                "pages given": seen.pages,
                "forms given": seen.forms,
                "addresses that answered": len(seen.reached),
                "findings": len(seen.faults),
                "false alarms": len(seen.false_alarms),
                **{f"seconds of {one}": round(many) for one, many in seen.seconds.items()},
            },
            control=planted,
            noticed=noticed,
            faults=(*seen.faults, *seen.unfinished),
        )
    )


if __name__ == "__main__":
    main()
