"""What a real browser keeps of a form that was filled in with it, and which addresses it asked for."""

import json
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Request, sync_playwright

from browser import _FLAGS, _NAMES, _environment
from campaigns import sinks as caught
from campaigns.typing_patients import writer
from campaigns.watched import Watched
from intake.services.paths import pages_asked
from journeys.chromium import Chromium

_PAGES = 8
# Everything a page can put away in a browser.
_KEPT = """async () => JSON.stringify([
    {...localStorage}, {...sessionStorage}, document.title, document.cookie, history.state, window.name,
    (await indexedDB.databases()).map(one => one.name), await caches.keys(), location.href,
    document.referrer])"""


def a_patient_at_a_screen(product: Watched, folder: Path) -> None:
    """Somebody answers the first pages in Chromium, with scripts; then its folder is looked into."""
    program = next(path for name in _NAMES if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=program,
            args=_FLAGS,
            env=_environment(),
            viewport={"width": 390, "height": 844},
        )
        context.set_default_timeout(30_000)
        _answers(product, context)
        context.close()
    product.sinks.catch_files(caught.ELSEWHERE, folder)


def _answers(product: Watched, context: BrowserContext) -> None:
    here = product.sinks

    def note(request: Request) -> None:
        here.catch(caught.ADDRESSES, "Chromium", f"{request.url}\n{request.headers.get('referer', '')}")

    context.on("request", note)
    patient = writer(product, "at a screen")
    # Boxes of the other unit are hidden where scripts run.
    patient.errs = False
    patient.browser = Chromium(context, product.settings.public_address, scripts=False)
    patient.browser.press(patient.browser.open("/").form("Start"), "Start")
    patient.browser.follow("Begin")
    for page in pages_asked(patient.evidence)[:_PAGES]:
        patient._answers(page)
        here.catch(caught.ELSEWHERE, "kept by a page", patient.browser.tab.evaluate(_KEPT))
    here.catch(caught.ELSEWHERE, "history", json.dumps(_history(context, patient.browser.tab)))


def _history(context: BrowserContext, tab: Page) -> Any:
    return context.new_cdp_session(tab).send("Page.getNavigationHistory")
