"""docs/fields.md says of each field who may see it, who may change it and when, as the program has it."""

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import StringField

from copies import make_copy
from house.fields_told import PAGE, Deed, deeds, page, tables
from house.named_tests import what_is_wrong
from house.test_docs import named, rows, section
from intake.domain.permissions import Permission, Role
from intake.web.clinic.site import create_clinic_site
from intake.web.guard import requires, sensitive
from web.clinic.canaries import DESK_FIELDS
from web.clinic.content import LIBRARY


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    copy = make_copy(tmp_path_factory.mktemp("fields"), LIBRARY)
    yield deeds(create_clinic_site(copy.clinic))
    for one in (copy.desk, copy.clinic):
        one.database.dispose()


def test_the_tables_are_those_of_the_program(found):
    written = PAGE.read_text(encoding="utf-8")

    assert written == page(found), "run `python -m house.fields_told` in tests"


def test_every_page_that_takes_something_is_told_with_who_may(found):
    assert len(found) > 60
    assert {one.what for one in found if not one.what} == set()
    assert {permission for one in found for permission in one.may} >= {"REVIEW", "MANAGE_STAFF", "everybody"}


class ANewForm(FlaskForm):
    """With a field nobody told of."""

    told_nobody = StringField()


@requires(Permission.MANAGE_STAFF)
@sensitive
def a_new_page(_member):
    """Change something"""
    ANewForm()
    return ""


def test_a_new_page_or_field_would_be_noticed():
    app = Flask("new")
    app.add_url_rule("/new", "new", a_new_page, methods=["POST"])

    (new,) = deeds(app)
    assert new == Deed("/new", ("MANAGE_STAFF",), True, ("told_nobody",), "Change something")
    assert "`told_nobody`" in tables([new])


def test_what_the_front_desk_sees_is_what_it_is_shown():
    """Which is tried with words in every field (tests/web/clinic/test_reads.py)."""
    told = rows(section(PAGE, "Who sees which field of a form"))

    seen = {word for row in told if row[1] == "yes" for word in named(row[0])}
    assert seen == DESK_FIELDS
    assert len(told[0]) == 1 + len(Role)


@pytest.mark.parametrize(
    "test", [word for row in rows(section(PAGE, "When it may be seen and changed")) for word in named(row[2])]
)
def test_when_something_may_be_changed_is_kept_by_a_test_that_runs(test):
    assert what_is_wrong(test) == ""
