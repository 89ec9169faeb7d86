"""A logo can be looked at and can do nothing else, whatever file somebody chooses."""

import struct
import zlib
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.logo import LARGEST_LOGO, LogoKind, LogoRefused, logo_in

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SVG = f'<svg {SPACES} viewBox="0 0 8 8"{{}}>{{}}</svg>'
BILLION = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def svg(inside="", attributes=""):
    return SVG.format(attributes, inside).encode()


def png(*chunks, width=8, height=8):
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = (b"IDAT", zlib.compress(b"\0" * (1 + 3 * 8) * 8))
    every = (header, *chunks, pixels, (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in every
    )


def refusal(content):
    with pytest.raises(LogoRefused) as refused:
        logo_in(content)
    return str(refused.value)


SCRIPT, EVENT, FILE, MOVES = "a script", "runs when it is touched", "reference to another file", "animation"
PAGE, PICTURE, DECLARED, NEITHER = "pages inside", "another picture", "declarations", "neither an SVG nor"
ATTACKS = {
    "a script": (svg("<script>alert(1)</script>"), SCRIPT),
    "a script in capitals": (svg("<SCRIPT>alert(1)</SCRIPT>"), SCRIPT),
    "a script from elsewhere": (svg('<script xlink:href="https://x.example/a.js"/>'), SCRIPT),
    "a script of a page": (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml">1</h:script>'), SCRIPT),
    "an event of the root": (svg(attributes=' onload="alert(1)"'), EVENT),
    "an event in capitals": (svg(attributes=' ONLOAD="alert(1)"'), EVENT),
    "an event of a shape": (svg('<path onclick="alert(1)"/>'), EVENT),
    "a page inside": (svg("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>"), PAGE),
    "a page without that": (svg("<p xmlns='http://www.w3.org/1999/xhtml'/>"), PAGE),
    "another picture": (svg('<image href="https://x.example/a.png"/>'), PICTURE),
    "another picture in the file": (svg('<image href="data:image/png;base64,AAAA"/>'), PICTURE),
    "a picture in a filter": (svg('<filter><feImage href="#a"/></filter>'), PICTURE),
    "a copy from elsewhere": (svg('<use href="https://x.example/a.svg#b"/>'), FILE),
    "a copy from elsewhere, the old way": (svg('<use xlink:href="a.svg#b"/>'), FILE),
    "a copy of a script": (svg('<use href="data:image/svg+xml,#a"/>'), FILE),
    "a link": (svg('<a href="javascript:alert(1)"><path/></a>'), "a link"),
    "another base": (svg('<g xml:base="https://x.example/"/>'), FILE),
    "a fill from elsewhere": (svg('<path fill="url(https://x.example/a.svg#b)"/>'), FILE),
    "a fill from beside it": (svg('<path fill="url(a.svg#b)"/>'), FILE),
    "a fill from elsewhere in a style": (svg('<path style="fill:URL( //x.example/a)"/>'), FILE),
    "a fill behind an escape": (svg(r'<path style="fill:u\72l(x.png)"/>'), FILE),
    "a script for a fill": (svg('<path fill="javascript:alert(1)"/>'), FILE),
    "a font from elsewhere": (
        svg("<style>@font-face{src:url(https://x.example/f)}</style>"),
        "begins with @",
    ),
    "a stylesheet imported": (svg("<style>@import 'a.css';</style>"), "begins with @"),
    "a style in two pieces": (svg("<style>p{fill:ur&#108;(a.png)}</style>"), FILE),
    "a style in a CDATA": (svg("<style><![CDATA[p{fill:url(a.png)}]]></style>"), FILE),
    "an image by its other name": (svg("<path style=\"mask:image-set('a.png' 1x)\"/>"), FILE),
    "a stylesheet beside it": (b'<?xml-stylesheet href="https://x.example/a.css"?>' + svg(), "stylesheet"),
    "an animation": (svg('<path><animate attributeName="d" to="M0 0"/></path>'), MOVES),
    "a change": (svg('<path><set attributeName="href" to="javascript:alert(1)"/></path>'), MOVES),
    "an animation in a style": (svg("<style>p{animation:a 1s infinite}</style>"), MOVES),
    "entities that grow": (BILLION.encode() + svg("<text>&b;</text>"), DECLARED),
    "an entity of a file": (
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hosts">]>' + svg("&a;"),
        DECLARED,
    ),
    "another kind of document": (b'<!DOCTYPE html SYSTEM "https://x.example/a.dtd">' + svg(), DECLARED),
    "a second kind of document": (b"<!DOCTYPE svg><!DOCTYPE svg>" + svg(), DECLARED),
    "another encoding": (svg("<script>1</script>").decode().encode("utf-16"), NEITHER),
    "no encoding at all": (svg("<text>\xff</text>").replace(b"\xc3\xbf", b"\xff"), "not UTF-8"),
    "a sound": (svg('<audio href="#a"/>'), "“audio”"),
    "groups in groups in groups": (svg("<g>" * 5000 + "</g>" * 5000), "more copies or groups"),
    "copies of copies": (svg('<use href="#a"/>' * 21), "more copies or groups"),
    "no drawing": (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "not an SVG drawing"),
    "a drawing of no name space": (b"<svg><path/></svg>", "not an SVG drawing"),
    "half a drawing": (svg()[:-6], "damaged"),
    "a page": (b"<!doctype html><title>x</title>", DECLARED),
    "a program": (b"\x7fELF" + bytes(100), NEITHER),
    "a photograph": (b"\xff\xd8\xff\xe0" + bytes(100), NEITHER),
    "nothing": (b"", NEITHER),
    "too much": (svg(" " * LARGEST_LOGO), "at most 100 KB"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_no_logo_is_refused_and_told_why(name):
    content, why = ATTACKS[name]

    assert why in refusal(content)


@pytest.mark.parametrize(
    ("inside", "attributes"),
    [
        ('<path d="M0 0h8v8z" fill="#123456"/>', ' role="img"'),
        ("<defs><linearGradient id='a'><stop offset='1' stop-color='red'/></linearGradient></defs>"
         "<circle r='4' fill='url(#a)'/>", ""),
        ("<style>.a{fill:#fff;stroke:url('#b')}</style><g class='a'><rect width='1' height='2'/></g>", ""),
        ("<symbol id='s'><path d='M1 1'/></symbol><use xlink:href='#s' x='1'/>", ""),
        ("<title>North &amp; &lt;Ridge></title><text x='1'>N &lt; R</text>", ""),
    ],
)  # fmt: skip
def test_an_ordinary_drawing_is_kept_as_it_looks(inside, attributes):
    kept = logo_in(svg(inside, attributes))

    was, now = fromstring(svg(inside, attributes)), fromstring(kept.content)
    assert kept.kind is LogoKind.SVG
    assert [one.tag for one in was.iter()] == [one.tag for one in now.iter()]
    assert "".join(was.itertext()) == "".join(now.itertext())


def test_what_a_drawing_program_notes_for_itself_is_left_out():
    noted = svg(
        '<ink:view xmlns:ink="https://ink.example" ink:zoom="3"><ink:guide/></ink:view>'
        "<metadata><work>Bob's laptop</work></metadata>"
        '<path xmlns:ink="https://ink.example" ink:label="a" d="M0 0"/>'
    )
    doctype = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- Generator --><!DOCTYPE svg PUBLIC '
        b'"-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    )

    kept = logo_in(doctype + noted).content.decode()

    assert kept == '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0"></path></svg>'


def test_a_drawing_that_was_written_anew_is_written_the_same_again():
    once = logo_in(svg('<g fill="url(#a)"><use xlink:href="#b"/></g><style>a{b:c}</style><text>&lt;</text>'))

    assert logo_in(once.content) == once


def test_a_picture_keeps_its_pixels_and_nothing_else():
    words = (b"tEXt", b"Author\0Bob at his desk")
    kept = logo_in(png(words, (b"gAMA", bytes(4))) + b"<script>1</script>")

    assert kept.kind is LogoKind.PNG
    assert kept.content == png((b"gAMA", bytes(4)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (png()[:-1], "damaged"),
        (png()[:40], "damaged"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
        (png(width=0), "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\x89PNG<svg onload='alert(1)'>", "damaged"),
        (png(width=40_000), "40,000 by 8 pixels"),
        (png((b"acTL", bytes(8))), "moves"),
    ],
)
def test_a_picture_that_is_none_is_refused_in_words(content, said):
    assert said in refusal(content)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: svg(text)))
def test_any_file_is_a_logo_or_is_refused(content):
    try:
        kept = logo_in(content)
    except LogoRefused:
        return
    assert logo_in(kept.content) == kept
