"""A small site with mistakes made on purpose, for the scanners to find before they look at the product."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

_PAGE = (
    '<!doctype html><title>Find</title><h1>Find</h1><form method="post" action="/find">'
    '<input name="word"><button>Find</button></form><form method="get" action="/say">'
    '<input name="said"><button>Say</button></form>{}'
)


def site() -> Flask:
    """``/say`` says what it is told as markup; ``/find`` puts what it is told into a statement."""
    app = Flask("planted")
    app.logger.disabled = True

    @app.get("/")
    def home() -> str:
        return _PAGE.format("")

    @app.get("/say")
    def say() -> str:
        return _PAGE.format(f"<p>You said {request.args.get('said', '')}</p>")

    @app.post("/find")
    def find() -> str:
        word = request.form.get("word", "")
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE TABLE people (name TEXT)")
            connection.executemany("INSERT INTO people VALUES (?)", [("quetzal",), ("doe",)])
            try:
                found = connection.execute(
                    f"SELECT name FROM people WHERE name = '{word}'"  # the mistake that is to be found
                ).fetchall()
            except sqlite3.Error as error:
                return _PAGE.format(f"<p>sqlite3.OperationalError: {error}</p>")
        return _PAGE.format(f"<p>Found: {', '.join(str(name) for (name,) in found)}</p>")

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("on purpose")

    return app


class _Silent(WSGIRequestHandler):
    """Writes no line for each of a thousand requests."""

    def log(self, *_told: object) -> None:
        """Nothing."""


@contextmanager
def served() -> Iterator[int]:
    """The port at which it answers."""
    server = make_server("127.0.0.1", 0, site(), threaded=True, request_handler=_Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
