"""What is typed or ticked on a page is not kept by the browser it was typed in.

Chromium writes what stands in a form to a file of its own, to bring a closed window back; found by the
campaign of the canaries. A box for a name or a phone number names what it is for, and is filled in all the
same (WCAG 1.3.5).
"""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
_FORM = re.compile(r"<form\b[^>]*>")


def forms_a_browser_keeps(markup):
    """The forms that are sent and do not ask the browser to keep nothing of them."""
    sent = (form for form in _FORM.findall(markup) if 'method="post"' in form)
    return [form for form in sent if 'autocomplete="off"' not in form]


def test_no_form_is_kept_by_a_browser():
    pages = {path.name: path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}

    assert sum("<form" in markup for markup in pages.values()) > 50
    assert {name: kept for name, markup in pages.items() if (kept := forms_a_browser_keeps(markup))} == {}


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ('<form method="post" action="/f">', 1),
        ('<form method="post" action="/f" autocomplete="on">', 1),
        ('<form method="post" action="/f" autocomplete="off">', 0),
        ('<form method="get" action="/f">', 0),
    ],
)
def test_a_form_that_is_kept_is_found(markup, kept):
    """The control."""
    assert len(forms_a_browser_keeps(markup)) == kept
