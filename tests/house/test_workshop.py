"""The machinery of the tests does what the tests rely on."""

import subprocess
import sys

import psycopg
import pytest
from flask import url_for
from jinja2 import DictLoader

from browser import axe
from copies import make_copy
from intake.storage import drafts
from intake.web.frame import new_site
from journeys.served import Served, look_once
from sending import answers, fill_in, walk

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


def test_a_form_filled_in_at_once_is_the_one_filled_in_page_by_page(tmp_path):
    desk = make_copy(tmp_path).desk
    short = "first_name: Pat, last_name: Doe, phone: 555-0142, aneurysm: not_repaired, takes_medicines: no"
    tokens = [fill(desk, short) for fill in (fill_in, walk)]
    with desk.database.read() as session:
        at_once, page_by_page = (drafts.find(session, desk.keys, token, desk.now()) for token in tokens)

    assert at_once.answers == page_by_page.answers
    assert at_once.answers["aneurysm"] == answers(desk, short)["aneurysm"]
    assert at_once.seen == page_by_page.seen


def test_a_page_is_looked_at_again_unless_only_its_token_is_another():
    page = '<!doctype html><title>One</title><main><h1>One</h1><input name="csrf_token" value="{}">{}</main>'
    looked = []
    for token, rest in (("a", ""), ("b", ""), ("b", "<p>More</p>")):
        html = page.format(token, rest)
        look_once(html, lambda html=html: looked.append(html))
    assert looked == [page.format("a", ""), page.format("b", "<p>More</p>")]

    for _ in range(2):
        with pytest.raises(AssertionError, match="unexpected-end-tag"):
            look_once(page.format("a", "</b>"), lambda: Served("/", page.format("a", "</b>")))


def test_a_template_that_changed_is_compiled_anew(tmp_path):
    site = new_site("clinic", make_copy(tmp_path).settings, b"a secret of 32 bytes, or somewhat")
    said = []
    for words in ("one", "two", "one"):
        site.jinja_env.cache.clear()
        site.jinja_env.loader = DictLoader({"said.html": words})
        said.append(site.jinja_env.get_template("said.html").render())
    assert said == ["one", "two", "one"]


def test_an_address_is_built_by_its_own_converters(tmp_path):
    """The builders of equal addresses are shared by all sites of the tests."""
    built = []
    secret = b"a secret of 32 bytes, or somewhat"
    for number, kind in enumerate(("string", "int(fixed_digits=3)")):
        site = new_site("clinic", make_copy(tmp_path / str(number)).settings, secret)
        site.add_url_rule(f"/<one>/<{kind}:two>", "page", str)
        site.add_url_rule("/there/<one>", "there", str)
        with site.test_request_context():
            built.append((url_for("page", one="1", two=7), url_for("there", one="1", more="x")))
    assert built == [("/1/7", "/there/1?more=x"), ("/1/007", "/there/1?more=x")]


@pytest.mark.postgres
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_database_is_put_back_to_what_the_migrations_left(migrated_postgres_database, time):
    assert ask(migrated_postgres_database, "SELECT count(*) FROM editions") == [(0,)]
    assert ask(migrated_postgres_database, "SELECT count(*) FROM audit_head") == [(1,)]
    off = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'"
    assert ask(migrated_postgres_database, off) == [(0,)]

    with psycopg.connect(migrated_postgres_database.replace("+psycopg", "")) as connection:
        connection.execute("ALTER TABLE editions DISABLE TRIGGER USER")
        connection.execute("ALTER TABLE audit_head DISABLE TRIGGER USER")
        connection.execute("DELETE FROM audit_head")
        connection.execute("INSERT INTO editions VALUES ('rules', 'first', 'rules: []')")
