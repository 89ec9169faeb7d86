"""``docs/assurance.md``: every campaign, what it is meant to show, and what its newest run showed.

Written anew after every run of ``make campaign``. Nothing in it is typed: figures come from the reports in
``docs/assurance``, and a campaign that was never run says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from campaigns.reports import CHECKOUT, Report, kept

PAGE = CHECKOUT / "docs" / "assurance.md"
_HEAD = """# Assurance: what was tried, and what was seen

Made by `make campaign` from the reports in `docs/assurance`, one for the newest run of each campaign. Do not
change it by hand: a test compares it with what is written there. Each campaign has a control, a mistake
made on purpose that it has to find; one that does not find it counts for nothing. A short form of each runs
in `make test`.

A figure below its aim is shown as it is. Nobody outside the project has repeated any of this."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One campaign: how it is run, what it would find, and how much of it is wanted.

    ``wanted`` are the least figures of a whole run; what is not named there has no least.
    """

    campaign: str
    finds: str
    how: str
    wanted: Mapping[str, int]

    @property
    def command(self) -> str:
        """What runs it."""
        return f"make campaign CAMPAIGN={self.campaign}"


AIMS: tuple[Aim, ...] = (
    Aim(
        "kills",
        "a form somebody was thanked for, and that is not there, or there twice",
        "SIGKILL at a random moment, of everything or of one process, while six browsers send forms and a "
        "clinician reads the queue; everything runs again, and every form is looked for. Started by hand, a "
        "product spends most of its time reading its own program. So most of those killed here are forked "
        "from a process that has read the program, the questionnaire, the rules and the medicines, and has "
        "opened no database and begun no thread; from there on each does what `intake serve`, `intake serve "
        "patient`, `intake serve clinic` and `intake work` do, as a process of its own. What jinja2 makes "
        "of a template is read from a file, and a process that died is started again at once, not after a "
        "second. The others are started by hand, as a clinic does. "
        "Control: a product that thanks before it stores, forked as well.",
        {"kills": 5000, "kills of products started by hand": 200},
    ),
    Aim(
        "fsync",
        "a form somebody was thanked for before the disk was told to keep it",
        "strace writes down what the patient site asks of the operating system while forms are sent; before "
        "each thanks, the log of the database was written and synced. Whether the disk did as told, it "
        "cannot see. Control: a product that does not wait for the disk.",
        {"on the disk before the thanks": 1_000},
    ),
    Aim(
        "postgres_killed",
        "a form somebody was thanked for and that PostgreSQL lost, or a page that hides that it is gone",
        "SIGKILL of every process of the server at a random moment while patients press Sign and send; it is "
        "started again, and every form is looked for. Control: a server that promises before it has written.",
        {"kills": 200},
    ),
    Aim(
        "outbox",
        "a notice that never arrives, or that tells of a patient",
        "SIGKILL of whoever sends e-mail, and a mail server that misbehaves. "
        "Control: a sender that settles before it sends.",
        {"kills": 500},
    ),
    Aim(
        "tampering",
        "a change to the audit trail or to something sealed that is not noticed",
        "Lines are changed, taken out, put in, moved and copied, and the chain is followed; bits are turned "
        "over and sealed values moved, and opened where they were put. Control: values bound to no place, "
        "lines chained to none.",
        {"trail": 10_000, "sealed": 100_000},
    ),
    Aim(
        "chain",
        "a line of the trail that is lost, or a chain that is broken when many add to it at once",
        "Eight processes add to one trail, each line in a transaction of its own, on SQLite and on "
        "PostgreSQL. Control: processes that look at the end of the chain before they may write.",
        {"lines_on_sqlite": 100_000, "lines_on_postgresql": 100_000},
    ),
    Aim(
        "lockouts",
        "somebody who is kept out of their own account by strangers who guess at it",
        "Wrong passwords for one account, each from a network of its own, while its owner signs in from a "
        "browser that is known. Control: a known browser is counted with strangers.",
        {"guesses": 10_000},
    ),
    Aim(
        "calls",
        "a database call whose failure leaves something half done, is not told, or loses what was typed",
        "Every statement and every commit of a patient's and a clinician's journey fails once, and each "
        "commit also happens once without anybody hearing of it; then the request is made again. Control: "
        "the trail written in a transaction of its own.",
        {"failures": 1_000},
    ),
    Aim(
        "fuzzing",
        "a request that is answered by a crash, by a hang, or by what was sent as markup",
        "Nearly right requests drawn from a description of both sites (OpenAPI, read off their own pages), "
        "wrong ones to addresses that exist, and made-up ones, by a stranger, a patient and staff of each "
        "role. Control: pages that cannot take what is no number.",
        {"requests": 300_000},
    ),
    Aim(
        "parsers",
        "input that breaks or hangs whatever reads what people write",
        "atheris changes the input by which lines it reaches, for each reader of files and of boxes. "
        "Control: a fault behind four bytes in a row.",
        {"inputs": 1_000_000},
    ),
    Aim(
        "disks",
        "somebody thanked for what could not be stored, or a page that does not say so",
        "The disk is full, may not be written to, or is locked by another program, while patients fill in "
        "and send forms; then it is given back. Control: a product that thanks whatever became of it.",
        {"forms": 100},
    ),
    Aim(
        "clocks",
        "a broken page, a session of staff that outlives its limit or a letter sent twice, by a wrong clock",
        "The clock is set forward or back by up to ten years and over changes of summer time while people "
        "work, and put right again. Control: sessions that are never over.",
        {"jumps": 200},
    ),
    Aim(
        "states",
        "an order of things in which somebody is told what is not so",
        "hypothesis draws what happens next, for two patients with two windows each, two clinicians, the "
        "worker, the clock and crashes; a plain model beside it knows what each was told. Control: a name "
        "that is typed and not sent.",
        {"runs": 400, "forms sent": 100, "signed off": 30},
    ),
    Aim(
        "rounds",
        "a form two clinicians were both told they had first, or words that were lost in a conflict",
        "Twenty clinicians at once on one form, round after round, on SQLite and on PostgreSQL. "
        "Control: a product that tells everybody they were first.",
        {"rounds_on_sqlite": 200, "rounds_on_postgresql": 200},
    ),
    Aim(
        "slow",
        "phones that stop in the middle of sending and keep everybody else from their pages",
        "Hundreds of connections that begin a request and never end it, through waitress alone, nginx and "
        "Caddy; honest visitors have to have their page within a second, 99 of 100. Control: a server that "
        "listens to few senders at a time.",
        {"slow senders": 500, "honest requests": 500},
    ),
    Aim(
        "proxies",
        "a request that nginx or Caddy and intake understand differently, or a header that is lost between",
        "Both proxies as shipped, with real TLS: a whole form, every header once, smuggled requests, forged "
        "addresses, too much, and nothing written to a log. Control: proxy files with mistakes in them.",
        {"checks, nginx": 11, "checks, caddy": 11},
    ),
    Aim(
        "logs",
        "a line of the log that is lost, cut, or told to somebody else on its way to another machine",
        "rsyslog of Debian's package on both sides with the files as shipped, real TLS, and a tap between: "
        "lines of every kind that the program's own log writer makes, and one as long as the journal hands "
        "on; certificates of another name, of another authority and of yesterday on either side; a "
        "collector that is away, is killed, or comes back when the disk for lines that wait is full. What is "
        "lost where TCP cannot tell (a collector that refuses the sender, a wire that silently carries "
        "nothing) is counted. Control: the same files with one mistake each.",
        {"checks": 12, "lines sent": 1_000, "lines that waited": 3_000},
    ),
    Aim(
        "mutants",
        "a mistake in what keeps answers safe that no test would notice",
        "Guards are taken out by hand, one at a time, in a copy of the checkout, and the tests named beside "
        "each have to fail. Control: a change of a comment, which has to pass.",
        {"mutants": 80},
    ),
    Aim(
        "automated_mutants",
        "a mistake nobody thought of, in what keeps answers safe, that no test would notice",
        "Mistakes are made by rule in the modules where one lets somebody in, or loses or leaks answers: "
        "comparisons, conditions, numbers, words for programs and what is handed back are others, and "
        "statements, arguments, cases and decorators are left out; by mutmut's operators and a few more. "
        "One run of the tests shows which pass over which line; each mistake, of so many drawn with the "
        "seed, is tried with at most 25 tests over its line. One that no test passes over has survived. "
        "What changes nothing anybody could notice is listed by hand with the reason, and not tried. "
        "Controls: a module whose tests assert nothing, one that is tested well, and nothing changed at all.",
        {"tried": 600, "percent noticed": 90},
    ),
    Aim(
        "authorization",
        "a page that lets in somebody it is not for, or takes what another site sends",
        "Every address of both sites is asked for by everybody there is, by each method, with each token, "
        "from here and from elsewhere; what must come of it is worked out from the marks of the pages. "
        "Control: a page whose mark guards nothing.",
        {"tried": 40_000},
    ),
    Aim(
        "libraries",
        "a library locked in a version older than docs/limits.md allows, or with a hole for too long",
        "uv works the locks out as they would have come out today, and 7, 30 and 90 days ago, from the index "
        "this machine asks, and what is locked is compared with that. What is behind for 7 days is looked up "
        "in a list of known holes; no answer is a fault. Control: a library of 2021 in the locks.",
        {"libraries of requirements.lock": 40, "compared in requirements.lock": 30},
    ),
    Aim(
        "canaries",
        "something secret in a log, a file, a letter, an address or a page where it should not be",
        "An invented word in every box of both sites, typed by patients, staff and strangers, rightly and "
        "wrongly; with passwords, keys, session tokens, and the words and links of saved forms. Then sixteen "
        "places are read in every way a word could be written. Control: a product that lets everything out, "
        "and words planted by hand.",
        {"canaries": 200, "sinks": 16},
    ),
    Aim(
        "scanners",
        "a weakness that tools find which know nothing of intake: script or statements that are put in, "
        "answers that are errors",
        "wapiti and sqlmap, from Debian's packages, look at both sites as strangers and as whoever is let "
        "in, with every page and form there is. What they take for a weakness and is none is on a list, "
        "with the reason. Control: a site with mistakes planted in it, which each has to find first.",
        {"requests": 5_000, "forms given": 80},
    ),
    Aim(
        "agreement",
        "a rule that comes out differently when it is worked out another way",
        "Random people, asked about every rule by three interpreters that share no code. "
        "Controls: mistakes made on purpose in one of them.",
        {"people": 1_000_000},
    ),
)


def page(reports: Mapping[str, Report], aims: Iterable[Aim] = AIMS) -> str:
    """The whole document."""
    aims = tuple(aims)
    run = [one for one in aims if one.campaign in reports]
    blocks = [
        _HEAD,
        "## At a glance",
        f"{len(run)} of {len(aims)} campaigns were run; "
        f"{sum(_is_met(one, reports[one.campaign]) for one in run)} reached all they aim at.",
        _table(
            ("Campaign", "Newest run", "Faults", "Control found", "All it aims at"),
            (_row(one, reports.get(one.campaign)) for one in aims),
        ),
    ]
    for one in aims:
        blocks += _told(one, reports.get(one.campaign))
    return "\n\n".join(blocks) + "\n"


def _is_met(aim: Aim, seen: Report) -> bool:
    return seen.is_clean and all(
        _number(seen.figures.get(what)) >= least for what, least in aim.wanted.items()
    )


def _number(figure: int | float | str | None) -> float:
    return figure if isinstance(figure, int | float) else 0


def _row(aim: Aim, seen: Report | None) -> tuple[str, ...]:
    if seen is None:
        return (f"`{aim.campaign}`", "not run yet", "", "", "no")
    found = "yes" if seen.noticed else "NO"
    met = "yes" if _is_met(aim, seen) else "no"
    return (f"`{aim.campaign}`", seen.begun[:10], str(len(seen.faults)), found, met)


def _told(aim: Aim, seen: Report | None) -> list[str]:
    blocks = [f"## {aim.campaign.capitalize()}", f"`{aim.command}` would find {aim.finds}.", aim.how]
    if seen is None:
        return [*blocks, "Not run yet."]
    rows = [
        (what.replace("_", " "), _figure(figure), _figure(aim.wanted[what]) if what in aim.wanted else "")
        for what, figure in seen.figures.items()
    ]
    rows += [
        (f"control: {what.replace('_', ' ')}", _figure(figure), "") for what, figure in seen.control.items()
    ]
    blocks.append(_table(("Figure", "Seen", "Wanted at least"), rows))
    blocks += ["\n".join(f"- Fault: {fault}" for fault in seen.faults)] if seen.faults else []
    seed = "no seed" if seen.seed is None else f"seed {seen.seed}"
    versions = ", ".join(f"{name} {number}" for name, number in seen.versions.items())
    blocks.append(
        f"Begun {seen.begun}, {seen.seconds:,} seconds, {seed}, commit {seen.commit}. "
        f"{seen.machine}; {versions}."
    )
    return blocks


def _figure(figure: int | float | str) -> str:
    return f"{figure:,}" if isinstance(figure, int | float) else figure


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (headings, tuple("---" for _ in headings), *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def write() -> None:
    """Write the document anew from what is kept."""
    PAGE.write_text(page(kept()), encoding="utf-8")


if __name__ == "__main__":
    write()
