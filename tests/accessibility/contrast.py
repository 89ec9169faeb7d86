"""The contrast of every pair of colors that meet on a page, by WCAG 2.2, read off the stylesheet."""

import random
import re
from collections.abc import Iterator

MOST_COLORS = 2_000
TEXT, EDGE = 7.0, 3.0
# What text stands on, and what is drawn around something to be filled in.
_PAIRS = [
    *((text, behind, TEXT) for text in ("ink", "soft", "brand") for behind in ("paper", "card", "tint")),
    *((sign, behind, TEXT) for sign in ("bad", "warn", "ok") for behind in (f"{sign}-bg", "card")),
    *(("ink", f"{sign}-bg", TEXT) for sign in ("bad", "warn", "ok")),
    ("bad", "paper", TEXT),
    ("on", "brand", TEXT),
    ("card", "bad", TEXT),
    *((edge, behind, EDGE) for edge in ("edge", "brand", "bad") for behind in ("paper", "card", "tint")),
]
Colors = dict[str, str]


def colors(many: int) -> Iterator[str]:
    """As many as a clinic could think of, the same each time; the first ones are at the corners."""
    yield from ("#000000", "#ffffff", "#ffff00", "#0000ff", "#00ff00", "#ff00ff", "#777777", "#e8930c")
    some = random.Random(2026)
    for _ in range(many - 8):
        yield f"#{some.randrange(1 << 24):06x}"


def read_off(css: str) -> tuple[Colors, Colors]:
    """The colors on a light and on a dark screen, by their names."""
    plain = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})[;}]", css))
    both = re.findall(r"--([\w-]+):light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)", css)
    light = {name: one for name, one, _ in both}
    assert set(plain) == set(light), "an old browser knows every color, too"
    return plain, {name: other for name, _, other in both}


def too_faint(color: str, css: str) -> list[str]:
    """The pairs that cannot be read, or seen."""
    found = []
    for screen, shades in zip(("light", "dark"), read_off(css), strict=True):
        for text, behind, least in _PAIRS:
            if (measured := ratio(shades[text], shades[behind])) < least:
                found.append(f"{screen}: {text} on {behind} is {measured:.2f} for {color}")
    return found


def ratio(one: str, other: str) -> float:
    """From 1 to 21."""
    dark, light = sorted(_luminance(int(color[1:], 16)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: int) -> float:
    red, green, blue = (_LINEAR[color >> shift & 255] for shift in (16, 8, 0))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# Of each of the 256 steps a screen has.
_LINEAR = [step / 255 / 12.92 if step <= 10 else ((step / 255 + 0.055) / 1.055) ** 2.4 for step in range(256)]
