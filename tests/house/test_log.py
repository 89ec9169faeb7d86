"""The log says what it may and nothing else, whatever is put into it and whoever writes (decision 0058)."""

import ast
import inspect
import io
import json
import logging
import sys
import threading
import warnings
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, StatementError

import intake
from intake import log
from intake.log import KEYS, Noted, note

SECRET = "xanthocanary"
PACKAGE = Path(intake.__file__).parent
LIBRARIES = ("waitress", "waitress.queue", "sqlalchemy.engine", "sqlalchemy.pool", "alembic", "weasyprint")
MORE = ("fontTools", "authlib", "urllib3.connectionpool", "requests", "werkzeug", "flask.app", "asyncio")


def calls_in(tree):
    """Every call in a module, with the name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node, ast.unparse(node.func)


CALLS = [
    (path, node, name)
    for path in sorted(PACKAGE.rglob("*.py"))
    for node, name in calls_in(ast.parse(path.read_text("utf-8")))
]


class Word(StrEnum):
    """A word of ours."""

    GONE = "gone"


@pytest.fixture
def written(monkeypatch):
    """The lines of a process that began its log; everything is put back after the test."""
    for holder, name in (
        (logging, "lastResort"),
        (logging, "raiseExceptions"),
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
        (logging.root, "handlers"),
    ):
        monkeypatch.setattr(holder, name, getattr(holder, name))
    levels = {one: one.level for one in (logging.root, logging.getLogger("intake"))}
    every = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    before = {one: (one.handlers, one.propagate) for one in every}
    stream = io.StringIO()
    log.begin(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(capture=False)
    for one, level in levels.items():
        one.setLevel(level)
    for one, (handlers, propagate) in before.items():
        one.handlers, one.propagate = handlers, propagate


def raised(function, *given):
    """What a call raises."""
    with pytest.raises(BaseException) as caught:  # whatever it is, it is what is logged
        function(*given)
    return caught.value


def full_of_secrets():
    """An error for each place that puts what it was given into its words."""
    engine = create_engine("sqlite://", hide_parameters=True)
    try:
        with engine.connect() as connection:
            connection.execute(text("CREATE TABLE answers (words TEXT CHECK (length(words) < 3))"))
            insert = text("INSERT INTO answers VALUES (:words)")
            yield raised(lambda: connection.execute(insert, {"words": SECRET}))
            yield raised(lambda: connection.execute(text("SELECT :a, :b"), {SECRET: SECRET}))
    finally:
        engine.dispose()
    yield raised(int, SECRET)
    yield raised({}.__getitem__, SECRET)
    yield raised(json.loads, f'{{"{SECRET}')
    yield raised(SECRET.encode("utf-8").decode, SECRET)
    yield raised(Path(f"/{SECRET}").read_text)
    yield type(SECRET * 40, (Exception,), {})(SECRET)
    yield type(f"{SECRET} <", (Exception,), {})(SECRET)


@pytest.mark.parametrize("what", [what for what in Noted if "error" in KEYS[what]])
def test_no_word_of_an_error_is_written(written, what):
    for error in full_of_secrets():
        note(what, error=error)
    lines = written()

    assert len(lines) == 9
    assert SECRET not in json.dumps(lines)
    assert {"IntegrityError", "ValueError", "KeyError", "JSONDecodeError"} <= {one["error"] for one in lines}


def test_without_the_list_every_word_would_be_there():
    """The control: those errors do say it, all of them, if they are asked."""
    quiet = [error for error in full_of_secrets() if SECRET not in f"{error!r} {error}"]

    # SQLAlchemy was told to hide what it was given, and json names the place alone.
    assert [type(error) for error in quiet] == [IntegrityError, StatementError, json.JSONDecodeError]


@pytest.mark.parametrize("name", [*LIBRARIES, *MORE, f"{SECRET}.x y", "root"])
def test_of_what_a_library_logs_its_name_and_place_are_written(written, name):
    logger = logging.getLogger(name)
    logger.error("Exception while serving %s", SECRET)
    logger.warning(SECRET)
    try:
        int(SECRET)
    except ValueError:
        logger.exception("%s", SECRET, extra={"told": SECRET}, stack_info=True)
    logger.error("%s %s", SECRET)
    lines = written()

    assert len(lines) == 4
    assert SECRET not in json.dumps(lines) or name.startswith(SECRET)
    assert {one["line"] for one in lines} == {"library"}
    assert all(set(one) <= {"at", "level", "line", "from", "place", "ours", "error"} for one in lines)
    assert lines[2]["error"] == "ValueError"
    assert lines[0]["from"] == ("other" if " " in name else name)


def test_a_library_that_brings_its_own_way_out_loses_it(monkeypatch, request):
    own, stream = logging.getLogger("test.own.way"), io.StringIO()
    own.addHandler(logging.StreamHandler(stream))
    own.propagate = False
    lines = request.getfixturevalue("written")
    own.error(SECRET)

    assert stream.getvalue() == ""
    assert [one["from"] for one in lines()] == ["test.own.way"]


def test_a_crash_anywhere_is_a_line(written):
    def crash():
        int(SECRET)

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    error = raised(int, SECRET)
    sys.excepthook(type(error), error, error.__traceback__)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(SECRET, UserWarning, stacklevel=1)
    lines = written()

    assert [one["line"] for one in lines] == ["crashed", "crashed", "library"]
    assert [one.get("error") for one in lines[:2]] == ["ValueError", "ValueError"]
    assert SECRET not in json.dumps(lines)


ANYTHING = st.one_of(
    st.text(), st.integers(), st.booleans(), st.binary(), st.floats(), st.lists(st.text()), st.just(Word.GONE)
)


@given(st.sampled_from([*log._KINDS, "error", "told", "line", "at"]), ANYTHING)
def test_what_somebody_typed_is_of_no_kind(key, value):
    """A piece of text is never a value, whatever it looks like, but for numbers of failures and editions."""
    for what in Noted:
        line = log._line(what, {key: value})
        said = {name: one for name, one in line.items() if name not in ("line", "left_out")}
        if isinstance(value, str) and not isinstance(value, Word) and key not in ("number", "edition"):
            assert said == {}
        assert line["line"] == what.value


@pytest.mark.parametrize(
    ("what", "told", "said"),
    [
        (Noted.NOTICE_NOT_SENT, {"id": UUID(int=7)}, {"id": str(UUID(int=7))}),
        (Noted.NOTICE_NOT_SENT, {"id": str(UUID(int=7))}, {"left_out": 1}),
        (Noted.NOTICE_NOT_SENT, {"failure": Word.GONE}, {"failure": "gone"}),
        (Noted.NOTICE_NOT_SENT, {"failure": "gone"}, {"left_out": 1}),
        (Noted.NOTICE_NOT_SENT, {"status": 500}, {"left_out": 1}),
        (Noted.PAGE_FAILED, {"status": 500}, {"status": 500}),
        (Noted.PAGE_FAILED, {"status": True}, {"left_out": 1}),
        (Noted.PAGE_FAILED, {"route": "/invitation/secret"}, {"left_out": 1}),
        (Noted.PAGE_FAILED, {"route": None}, {}),
        (Noted.PAGE_FAILED, {"number": "K7PQ-2MXA"}, {"number": "K7PQ-2MXA"}),
        (Noted.PAGE_FAILED, {"number": "K7PQ-2MXA\n"}, {"left_out": 1}),
        (Noted.SETTINGS_UNREAD, {"names": ("moon_phase",)}, {"names": ["moon_phase"]}),
        (Noted.SETTINGS_UNREAD, {"names": ("full of words",)}, {"left_out": 1}),
        (Noted.RULES_UNREAD, {"edition": "0123456789abcdef"}, {"edition": "01234567"}),
        (Noted.LINES_UNREAD, {"document": ValueError("a/b.yaml:41: x")}, {"document": "a/b.yaml:41"}),
        (Noted.LINES_UNREAD, {"document": ValueError("what a.yaml said")}, {"left_out": 1}),
    ],
)
def test_each_key_takes_its_own_kind(what, told, said):
    assert log._line(what, told) == {"line": what.value} | said


def test_no_line_is_two_lines(written):
    class Sly(Exception):
        """Its words end a line and begin another."""

        def __str__(self):
            return "a.yaml\n{}"

    note(Noted.LINES_UNREAD, document=Sly())
    logging.getLogger("a\nb").error("x\n{}")
    lines = written()

    assert [one["line"] for one in lines] == ["lines_unread", "library"]
    assert all(one["at"].endswith("Z") for one in lines)


def test_a_value_that_breaks_when_it_is_asked_costs_no_line(written):
    class Broken(Exception):
        """Cannot even say what it is."""

        def __str__(self):
            raise ValueError(SECRET)

    note(Noted.LINES_UNREAD, document=Broken())

    assert [(one["line"], one["left_out"]) for one in written()] == [("lines_unread", 1)]


def lines_written():
    """Every line that is written anywhere in the program: where, what it is about, and its keys."""
    for path, node, name in CALLS:
        if name == "note" and node.args and ast.unparse(node.args[0]).startswith("Noted."):
            what = Noted[ast.unparse(node.args[0]).removeprefix("Noted.")]
            yield path, what, {one.arg for one in node.keywords}


def test_every_line_keeps_to_its_keys_and_every_line_there_is_is_written_somewhere():
    found = list(lines_written())
    # The loops of the worker, each with a line of its own (services/working.py).
    handed_on = {Noted.NOTICES_FAILED, Noted.OVERDUE_NOT_DELETED}

    assert [(path.name, what) for path, what, keys in found if not keys <= KEYS[what]] == []
    assert {what for _, what, _ in found} | {Noted.LIBRARY, *handed_on} == set(Noted)
    assert set(KEYS) == set(Noted)
    assert {key for keys in KEYS.values() for key in keys} == {*log._KINDS, "error"}


OUT = ("print", "pprint", "logging.getLogger", "getLogger", "logging.basicConfig", "warnings.warn")
OUT_BEGINS = ("_log.", "_LOG.", "sys.stderr.w", "traceback.print", "traceback.format")


def is_another_way_out(name):
    """Whether a call writes where the list does not reach."""
    return name in OUT or name.startswith(OUT_BEGINS) or ".logger." in f".{name}"


def test_nothing_else_in_the_program_writes_a_log():
    found = {
        (path.name, name) for path, _, name in CALLS if is_another_way_out(name) and path.parent == PACKAGE
    }
    elsewhere = [
        (path, name)
        for path, _, name in CALLS
        if is_another_way_out(name) and path.parent != PACKAGE and path.parent.name != "papers"
    ]

    assert found == {("log.py", "logging.getLogger"), ("log.py", "_log.log"), ("log.py", "_log.setLevel")}
    assert elsewhere == []


@pytest.mark.parametrize(
    "code", ["print(answer)", "logging.getLogger('x')", "app.logger.error(1)", "traceback.print_exc()"]
)
def test_another_way_out_would_be_noticed(code):
    assert [name for _, name in calls_in(ast.parse(code)) if is_another_way_out(name)]


def test_every_engine_keeps_quiet_about_what_it_was_given():
    engines = [ast.unparse(node) for _, node, name in CALLS if name.endswith("create_engine")]

    assert len(engines) >= 2
    assert [one for one in engines if "hide_parameters=True" not in one or "echo" in one] == []


def test_the_list_of_lines_is_in_the_documentation():
    documented = (PACKAGE.parent / "docs" / "logs.md").read_text("utf-8")

    for what in Noted:
        row = next((line for line in documented.splitlines() if line.startswith(f"| `{what.value}` ")), "")
        assert row, f"docs/logs.md does not say what {what.value} means"
        assert {key for key in KEYS[what] if f"`{key}`" not in row} == set(), what
    assert inspect.getdoc(log)
