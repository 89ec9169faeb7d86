"""Going through a page with the Tab key: every stop is seen, marked, and covered by nothing."""

from playwright.sync_api import Page

_FURTHEST = 200
_STOPS = """() => {
    const groups = new Set()
    const stops = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
    return [...document.querySelectorAll(stops)]
        .filter(one => one.tabIndex >= 0 && !one.disabled && one.checkVisibility())
        .filter(one => one.type !== 'radio' || !groups.has(one.name) && groups.add(one.name)).length
}"""
# Where a page puts the reader at an error is inside it: the keyboard then goes on from there.
_FROM_THE_TOP = """() => {
    window.stops = []
    const top = document.createElement('span')
    top.tabIndex = -1
    document.body.prepend(top)
    top.focus()
    top.remove()
    scrollTo(0, 0)
}"""
_WHERE = """() => {
    const one = document.activeElement
    if (!one || one === document.body) return null
    const told = `${one.tagName.toLowerCase()} ${(one.textContent || one.name).trim().slice(0, 40)}`
    const wrong = [], marked = one.closest('.opt') || one, style = getComputedStyle(marked)
    const channels = color => (color.match(/[\\d.]+/g) || []).map(Number)
    const light = color => {
        const [red, green, blue] = channels(color).slice(0, 3).map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const back = one => getComputedStyle(one).backgroundColor
    let behind = marked.parentElement
    while (behind && channels(back(behind))[3] === 0) behind = behind.parentElement
    const under = light(behind ? back(behind) : 'rgb(255, 255, 255)')
    const ring = light(style.outlineColor)
    const contrast = (Math.max(ring, under) + 0.05) / (Math.min(ring, under) + 0.05)
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 3) wrong.push(`no ring: ${told}`)
    else if (contrast < 3) wrong.push(`a faint ring: ${told}`)
    const box = one.getBoundingClientRect()
    if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
        wrong.push(`out of sight: ${told}`)
    else {
        const x = Math.min(innerWidth - 1, Math.max(0, box.left + box.width / 2))
        const y = Math.min(innerHeight - 1, Math.max(0, box.top + Math.min(box.height, 40) / 2))
        const top = document.elementFromPoint(x, y)
        if (top && !marked.contains(top) && !top.contains(one)) wrong.push(`covered: ${told}`)
    }
    window.stops = window.stops || []
    const again = window.stops.includes(one)
    window.stops.push(one)
    return [wrong, again]
}"""


def tabbed(page: Page) -> list[str]:
    """What is wrong with the stops of the Tab key, from the top of the page to its end."""
    expected: int = page.evaluate(_STOPS)
    page.evaluate(_FROM_THE_TOP)
    found: list[str] = []
    stops = 0
    for _ in range(_FURTHEST):
        page.keyboard.press("Tab")
        here = page.evaluate(_WHERE)
        if here is None or here[1]:
            break
        found += here[0]
        stops += 1
    if stops < expected:
        found.append(f"the Tab key reaches {stops} of {expected}")
    return found
