"""No address holds a secret: neither its path nor what stands behind the ? (ASVS 14.2.1)."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, UUIDConverter

import intake.web
from intake.domain.notice_kinds import NoticeKind
from intake.services import accounts, at_start
from intake.services.notice_words import link_of
from intake.web.clinic.staff import public_address
from web.knocking import SITES

WEB = Path(intake.web.__file__).parent
# The parts of addresses that are words, and what they are. Numbers and ids open nothing by themselves:
# whoever asks has to be signed in, or to hold the cookie of the form.
WORDS = {
    "name": "a file's name, which is made of its content",
    "mark": "the same",
    "given": "the same",
    "code": "a language",
    "which": "one of three kinds of content",
    "checked": "a mark of what was looked through before sending; it opens nothing without the form's cookie",
    "since": "the same",
    "step": "a page",
}  # fmt: skip
# Who reads what stands behind the ?, and what: which part of a list is asked for, never who asks.
READS_A_QUERY = {
    "clinic/asking.py": "a question, and a number",
    "clinic/desk.py": "a page of a list",
    "clinic/figures.py": "days, and which edition",
    "clinic/impact.py": "a publication",
    "clinic/junk.py": "a place in a list",
    "clinic/persons.py": "whether all is shown",
    # RFC 6749 puts it there. It is of use only to the browser that was sent away, in ten minutes, and once:
    # the cookie of that browser and a verifier kept here belong to it.
    "clinic/provider.py": "the code and state of the clinic's provider",
    "clinic/queue.py": "how the queue is shown, and a place in it",
    "clinic/statistics.py": "days",
    "clinic/trail.py": "a day, somebody's id, a kind of event, a form's id",
}  # fmt: skip
OF_A_REQUEST = {"args", "values", "query_string", "full_path"}


def unknown_words(app):
    """The parts of addresses that could hold anything, and are not known to hold no secret."""
    return {
        f"{rule.rule}: <{part}>"
        for rule in app.url_map.iter_rules()
        for part, converter in rule._converters.items()
        if not isinstance(converter, UUIDConverter | IntegerConverter) and part not in WORDS
    }


def reads_a_query(tree):
    """Whether a module reads what stands behind the ? of an address."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in OF_A_REQUEST
        and isinstance(node.value, ast.Name)
        and node.value.id == "request"
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize("site", SITES)
def test_no_address_has_a_part_for_a_secret(both_sites, site):
    assert unknown_words(both_sites.apps[site]) == set()


def test_a_part_for_a_secret_would_be_found():
    app = Flask("slipped")
    app.add_url_rule("/setup/<token>", "setup", lambda _token: "")

    assert unknown_words(app) >= {"/setup/<token>: <token>"}


def test_nobody_else_reads_what_stands_behind_the_question_mark():
    # What measures an address reads only how long it is.
    reading = {
        path.relative_to(WEB).as_posix()
        for path in WEB.rglob("*.py")
        if reads_a_query(ast.parse(path.read_text("utf-8")))
    }

    assert reading - {"allowances.py"} == set(READS_A_QUERY)


def test_another_reader_would_be_found():
    assert reads_a_query(ast.parse("token = request.args.get('token')"))
    assert not reads_a_query(ast.parse("token = request.form.get('token')"))


def test_a_link_that_is_handed_over_has_its_secret_behind_the_number_sign(both_sites):
    app = both_sites.apps["clinic"]
    with app.test_request_context("/", base_url="http://127.0.0.1:8001"):
        for endpoint in ("accounts.invitation", "provider.link"):
            path, _, secret = public_address("the-secret", endpoint).partition("#")
            assert (secret, "the-secret" in path) == ("the-secret", False)


def test_so_has_a_link_in_a_letter_or_at_the_start(both_sites, monkeypatch):
    clinic = both_sites.copy.clinic
    monkeypatch.setattr(accounts, "setup_needed", lambda _clinic: True)
    monkeypatch.setattr(accounts, "make_setup_link", lambda _clinic: "the-secret")
    letters = [link_of(clinic.settings, one, "the-secret") for one in NoticeKind if one.is_to_a_patient]

    for link in (*letters, at_start.setup_link(clinic)[-1]):
        path, _, secret = link.partition("#")
        assert (secret, "the-secret" in path) == ("the-secret", False)
