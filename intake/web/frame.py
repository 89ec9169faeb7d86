"""The frame both sites hang their pages in: templates, stylesheet, logo, words for dates, error pages."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, g, request
from jinja2 import StrictUndefined

from intake import resources
from intake.config import Settings
from intake.domain.languages import ENGLISH
from intake.domain.logo import LogoKind, Picture
from intake.domain.processes import Process
from intake.log import Noted, note
from intake.web import last_resort
from intake.web.languages import teach
from intake.web.refusals import note_failure, show_refusals
from intake.web.scripts import script
from intake.web.security import secure
from intake.web.theme import stylesheet_tokens
from intake.web.why import SITE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_Raised = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
_STATIC = Path(__file__).parent / "static"
# The stylesheet of each site is made of these, so that no patient downloads what the clinic's pages need.
_STYLES = {"patient": ("app.css",), "clinic": ("app.css", "clinic.css")}
# How the form on paper looks: asked for by the one page that shows it.
_BLANK = _STATIC / "blank.css"
_LOGO_TYPES = {LogoKind.SVG: "image/svg+xml", LogoKind.PNG: "image/png"}
# How many assets of earlier looks are kept at hand, whoever asks for them.
_MOST_ASSETS = 24
# Where a site keeps the way to the settings of a request; it works when the database does not.
SETTINGS_AT_HAND = "intake.settings_at_hand"
# The same as they were last known, for when nothing can be asked any more.
_KNOWN = "intake.settings_known"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file sent to every browser, kept for good under a name that changes with its content."""

    name: str
    content: bytes
    type: str


class Site(Flask):
    """A Flask application whose log never quotes an answer, and which answers whatever breaks."""

    def log_exception(self, exc_info: _Raised) -> None:
        """The kind of error and the line it came from; its own words may quote an answer."""
        note_failure(exc_info[1])

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, also when the page that says that something went wrong breaks itself."""
        try:
            answered: Iterable[bytes] = super().wsgi_app(environ, start_response)
        except Exception as error:
            if self.testing:
                raise
            known: Callable[[], Settings] = self.extensions[_KNOWN]
            return last_resort.answer(error, known(), self.extensions[SITE], environ, start_response)
        return answered


def _nothing_earlier() -> tuple[Settings, ...]:
    return ()


def new_site(
    name: str,
    settings: Settings,
    secret_key: bytes,
    now: Callable[[], Settings] | None = None,
    lately: Callable[[], Iterable[Settings]] = _nothing_earlier,
) -> Site:
    """A site that is secured, has the frame, and nothing in it yet.

    ``name`` ("patient", "clinic") also names its cookies, so that two sites never share one. ``now``
    are the settings of a request, which the clinic may have changed since the start, and ``lately``
    those of its last few changes: a page that is still open names the stylesheet of its time.
    """
    app = Site("intake.web", static_folder=None, template_folder=str(resources.TEMPLATES))
    # Before anything asks for the templates: Flask reads this once.
    app.jinja_options = {"undefined": StrictUndefined}
    secure(app, settings, secret_key, Process(name))
    teach(app)
    app.jinja_env.filters["digits"] = digits
    # As the device has it, on a site that offers no choice.
    app.jinja_env.globals["look"] = lambda: "device"
    at_hand = _at_hand(app, settings, now or (lambda: settings))
    _serve_assets(app, _Wardrobe(name, settings, at_hand, lately))
    _tell_templates(app, at_hand)
    app.extensions[SETTINGS_AT_HAND] = at_hand
    show_refusals(app, for_patients=name == "patient")
    return app


def clock(at: datetime) -> str:
    """``4:12 pm``, in the time zone the time comes in."""
    return ENGLISH.time(at)


def week_day(at: datetime) -> str:
    """``Monday, November 23``."""
    return f"{at:%A, %B} {at.day}"


def digits(phone: str) -> str:
    """A phone number as a ``tel:`` link wants it: digits, and a leading plus."""
    return re.sub(r"(?!^\+)[^0-9]", "", phone)


@lru_cache(maxsize=16)
def stylesheet(brand: str, site: str) -> str:
    """The stylesheet of a site in the clinic's color, without what only its writers need."""
    written = "".join((_STATIC / name).read_text("utf-8") for name in _STYLES[site])
    return _tight(stylesheet_tokens(brand) + written)


def _tight(source: str) -> str:
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    # Only what is true of our own files: no string in them holds a brace, a semicolon or a comma.
    tight = re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r":\s+", ":", re.sub(r"\s+", " ", source)))
    return tight.replace(";}", "}").strip()


