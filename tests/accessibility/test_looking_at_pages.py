"""The checklist of docs/accessibility.md, in Chromium: pages of every kind, and what each check would find.

Which states are looked at in every run is said here; `make audit-pages` looks at all of them.
"""

import pytest

from accessibility.checks import LOOKS, complaints
from accessibility.keyboard import tabbed
from accessibility.trees import KEPT, WRITES_ANEW, as_text, compared, tree, unnamed
from web.looking import look

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("accessibility")]

# One of each kind; those with the most on them.
LOOKED_AT = (
    "start",
    "tasks",
    "one-choice",
    "a-number",
    "a-scale",
    "opposites",
    "error-under-a-choice",
    "pause",
    "medicines-listed",
    "medicines-found",
    "sign-error",
    "sent",
    "reply-question",
    "clinic-queue",
    "clinic-submission",
)
TABBED_THROUGH = ("error-under-a-choice", "medicines-listed")


def test_pages_of_every_kind_are_for_everybody(shown, states):
    found = []
    for name in LOOKED_AT:
        page = shown.show(states[name].html)
        found += [f"{name}, {check}: {one}" for check in LOOKS for one in complaints(shown, check)]
        nodes = tree(page)
        found += [f"{name}, names: {one}" for one in unnamed(nodes)]
        found += [f"{name}, tree: {one}" for one in compared(name, as_text(nodes))]

    assert found == []
    assert shown.strangers == []


@pytest.mark.parametrize("name", TABBED_THROUGH)
def test_the_keyboard_goes_everywhere_and_shows_where_it_is(shown, states, name):
    assert tabbed(shown.show(states[name].html)) == []


def test_without_has_what_opens_under_a_choice_is_open(shown, states):
    """An old browser; the server ignores what does not count."""
    assert _hidden_in_an_old_browser(shown, states["a-reading"].html, _STYLE_WITHOUT_HAS) == []


def test_what_stays_shut_in_an_old_browser_would_be_found(shown, states):
    """The control: a follow-up shut by a rule that every browser understands."""
    shut = _STYLE_WITHOUT_HAS + " + '.more{display:none}'"

    assert _hidden_in_an_old_browser(shown, states["a-reading"].html, shut) != []


# The stylesheet as a browser reads it that knows no :has(): each rule with one is dropped, and so is what is
# under a question about it.
_STYLE_WITHOUT_HAS = """(() => {
    const old = one => !`${one.selectorText} ${one.conditionText}`.includes(':has(')
    const kind = one => one.constructor.name === 'CSSSupportsRule' ? '@supports' : '@media'
    const text = one => one.cssRules && one.conditionText !== undefined
        ? `${kind(one)} ${one.conditionText}{${all(one)}}` : one.cssText
    const all = group => [...group.cssRules].filter(old).map(text).join('')
    return all(document.styleSheets[0])
})()"""


def _hidden_in_an_old_browser(shown, html, style):
    page = shown.show(html)
    css = page.evaluate(style)
    assert ":has(" not in css
    assert ".opt{" in css.replace(" ", ""), "the rest is there"
    page.evaluate("document.styleSheets[0].disabled = true")
    shown.styled(css)
    boxes = page.locator(".more input")
    assert boxes.count() >= 2
    return [one.get_attribute("name") for one in boxes.all() if not one.is_visible()]


PAGE = (
    "<!doctype html><html lang=en><head><title>t</title><link rel=stylesheet href={style}></head>"
    "<body><main><h1>Heading</h1>{inside}</main></body></html>"
)
_ROWS = "<form>" + "".join(
    f"<label class=opt><input type=radio name=a value={value}{on}><span>{value}</span></label>"
    for value, on in (("yes", " checked"), ("no", ""))
)
_TIGHT = (
    "<p style='overflow:hidden;white-space:nowrap;inline-size:{};block-size:1.6em'>"
    "Nine words that need their room to be read</p>"
)


def planted(states, inside):
    """A page in our stylesheet with this in it."""
    style = states["start"].html.split('rel="stylesheet" href="')[1].split('"')[0]
    return PAGE.format(style=style, inside=inside)


# Each check with a page that it must find fault with, and the fault.
PLANTED = {
    "reflow": ("<p style='inline-size:40rem'>Wide</p>", "pixels wide"),
    "text-twice-as-large": (_TIGHT.format("340px"), "cut"),
    "text-spacing": (_TIGHT.format("370px"), "cut"),
    "forced-colors": (
        "<style>.opt:has(:checked){outline:0!important}</style>"
        "<style>.opt,.opt *{border-width:2px!important}</style>" + _ROWS,
        "chosen row",
    ),
    "more-contrast": ("<style>:root{--soft:#777!important}</style>", "stays faint"),
    "no-color-alone": ("<style>input{border-width:2px!important}</style>" + _ROWS, "shape of another"),
    "spoken-names": ("<button aria-label='Send'>Continue</button>", "not by its words"),
    "targets": ("<button style='block-size:30px'>Continue</button>", "30 pixels"),
    "pasting": ("<label>Name <input name=n></label>", "nothing can be pasted"),
    "mirrored": ("<style>h1{position:absolute;left:0}</style>", "not mirrored"),
    "motion": ("<p style='transition:color 1s'>Slow</p>", "moves"),
}


