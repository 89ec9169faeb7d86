"""One color in, and every text of the pages can be read: 7:1 in light and dark, edges 3:1 (row 6).

The contrast is worked out here once more and in another way, from the colors that the stylesheet names.
"""

import re

import pytest

from accessibility.contrast import MOST_COLORS, colors, ratio, read_off, too_faint
from intake.web import theme as solving
from intake.web.frame import stylesheet

IN_EVERY_RUN = 150


def test_texts_can_be_read_in_any_color_of_a_clinic():
    assert MOST_COLORS == 2_000, "make audit-pages tries as many as ux_spec says"
    assert [
        one for color in colors(IN_EVERY_RUN) for one in too_faint(color, stylesheet(color, "clinic"))
    ] == []


@pytest.mark.parametrize(
    ("one", "other", "known"), [("#000000", "#ffffff", 21), ("#767676", "#ffffff", 4.54)]
)
def test_the_contrast_is_the_one_that_others_measure(one, other, known):
    """WCAG's own figures for black and for the lightest gray that passes AA."""
    assert round(ratio(one, other), 2) == known


def test_a_theme_that_solves_for_less_would_be_found(monkeypatch):
    """The control: texts solved for 5:1."""
    monkeypatch.setattr(solving, "_TEXT", 5.0)
    solving.theme.cache_clear()
    stylesheet.cache_clear()
    try:
        found = too_faint("#0f766e", stylesheet("#0f766e", "patient"))
    finally:
        solving.theme.cache_clear()
        stylesheet.cache_clear()

    assert any("light: soft on" in one for one in found)
    assert any("dark: brand on" in one for one in found)


def test_a_color_that_is_kept_although_it_is_faint_would_be_found():
    """The control: the clinic's yellow as it is."""
    css = re.sub(r"--brand:#\w{6};", "--brand:#e8c00c;", stylesheet("#e8c00c", "patient"))

    assert any(one.startswith("light: brand on card") for one in too_faint("#e8c00c", css))


def test_both_screens_are_read_off_the_stylesheet():
    light, dark = read_off(stylesheet("#0f766e", "patient"))

    assert light["card"] == "#ffffff"
    assert set(light) == set(dark)
    assert sum(light[name] != dark[name] for name in light) >= 15
