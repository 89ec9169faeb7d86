"""The safety case as people read it: the hazard log at a console, and ``docs/safety-case.md``."""

from collections import Counter
from collections.abc import Iterable, Iterator

from intake.content.hazards import MATRIX, STEPS, Hazard, HazardLog, Risk
from intake.domain.rules import Rule
from intake.services.markdown import bullets, table

_HEAD = """# Safety case

Generated from `safety/hazards.yaml` by `intake safety-case --write`. Do not change it by hand: a test
compares it with what the command writes, and another fails when a control names a test that is not
there or is skipped.

What intake is for is in [intended-use.md](intended-use.md). What is asked, what is pointed out and what
is left to the clinician is in [coverage.md](coverage.md). What is protected from strangers is in
[SECURITY.md](../SECURITY.md).

The columns follow DCB0129, the English standard for the clinical risk management of health software,
which is used as a template only. No clinical safety officer and no clinician has confirmed this case
yet, and the figures for severity and likelihood are the project's own estimates. A clinic makes its own
before it uses intake.
"""
_NOT_BUILT = "Planned, not built"


def summary(log: HazardLog) -> tuple[str, ...]:
    """Every hazard on a line, and the figures, for a console."""
    lines = [
        f"{one.id}  {_words(one.initial_risk):9} -> {_words(one.residual_risk):9}  {one.hazard}"
        for one in log.hazards
    ]
    return (*lines, *_figures(log))


def page(log: HazardLog, rules: Iterable[Rule]) -> str:
    """The whole of ``docs/safety-case.md``."""
    named = Counter(hazard for rule in rules for hazard in rule.hazards)
    blocks = (
        _HEAD.strip(),
        "## In figures",
        bullets(_figures(log)),
        "## How risks are managed",
        bullets(log.plan),
        "## How a risk is read off",
        *_scales(log),
        "## The hazards at a glance",
        table(
            ("Id", "Hazard", "Initial risk", "Residual risk", "Controls", "Planned", "Rules that name it"),
            (_row(one, named[one.id]) for one in log.hazards),
        ),
        "## The hazard log",
        *(block for one in log.hazards for block in _hazard(one)),
        "## What is not built yet",
        "A planned control lowers no risk in this log.",
        bullets(f"{one.id}: {planned}" for one in log.hazards for planned in one.planned),
        "## Known issues",
        bullets(log.known_issues),
        "## What the clinic has to do",
        "The half that no program can do (DCB0160 is a template for it).",
        bullets(log.for_the_clinic),
    )
    return "\n\n".join(blocks) + "\n"


def _figures(log: HazardLog) -> tuple[str, ...]:
    controls = [control for one in log.hazards for control in one.controls]
    tests = {test for control in controls for test in control.tests}
    residual = Counter(one.residual_risk for one in log.hazards)
    bare = sum(not one.controls for one in log.hazards)
    spread = ", ".join(f"{residual[risk]} {_words(risk)}" for risk in Risk)
    return (
        f"{len(log.hazards)} hazards; residual risk: {spread}",
        f"{len(controls)} controls, proved by {len(tests)} tests",
        f"{sum(len(one.planned) for one in log.hazards)} controls planned and not built; "
        f"{'1 hazard has' if bare == 1 else f'{bare} hazards have'} nothing else",
    )


def _scales(log: HazardLog) -> Iterator[str]:
    steps = range(1, STEPS + 1)
    words = zip(steps, log.severities, log.likelihoods, strict=True)
    yield table(
        ("Step", "Severity", "Likelihood"),
        ((str(step), severity, likelihood) for step, severity, likelihood in words),
    )
    yield table(
        ("Severity", *(f"likelihood {step}" for step in steps)),
        ((str(step), *map(_words, row)) for step, row in zip(steps, MATRIX, strict=True)),
    )


def _row(one: Hazard, rules: int) -> tuple[str, ...]:
    return (
        f"[{one.id}](#{_anchor(one)})",
        one.hazard,
        _words(one.initial_risk),
        _words(one.residual_risk),
        str(len(one.controls)),
        str(len(one.planned)),
        str(rules) if rules else "",
    )


def _hazard(one: Hazard) -> Iterator[str]:
    yield f"### {one.id} {one.hazard}"
    yield bullets(
        (
            f"Causes: {'; '.join(one.causes)}",
            f"Effect: {one.effect}",
            f"Harm: {one.harm}",
            f"Severity {one.severity}, likelihood {one.likelihood}: initial risk {_words(one.initial_risk)}",
            f"Likelihood with the controls {one.residual_likelihood}: "
            f"residual risk {_words(one.residual_risk)}",
            *((f"Comment: {one.comment}",) if one.comment else ()),
        )
    )
    controls = [(one.what, "<br>".join(f"`{test}`" for test in one.tests)) for one in one.controls]
    planned = [(what, _NOT_BUILT) for what in one.planned]
    yield table(("Control", "Proved by"), (*controls, *planned))


def _anchor(one: Hazard) -> str:
    words = "".join(letter for letter in one.hazard.lower() if letter.isalnum() or letter in " -")
    return f"{one.id.lower()}-{words.replace(' ', '-')}"


def _words(risk: Risk) -> str:
    return risk.value.replace("_", " ")
