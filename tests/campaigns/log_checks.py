"""What is looked at where the log goes from one machine to another (``campaigns/logs.py``)."""

import socket
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from campaigns.collecting import (
    COLLECTOR,
    SENDER,
    Machines,
    both,
    make_certificates,
    make_one_that_is_over,
    replaced,
    wait_for,
)

PROGRAMS = ("intake-patient", "intake-clinic", "intake-worker")
# Neighbours, and programs whose names are nearly ours.
NEIGHBOURS = ("postgres", "sshd", "intake", "intake-patients", "xintake-worker", "Intake-Clinic")
WAITING, ARRIVES_WITHIN = 3_000, 40.0
_STRANGE = "other.example.org"
_SMALL = {
    'queue.maxDiskSpace="256m"': 'queue.maxDiskSpace="2m" queue.maxFileSize="256k"',
    'queue.size="20000"': 'queue.size="1000"',
}
_SMALL_BYTES = (2 << 20) + (256 << 10)


@dataclass
class Seen:
    """What is to be sent, and what was seen."""

    lines: list[str]
    faults: list[str] = field(default_factory=list)
    figures: dict[str, int | float | str] = field(default_factory=dict)


Check = Callable[[Machines, Seen], str | None]


def every_line_whole(machines: Machines, seen: Seen) -> str | None:
    """Lines of every kind and of the three programs arrive unchanged, the longest there can be among them."""
    machines.collect()
    machines.send()
    for number, line in enumerate(seen.lines):
        machines.say([line], PROGRAMS[number % len(PROGRAMS)])
    seen.figures |= {
        "lines sent": len(seen.lines),
        "longest line, bytes": max(len(line.encode()) for line in seen.lines),
    }
    return _missing(machines, seen.lines, seen)


def nothing_in_clear(machines: Machines, seen: Seen) -> str | None:
    """No word of a line is on the wire."""
    machines.collect()
    machines.send()
    machines.say(sent := seen.lines[:200])
    fault = _missing(machines, sent, seen)
    taken = machines.tap.taken
    seen.figures["bytes on the wire looked through"] = len(taken)
    if fault is None and len(taken) < sum(len(line) for line in sent):
        return f"the tap saw {len(taken)} bytes, less than was sent"
    words = {b'"line"', b'"level"', b"page_failed", b"request_refused", *map(str.encode, PROGRAMS)}
    return f"in clear: {sorted(found)}" if (found := {one for one in words if one in taken}) else fault


def for_root_alone(machines: Machines, seen: Seen) -> str | None:
    """What the collector keeps is opened by its owner, and read by its group."""
    machines.collect()
    machines.send()
    machines.say(seen.lines[:9])
    if fault := _missing(machines, seen.lines[:9], seen):
        return fault
    folder = machines.folder / "collected"
    modes = {one.name: oct(one.stat().st_mode & 0o777) for one in (folder, *folder.iterdir())}
    return None if modes == {"collected": "0o750", "127.0.0.1.log": "0o640"} else str(modes)


def neighbours_stay(machines: Machines, seen: Seen) -> str | None:
    """Lines of other programs stay where they are, and ours are not written down a second time."""
    machines.collect()
    machines.send()
    for program in NEIGHBOURS:
        machines.say([f"a line of {program}."], program)
    machines.say(seen.lines[:9])
    fault = _missing(machines, seen.lines[:9], seen)
    kept = machines.kept_here()
    lost = [one for one in NEIGHBOURS if f"a line of {one}." not in kept]
    twice = [line for line in seen.lines[:9] if line in kept]
    return fault or (f"not kept here: {lost}" if lost else None) or (f"kept here: {twice}" if twice else None)


def strange_collectors(machines: Machines, seen: Seen) -> str | None:
    """A collector that cannot show the right certificate gets nothing, and nothing is lost by it."""
    strange = _strange(machines.folder / "strange", COLLECTOR, machines.certificates)
    seen.figures["strange collectors"] = len(strange)
    machines.send()
    machines.say(sent := seen.lines[:20])
    for kind, shown in strange.items():
        machines.collect(shown)
        before = machines.tap.connections
        wait_for(lambda seen_before=before: machines.tap.connections >= seen_before + 3, 15)  # type: ignore[misc]
        if got := machines.collected():
            return f"{kind}: it got {len(got)} lines"
        machines.collector.end(by_force=True)
    machines.collect()
    return _missing(machines, sent, seen)


