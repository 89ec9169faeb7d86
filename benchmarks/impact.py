"""How long `intake rules impact` takes beside only decrypting and parsing the same submissions.

Acceptance: at most five times as long on 100,000 stored submissions, also when every rule is
another one. Everything is made up, sealed with real keys in a folder that is removed afterwards.

    python -m benchmarks.impact --forms 100000
"""

import argparse
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from benchmarks import synthetic
from intake.cli.progress import Progress
from intake.config import Settings
from intake.domain.answers import State
from intake.domain.conditions import All, Compare, Operator, comparisons, question_of
from intake.domain.rules import Priority, Rule, RuleBook
from intake.services import impact
from intake.services.clinic import Clinic
from intake.services.instance import opened, prepare
from intake.storage import every_submission, submissions
from intake.storage.codec import submission_from_bytes

MOST = 5.0  # times as long as decrypting and parsing


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing done on every submission: how long it took, and how many it went over.

    ``seconds`` are by the clock on the wall, ``worked`` those in which this process was at work:
    what else the machine is busy with makes the first longer and not the second.
    """

    what: str
    seconds: float
    worked: float
    forms: int

    def times(self, other: "Measured") -> float:
        """How many times as much work as another, form by form."""
        return (self.worked / self.forms) / (other.worked / other.forms)


class Watch:
    """Measures from the moment it is made."""

    def __init__(self) -> None:
        self._started, self._work = time.perf_counter(), time.process_time()

    def stop(self, what: str, forms: int) -> Measured:
        """How long it took until now."""
        return Measured(what, time.perf_counter() - self._started, time.process_time() - self._work, forms)


def one_threshold(rules: RuleBook) -> RuleBook:
    """The rules with one number in one of them a tenth higher."""
    for place, rule in enumerate(rules.rules):
        match rule.when:
            case Compare(question, Operator.AT_LEAST as operator, operand) if not isinstance(operand, tuple):
                when = Compare(question, operator, Decimal(operand) * Decimal("1.1"))
                changed = (*rules.rules[:place], replace(rule, when=when), *rules.rules[place + 1 :])
                return RuleBook(changed, edition="one threshold")
    raise ValueError("no rule is a single comparison with a threshold")


def every_rule(rules: RuleBook, questions: Callable[[str], bool]) -> RuleBook:
    """The rules, each with another condition and another priority: every flag of every form differs."""
    return RuleBook(tuple(_changed(rule, questions) for rule in rules.rules), edition="every rule")


def _changed(rule: Rule, is_question: Callable[[str], bool]) -> Rule:
    order = list(Priority)
    priority = order[(order.index(rule.priority) + 1) % len(order)]
    about = [question_of(one.question) for one in comparisons(rule.when)]
    question = next((one for one in about if is_question(one)), "date_of_birth")
    also = Compare(question, Operator.STATE_NOT, (State.BLANK,))
    return replace(rule, priority=priority, when=All((rule.when, also)))


def decrypt_and_parse(clinic: Clinic, told: Callable[[int, int], None]) -> Measured:
    """Open every submission and read all of it, and nothing else."""
    watch = Watch()
    with clinic.database.read() as session:
        every = every_submission.ids(session)
    size = every_submission.PAGE
    for start in range(0, len(every), size):
        with clinic.database.read() as session:
            page = every_submission.page(session, every[start : start + size])
        for one in page:
            key = submissions.open_record_key(clinic.keys, one.id, one.key or b"")
            place = submissions.answers_place(one.id, one.revision)
            submission_from_bytes(key.open(one.answers, place))
        told(start + len(page), len(every))
    return watch.stop("decrypt and parse", len(every))


def look(clinic: Clinic, what: str, rules: RuleBook, told: Callable[[int, int], None]) -> Measured:
    """The impact of some rules."""
    watch = Watch()
    figures = impact.look(clinic, rules, told=told)
    measured = watch.stop(what, figures.looked_at)
    print(
        f"  {what}: {figures.rules_looked_at} rules looked at, {figures.changed:,} of "
        f"{figures.looked_at:,} forms with another flag, {figures.reopened:,} reopened"
    )
    return measured


def measure(folder: Path, forms: int, seed: int) -> tuple[Measured, ...]:
    """Make the submissions, then measure; decrypting and parsing comes first."""
    instance = folder / "instance"
    settings = Settings(instance=instance, database_url=f"sqlite:///{instance / 'intake.db'}", timezone="UTC")
    prepare(settings)
    clinic = opened(settings)
    try:
        with Progress("Inventing submissions") as progress:
            for done in synthetic.fill(clinic.database, clinic.keys, clinic.library, forms, seed):
                progress.told(done, forms)
        rules, has = clinic.library.rulebook, clinic.library.questionnaire.has
        with Progress("Decrypting and parsing") as progress:
            alone = decrypt_and_parse(clinic, progress.told)
        with Progress("One threshold changed") as progress:
            one = look(clinic, "one threshold changed", one_threshold(rules), progress.told)
        with Progress("Every rule changed") as progress:
            every = look(clinic, "every rule changed", every_rule(rules, has), progress.told)
        with Progress("Decrypting and parsing again") as progress:
            again = replace(decrypt_and_parse(clinic, progress.told), what="decrypt and parse, again")
    finally:
        clinic.database.dispose()
    return alone, one, every, again


def report(measured: tuple[Measured, ...]) -> list[str]:
    """The figures of one run, each beside decrypting and parsing."""
    alone = measured[0]
    lines = [f"{alone.forms:,} submissions; {platform.machine()}, Python {platform.python_version()}"]
    lines.append(f"{'':26} {'on the wall':>12} {'at work':>10} {'a form':>10} {'times':>7}")
    for one in measured:
        each = 1000 * one.worked / one.forms
        lines.append(
            f"{one.what:26} {one.seconds:10.1f} s {one.worked:8.1f} s {each:7.3f} ms {one.times(alone):7.2f}"
        )
    return lines


def main() -> None:
    """Exit code 1 when the impact takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to make the temporary folder")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
        measured = measure(Path(folder), wanted.forms, wanted.seed)
    print("\n".join(report(measured)))
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB of memory")
    if any(one.times(measured[0]) > MOST for one in measured[1:3]):
        sys.exit(1)


if __name__ == "__main__":
    main()
