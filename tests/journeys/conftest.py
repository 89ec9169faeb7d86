"""One clinic on this machine, at noon on November 20, 2026: its patients, and Alice who reviews."""

from dataclasses import replace

import pytest

from both_sites import both
from copies import PASSWORD, make_copy, staff
from intake.content.library import Library
from intake.domain.languages import SOURCE
from intake.domain.permissions import Role
from journeys.chromium import Chromium
from journeys.pages_served import PagesServed
from journeys.visitor import on_the_clinic_site, on_the_patient_site
from web.looking import served


@pytest.fixture
def content() -> Library | None:
    """Content other than what is shipped, which a file of tests may have: none."""
    return None


@pytest.fixture
def languages(request):
    """What the clinic offers: the language somebody on this journey reads."""
    kind = getattr(request.node, "callspec", None) and request.node.callspec.params.get("kind")
    return (kind.language,) if kind and kind.language != SOURCE else ()


@pytest.fixture
def copy(tmp_path, content, languages):
    """A copy of the product on SQLite, with a clock that stands still."""
    made = make_copy(tmp_path, content)
    settings = replace(made.settings, languages=languages)
    yield replace(
        made,
        settings=settings,
        desk=replace(made.desk, settings=settings),
        clinic=replace(made.clinic, settings=settings),
    )
    made.desk.database.dispose()
    made.clinic.database.dispose()


@pytest.fixture
def library(copy):
    """The content files in force."""
    return copy.desk.library


@pytest.fixture
def desk(copy):
    """The patients' side."""
    return copy.desk


@pytest.fixture
def clinic(copy):
    """The clinic's side."""
    return copy.clinic


@pytest.fixture
def patient_browser(desk):
    """A patient's browser, on the patient site."""
    return on_the_patient_site(desk)


@pytest.fixture
def clinic_browser(clinic):
    """A browser on the clinic site, with Alice signed in."""
    alice = staff(clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    browser = on_the_clinic_site(clinic)
    form = browser.open("/clinic/sign-in").form("Sign in")
    form.fill("Username", alice.username)
    form.fill("Password", PASSWORD)
    browser.press(form, "Sign in")
    return browser


@pytest.fixture
def without_rules(library):
    """The content files with every rule taken out."""
    return replace(library, rulebook=replace(library.rulebook, rules=()))


@pytest.fixture
def site(copy, languages):
    """Both sites behind one address, at the hour when the clock stands still.

    Of a journey in another language every page that a patient was served is looked at in the end.
    """
    seen = PagesServed(both(copy.desk, copy.clinic))
    with served(seen) as address:
        yield address
    for code in languages:
        assert seen.pages, "nobody opened a page"
        not_in = [f"{address}: {left}" for address, left in seen.not_in(code).items()]
        assert not not_in, "\n".join(not_in)


@pytest.fixture
def window(browser, site):
    """Opens a browser that remembers nothing of others."""
    opened = []

    def open_window(width, scripts, kind=Chromium):
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            reduced_motion="reduce",
            java_script_enabled=scripts,
            locale=f"{kind.language}-US",
        )
        context.set_default_timeout(30_000)  # a whole rules file is sent in one page
        opened.append(context)
        return kind(context, site, scripts=scripts)

    yield open_window
    for context in opened:
        context.close()
