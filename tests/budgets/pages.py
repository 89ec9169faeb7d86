"""Measures the pages against their budgets, writes docs/page-budgets.md, and fails when one is over.

Run it with ``make audit-pages``: weights, 2,000 colors, every check of docs/accessibility.md on every state
of the pages, and Lighthouse on six pages of the product as it is served. Its own control is a planted page,
which Lighthouse must find fault with.
"""

import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from accessibility.contrast import MOST_COLORS, colors, too_faint
from accessibility.states import State, of_patients, of_replies, of_the_clinic
from browser import _FLAGS, _NAMES, _environment
from budgets.by_lighthouse import LEAST_ACCESSIBILITY, LEAST_PERFORMANCE, Scores, chromium, scores
from budgets.served_pages import planted_page, served_pages
from budgets.sweep import Fetch, swept
from budgets.weights import Weight, strangers, weights
from copies import make_copy
from exchanging import begun
from intake.resources import ROOT
from intake.web.clinic.site import create_clinic_site
from intake.web.frame import stylesheet
from intake.web.patient.site import create_patient_site

DOCUMENT = ROOT / "docs" / "page-budgets.md"


def walked(folder: Path) -> tuple[list[State], Fetch]:
    """Every state, and what stands at an address of the sites."""
    copy, exchange = make_copy(folder / "patients"), begun(folder / "exchange")
    states = [*of_patients(copy), *of_the_clinic(exchange), *of_replies(exchange)]
    clinic = create_clinic_site(exchange.copy.clinic)
    client = Client(DispatcherMiddleware(create_patient_site(copy.desk), {"/clinic": clinic}))

    def fetch(path: str) -> tuple[bytes, str]:
        answer = client.get(path, base_url=copy.settings.public_address)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return answer.data, answer.content_type or ""

    return states, fetch


def main() -> None:
    """Measure everything, say what was found, and write the document."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        states, fetch = walked(folder)
        of_all = [state for state in states if state.of_a_patient]
        weighed, found = weights(of_all, fetch), strangers(states)
        found += [f"{one.name} weighs {one.bytes} of {one.most} bytes" for one in weighed if not one.is_light]
        started = time.monotonic()
        faint = [
            one for color in colors(MOST_COLORS) for one in too_faint(color, stylesheet(color, "clinic"))
        ]
        print(f"{MOST_COLORS} colors in {time.monotonic() - started:.0f} s, {len(faint)} texts too faint")
        started = time.monotonic()
        looks, faults = _swept(states, fetch)
        print(
            f"{len(states)} states, {looks} looks in {time.monotonic() - started:.0f} s, {len(faults)} faults"
        )
        looked_at, planted = _by_lighthouse(folder / "served")
    found += faint + faults + _below(looked_at, planted)
    DOCUMENT.write_text(document(weighed, looked_at, (len(states), looks), faint + faults), encoding="utf-8")
    for one in found:
        print(one)
    print(f"Wrote docs/{DOCUMENT.name}; {len(found)} things to put right")
    sys.exit(1 if found else 0)


def _swept(states: Sequence[State], fetch: Fetch) -> tuple[int, list[str]]:
    program = next((path for name in _NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS, env=_environment())
        try:
            return swept(browser, fetch, states)
        finally:
            browser.close()


def _by_lighthouse(folder: Path) -> tuple[list[Scores], Scores]:
    looked_at = []
    with chromium() as port:
        with planted_page() as one:
            planted = scores(port, one.name, one.address)
        print(_line(planted), f"(planted; {', '.join(planted.failed)})")
        with served_pages(folder) as pages:
            for one in pages:
                looked_at.append(scores(port, one.name, one.address, one.cookie))
                print(_line(looked_at[-1]))
    return looked_at, planted


def _below(looked_at: Sequence[Scores], planted: Scores) -> list[str]:
    found = [
        f"Lighthouse, {one.name}: {one.accessibility} and {one.performance}, {', '.join(one.failed)}"
        for one in looked_at
        if not one.is_enough
    ]
    if planted.accessibility >= LEAST_ACCESSIBILITY or planted.performance >= LEAST_PERFORMANCE:
        found.append("Lighthouse finds nothing wrong with the planted page: it looks at nothing")
    return found


def _line(one: Scores) -> str:
    return f"{one.name:22} accessibility {one.accessibility:3}  performance {one.performance:3}"


def document(
    weighed: Sequence[Weight], looked_at: Sequence[Scores], swept_over: tuple[int, int], faults: list[str]
) -> str:
    """docs/page-budgets.md."""
    heavy = sorted(weighed, key=lambda one: one.bytes / one.most, reverse=True)
    pages = [one for one in heavy if "/" not in one.name]
    files = [one for one in heavy if one not in pages]
    start = next(one for one in pages if one.name == "start")
    rows = [*dict.fromkeys([start, *pages[:5]]), *files]
    table = "\n".join(
        f"| {one.name} | {one.bytes / 1024:.1f} KB | {one.most / 1024:.0f} KB |" for one in rows
    )
    seen = "\n".join(
        f"| {one.name} | {one.accessibility} | {one.performance} | {one.milliseconds / 1000:.1f} s |"
        for one in looked_at
    )
    states, looks = swept_over
    return _DOCUMENT.format(
        day=datetime.now(UTC).date(),
        table=table,
        seen=seen,
        colors=MOST_COLORS,
        states=states,
        looks=looks,
        found=f"{len(faults)} things to put right" if faults else "nothing found",
    )


_DOCUMENT = f"""# Budgets of the pages

Measured on {{day}} by `make audit-pages`, which writes this page and fails when something is over.

## What a phone fetches

In Brotli, each file packed by itself. The start page, the five heaviest states of a patient's pages with all
that they need (stylesheet, icon, script), then each file.

| Page or file | Weight | At most |
|---|---|---|
{{table}}

Nothing is asked of any other site. `tests/journeys/test_weight.py` weighs in every run of the tests.

## Lighthouse

The version in `tests/budgets/lighthouse/package.json`, as a slow phone on a slow line; the product started
by `intake serve` on a new instance. At least {LEAST_ACCESSIBILITY} and {LEAST_PERFORMANCE}. The best of up to
six looks counts: whatever else a machine does only makes a page look slower. A planted page with no
language, a picture without words and a slow script is looked at first, and must fail.

| Page | Accessibility | Performance | Most of it seen after |
|---|---|---|---|
{{seen}}

## Colors and checks

{{colors:,}} colors of a clinic, light and dark; {{states}} states of pages in {{looks:,}} looks for the
checklist in [accessibility.md](accessibility.md): {{found}}.
"""


if __name__ == "__main__":
    main()
