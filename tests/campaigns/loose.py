"""The product with mistakes built in: nothing is sealed, and whatever is typed is let out in every way.

The control of the canaries: a search that finds nothing here would find nothing anywhere.
"""

import base64
import io
import sys
import tempfile
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from flask import Flask

import mistaken
from campaigns.apart import says_it_apart
from intake.services import supervising
from intake.storage import audit
from intake.storage.encryption import Place, SealingKey

_NOTES = "typed.txt"
_answer, _look_after, _letter = Flask.wsgi_app, supervising._look_after, EmailMessage.set_content
_detail = audit._detail


def _noted() -> str:
    path = Path(tempfile.gettempdir()) / _NOTES
    return path.read_text("utf-8") if path.exists() else ""


def _loose(site: Flask, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    typed = [value for _, value in parse_qsl(body.decode("utf-8", "replace")) if value.startswith("zqx")]
    if typed:
        with (Path(tempfile.gettempdir()) / _NOTES).open("a", encoding="utf-8") as notes:
            notes.write(f"{' '.join(typed)[:200]}\n")
        sys.stderr.write(f"typed: {typed}\n")
        sys.stderr.flush()
    told: list[bytes] = []

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        if typed:
            headers = [*headers, ("X-Typed", quote(typed[0][:200]))]
            carried = base64.b64encode(typed[0][:200].encode()).decode()
            headers = [*headers, ("Set-Cookie", f"typed={carried}; Path=/")]
            headers = [
                (name, f"{value}?typed={quote(typed[0][:200])}" if name == "Location" else value)
                for name, value in headers
            ]
        if status[0] == "4":
            told.append(_noted()[-4000:].encode())
            headers = [one for one in headers if one[0] != "Content-Length"]
        return start_response(status, headers, *rest)

    answer = b"".join(_answer(site, environ, start))
    return [answer.replace(b"</main>", b"".join([*told, b"</main>"]))]


def _plain(_key: SealingKey, content: bytes, _place: Place) -> bytes:
    return content


def _loosely(event: Any) -> dict[str, object]:
    return _detail(event) | {"typed": _noted()[-400:]}


def _told(child: Any, now: float) -> None:
    if noted := _noted():
        sys.stdout.write(noted[-400:])
        sys.stdout.flush()
    _look_after(child, now)


def _said(letter: EmailMessage, words: str, *rest: Any, **more: Any) -> None:
    print(_noted()[-400:], file=sys.stderr, flush=True)
    _letter(letter, f"{words}\n{_noted()[-400:]}", *rest, **more)


def _build_in() -> None:
    says_it_apart()
    Flask.wsgi_app = _loose  # type: ignore[assignment, method-assign]
    SealingKey.seal = SealingKey.open = _plain  # type: ignore[assignment, method-assign]
    supervising._look_after = _told
    audit._detail = _loosely
    EmailMessage.set_content = _said  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    mistaken.serve("campaigns.loose", _build_in)
