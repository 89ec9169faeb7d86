"""Every page says who may see it, and a site with a page that does not will not start."""

from uuid import UUID

import pytest
from flask import Flask, abort, g

from intake.domain.permissions import Permission, Role, StaffMember
from intake.web.guard import (
    EVERYONE,
    Door,
    UnmarkedView,
    asks_at_once,
    changes_factors,
    is_open_while_due,
    is_sensitive,
    is_unattended,
    keep_door,
    open_to_all,
    open_while_due,
    refuse_unmarked,
    requires,
    sensitive,
    unattended,
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


def test_a_door_looks_at_everything_in_turn_before_a_page_is_shown():
    """Who it is, what they may do, where they are, how fast they send, and whether it is still them."""
    seen, refusing = [], set()

    def steps(name, answer=None):
        def look(*how):
            seen.append((name, *how))
            if name in refusing:
                abort(418)
            return answer

        return look

    app = Flask(__name__, static_folder=None)
    door = Door(steps("whoever", ALICE), steps("out"), steps("again"), steps("where"), steps("paced"))
    keep_door(app, door)
    view = requires(Permission.REVIEW, Permission.TRANSCRIBE)(
        lambda member: seen.append(("page", g.member, member)) or "open"
    )
    app.add_url_rule("/page", "page", sensitive(view), methods=["GET", "POST"])
    client = app.test_client()
    both = (Permission.REVIEW, Permission.TRANSCRIBE)
    whole = [("whoever",), ("where", ALICE, both), ("paced",), ("again", ALICE), ("page", ALICE, ALICE)]

    assert client.post("/page").text == "open"
    assert seen == whole
    for place in (1, 2, 3):
        seen.clear()
        refusing.clear()
        refusing.add(whole[place][0])
        assert client.post("/page").status_code == 418
        assert seen == whole[: place + 1]


@pytest.mark.parametrize(
    ("mark", "method", "asked"),
    [
        (sensitive, "GET", False),
        (sensitive, "HEAD", False),
        (sensitive, "POST", True),
        (changes_factors, "GET", False),
        (changes_factors, "POST", True),
        (unattended, "POST", False),
        (open_while_due, "POST", False),
    ],
)
def test_who_sends_to_a_sensitive_page_proves_first_that_it_is_still_them(mark, method, asked):
    for again, status in ((("prove it", 403), 403), (None, 200)):
        app = Flask(__name__, static_folder=None)
        keep_door(app, Door(lambda: ALICE, lambda: "out", lambda _member, again=again: again))
        view = mark(requires(Permission.REVIEW)(lambda member: "open"))
        app.add_url_rule("/page", "page", view, methods=["GET", "POST"])
        given = app.test_client().open("/page", method=method)
        assert given.status_code == (status if asked else 200)


def test_each_mark_says_one_thing_and_no_other():
    app = Flask(__name__, static_folder=None)
    marks = {one.__name__: one for one in (sensitive, changes_factors, unattended, open_while_due)}
    for name, mark in marks.items():
        app.add_url_rule(f"/{name}", name, mark(open_to_all(lambda: "")))
    app.add_url_rule("/plain", "plain", open_to_all(lambda: ""))

    def said(endpoint):
        view = app.view_functions.get(endpoint, lambda: "")
        with app.app_context():
            return (
                is_sensitive(view),
                asks_at_once(endpoint),
                is_unattended(endpoint),
                is_open_while_due(endpoint),
            )

    assert {name: said(name) for name in (*marks, "plain", "none", None)} == {
        "sensitive": (True, False, False, False),
        "changes_factors": (True, True, False, False),
        "unattended": (False, False, True, False),
        "open_while_due": (False, False, False, True),
        "plain": (False,) * 4,
        "none": (False,) * 4,
        None: (False,) * 4,
    }


def test_a_door_that_says_nothing_of_places_paces_and_proofs_lets_people_through():
    """As a site of one's own has it; the clinic's door says all three."""
    app = Flask(__name__, static_folder=None)
    keep_door(app, Door(lambda: ALICE, lambda: "out"))
    view = sensitive(requires(Permission.REVIEW)(lambda member, number: f"sent {number}"))
    app.add_url_rule("/sent/<int:number>", "sent", view, methods=["POST"])

    assert app.test_client().post("/sent/7").text == "sent 7"


def test_the_sites_own_files_need_no_mark_and_every_page_without_one_is_named():
    app = Flask(__name__, static_folder=".")
    refuse_unmarked(app)
    for name in ("zulu", "alpha"):
        app.add_url_rule(f"/{name}", name, lambda: "")

    with pytest.raises(UnmarkedView, match=r"alpha, zulu; mark") as refused:
        refuse_unmarked(app)
    assert refused.value.endpoints == ("alpha", "zulu")


def test_a_page_that_is_guarded_keeps_its_name():
    @requires(Permission.REVIEW)
    def queue(member):
        return ""

    assert queue.__name__ == "queue"