def strange_senders(machines: Machines, seen: Seen) -> str | None:
    """A sender that cannot show the right certificate delivers nothing."""
    strange = _strange(machines.folder / "strange", SENDER, machines.certificates)
    machines.collect()
    refused = 0
    for kind, shown in strange.items():
        before = machines.tap.connections
        machines.send(shown)
        # One by one: each is sent into a connection of its own, which the collector ends.
        for line in seen.lines[refused : refused + 20]:
            machines.say([line])
            sleep(0.1)
        refused += 20
        if not wait_for(lambda seen_before=before: machines.tap.connections > seen_before, 15):  # type: ignore[misc]
            return f"{kind}: it was not tried"
        if got := machines.collected():
            return f"{kind}: it delivered {len(got)} lines"
        machines.sender.end()
    machines.send()
    machines.say(later := seen.lines[refused : refused + 20])
    if not wait_for(lambda: set(later) <= set(machines.collected()), ARRIVES_WITHIN):
        return "nothing arrives once it shows the right one"
    seen.figures |= {
        "strange senders": len(strange),
        "lines of a refused sender": refused,
        "lines of a refused sender that were lost": refused + 20 - len(set(machines.collected())),
    }
    return None


def no_older_tls(machines: Machines, seen: Seen) -> str | None:
    """The collector speaks TLS 1.3 and nothing older."""
    machines.collect()
    spoken = []
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=str(machines.certificates / "authority.pem"))
        own = machines.certificates / SENDER
        context.load_cert_chain(own / "machine.pem", own / "machine.key")
        context.minimum_version = context.maximum_version = version
        try:
            plain = socket.create_connection(("127.0.0.1", machines.port), timeout=10)
            with context.wrap_socket(plain, server_hostname=COLLECTOR):
                spoken.append(version.name)
        except OSError:
            continue
    seen.figures["TLS"] = ", ".join(spoken)
    return None if spoken == ["TLSv1_3"] else f"it speaks {spoken}"


def many_wait(machines: Machines, seen: Seen) -> str | None:
    """Lines written while the collector is away arrive later, though the sender was restarted meanwhile."""
    more = [f'{{"line": "waits", "number": {number}}}' for number in range(WAITING)]
    fault = _away(machines, more, len("".join(more[:-300])), seen)
    seen.figures["lines that waited"] = len(more)
    return fault


def few_wait(machines: Machines, seen: Seen) -> str | None:
    """So do the few that wait in memory."""
    return _away(machines, seen.lines[:60], 0, seen)


def _away(machines: Machines, more: list[str], on_disk: int, seen: Seen) -> str | None:
    machines.looks_often = False
    machines.collect()
    machines.send()
    machines.say(sent := ['{"line": "before"}'])
    if fault := _missing(machines, sent, seen):
        return fault
    # A sender that has lost its collector has some lines in hand; one that never had any has none.
    machines.collector.end()
    machines.say(more)
    # What rsyslog has not read yet would be gone with its socket, which is systemd's on a true machine.
    wait_for(lambda: machines.waiting_bytes() >= on_disk, ARRIVES_WITHIN)
    sleep(2)
    seen.figures["bytes on disk while they waited"] = machines.waiting_bytes()
    machines.sender.end()
    machines.send()
    machines.say(last := ['{"line": "after"}'])
    machines.collect()
    # rsyslog loses what it has in hand when it is stopped: what is shipped gives it one line at a time.
    if (lost := _lost(machines, sent + more + last)) > 1:
        return f"{lost} of {len(more)} did not arrive"
    seen.figures["lines in hand that were lost when the sender was stopped"] = lost
    return None


def collector_killed(machines: Machines, seen: Seen) -> str | None:
    """A collector that dies again and again while lines come in costs none."""
    machines.collect()
    machines.send()
    sent = [f'{{"line": "comes", "number": {number}}}' for number in range(600)]
    for number, line in enumerate(sent):
        machines.say([line])
        sleep(0.003)
        if number % 200 == 150:
            machines.collector.end(by_force=True)
            machines.collect()
    seen.figures["collector killed, times"] = 3
    return _missing(machines, sent, seen)