class _Wardrobe:
    """What the sites look like now and looked like lately, each file under the name of its content."""

    def __init__(
        self,
        site: str,
        start: Settings,
        now: Callable[[], Settings],
        lately: Callable[[], Iterable[Settings]],
    ) -> None:
        self._site, self._start, self._now, self._lately = site, start, now, lately
        self._served: OrderedDict[str, Asset] = OrderedDict()
        self._noting = Lock()

    def now(self) -> dict[str, Asset]:
        """The files of this request, by what they are."""
        return self._noted(self._now())

    def find(self, name: str) -> Asset | None:
        """The file of this name, of now or of lately; a name says its content, so none is ever stale."""
        for settings in self._looks():
            if (asset := self._served.get(name)) is not None:
                return asset
            self._noted(settings)
        return self._served.get(name)

    def _looks(self) -> Iterable[Settings]:
        # One at a time: what is found at hand asks the database for nothing.
        yield self._start
        yield self._now()
        yield from self._lately()

    def _noted(self, settings: Settings) -> dict[str, Asset]:
        picture = settings.clinic_picture or _picture_of(settings.clinic_logo)
        assets = _assets(self._site, settings.clinic_color, picture)
        with self._noting:
            for asset in assets.values():
                self._served[asset.name] = asset
                self._served.move_to_end(asset.name)
            while len(self._served) > _MOST_ASSETS:
                self._served.popitem(last=False)
        return assets


def logo_of(settings: Settings) -> Asset | None:
    """The clinic's logo; None when it has none."""
    logo = settings.clinic_picture or _picture_of(settings.clinic_logo)
    return None if logo is None else _logo(logo)


def _logo(logo: Picture) -> Asset:
    return _asset("logo", f".{logo.kind.value}", logo.content, _LOGO_TYPES[logo.kind])


@lru_cache(maxsize=16)
def _assets(site: str, color: str, logo: Picture | None) -> dict[str, Asset]:
    icon = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
        f'<circle cx="4" cy="4" r="4" fill="{color}"/></svg>'
    )
    blank = _tight(_BLANK.read_text("utf-8")).encode()
    assets = {
        "style": _asset("style", ".css", stylesheet(color, site).encode(), "text/css; charset=utf-8"),
        "blank": _asset("blank", ".css", blank, "text/css; charset=utf-8"),
        "icon": _asset("icon", ".svg", icon.encode(), "image/svg+xml"),
    }
    if site == "clinic":
        for name in ("keys", "link", "passkeys", "show"):
            assets[name] = _asset(name, ".js", script(f"{name}.js"), "text/javascript; charset=utf-8")
    if logo is not None:
        assets["logo"] = _logo(logo)
    return assets


@lru_cache(maxsize=4)
def _picture_of(path: str) -> Picture | None:
    """The logo in a file of the settings, read once: it is as it was at the start until the next one."""
    suffix = Path(path).suffix.lower().removeprefix(".")
    if suffix not in {kind.value for kind in LogoKind}:
        return None
    return Picture(LogoKind(suffix), Path(path).read_bytes())


def _asset(name: str, suffix: str, content: bytes, media_type: str) -> Asset:
    return Asset(f"{name}-{hashlib.sha256(content).hexdigest()[:12]}{suffix}", content, media_type)


def _at_hand(app: Flask, start: Settings, now: Callable[[], Settings]) -> Callable[[], Settings]:
    """The settings of a request; the last ones known when the database does not answer."""
    known = [start]
    app.extensions[_KNOWN] = lambda: known[0]

    def at_hand() -> Settings:
        if "at_hand" not in g:
            try:
                known[0] = now()
            except Exception as error:
                # The page that says something went wrong needs a name and a phone number, too.
                note(Noted.SETTINGS_UNREAD, error=error, site=app.extensions[SITE])
            g.at_hand = known[0]
        settings: Settings = g.at_hand
        return settings

    return at_hand


def _serve_assets(app: Flask, wardrobe: _Wardrobe) -> None:
    def static(name: str) -> Response:
        asset = wardrobe.find(name) or abort(404)
        response = Response(asset.content, content_type=asset.type)
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.cache_control.max_age = 31_536_000
        return response

    def asset_address(kind: str) -> str | None:
        # Not url_for: an error page is also shown for requests that found no address at all.
        assets = wardrobe.now()
        return f"{request.script_root}/static/{assets[kind].name}" if kind in assets else None

    app.add_url_rule("/static/<name>", endpoint="static", view_func=static)
    app.context_processor(lambda: {"asset": asset_address})


def _tell_templates(app: Flask, now: Callable[[], Settings]) -> None:
    @app.context_processor
    def in_every_template() -> dict[str, object]:
        return {"clinic": now(), "home": f"{request.script_root}/"}
