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
made on purpose that it has to find; one that does not find it counts for nothing. Of each, `make test` runs
what is said with it: a short form of most, and of some only what they judge by.

A figure below its aim is shown as it is. Nobody outside the project has repeated any of this."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One campaign: how it is run, what it would find, and how much of it is wanted.

    ``wanted`` are the least figures of a whole run; what is not named there has no least. ``short`` is what
    ``make test`` runs of it.
    """

    campaign: str
    finds: str
    how: str
    wanted: Mapping[str, int]
    short: str

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
        "`tests/campaigns/test_kills.py`: one kill of everything and of each process, and one of the "
        "control.",
    ),
    Aim(
        "fsync",
        "a form somebody was thanked for before the disk was told to keep it",
        "strace writes down what the patient site asks of the operating system while forms are sent; before "
        "each thanks, the log of the database was written and synced. Whether the disk did as told, it "
        "cannot see. Control: a product that does not wait for the disk.",
        {"on the disk before the thanks": 1_000},
        "`tests/campaigns/test_fsync.py`: what a trace is judged by and, where strace is there and root "
        "runs the tests, one form and one of a control in the process of the test itself. "
        "`tests/storage/test_database.py` looks at what every connection asks of SQLite. The product as a "
        "process of its own is traced in the campaign alone.",
    ),
    Aim(
        "postgres_killed",
        "a form somebody was thanked for and that PostgreSQL lost, or a page that hides that it is gone",
        "SIGKILL of every process of the server at a random moment while patients press Sign and send; it is "
        "started again, and every form is looked for. Control: a server that promises before it has written.",
        {"kills": 200},
        "`tests/campaigns/test_postgres_killed.py`: what a page is judged by, and one connection that the "
        "server ends in the middle of a form. No server is killed: all tests share one.",
    ),
    Aim(
        "outbox",
        "a notice that never arrives, or that tells of a patient",
        "SIGKILL of the product's own worker while it sends and sweeps, at times of two at once. Its folder "
        "holds one key file, that of the outbox. Most are forked from a process that has read the program, "
        "the others are started by hand with `intake work`. Each notice has to arrive under one Message-ID, "
        "what is over is deleted in the end and nothing else, and no byte that the mail server was sent is "
        "about a patient. Control: a worker that settles before it sends, forked as well.",
        {"kills": 500, "cut_off": 100, "of them of workers started by hand": 10},
        "`tests/campaigns/test_outbox.py`: three kills of the worker, and two of the control.",
    ),
    Aim(
        "rotations",
        "a form, a letter or an account that no key opens any more after a change of keys was cut short",
        "SIGKILL at a random moment of a key being made, copied, taken into use and destroyed, and of all "
        "being sealed anew, for the keys of the clinic, of staff and of the outbox and the secrets of both "
        "sites, several at once, on SQLite and on PostgreSQL. After each everything is opened, as processes "
        "that run see it and as ones that start; the patient site seals a form and a letter, which have to "
        "open; and the trail is verified. The audit key is the one key that is never changed. Controls: "
        "keys before destroyed too early, a key file written before the file of whoever opens, and one "
        "secret for both sites.",
        {
            "kills, sqlite": 200,
            "kills, postgresql": 200,
            "kills that left rows under two keys, sqlite": 15,
            "kills that left rows under two keys, postgresql": 15,
        },
        "`tests/campaigns/test_rotations.py`: four kills on SQLite, one for each purpose, and one of the "
        "controls.",
    ),
    Aim(
        "separation",
        "a key, a password or an answer in the memory of a process that has no business with it",
        "The three processes run apart, each with its own key file, and together, as `intake serve` starts "
        "them, on SQLite and on PostgreSQL under a role of its own for each. A form is sent before they "
        "begin and one while they run. Then all that each can read of itself is searched for the keys of "
        "the others, the passwords of their roles and of the owner's, and the words of the first form; "
        "what is its own has to be found there. Control: a patient site that was handed the clinic's keys.",
        {"processes looked into": 12, "bytes looked at": 1_000_000_000, "secrets looked for": 66},
        "`tests/web/test_separation.py`: the memory of the patient site, and of the clinic site as the "
        "control, on SQLite; the three keys that open something are looked for.",
    ),
    Aim(
        "tampering",
        "a change to the audit trail or to something sealed that is not noticed",
        "Lines are changed, taken out, put in, moved and copied, and the chain is followed. Several people "
        "have something in each of the columns that SECURITY.md says are sealed; in each as often, bits are "
        "turned over, and values put where another one belongs: of the same column, record or key, and of "
        "another column, record or person. Each is opened where it was put. A sealed column that was left "
        "out is a fault. Control: values bound to no place, lines chained to none.",
        {"trail": 10_000, "sealed": 100_000, "least_with_one_column": 1_000},
        "`tests/campaigns/test_tampering.py`: 100 changes to the trail and 1,500 to what is "
        "sealed, every column among them, and as many of the control.",
    ),
    Aim(
        "chain",
        "a line of the trail that is lost, or a chain that is broken when many add to it at once",
        "Eight processes add to one trail, each line in a transaction of its own, on SQLite and on "
        "PostgreSQL. Control: processes that look at the end of the chain before they may write.",
        {"lines_on_sqlite": 100_000, "lines_on_postgresql": 100_000},
        "`tests/campaigns/test_chain.py`: four processes and 80 lines on SQLite, and as many of the control.",
    ),
    Aim(
        "lockouts",
        "somebody who is kept out of their own account by strangers who guess at it",
        "Wrong passwords for one account, each from a network of its own, while its owner signs in from a "
        "browser that is known. Control: a known browser is counted with strangers.",
        {"guesses": 10_000},
        "`tests/campaigns/test_lockouts.py`: the control, with 100 guesses; "
        "`tests/services/test_wrong_passwords.py`: strangers who guess, one rule after the other.",
    ),
    Aim(
        "calls",
        "a database call whose failure leaves something half done, is not told, or loses what was typed",
        "Fourteen journeys on SQLite, three of them on PostgreSQL as well: a form sent, come back to on "
        "another phone, asked about and replied to, signed off; a safety signal, an emergency, a paper; "
        "rules, settings, forms erased, the worker's round; an account, a second factor, a sign-in at a "
        "provider. Every statement and every commit of each request fails once, and each commit also "
        "happens once without anybody hearing of it; then the request is made again. After each, every row "
        "of every table is compared, but for sessions and counts, with before and with what an undisturbed "
        "request leaves: in columns drawn by chance or sealed it is compared only that they changed. What "
        "is made in more than one transaction (a sign-in and its known browser, a page and its way back, an"
        " app and its codes, rules and their edition, each form erased, each letter) may end between two of"
        " them. A page read again is one more line of the trail; a form or a paper begun again is one more "
        "of them, empty; a username is typed again at the door; an answer whose safety signal could not be "
        "kept is saved without it, and the signal kept when its page is sent again, twice rather than "
        "never. Passwords are hashed at no cost. Controls: the trail written in a transaction of its own, "
        "error pages without what was typed, and a press that is done again when it is made again.",
        {"failures": 5_000, "journeys": 17},
        "`tests/campaigns/test_calls.py`: of what each journey writes for good, one call of each kind drawn "
        "by a fixed seed, on SQLite; and each control.",
    ),
    Aim(
        "fuzzing",
        "a request that is answered by a crash, by a hang, or by what was sent as markup",
        "By a stranger, patients at every stage of a form, a saved one or a reply, and staff of each role: "
        "forms as they stand on a page with one or two fields changed, and the right token, session and "
        "revision; requests that hypothesis makes of a description of both sites (OpenAPI, read off their "
        "own pages: kinds, choices, lengths, patterns, files); wrong ones to addresses that exist; and "
        "made-up ones. A fifth goes to a clinic with the questionnaire and rules as shipped. Also a fault is "
        "a page whose own code no request reached, or only to be told that there is none (403, 404). A "
        "request that hangs is stopped after 10 seconds, or as many more as a busy machine makes of them, "
        "and its stack is told; 2 seconds of the processor are the most one may take. Passwords are worked "
        "out fast, no letter is sent, and the provider of sign-ins is one of the tests. Counts of each page "
        "are in the report. Controls: a page that breaks on one odd value, one that hangs on another, and "
        "one that tells what another patient wrote.",
        {"requests": 300_000, "to the shipped questionnaire": 50_000, "percent answered so": 33},
        "`tests/campaigns/test_fuzzing.py`: 200 requests, and 350 to the pages of the control.",
    ),
    Aim(
        "parsers",
        "input that breaks or hangs whatever reads what people write",
        "atheris changes the input by which lines it reaches, for each reader of files and of boxes. "
        "Control: a fault behind four bytes in a row.",
        {"inputs": 1_000_000},
        "`tests/campaigns/test_parsers.py`: each reader, given some dozen inputs that once broke some "
        "reader, and the control. Nothing is guided by coverage.",
    ),
    Aim(
        "disks",
        "somebody thanked for what could not be stored, or a page that does not say so",
        "The database may not grow, its log finds no room, it is locked by another program, or the driver "
        "says that it may not be written to, while patients fill in and send forms; then it is given "
        "back. Control: a product that thanks whatever became of it.",
        {"forms": 100},
        "`tests/campaigns/test_disks.py`: three forms under each condition, and one under each of the "
        "control.",
    ),
    Aim(
        "disk_errors",
        "a form, a page or a signature that is thanked for and lost, or lost in silence, when the disk fails",
        "strace has the operating system refuse the n-th call (EIO) while a page is saved, a form sent, a "
        "form sent with the log written into the database after it, and a form signed off: each read, "
        "write, sync and change of length there is, and each of the database's files that is opened; "
        "once, and from there on. Then the database is looked into and the same is sent again, every "
        "second time after everything was killed and started again. Products are forked, and without the "
        "pace, as in the kills and the rounds. Who was told that it was not kept may find it there all "
        "the same: a sync that failed may have reached the disk. Controls: a product that thanks whatever "
        "became of it, and one that does not wait.",
        {"calls that failed": 1_000},
        "`tests/campaigns/test_disk_errors.py`: what a page is judged by and, where strace is there and "
        "root runs the tests, a sync and every write from the ninth on that fail in the process of the "
        "test itself. The product as a process of its own, a page and a signature are in the campaign "
        "alone.",
    ),
    Aim(
        "full_disk",
        "somebody thanked for what found no room, or for what a disk that broke down had not yet",
        "A disk of its own (ext4 on a loop device) is filled to its last byte, or nearly, and it breaks "
        "down, right after a form was thanked for: it turns read-only under everybody, and what was not "
        "synced is gone. Patients save and send meanwhile, and a clinician signs. Then there is room "
        "again, or the disk is checked and put back. Where nothing can be mounted it has not run. "
        "Controls: a product that thanks whatever became of it, and one that does not wait for the disk.",
        {"rounds, full": 25, "rounds, read only": 25, "thanked just before the disk broke down": 25},
        "`tests/campaigns/test_disks.py`: SQLite's log finds no room for real, in this process; "
        "`tests/campaigns/test_full_disk.py`: that a campaign that could mount nothing has not run. "
        "Nothing is mounted.",
    ),
    Aim(
        "clocks",
        "somebody refused, or words lost, for a clock that was wrong; a session of staff that outlives its "
        "limit, a letter sent twice; a time of day that was never, or that could be either of two",
        "Every clock there is, of the product and of the libraries that sign its cookies, is set forward or "
        "back by two minutes to ten years under pages that are open, and put right under others. Who is "
        "refused has to have been away by that clock, to have what they typed on the page that says so, and "
        "to be able to go on. A page refused with 400 or 403 for anything else is a fault. In the nights "
        "when clocks change, in America and in Europe, somebody signs every ten minutes; what stands under "
        "the signatures and in the trail is compared with what a clock on the wall showed. Controls: "
        "sessions that are never over, tokens dated as Flask dates them, a clock on the wall that is never "
        "changed.",
        {"jumps": 200, "notes typed before the clock moved": 400, "signatures in them": 90},
        "`tests/campaigns/test_clocks.py`: two jumps, one night of a change, and the controls.",
    ),
    Aim(
        "states",
        "an order of things in which somebody is told what is not so",
        "hypothesis draws what happens next, for two patients with two windows each, two clinicians, the "
        "worker, the clock and crashes; a plain model beside it knows what each was told. The worker sends "
        "letters to a mail server that is there, and sweeps. A crash is a process that dies in the middle of "
        "a request or of the worker's work, at a statement, before a commit or after one; everything is "
        "opened anew, and who was not answered tries again. A run without letters, sweeps or such deaths is "
        "a fault. Controls: a name that is typed and not sent, a trail written in a transaction of its own, "
        "letters settled before they are sent.",
        {
            "runs": 400,
            "forms sent": 400,
            "signed off": 30,
            "letters": 100,
            "sweeps": 1_000,
            "crashes inside a transaction": 200,
            "died after a commit took effect": 100,
            "drafts swept": 10,
        },
        "`tests/campaigns/test_states.py`: two runs, and the first of the controls.",
    ),
    Aim(
        "rounds",
        "a form two clinicians were both told they had first, or words that were lost in a conflict",
        "Twenty clinicians at once on one form, round after round, on SQLite and on PostgreSQL. "
        "Control: a product that tells everybody they were first.",
        {"rounds_on_sqlite": 200, "rounds_on_postgresql": 200},
        "`tests/campaigns/test_rounds.py`: three rounds of five clinicians on SQLite, and what they are "
        "judged by; the control with a mistake in a product is in the campaign alone.",
    ),
    Aim(
        "slow",
        "phones that stop in the middle of sending and keep everybody else from their pages",
        "Hundreds of connections that begin a request and never end it, through waitress alone, nginx and "
        "Caddy; honest visitors have to have their page within a second, 99 of 100. All come from one "
        "address, so nginx's limit on connections of one address is taken out here. Control: a server that "
        "listens to few senders at a time.",
        {"slow senders": 500, "honest requests": 500},
        "`tests/web/test_server.py`: 600 slow senders and 40 requests through waitress alone; "
        "`tests/campaigns/test_slow.py`: what is judged by. Neither proxy is started, nor the control.",
    ),
    Aim(
        "proxies",
        "a request that nginx or Caddy and intake understand differently, or a header that is lost between",
        "Both proxies as shipped, with real TLS: a whole form, every header once, smuggled requests, forged "
        "addresses, too much, and nothing written to a log. Controls: proxy files with mistakes in them, and "
        "a proxy of our own that makes one mistake at a time, at least one for each of the checks; while it "
        "makes none, nothing may be found.",
        {
            "checks, nginx": 11,
            "checks, caddy": 11,
            "smuggling cases, nginx": 40,
            "smuggling cases, caddy": 40,
        },
        "`tests/house/test_deploy.py` reads both files as shipped, `tests/services/test_front_door.py` "
        "tries the command that looks at a proxy, `tests/campaigns/test_slow.py` what an answer is judged "
        "by, `tests/campaigns/test_proxies.py` the proxy of our own with three of its mistakes. nginx and "
        "Caddy are not started.",
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
        "`tests/house/test_log_sending.py` reads both files as shipped. rsyslogd is not started, nor the "
        "control.",
    ),
    Aim(
        "mutants",
        "a mistake in what keeps answers safe that no test would notice",
        "Guards are taken out by hand, one at a time, in a copy of the checkout, and the tests named beside "
        "each have to fail. Control: a change of a comment, which has to pass.",
        {"mutants": 80},
        "`tests/campaigns/test_mutants.py`: that every mistake can still be made and has its tests, and "
        "how the campaign tells them apart. None of them is tried.",
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
        "`tests/campaigns/test_automated_mutants.py`: which mistakes are made, with which tests, and the "
        "controls. No mistake in intake is tried.",
    ),
    Aim(
        "authorization",
        "a page that lets in somebody it is not for, or takes what another site sends",
        "Every address of both sites is asked for by everybody there is, by each method, with each token, "
        "from here and from elsewhere, and by staff who proved who they are now, three and ten minutes ago; "
        "what must come of it is worked out from the marks of the pages. "
        "Controls: a page whose mark guards nothing, and a site that asks nobody again who they are.",
        {"tried": 100_000, "must be: 403, asked to prove again that it is them": 100},
        "`tests/campaigns/test_authorization.py`: what must come of every cell is worked out, about one "
        "in 700 is asked for, and the control.",
    ),
    Aim(
        "libraries",
        "a library locked in a version older than docs/limits.md allows, or with a hole for too long",
        "uv works the locks out as they would have come out today, and 7, 30 and 90 days ago, from the index "
        "this machine asks, and what is locked is compared with that. What is behind for 7 days is looked up "
        "in a list of known holes; no answer is a fault. Control: a library of 2021 in the locks.",
        {"libraries of requirements.lock": 40, "compared in requirements.lock": 30},
        "`tests/campaigns/test_libraries.py`: how the locks and the index's answers are read, on answers "
        "made up; no index is asked.",
    ),
    Aim(
        "canaries",
        "something secret in a log, a file, a letter, an address or a page where it should not be",
        "An invented word in every box of both sites, typed by patients, staff and strangers, rightly and "
        "wrongly; with passwords, keys, session tokens, and the words and links of saved forms. Then sixteen "
        "places are read in every way a word could be written. Control: a product that lets everything out, "
        "and words planted by hand.",
        {"canaries": 200, "sinks": 16},
        "`tests/campaigns/test_canaries.py`: that a word planted by hand is found in each place and each "
        "way; `tests/storage/test_canary.py`: words of one form, looked for in the files of the database. "
        "The rest is in the campaign alone.",
    ),
    Aim(
        "scanners",
        "a weakness that tools find which know nothing of intake: script or statements that are put in, "
        "answers that are errors",
        "wapiti and sqlmap, from Debian's packages, look at both sites as strangers and as whoever is let "
        "in, with every page and form there is. What they take for a weakness and is none is on a list, "
        "with the reason. Control: a site with mistakes planted in it, which each has to find first.",
        {"requests": 5_000, "forms given": 80},
        "`tests/campaigns/test_scanners.py`: how the tools' answers are read, and the planted mistakes "
        "without the tools. Neither tool is run.",
    ),
    Aim(
        "agreement",
        "a rule that comes out differently when it is worked out another way",
        "Random people, asked about every rule by three interpreters that share no code. "
        "Controls: mistakes made on purpose in one of them.",
        {"people": 1_000_000},
        "`tests/campaigns/test_agreement.py`: 60 people, and how a difference is told.",
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
    """Clean, whole, and of a commit that anybody can look at."""
    whole = all(_number(seen.figures.get(what)) >= least for what, least in aim.wanted.items())
    return seen.is_clean and whole and not seen.commit.endswith("+")


def _number(figure: int | float | str | None) -> float:
    return figure if isinstance(figure, int | float) else 0


def _row(aim: Aim, seen: Report | None) -> tuple[str, ...]:
    if seen is None:
        return (f"`{aim.campaign}`", "not run yet", "", "", "no")
    found = "yes" if seen.noticed else "NO"
    met = "yes" if _is_met(aim, seen) else "no"
    return (f"`{aim.campaign}`", seen.begun[:10], str(len(seen.faults)), found, met)


def _told(aim: Aim, seen: Report | None) -> list[str]:
    blocks = [
        f"## {aim.campaign.capitalize()}",
        f"`{aim.command}` would find {aim.finds}.",
        aim.how,
        f"In `make test`: {aim.short}",
    ]
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
