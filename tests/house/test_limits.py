"""The figures, words and modules of docs/limits.md are those of the program."""

import ast
import importlib
import re
from datetime import timedelta
from pathlib import Path

import pytest

import intake
from house.named_tests import what_is_wrong
from house.test_docs import named, rows, section
from intake.domain import password_rules
from intake.domain.factors import Proven
from intake.domain.rate_limits import Pace
from intake.domain.sign_in_limits import Counted
from intake.services import mail_server, notices
from intake.storage import database, writers_line
from intake.storage.lockouts import Limit
from intake.web.headers import protection

PACKAGE = Path(intake.__file__).parent
LIMITS = Path(__file__).parents[2] / "docs" / "limits.md"
FIGURES = [(figure, name.strip("`")) for _, figure, name in rows(section(LIMITS, "Limits"))]
CRYPTOGRAPHY = {
    "argon2", "authlib", "cryptography", "hashlib", "hmac", "itsdangerous", "joserfc", "pyotp",
    "pyrage", "secrets", "webauthn",
}  # fmt: skip
UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def told(value):
    """A figure as the page writes it."""
    match value:
        case timedelta():
            seconds = int(value.total_seconds())
            size, unit = next(one for one in UNITS if seconds % one[0] == 0)
            many = seconds // size
            return f"{many} {unit}{'s' if many > 1 else ''}"
        case Pace():
            return f"{value.at_once} at once, then one every {int(value.every.total_seconds())} seconds"
        case Limit():
            return f"{value.failures} within {told(value.within)}, then a pause of {told(value.pause)}"
        case _:
            return str(value)


def figure_of(name):
    """What the program has under a name, which may ask a function for one member of an enumeration."""
    path, _, asked = name.partition("(")
    parts = path.split(".")
    size = next(size for size in range(len(parts), 0, -1) if is_module(parts[:size]))
    value = importlib.import_module(".".join(parts[:size]))
    for part in parts[size:]:
        value = getattr(value, part)
    return value(Counted[asked.rstrip(")").split(".")[1]]) if asked else value


def is_module(parts):
    return (PACKAGE.parent.joinpath(*parts)).with_suffix(".py").is_file()


def uses_cryptography(tree):
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        # Forms come from the same library as their tokens.
        if any(name.split(".")[0] in CRYPTOGRAPHY or name == "flask_wtf.csrf" for name in names):
            return True
    return False


@pytest.mark.parametrize(("figure", "name"), FIGURES, ids=[name for _, name in FIGURES])
def test_a_limit_is_what_the_program_has(figure, name):
    assert figure == told(figure_of(name))


def test_another_limit_would_be_noticed():
    assert told(timedelta(minutes=20)) == "20 minutes"
    assert told(figure_of("intake.storage.staff_sessions.IDLE")) != told(timedelta(minutes=20))
    assert len(FIGURES) > 30


def test_every_way_to_sign_in_is_named_and_no_other():
    ways = {row[0].strip("`") for row in rows(section(LIMITS, "Ways to sign in"))}

    assert ways == {one.value for one in Proven}


def test_what_has_to_fit_is_kept_by_tests_that_run():
    kept = [row[1].strip("`") for row in rows(section(LIMITS, "Values that have to fit each other"))]

    assert len(kept) > 5
    assert {test: what_is_wrong(test) for test in kept} == dict.fromkeys(kept, "")


def test_every_word_no_password_may_be_made_of_is_named():
    listed = named(section(LIMITS, "Words no password may be made of"))

    assert listed == set(password_rules.WELL_KNOWN)
    for word in listed:
        assert password_rules.what_is_wrong(f"{word} {word} {word}", "somebody", ())


def test_every_module_that_uses_a_cipher_is_listed_and_no_other():
    listed = {one for one in named(section(LIMITS, "Ciphers")) if one.endswith(".py")}
    using = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if uses_cryptography(ast.parse(path.read_text("utf-8")))
    }

    assert listed == using


@pytest.mark.parametrize("code", ["import hashlib", "from cryptography.hazmat.primitives import hashes"])
def test_a_module_nobody_listed_would_be_found(code):
    assert uses_cryptography(ast.parse(code))


def test_what_is_said_of_connections_is_so():
    said = {row[1]: row for row in rows(section(LIMITS, "Connections"))}
    mail, base = said["the mail server of the settings"], said["the database"]

    answer, letter = mail_server.SECONDS_FOR_AN_ANSWER, mail_server.SECONDS_FOR_A_LETTER
    assert f"{answer:.0f} seconds for an answer, {letter:.0f} for a letter" in mail[3]
    assert f"given up after {notices.GIVEN_UP_AFTER // timedelta(hours=1)} hours" in mail[4]
    assert [int(one.total_seconds() // 60) for one in notices.WAITS] == [1, 5, 30, 120, 360]
    lines = (
        f"{writers_line._TURN_SECONDS} in line among threads, {writers_line._LINE_SECONDS} among processes"
    )
    assert f"{database._BUSY_SECONDS} seconds for a lock, {lines}" in base[3]
    assert f"{database._CONNECT_SECONDS} seconds to connect" in base[3]


def test_every_protection_a_browser_is_asked_for_is_named():
    asked = {*protection(https=True), "Sec-Fetch-Site", "trusted-types"}
    text = section(LIMITS, "What a browser has to be able to do")

    assert named(text) == asked
    assert "is let in and is not warned" in " ".join(text.split())


def test_every_secret_of_a_key_file_says_when_it_changes():
    text = section(LIMITS, "Secrets, and when they change")

    for name in ("clinic key", "outbox key", "staff key", "secret keys", "audit key", "mail_password_file"):
        assert name in text
    assert all(row[2] for row in rows(text))


def test_what_is_dangerous_says_what_is_around_it_and_every_library_in_c_is_named():
    text = section(LIMITS, "What is dangerous to have, or to do")
    native = {"weasyprint", "pysqlite3", "psycopg", "cryptography", "argon2-cffi", "pyrage", "rapidfuzz"}

    assert native <= named(text)
    assert all(row[2] for row in rows(text))
    assert all(row[1] for row in rows(section(LIMITS, "What costs much")))
    assert re.search(r"within 7 days .* within 30", section(LIMITS, "When a library has a hole"), re.DOTALL)
