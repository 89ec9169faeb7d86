"""A clinic's logo: a small drawing or picture that can do nothing but be looked at.

What is kept is never the file as it came: a drawing is written anew from the parts a logo needs, and
a picture loses everything but its pixels. What a logo has no business with is refused in words.
"""

from dataclasses import dataclass
from enum import Enum

from intake.domain.logo_png import only_pixels
from intake.domain.logo_refused import LogoRefused
from intake.domain.logo_svg import only_drawing

LARGEST_LOGO = 100 * 1024

__all__ = ["LARGEST_LOGO", "LogoKind", "LogoRefused", "Picture", "logo_in"]


class LogoKind(Enum):
    """The two kinds of file a logo may be."""

    SVG = "svg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo that may be shown."""

    kind: LogoKind
    content: bytes


def logo_in(content: bytes) -> Picture:
    """The logo in a file somebody chose, whatever the file is called. Raises LogoRefused."""
    if len(content) > LARGEST_LOGO:
        size = round(len(content) / 1024)
        most = f"at most {LARGEST_LOGO // 1024} KB: it is shown very small"
        raise LogoRefused(f"That file is {size:,} KB. Choose one of {most}")
    if content.startswith(b"\x89PNG"):
        return Picture(LogoKind.PNG, only_pixels(content))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Picture(LogoKind.SVG, only_drawing(content))
    raise LogoRefused("That is neither an SVG nor a PNG file. Save the logo as one of the two")
