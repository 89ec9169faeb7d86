"""The standard of application security as people read it: at a console, and ``docs/asvs.md``."""

from collections.abc import Iterator

from intake import resources
from intake.content.asvs import LEVELS, Requirement, SecurityRequirements, Standing, read_asvs
from intake.services.markdown import bullets, table

_HEAD = """# ASVS 5.0, requirement by requirement

Generated from `safety/asvs.yaml` by `intake asvs --write`. Do not change it by hand: a test compares
it with what the command writes, and another fails when a requirement that is said to be met names a test
that is not there or does not run.

Each requirement is said in our own words; the standard's are at its source. Nobody outside the project has
verified any of it. "Met" means that the tests named would fail if it were not so.

What shows only where a copy runs (TLS, names, roles of a database, the age of secrets) counts as met when
the shipped examples do it, `intake doctor` tells whoever does otherwise, and tests prove both; such a row
says so.
A requirement that asks for more at level 3 counts at its own level; what is missing then stands below.
"""
_NOT_MET = {
    Standing.OPEN: "Not met yet",
    Standing.DEVIATES: "Not met, on purpose",
    Standing.OPERATOR: "The clinic's platform has to",
    Standing.NOT_APPLICABLE: "Not applicable",
}


def shipped() -> SecurityRequirements:
    """The requirements as the product answers them. Raises DocumentRefused."""
    return read_asvs(resources.SAFETY / "asvs.yaml")


def summary(whole: SecurityRequirements) -> tuple[str, ...]:
    """The figures, for a console."""
    return tuple(_figures(whole))


def page(whole: SecurityRequirements) -> str:
    """The whole of ``docs/asvs.md``."""
    blocks = (
        f"{_HEAD.strip()}\n\nThe standard: {whole.standard}, {whole.source}",
        "## In figures",
        bullets(_figures(whole)),
        *(block for standing, title in _NOT_MET.items() for block in _not_met(whole, standing, title)),
        *_less_at_level_3(whole),
        "## Met, and what proves it",
        *_chapters(whole),
    )
    return "\n\n".join(blocks) + "\n"


def _figures(whole: SecurityRequirements) -> Iterator[str]:
    yield f"{len(whole.requirements)} requirements"
    for level in LEVELS:
        share = whole.share(level)
        yield f"Level {level}: {share.met} of {share.applicable} applicable are met ({share.percent} percent)"
    yield f"Met at level 1 or 2, and not in what they ask for at level 3: {len(whole.less_at_level_3)}"
    for standing, title in _NOT_MET.items():
        yield f"{title}: {len(whole.of_standing(standing))}"
    yield f"{len({test for one in whole.requirements for test in one.tests})} tests are named"


def _not_met(whole: SecurityRequirements, standing: Standing, title: str) -> Iterator[str]:
    yield f"## {title}"
    found = whole.of_standing(standing)
    if not found:
        yield "None."
        return
    yield table(
        ("Id", "Level", "Asks", "Why"), ((one.id, str(one.level), one.asks, one.how) for one in found)
    )


def _less_at_level_3(whole: SecurityRequirements) -> Iterator[str]:
    yield "## Met at their level, and not in what they ask for at level 3"
    if found := whole.less_at_level_3:
        yield table(
            ("Id", "Level", "Asks", "Missing"),
            ((one.id, str(one.level), one.asks, one.beyond) for one in found),
        )
    else:
        yield "None."


def _chapters(whole: SecurityRequirements) -> Iterator[str]:
    met = whole.of_standing(Standing.MET)
    for number, name in enumerate(whole.chapters, start=1):
        found = [one for one in met if one.chapter == number]
        if found:
            yield f"### V{number} {name}"
            yield table(("Id", "Level", "Asks", "What the product does", "Proved by"), map(_row, found))


def _row(one: Requirement) -> tuple[str, ...]:
    tests = "<br>".join(f"`{test}`" for test in one.tests)
    return (one.id, str(one.level), one.asks, one.how, tests)
