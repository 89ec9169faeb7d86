"""Every page says who may see it, and a site with a page that does not will not start."""

from uuid import UUID

import pytest
from flask import Flask

from intake.domain.permissions import Permission, Role, StaffMember
from intake.web.guard import (
    EVERYONE,
    Door,
    UnmarkedView,
    keep_door,
    open_to_all,
    refuse_unmarked,
    requires,
    who_may,
)

ALICE = StaffMember(UUID(int=1), "alice", "A. Rivera, NP", frozenset({Role.CLINICIAN}))


def site_with(view, *, whoever=None):
    app = Flask(__name__, static_folder=None)
    keep_door(app, Door(lambda: whoever, lambda: ("signed out", 401)))
    app.add_url_rule("/page/<int:number>", "page", view)
    return app


@requires(Permission.REVIEW)
def guarded(member, number):
    return f"{member.printed_name} {number}"


def test_a_site_with_a_page_nobody_guards_does_not_start():
    app = site_with(lambda number: "secret")

    with pytest.raises(UnmarkedView, match=r"who may see page; mark each view"):
        refuse_unmarked(app)


def test_a_site_whose_pages_all_say_who_may_see_them_starts():
    refuse_unmarked(site_with(guarded))
    refuse_unmarked(site_with(open_to_all(lambda number: "open")))


def test_a_guarded_page_is_handed_the_person_and_its_address():
    app = site_with(guarded, whoever=ALICE)

    assert app.test_client().get("/page/7").text == "A. Rivera, NP 7"


def test_somebody_without_the_permission_is_refused():
    bob = StaffMember(UUID(int=2), "bob", "B. Stone", frozenset({Role.ADMINISTRATOR}))

    assert site_with(guarded, whoever=bob).test_client().get("/page/7").status_code == 403


def test_somebody_signed_out_never_reaches_the_page():
    response = site_with(guarded).test_client().get("/page/7")

    assert (response.status_code, response.text) == (401, "signed out")


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ({Role.CLINICIAN}, 403),
        ({Role.ADMINISTRATOR}, 403),
        ({Role.CLINICIAN, Role.ADMINISTRATOR}, 200),
    ],
)
def test_a_page_that_requires_several_permissions_requires_all_of_them(roles, status):
    view = requires(Permission.REVIEW, Permission.MANAGE_STAFF)(lambda member, number: "open")
    somebody = StaffMember(UUID(int=3), "cora", "C. Both", frozenset(roles))

    assert site_with(view, whoever=somebody).test_client().get("/page/7").status_code == status
    assert who_may(view) == (Permission.REVIEW, Permission.MANAGE_STAFF)


def test_a_page_can_be_asked_who_may_see_it():
    assert who_may(guarded) is Permission.REVIEW
    assert who_may(open_to_all(lambda: "")) == EVERYONE
    assert who_may(lambda: "") is None
