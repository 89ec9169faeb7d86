"""What the clinic's overlay hides, looked at in Chromium: the queue, a form, and the page of the rules."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from intake.services.clinic import publish_editions
from journeys.modes import in_make_journeys
from web.clinic.conftest import PASSWORD
from web.clinic.overlaid import overlaid
from web.looking import follow, look, served

pytestmark = pytest.mark.browser


@pytest.fixture
def clinic(clinic):
    """The small clinic, with an overlay among its files."""
    with_overlay = replace(clinic, library=overlaid())
    publish_editions(with_overlay)
    return with_overlay


def picture(page, name):
    """A picture of the page on a phone and on a desk, where somebody asked for one."""
    if folder := os.environ.get("INTAKE_SCREENSHOTS"):
        page.emulate_media(color_scheme="light")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@in_make_journeys
def test_what_the_clinic_changed_keeps_nobody_out(context, site, sent):
    sent()
    page = context.new_page()
    with served(DispatcherMiddleware(Response(status=404), {"/clinic": site})) as root:
        page.goto(f"{root}/clinic/sign-in")
        page.get_by_label("Username").fill("dana")
        page.get_by_label("Password").fill(PASSWORD)
        follow(page.get_by_role("button", name="Sign in"))
        look(page)
        picture(page, "overlay-queue")

        follow(page.get_by_role("link", name="Pat Doe, 38"))
        assert page.get_by_role("heading", name="Not run: silenced by the clinic (1)").is_visible()
        look(page)
        picture(page, "overlay-submission")

        follow(page.get_by_role("link", name="Rules", exact=True))
        assert page.get_by_role("heading", name="The clinic’s overlay").is_visible()
        look(page)
        picture(page, "overlay-rules")
