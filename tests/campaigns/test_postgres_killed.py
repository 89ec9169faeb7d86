"""What ``campaigns/postgres_killed.py`` judges a page by; a server of its own is too long for every run.

All tests share one server, which nobody may kill. What they may end is a connection of their own, in the
middle of what is sent over it.
"""

import pytest
from sqlalchemy import event, text

from campaigns.postgres_killed import dishonest
from copies import make_copy
from exchanging import LIBRARY
from intake.services import answering
from intake.storage import submissions
from postgres import administer
from sending import fill_in
from serving import Answered
from web.patient.visitor import Visitor

PAGE = '<h1>We cannot answer just now</h1><input value="Pat Doe"><a href="tel:988">988</a>'


def test_a_page_that_says_so_with_what_was_typed_and_where_help_is_is_honest():
    assert dishonest(Answered(503, "", {}, PAGE)) == ""


@pytest.mark.parametrize(
    ("answered", "why"),
    [
        (Answered(303, "/", {}, ""), "answered 303 /"),
        (Answered(200, "", {}, PAGE), "answered 200"),
        (Answered(500, "", {}, PAGE), "answered 500"),
        (Answered(503, "", {}, PAGE.replace("Pat Doe", "")), "answered 503 without Pat Doe"),
        (Answered(503, "", {}, PAGE.replace("988", "")), "answered 503 without 988"),
    ],
)
def test_any_other_page_is_found_out(answered, why):
    assert dishonest(answered) == why


@pytest.mark.postgres
def test_a_form_whose_connection_ends_before_it_is_kept_is_not_thanked_for(
    migrated_postgres_database, tmp_path
):
    copy = make_copy(tmp_path, LIBRARY, migrated_postgres_database, under_roles=False)
    pat, ended = Visitor(copy.desk), []
    pat.open("/")
    pat.client.set_cookie("intake_patient", fill_in(copy.desk), domain="127.0.0.1")
    pat.open("/check")

    def stored(connection, _cursor, statement, *_):
        if "INSERT INTO submissions " in statement and not ended:
            ours = connection.scalar(text("SELECT pg_backend_pid()"))
            ended.append(ours)
            administer(migrated_postgres_database, f"SELECT pg_terminate_backend({ours})")

    event.listen(copy.desk.database.engine, "after_cursor_execute", stored)
    pat.send("/sign", agree="y", typed_name="Pat Doe")

    assert ended
    assert dishonest(Answered(pat.status, "", {}, pat.html)) == ""
    pat.send("/sign", agree="y", typed_name="Pat Doe")
    assert (pat.status, pat.location) == (303, "/sent")
    with copy.clinic.database.read() as session:
        assert len(submissions.ids(session)) == 1
    assert answering.find(copy.desk, pat.token).reference
    for one in (copy.desk, copy.clinic):
        one.database.dispose()
