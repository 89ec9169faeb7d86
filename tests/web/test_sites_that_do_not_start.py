"""Neither site is put together with a page that says not who may see it, or not how much it takes.

A page is planted in the real sites, as they are made for their processes.
"""

from collections.abc import Callable
from importlib import import_module

import pytest
from flask import Blueprint, Flask

from intake.web.allowances import NOTHING, Unlimited
from intake.web.guard import UnmarkedView, open_to_all
from web.knocking import SITES

every_site = pytest.mark.parametrize("name", SITES)


@pytest.fixture
def made_with(both_sites, monkeypatch) -> Callable[[str, Blueprint], Flask]:
    """A site as its process makes it, with one more part in it."""

    def make(name: str, part: Blueprint) -> Flask:
        site = import_module(f"intake.web.{name}.site")
        keep_pace = site.keep_pace

        def one_part_more(app):
            keep_pace(app)
            app.register_blueprint(part)

        monkeypatch.setattr(site, "keep_pace", one_part_more)
        if name == "patient":
            return site.create_patient_site(both_sites.copy.desk)
        return site.create_clinic_site(both_sites.copy.clinic)

    return make


def part(view, *methods):
    pages = Blueprint("planted", __name__)
    pages.add_url_rule("/planted", "page", view, methods=list(methods))
    return pages


@every_site
def test_a_site_with_a_page_that_says_not_who_may_see_it_is_not_made(made_with, name):
    with pytest.raises(UnmarkedView) as refused:
        made_with(name, part(lambda: "everything", "GET"))

    assert refused.value.endpoints == ("planted.page",)


@every_site
def test_a_site_with_a_page_that_says_not_how_much_it_takes_is_not_made(made_with, name):
    with pytest.raises(Unlimited, match=r"how much may be sent to planted\.page; add"):
        made_with(name, part(open_to_all(lambda: "as much as you like"), "POST"))


@every_site
def test_a_site_that_says_how_much_a_page_takes_which_is_gone_is_not_made(made_with, name, monkeypatch):
    site = import_module(f"intake.web.{name}.site")
    monkeypatch.setattr(site, "ALLOWANCES", {**site.ALLOWANCES, "planted.gone": NOTHING})

    with pytest.raises(Unlimited, match=r"no such address any more: planted\.gone; take"):
        made_with(name, part(open_to_all(lambda: "read"), "GET"))


@every_site
def test_a_site_with_a_page_that_says_both_is_made(made_with, name, monkeypatch):
    """The control: it is not the planting that keeps a site from being made."""
    site = import_module(f"intake.web.{name}.site")
    monkeypatch.setattr(site, "ALLOWANCES", {**site.ALLOWANCES, "planted.page": NOTHING})

    app = made_with(name, part(open_to_all(lambda: "read"), "GET", "POST"))

    assert app.test_client().get("/planted", base_url="http://127.0.0.1:8000").text == "read"
