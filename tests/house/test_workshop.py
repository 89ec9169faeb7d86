"""The machinery of the tests does what the tests rely on."""

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
