"""A color as the pages would use it, on a light and on a dark screen, with its contrast measured."""

from collections.abc import Iterable
from dataclasses import dataclass

from intake.web.theme import Pair, measured, theme


@dataclass(frozen=True, slots=True)
class Row:
    """One use of a color: the lowest contrast it has anywhere, on each screen, and what it needs."""

    words: str
    least: float
    light: float
    dark: float


@dataclass(frozen=True, slots=True)
class Screen:
    """The colors of one screen, by their names."""

    name: str
    colors: dict[str, str]


@dataclass(frozen=True, slots=True)
class ColorPreview:
    """What comes of one color. It was ``changed`` where text in the color itself could not be read."""

    color: str
    changed: bool
    screens: tuple[Screen, Screen]
    rows: tuple[Row, ...]


_USES = (
    ("Text", ("ink",)),
    ("Quieter text", ("soft",)),
    ("Links, in your color", ("brand",)),
    ("Words on a button", ("on",)),
    ("Edges of boxes to fill in", ("edge",)),
    ("Warnings and errors", ("bad", "warn", "ok")),
)


def color_preview(color: str) -> ColorPreview:
    """The preview of a color written ``#rrggbb``."""
    shades, pairs = theme(color), measured(color)
    light = {name: shade.light for name, shade in shades.items()}
    dark = {name: shade.dark for name, shade in shades.items()}
    return ColorPreview(
        color,
        light["brand"] != color,
        (Screen("Light", light), Screen("Dark", dark)),
        tuple(_row(words, [pair for pair in pairs if pair.text in texts]) for words, texts in _USES),
    )


def _row(words: str, pairs: Iterable[Pair]) -> Row:
    every = list(pairs)
    return Row(
        words,
        min(pair.least for pair in every),
        min(pair.light for pair in every),
        min(pair.dark for pair in every),
    )
