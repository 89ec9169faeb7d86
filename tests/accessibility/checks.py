"""What a browser can find out about a page for the checklist (docs/accessibility.md), each by its name.

A check is asked of the page as it stands and answers with what is wrong: nothing, for a page that keeps
nobody out. Where a check needs another window or other colors, ``LOOKS`` says which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accessibility.showing import DESK, PHONE, ZOOMED, Shown

# What can be reached with the Tab key or pressed.
_CONTROLS = "'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\"0\"]'"

# Parts of the scripts below: who is seen at all, and how an element is told of.
_SEEN = """
const seen = one => one.checkVisibility({visibilityProperty: true})
    && !one.closest('.skip, [aria-hidden=true]')
const hidden = one => getComputedStyle(one).clipPath !== 'none' || one.closest('.vh')
const told = one => `${one.tagName.toLowerCase()} ${(one.textContent || one.name || '').trim().slice(0, 40)}`
"""

CUT = f"""() => {{{_SEEN}
    const wrong = [], sideways = one => /auto|scroll/.test(getComputedStyle(one).overflowX)
    // A table or a row of links that can be moved sideways by itself.
    const scrolled = one => one !== document.body && (sideways(one) || scrolled(one.parentElement))
    if (document.documentElement.scrollWidth > innerWidth)
        wrong.push(`the page is ${{document.documentElement.scrollWidth}} pixels wide in ${{innerWidth}}`)
    for (const one of document.querySelectorAll('body *')) {{
        if (!seen(one) || hidden(one) || one.closest('svg') || scrolled(one)) continue
        const style = getComputedStyle(one), box = one.getBoundingClientRect()
        if (box.right > innerWidth + 1) wrong.push(`off the side: ${{told(one)}}`)
        const clips = /hidden|clip/.test(style.overflowX + style.overflowY)
        if (clips && one.matches(':not(input, textarea, progress)')
            && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
            wrong.push(`cut: ${{told(one)}}`)
    }}
    return wrong
}}"""

# In forced colors only lines, shapes and the system's own highlight are left.
FORCED = f"""() => {{{_SEEN}
    const wrong = [], line = (one, pseudo) => {{
        const style = getComputedStyle(one, pseudo)
        return [style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 ? 'outline' : '',
            style.borderTopWidth, style.borderTopStyle].join(' ')
    }}
    const drawn = one => {{
        const style = getComputedStyle(one)
        return ['Top', 'Bottom', 'Left', 'Right'].some(side => style[`border${{side}}Style`] !== 'none'
            && parseFloat(style[`border${{side}}Width`]) >= 1)
    }}
    for (const box of document.querySelectorAll('.opt :checked')) {{
        const row = box.closest('.opt')
        const other = [...document.querySelectorAll('.opt:not(:has(:checked))')].find(seen)
        if (other && line(row) === line(other)) wrong.push(`a chosen row looks like another: ${{told(row)}}`)
        const open = other && other.querySelector(`[type=${{box.type}}]`)
        if (open && box.type === 'radio' && line(box) === line(open))
            wrong.push(`a chosen circle looks like another: ${{told(row)}}`)
    }}
    const lined = '.fix, .note, .care, .tag, .btn:not(.quiet), .in, progress.bar'
    for (const one of document.querySelectorAll(lined))
        if (seen(one) && !drawn(one)) wrong.push(`nothing is left of: ${{one.className}} ${{told(one)}}`)
    for (const one of document.querySelectorAll('[aria-pressed=true]')) {{
        const other = one.parentElement.querySelector('[aria-pressed=false]')
        const weight = one => getComputedStyle(one).fontWeight
        if (other && weight(one) === weight(other))
            wrong.push(`a pressed button looks like another: ${{told(one)}}`)
    }}
    return wrong
}}"""

# Without colors: what is chosen, wrong, or a link shows by its shape, its line or its words.
NO_COLOR = f"""() => {{{_SEEN}
    const wrong = []
    const shape = one => {{
        const style = getComputedStyle(one), mark = getComputedStyle(one, '::after')
        return [style.borderTopWidth, mark.content, mark.display].join(' ')
    }}
    for (const box of document.querySelectorAll(':is([type=radio], [type=checkbox]):checked')) {{
        const other = [...document.querySelectorAll(`[type=${{box.type}}]`)].find(one => !one.checked)
        if (other && shape(box) === shape(other))
            wrong.push(`a chosen box has the shape of another: ${{box.name}}`)
    }}
    for (const one of document.querySelectorAll('p a, li a, dd a, summary')) {{
        const style = getComputedStyle(one)
        const listed = one.closest('.tasks, .queue, nav, .tabs') || one.matches('.btn, .back')
        if (seen(one) && !listed && !style.textDecorationLine.includes('underline'))
            wrong.push(`a link without a line: ${{told(one)}}`)
    }}
    for (const one of document.querySelectorAll('.err, .tag, .fix, [aria-invalid=true]')) {{
        const words = one.matches('[aria-invalid]') ? document.querySelector('.err')?.textContent
            : one.textContent
        if (seen(one) && !(words || '').trim()) wrong.push(`a mark without words: ${{one.className}}`)
    }}
    return wrong
}}"""

# What is said to press must be part of the name (2.5.3).
NAMES = f"""() => {{{_SEEN}
    const words = text => text.toLowerCase().replace(/[^\\p{{L}}\\p{{N}}]+/gu, ' ').trim()
    return [...document.querySelectorAll({_CONTROLS})].filter(seen).map(one => {{
        const copy = one.cloneNode(true)
        copy.querySelectorAll?.('.vh, svg, [aria-hidden=true]').forEach(part => part.remove())
        const shown = words(one.matches('input, select, textarea')
            ? [...(one.labels || [])].map(label => label.textContent).join(' ') : copy.textContent)
        const by = (one.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean)
        const name = one.getAttribute('aria-label')
            || by.map(id => document.getElementById(id)?.textContent || '').join(' ')
            || (one.matches('input, select, textarea') ? shown : one.textContent)
        return [one, shown, words(name)]
    }}).filter(([one, shown, name]) => !name || !name.includes(shown))
        .map(([one]) => `not by its words: ${{told(one)}}`)
}}"""

# Pasting is never refused (3.3.8), and nothing has to be typed twice or solved.
PASTE = f"""() => {{{_SEEN}
    const typed = 'input:not([type=hidden], [type=radio], [type=checkbox]), textarea'
    const pasted = () => new ClipboardEvent('paste',
        {{bubbles: true, cancelable: true, clipboardData: new DataTransfer()}})
    const refused = [...document.querySelectorAll(typed)].filter(one => !one.dispatchEvent(pasted()))
    return [...refused.map(one => `nothing can be pasted into ${{one.name}}`),
        ...[...document.querySelectorAll('canvas, iframe, audio')].map(one => `a puzzle? ${{told(one)}}`)]
}}"""

MOTION = f"""() => {{{_SEEN}
    return [...document.querySelectorAll('body *')].filter(one => {{
        const style = getComputedStyle(one)
        return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')]
            .some(time => parseFloat(time) > 0)
    }}).map(one => `moves: ${{told(one)}}`)
}}"""

# Controls under 44 pixels (2.5.5), but for links in a sentence; a label is part of its box.
SMALL = f"""() => {{{_SEEN}
    return [...document.querySelectorAll({_CONTROLS})]
        .filter(one => seen(one) && !one.closest('.tasks, .queue'))
        .filter(one => getComputedStyle(one).display !== 'inline')
        .filter(one => one.matches('a, button, input, summary'))
        .map(one => [one, (one.closest('label') || one).getBoundingClientRect()])
        .filter(([_, box]) => box.width > 1 && box.height < 44)
        .map(([one, box]) => `${{box.height}} pixels: ${{told(one)}}`)
}}"""

# Mirrored: what stands at the start of a line stands on the right.
MIRRORED = f"""() => {{{_SEEN}
    const wrong = [], root = document.documentElement
    const first = document.querySelector('.logo span, h1'), before = first.getBoundingClientRect()
    const written = root.dir
    root.dir = 'rtl'
    const after = first.getBoundingClientRect()
    if (Math.abs((innerWidth - after.right) - before.left) > 2) wrong.push(`not mirrored: ${{told(first)}}`)
    if (root.scrollWidth > innerWidth) wrong.push(`mirrored, the page is ${{root.scrollWidth}} pixels wide`)
    root.dir = written
    return wrong
}}"""

CONTRAST_WISHED = f"""() => {{{_SEEN}
    const root = getComputedStyle(document.documentElement)
    const value = name => root.getPropertyValue(name).trim()
    const of = name => {{
        const probe = document.body.appendChild(document.createElement('i'))
        probe.style.color = `var(${{name}})`
        const color = getComputedStyle(probe).color
        probe.remove()
        return color
    }}
    return [['--soft', '--ink'], ['--line', '--edge']].filter(([one, other]) => of(one) !== of(other))
        .map(([one]) => `${{one}} stays faint`)
}}"""

_SPACED = (
    "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    "p{margin-block-end:2em!important}"
)
_TWICE = "html{font-size:225%!important}.pro{font-size:200%!important}"


@dataclass(frozen=True, slots=True)
class Look:
    """A check, and how the page has to be looked at for it: window, colors, rules of style on top."""

    script: str
    window: Mapping[str, int] = field(default_factory=lambda: PHONE)
    media: Mapping[str, Any] = field(default_factory=dict)
    style: str = ""


LOOKS = {
    "reflow": Look(CUT, window=ZOOMED),
    "text-twice-as-large": Look(CUT, style=_TWICE),
    "text-spacing": Look(CUT, style=_SPACED),
    "forced-colors": Look(FORCED, media={"forced_colors": "active"}),
    "more-contrast": Look(CONTRAST_WISHED, media={"contrast": "more"}),
    "no-color-alone": Look(NO_COLOR),
    "spoken-names": Look(NAMES),
    "targets": Look(SMALL),
    "pasting": Look(PASTE),
    "mirrored": Look(MIRRORED),
    "motion": Look(MOTION),
}
_USUAL: dict[str, Any] = {"forced_colors": "none", "contrast": "no-preference"}


def complaints(shown: Shown, name: str) -> list[str]:
    """What one check finds wrong with the page that is shown."""
    look, page = LOOKS[name], shown.page
    # The people of a clinic work at a desk.
    at_a_desk = look.style == _TWICE and page.locator("body.pro").count() == 1
    size = DESK if at_a_desk else look.window
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    if look.media:
        page.emulate_media(**look.media)
    if look.style:
        shown.styled(look.style)
    try:
        found: list[str] = page.evaluate(look.script)
    finally:
        if look.style:
            shown.styled("")
        if look.media:
            page.emulate_media(**{name: _USUAL[name] for name in look.media})
    return found