def test_every_check_has_a_page_it_must_find_fault_with():
    assert set(PLANTED) == set(LOOKS)


@pytest.mark.parametrize("check", PLANTED)
def test_a_page_that_keeps_somebody_out_would_be_found(shown, states, check):
    """The controls."""
    inside, fault = PLANTED[check]
    page = shown.show(planted(states, inside))
    if check == "pasting":
        page.evaluate(
            "document.querySelector('input').addEventListener('paste', one => one.preventDefault())"
        )

    assert any(fault in one for one in complaints(shown, check)), complaints(shown, check)


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("<style>:focus-visible{outline:0!important}</style><button>Go</button>", "no ring"),
        ("<style>:focus-visible{outline-color:#eee!important}</style><button>Go</button>", "a faint ring"),
        ("<a href=# style='position:fixed;inset-inline-start:-500px'>Away</a>", "out of sight"),
        ("<button>Go</button><div style='position:fixed;inset:0;background:#fff'></div>", "covered"),
        ("<button>Go</button><script>onkeydown = one => one.preventDefault()</script>", "reaches 0 of 1"),
    ],
)
def test_a_stop_that_cannot_be_seen_or_reached_would_be_found(shown, states, inside, fault):
    """The controls of the keyboard."""
    assert any(fault in one for one in tabbed(shown.show(planted(states, inside))))


@pytest.mark.parametrize(
    "inside",
    [
        "<button></button>",
        "<input name=n>",
        "<a href=/x><svg></svg></a>",
        "<fieldset><input type=radio></fieldset>",
    ],
)
def test_a_control_without_a_name_would_be_found(shown, states, inside):
    """The control of the names."""
    assert unnamed(tree(shown.show(planted(states, inside)))) != []


def test_a_tree_that_changed_would_be_found(shown, states, monkeypatch):
    """The control of the kept trees: a heading one step further down, a state gone."""
    monkeypatch.delenv(WRITES_ANEW, raising=False)
    whole = (KEPT / "start.txt").read_text("utf-8")
    other = shown.show(states["start"].html.replace("<h2>", "<h3>").replace("</h2>", "</h3>"))

    assert compared("start", whole) == []
    assert any("[level 3]" in one for one in compared("start", as_text(tree(other))))
    assert compared("a-page-nobody-kept", whole) != []


def test_no_tree_is_kept_of_a_page_that_nobody_looks_at():
    assert {path.stem for path in KEPT.glob("*.txt")} == set(LOOKED_AT)


def test_light_and_dark_as_chosen_are_light_and_dark(shown, states):
    """Whatever the device prefers; and on paper always light."""
    html = states["start"].html
    papers = {}
    for chosen in ("light", "dark"):
        page = shown.show(html.replace("<html", f'<html data-theme="{chosen}"', 1))
        for device in ("light", "dark"):
            page.emulate_media(color_scheme=device)
            papers[chosen, device] = page.evaluate(_PAPER)
        page.emulate_media(color_scheme="dark", media="print")
        papers[chosen, "paper"] = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        page.emulate_media(color_scheme="light", media="screen")

    assert papers["light", "light"] == papers["light", "dark"] != papers["dark", "light"]
    assert papers["dark", "light"] == papers["dark", "dark"]
    assert papers["light", "paper"] == papers["dark", "paper"] == "light"


_PAPER = "getComputedStyle(document.body).backgroundColor"


def test_dark_as_chosen_keeps_nobody_out(shown, states):
    look(shown.show(states["error"].html.replace("<html", '<html data-theme="dark"', 1)))


def test_on_paper_there_is_the_form_and_nothing_to_press(shown, states):
    page = shown.show(states["check"].html)
    page.emulate_media(media="print")

    for gone in (".top", ".foot", ".acts", ".back", ".chg"):
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone
    assert page.get_by_role("heading", name="About you").is_visible()
    style = page.evaluate("[...document.styleSheets[0].cssRules].map(one => one.cssText).join('')")
    assert "Confidential health record" in style.partition("@page")[2]
    page.emulate_media(media="screen")
    assert page.locator(".top").is_visible(), "the control: on a screen it is there"

    page = shown.show(states["sent"].html)
    buttons = page.get_by_role("main").get_by_role("button")
    assert buttons.first.is_visible()
    page.emulate_media(media="print")
    assert buttons.count() == 0
    assert page.get_by_text("Your reference is").is_visible()
    page.emulate_media(media="screen")
