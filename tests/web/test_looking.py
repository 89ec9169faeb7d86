"""Looking at pages: axe judges each shape of page once, and another shape anew."""

import pytest

import browser
from browser import axe

pytestmark = pytest.mark.browser
_PAGE = "<!doctype html><html lang=en><title>t</title><main><h1>Words</h1>{}</main></html>"


@pytest.fixture(autouse=True)
def nothing_judged(monkeypatch):
    monkeypatch.setattr(browser, "_judged", set())


def found(page, inside):
    page.set_content(_PAGE.format(inside))
    return [one["id"] for one in axe(page)]


def test_a_page_of_a_shape_that_was_judged_is_not_judged_again(page, monkeypatch):
    assert found(page, "<ul><li>One</li><li>Two</li></ul>") == []
    monkeypatch.setattr(browser, "_RUN", "_rules => { throw 'asked again' }")

    assert found(page, "<ul><li>Others</li><li>And</li><li>More</li></ul>") == []


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("<label for=a>Name</label><input id=a>", "<label for=b>Name</label><input id=a>", "label"),
        ("<label for=a>Name</label><input id=a>", "<label for=a></label><input id=a>", "label"),
        ("<img src=x alt=words>", "<img src=x>", "image-alt"),
        ("<p>Words</p>", '<p style="color:#999;background:#aaa">Words</p>', "color-contrast"),
        (
            "<section aria-label=a><p>x</p></section>",
            "<section aria-label=a><p>x</p></section>" * 2,
            "landmark-unique",
        ),
        ("<button>Words</button>", "<button></button>", "button-name"),
        ("<h2>Words</h2>", "<h4>Words</h4>", "heading-order"),
    ],
)
def test_a_page_that_is_wrong_is_judged_after_one_that_is_right(page, right, wrong, rule):
    assert rule not in found(page, right)

    assert rule in found(page, wrong)
