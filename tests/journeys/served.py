"""A page as a person meets it: its heading, its words, and the controls under their labels."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from xml.etree.ElementTree import Element

import html5lib

from journeys.readers import IN_ENGLISH, Reader

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TYPED = {"text", "password", "tel", "email", "date"}
_PICKED = {"radio", "checkbox"}


@dataclass(frozen=True, slots=True)
class Control:
    """Something to tick or to type in. ``group`` is the legend it stands under."""

    name: str
    value: str
    label: str
    group: str
    picked: bool | None
    inside: tuple[str, ...] = ()

    @property
    def is_box(self) -> bool:
        """Whether it is typed in."""
        return self.picked is None


@dataclass(slots=True)
class Form:
    """One form of a page, with what a browser would send back of it as it stands.

    Its labels and buttons are named in English, and found in the words of whoever reads the page.
    """

    action: str
    method: str
    controls: tuple[Control, ...]
    buttons: dict[str, tuple[str, str]]
    hidden: tuple[tuple[str, str], ...]
    reader: Reader = IN_ENGLISH
    filled: dict[Control, str] = field(default_factory=dict)

    def pick(self, control: Control) -> None:
        """Tick a box, or choose a radio instead of another."""
        assert not control.is_box, f"{control.label!r} is not to be ticked"
        self.filled[control] = control.value

    def type(self, control: Control, words: str) -> None:
        """Write in a box."""
        assert control.is_box, f"nothing can be typed in {control.label!r}"
        self.filled[control] = words

    def fill(self, label: str, words: str) -> None:
        """Write in the only box with this label."""
        self.type(self._labelled(label, boxes=True), words)

    def choose(self, label: str) -> None:
        """Tick the only box, or the only radio, with this label."""
        self.pick(self._labelled(label, boxes=False))

    def _labelled(self, label: str, *, boxes: bool) -> Control:
        label = self.reader.said(label)
        here = [one for one in self.controls if one.is_box is boxes]
        found = [one for one in here if one.label == label]
        assert len(found) == 1, f"{len(found)} controls are labelled {label!r}: {[one.label for one in here]}"
        return found[0]

    def sent(self, button: str) -> list[tuple[str, str]]:
        """What the browser sends when the button with these words is pressed."""
        name, value = self.buttons[self.reader.said(button)]
        chosen = {control.name for control in self.filled if control.picked is not None}
        pairs = list(self.hidden)
        for control in self.controls:
            if control in self.filled:
                pairs.append((control.name, self.filled[control]))
            elif control.is_box or (control.picked and control.name not in chosen):
                pairs.append((control.name, control.value))
        return [*pairs, (name, value)] if name else pairs


@lru_cache(maxsize=4)
def parsed(html: str) -> tuple[Element, list[object]]:
    """The tree of a page, for reading, and what is wrong with it as HTML."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return parser.parse(html), parser.errors


_looked_at: set[bytes] = set()


def look_once(html: str, look: Callable[[], object]) -> None:
    """Look at a page, unless nothing was wrong with the same page before; its token may be another.

    Every page of every test is looked at, and most are the pages of the test before.
    """
    same = sha256(TOKEN.sub("", html).encode()).digest()
    if same not in _looked_at:
        look()
        _looked_at.add(same)


class Served:
    """A page that was served, already checked for what every page must have.

    Whoever looks for something on it says so in English; it is found in the words of the page's ``reader``.
    """

    def __init__(self, address: str, html: str, reader: Reader = IN_ENGLISH) -> None:
        self.address = address
        self.reader = reader
        self.tree, errors = parsed(html)
        assert not errors, f"{address}: {errors[:3]}"
        self._parents: dict[Element, Element] = {
            child: parent for parent in self.tree.iter() for child in parent
        }
        headings = [words(one) for one in self.tree.iter("h1")]
        assert len(headings) == 1, f"{address}: a page has one h1, not {headings}"
        self.h1 = headings[0]
        self.title = words(self.one("title"))
        assert self.title, f"{address}: a page has a title"
        self.text = words(self.one("main"))

    def one(self, tag: str) -> Element:
        """The only element of this kind."""
        (found,) = self.tree.iter(tag)
        return found

    def links(self) -> dict[str, str]:
        """Where each link leads, by its words."""
        return {words(a): a.get("href", "") for a in self.tree.iter("a")}

    def says(self, message: str, **values: object) -> bool:
        """Whether the whole of a message stands among the words of the page."""
        return self.reader.said(message, **values) in self.text

    def forms(self) -> Iterator[Form]:
        """The forms that send something."""
        for form in self.tree.iter("form"):
            yield self._form(form)

    def form(self, button: str) -> Form:
        """The only form with this button."""
        button = self.reader.said(button)
        found = [form for form in self.forms() if button in form.buttons]
        assert len(found) == 1, f"{self.address}: {len(found)} forms with a button {button!r}"
        return found[0]

    def _form(self, form: Element) -> Form:
        # Files are chosen in a browser with a screen only; every page takes the text typed as well.
        inputs = [
            one for one in form.iter() if one.tag in ("input", "textarea") and one.get("type") != "file"
        ]
        hidden = [one for one in inputs if one.get("type") == "hidden"]
        return Form(
            form.get("action") or self.address,
            form.get("method", "get"),
            tuple(self._control(one) for one in inputs if one not in hidden),
            {
                words(one): (one.get("name", ""), one.get("value", ""))
                for one in form.iter("button")
                if one.get("type", "submit") == "submit"
            },
            tuple((one.get("name", ""), one.get("value", "")) for one in hidden),
            self.reader,
        )

    def _control(self, one: Element) -> Control:
        kind = one.get("type", "text") if one.tag == "input" else "text"
        assert kind in _TYPED | _PICKED, f"{self.address}: an input of type {kind!r}"
        groups = self._legends(one)
        return Control(
            one.get("name", ""),
            (one.text or "") if one.tag == "textarea" else one.get("value", "on" if kind in _PICKED else ""),
            self._label(one),
            groups[0] if groups else "",
            one.get("checked") is not None if kind in _PICKED else None,
            groups,
        )

    def _label(self, one: Element) -> str:
        for label in self.tree.iter("label"):
            if one.get("id") and label.get("for") == one.get("id"):
                return words(label)
        around = [up for up in self._up(one) if up.tag == "label"]
        assert around, f"{self.address}: {one.get('name')} has no label"
        return words(around[0])

    def _legends(self, one: Element) -> tuple[str, ...]:
        fieldsets = [up for up in self._up(one) if up.tag == "fieldset"]
        return tuple(words(legend) for up in fieldsets if (legend := up.find("legend")) is not None)

    def _up(self, one: Element) -> Iterator[Element]:
        while (parent := self._parents.get(one)) is not None:
            yield parent
            one = parent


def words(element: Element) -> str:
    """The words in an element, as one line."""
    return " ".join("".join(element.itertext()).split())