def silent_wire(machines: Machines, seen: Seen) -> str | None:
    """After a wire that silently carried nothing, lines arrive again; what was lost is counted."""
    machines.collect()
    machines.send()
    machines.say(first := seen.lines[:60])
    if fault := _missing(machines, first, seen):
        return fault
    machines.tap.silent = True
    machines.say(into_nothing := seen.lines[60:120])
    sleep(1)
    machines.tap.silent = False
    machines.tap.cut()
    machines.say(later := seen.lines[120:130])
    arrived = wait_for(lambda: set(later) <= set(machines.collected()), ARRIVES_WITHIN)
    seen.figures |= {
        "lines sent into a silent wire": len(into_nothing),
        "lines sent into a silent wire that were lost": len(set(into_nothing) - set(machines.collected())),
    }
    return None if arrived else "nothing arrives afterwards"


def full(machines: Machines, seen: Seen) -> str | None:
    """At the bound, the newest are not sent; neighbours' lines go on, and so does intake's afterwards."""
    machines.sender.changes = both(replaced(_SMALL), machines.sender.changes)
    machines.send()
    begun = monotonic()
    machines.say(
        [f'{{"line": "too many", "number": {number}, "filled": "{"x" * 400}"}}' for number in range(12_000)]
    )
    machines.say(["a line of postgres."], "postgres")
    if not wait_for(lambda: "a line of postgres." in machines.kept_here(), 30):
        return "a neighbour's line was held up"
    sleep(2)
    seen.figures |= {
        "seconds until a neighbour's line was written, at the bound": round(monotonic() - begun - 2, 1),
        "bytes on disk at a bound of 2 MB": (taken := machines.waiting_bytes()),
    }
    if taken > _SMALL_BYTES:
        return f"{taken} bytes on disk"
    machines.collect()
    # What waits goes first, and while there is no room for more, more is left out.
    wait_for(lambda: machines.waiting_bytes() < _SMALL_BYTES // 2, ARRIVES_WITHIN)
    machines.say(later := seen.lines[:50])
    arrived = wait_for(lambda: set(later) <= set(machines.collected()), ARRIVES_WITHIN)
    return None if arrived else "lines written after the bound did not arrive"


CHECKS: Sequence[Check] = (
    every_line_whole,
    nothing_in_clear,
    for_root_alone,
    neighbours_stay,
    strange_collectors,
    strange_senders,
    no_older_tls,
    few_wait,
    many_wait,
    collector_killed,
    silent_wire,
    full,
)


def _lost(machines: Machines, sent: list[str]) -> int:
    """How many lines did not arrive, once nothing more can be waited for."""
    wait_for(lambda: set(sent) <= set(machines.collected()), ARRIVES_WITHIN)
    return len(set(sent) - set(machines.collected()))


def _missing(machines: Machines, sent: list[str], seen: Seen) -> str | None:
    """What did not arrive as it was sent, or was not sent; a line may arrive more than once."""
    wanted = Counter(sent)
    wait_for(lambda: not wanted - Counter(machines.collected()), ARRIVES_WITHIN)
    arrived = Counter(machines.collected())
    again = sum((arrived - wanted).values())
    seen.figures["lines that arrived more than once"] = again
    if lost := wanted - arrived:
        return f"{sum(lost.values())} of {len(sent)} did not arrive, for instance {next(iter(lost))[:80]}"
    strange = [line for line in arrived if line not in wanted]
    return f"arrived and was not sent: {strange[0][:80]}" if strange else None


def _strange(folder: Path, name: str, ours: Path) -> dict[str, Path]:
    """Folders with certificates that are not to be taken, by what is wrong with each."""
    make_certificates(folder / "authority", name, _STRANGE)
    make_certificates(ours, _STRANGE, "nobody.example.org")
    over = folder / "over"
    over.mkdir()
    for one in ("authority.key", "authority.pem"):
        (over / one).write_bytes((ours / one).read_bytes())
    make_certificates(over, name, _STRANGE)
    make_one_that_is_over(over, name)
    # Of the other authority, only its own certificate: what it trusts is the clinic's.
    (folder / "authority" / name / "authority.pem").write_bytes((ours / "authority.pem").read_bytes())
    return {
        "of another name": ours / _STRANGE,
        "of another authority": folder / "authority" / name,
        "one that is over": over / name,
    }
