"""One clinic color in, every color of the pages out, readable in light and in dark.

The hue stays the clinic's. Lightness is solved for, so that every text reaches a contrast
of 7:1 and every edge of a control 3:1 (WCAG 2.2, 1.4.6 and 1.4.11), whatever the color is.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# 7:1, and a little more because a color has only 256 steps of each channel.
_TEXT = 7.05
_WHITE = "#ffffff"
_BLACK = "#000000"
_COOL = 240.0
_GREY = 0.02


@dataclass(frozen=True, slots=True)
class Shade:
    """A color on a light screen and on a dark one."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Oklch:
    """A color as the eye orders it: how light, how colorful, which hue in degrees.

    Björn Ottosson, "A perceptual color space for image processing", 2020.
    """

    lightness: float
    chroma: float
    hue: float

    def hex(self) -> str:
        """The nearest color a screen can show, giving up colorfulness before hue."""
        chroma = self.chroma
        while True:
            channels = _linear_channels(self.lightness, chroma, self.hue)
            if chroma < 1e-4 or all(-1e-4 <= channel <= 1.0001 for channel in channels):
                return "#" + "".join(f"{_encoded(channel):02x}" for channel in channels)
            chroma -= 0.004


def stylesheet_tokens(brand: str) -> str:
    """The custom properties every rule of the stylesheets is written in."""
    shades = theme(brand)
    light = "".join(f"--{name}:{shade.light};" for name, shade in shades.items())
    both = "".join(f"--{name}:light-dark({shade.light},{shade.dark});" for name, shade in shades.items())
    chosen = "[data-theme=light]{color-scheme:light}[data-theme=dark]{color-scheme:dark}"
    return (
        f":root{{{light}}}"
        f"@supports(color:light-dark(red,red)){{:root{{color-scheme:light dark;{both}}}{chosen}}}"
    )


@lru_cache(maxsize=16)
def theme(brand: str) -> Mapping[str, Shade]:
    """Every color of the pages by its name, from the clinic's one."""
    own = oklch(brand)
    lightness, chroma = own.lightness, own.chroma
    hue = own.hue if chroma >= _GREY else _COOL
    paper = Shade(_of(0.984, min(chroma, 0.006), hue), _of(0.185, min(chroma, 0.012), hue))
    card = Shade(_WHITE, _of(0.228, min(chroma, 0.014), hue))
    tint = Shade(_of(0.945, min(chroma, 0.035), hue), _of(0.315, min(chroma, 0.05), hue))
    light = (paper.light, card.light, tint.light)
    dark = (paper.dark, card.dark, tint.dark)

    def darkened(chroma: float, start: float, ratio: float = _TEXT) -> str:
        return _solved(chroma, hue, light, ratio, start, -0.005)

    def lightened(chroma: float, start: float, ratio: float = _TEXT) -> str:
        return _solved(chroma, hue, dark, ratio, start, 0.005)

    readable = all(contrast(brand, behind) >= 7 for behind in light)
    return {
        "paper": paper,
        "card": card,
        "tint": tint,
        "ink": Shade(darkened(0.02, 0.34, 13), lightened(0.008, 0.9, 9.5)),
        "soft": Shade(darkened(0.02, 0.5), lightened(0.012, 0.74)),
        "line": Shade(_of(0.89, 0.012, hue), _of(0.37, 0.016, hue)),
        "edge": Shade(darkened(0.02, 0.6, 4.5), lightened(0.02, 0.6, 4.5)),
        "brand": Shade(
            brand if readable else darkened(chroma, min(lightness, 0.6)),
            lightened(min(chroma, 0.11), 0.72),
        ),
        # Decoration only: the clinic's color as it is, which may be too light to read.
        "accent": Shade(brand, brand),
        "on": Shade(_WHITE, _of(0.19, 0.02, hue)),
        **_signal("bad", 27, 0.17, paper, card),
        **_signal("warn", 62, 0.11, paper, card),
        **_signal("ok", 155, 0.1, paper, card),
    }


@dataclass(frozen=True, slots=True)
class Pair:
    """A color on another one, the contrast it needs at least, and what it has on each screen."""

    text: str
    behind: str
    least: float
    light: float
    dark: float


def measured(brand: str) -> tuple[Pair, ...]:
    """Every pair of colors the pages use, with its contrast as it is."""
    shades = theme(brand)
    backgrounds = ("paper", "card", "tint")
    pairs = [(text, behind, 7.0) for text in ("ink", "soft", "brand") for behind in backgrounds]
    pairs += [("on", "brand", 7.0), ("edge", "card", 3.0), ("edge", "paper", 3.0)]
    for signal in ("bad", "warn", "ok"):
        pairs += [(signal, f"{signal}-bg", 7.0), (signal, "card", 7.0), ("ink", f"{signal}-bg", 7.0)]
    return tuple(
        Pair(
            text,
            behind,
            least,
            contrast(shades[text].light, shades[behind].light),
            contrast(shades[text].dark, shades[behind].dark),
        )
        for text, behind, least in pairs
    )


def unreadable_pairs(brand: str) -> list[str]:
    """The pairs of colors that miss their contrast; none for any color we know of."""
    pairs = measured(brand)
    return [f"light: {one.text} on {one.behind}" for one in pairs if one.light < one.least] + [
        f"dark: {one.text} on {one.behind}" for one in pairs if one.dark < one.least
    ]


def contrast(one: str, other: str) -> float:
    """The contrast of two colors, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def oklch(color: str) -> Oklch:
    """A color written ``#rrggbb``, taken apart."""
    red, green, blue = _channels(color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _signal(name: str, hue: float, chroma: float, paper: Shade, card: Shade) -> dict[str, Shade]:
    behind = Shade(_of(0.955, 0.022, hue), _of(0.28, 0.045, hue))
    light = (behind.light, paper.light, card.light)
    dark = (behind.dark, paper.dark, card.dark)
    text = Shade(
        _solved(chroma, hue, light, _TEXT, 0.56, -0.005),
        _solved(min(chroma, 0.12), hue, dark, _TEXT, 0.72, 0.005),
    )
    return {f"{name}-bg": behind, name: text}


def _of(lightness: float, chroma: float, hue: float) -> str:
    return Oklch(lightness, chroma, hue).hex()


def _solved(chroma: float, hue: float, on: Iterable[str], ratio: float, start: float, step: float) -> str:
    lightness = start
    while 0 < lightness < 1:
        color = _of(lightness, chroma, hue)
        if all(contrast(color, behind) >= ratio for behind in on):
            return color
        lightness += step
    return _BLACK if step < 0 else _WHITE


def _luminance(color: str) -> float:
    red, green, blue = _channels(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _decoded(red), _decoded(green), _decoded(blue)


def _linear_channels(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _decoded(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> int:
    channel = min(1.0, max(0.0, channel))
    encoded = 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
    return round(255 * encoded)
