"""The machinery of the tests does what the tests rely on."""

import subprocess
import sys

import psycopg
import pytest

from browser import axe

STRICT = "default-src 'none'; require-trusted-types-for 'script'"


def ask(address, statement):
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def page_with_an_unnamed_field(page):
    markup = "<!doctype html><html lang=en><title>Form</title><main><h1>Form</h1><input></main></html>"
    page.route("**/*", lambda route: route.fulfill(body=markup, headers={"content-security-policy": STRICT}))
    page.goto("http://intake.test/")
    return page


@pytest.mark.browser
def test_axe_looks_at_a_page_that_allows_no_scripts(page_with_an_unnamed_field):
    assert "label" in [violation["id"] for violation in axe(page_with_an_unnamed_field)]


@pytest.mark.postgres
@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_an_empty_postgresql(fresh_postgres_database, time):
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert ask(fresh_postgres_database, tables) == [(0,)]

    with psycopg.connect(fresh_postgres_database.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE answers (words text)")

    assert ask(fresh_postgres_database, tables) == [(1,)]


GROUP = '@pytest.mark.xdist_group("together")'
SIXTEEN = f"""
import pytest

@pytest.mark.parametrize("one", range(16))
{GROUP}
def test_nothing(one):
    pass
"""


def workers(folder, tests):
    """The workers that these tests ran on."""
    (folder / "test_sixteen.py").write_text(tests, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-v",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run([*command, "."], cwd=folder, capture_output=True, text=True, timeout=120)
    assert "16 passed" in done.stdout, done.stdout + done.stderr
    return {worker for worker in ("gw0", "gw1") if f"[{worker}]" in done.stdout}


def test_tests_of_a_group_stay_on_one_worker(tmp_path):
    """What some of them make takes half a minute, and pytest 9.2 made it twice without a word."""
    assert len(workers(tmp_path, SIXTEEN)) == 1


def test_tests_of_no_group_are_spread_over_both(tmp_path):
    """The control: had there been one worker only, nothing would be shown above."""
    assert len(workers(tmp_path, SIXTEEN.replace(GROUP, ""))) == 2
