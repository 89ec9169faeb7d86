"""The frame both sites hang their pages in: templates, stylesheet, logo, words for dates, error pages."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType

from flask import Flask, Response, abort, render_template, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from intake import resources
from intake.config import Settings
from intake.domain.wording import long_date
from intake.web.security import secure
from intake.web.theme import stylesheet_tokens

_Raised = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
_STYLE = Path(__file__).parent / "static" / "app.css"
_LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
# Every refusal a browser can get has a page of its own; any other gets the one for its hundred.
_PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500})


@dataclass(frozen=True, slots=True)
class Asset:
    """A file sent to every browser, kept for good under a name that changes with its content."""

    name: str
    content: bytes
    type: str


class Site(Flask):
    """A Flask application whose log never quotes an answer."""

    def log_exception(self, exc_info: _Raised) -> None:
        """The kind of error and the line it came from; its own words may quote an answer."""
        kind, _, traceback = exc_info
        last = extract_tb(traceback)[-1] if traceback is not None else None
        where = f"{Path(last.filename).name}:{last.lineno}" if last is not None else "an unknown line"
        self.logger.error("%s at %s, answering %s", getattr(kind, "__name__", kind), where, request.endpoint)


def new_site(name: str, settings: Settings, secret_key: bytes) -> Site:
    """A site that is secured, has the frame, and nothing in it yet.

    ``name`` ("patient", "clinic") also names its cookies, so that two sites never share one.
    """
    app = Site("intake.web", static_folder=None, template_folder=str(resources.TEMPLATES))
    # Before anything asks for the templates: Flask reads this once.
    app.jinja_options = {"undefined": StrictUndefined}
    secure(app, settings, secret_key, name)
    app.jinja_env.filters.update(long_date=long_date, date_and_time=date_and_time, digits=digits)
    _serve_assets(app, settings)
    _show_error_pages(app)
    return app


def date_and_time(at: datetime) -> str:
    """``November 20, 2026 at 4:12 pm``, in the time zone the time comes in."""
    hour = at.hour % 12 or 12
    return f"{long_date(at.date())} at {hour}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"


def digits(phone: str) -> str:
    """A phone number as a ``tel:`` link wants it: digits, and a leading plus."""
    return re.sub(r"(?!^\+)[^0-9]", "", phone)


def stylesheet(brand: str) -> str:
    """The clinic's stylesheet, without what only its writers need."""
    source = re.sub(r"/\*.*?\*/", "", stylesheet_tokens(brand) + _STYLE.read_text("utf-8"), flags=re.DOTALL)
    # Only what is true of our own file: no string in it holds a brace, a semicolon or a comma.
    tight = re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r":\s+", ":", re.sub(r"\s+", " ", source)))
    return tight.replace(";}", "}").strip()


def logo_of(settings: Settings) -> Asset | None:
    """The clinic's logo; None when it has none that browsers show."""
    logo = Path(settings.clinic_logo)
    suffix = logo.suffix.lower()
    if not settings.clinic_logo or suffix not in _LOGO_TYPES:
        return None
    return _asset("logo", suffix, logo.read_bytes(), _LOGO_TYPES[suffix])


def _assets(settings: Settings) -> dict[str, Asset]:
    color = settings.clinic_color
    icon = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
        f'<circle cx="4" cy="4" r="4" fill="{color}"/></svg>'
    )
    assets = {
        "style": _asset("style", ".css", stylesheet(color).encode(), "text/css; charset=utf-8"),
        "icon": _asset("icon", ".svg", icon.encode(), "image/svg+xml"),
    }
    if logo := logo_of(settings):
        assets["logo"] = logo
    return assets


def _asset(name: str, suffix: str, content: bytes, media_type: str) -> Asset:
    return Asset(f"{name}-{hashlib.sha256(content).hexdigest()[:12]}{suffix}", content, media_type)


def _serve_assets(app: Flask, settings: Settings) -> None:
    assets = _assets(settings)
    by_name = {asset.name: asset for asset in assets.values()}

    def static(name: str) -> Response:
        asset = by_name.get(name) or abort(404)
        response = Response(asset.content, content_type=asset.type)
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.cache_control.max_age = 31_536_000
        return response

    def asset_address(kind: str) -> str | None:
        # Not url_for: an error page is also shown for requests that found no address at all.
        return f"{request.script_root}/static/{assets[kind].name}" if kind in assets else None

    app.add_url_rule("/static/<name>", endpoint="static", view_func=static)

    @app.context_processor
    def in_every_template() -> dict[str, object]:
        return {
            "clinic": settings,
            "home": f"{request.script_root}/",
            "asset": asset_address,
        }


def _show_error_pages(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> HTTPException | tuple[str, int, list[tuple[str, str]]] | Response:
        status = error.code or 500
        if status < 400:
            return error
        page = status if status in _PAGES else (500 if status >= 500 else 400)
        # Only what the protocol needs travels on (Allow, Retry-After): never the error's own words.
        kept = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After")]
        return render_template(f"errors/{page}.html"), status, kept
