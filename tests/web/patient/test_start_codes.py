"""Where the clinic asks for a code, a form begins with one; and a trap stops what fills every box."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from copies import staff
from intake.domain.permissions import Role
from intake.domain.start_codes import SheetWanted
from intake.services import start_codes
from web.patient.visitor import Visitor


@pytest.fixture
def codes(copy):
    """Make codes at the clinic, as they are handed out."""
    fay = staff(copy.clinic, "fay", "F. Moreno", Role.FRONT_DESK)

    def make(codes=1, uses=1):
        return [code for code, _ in start_codes.make(copy.clinic, fay, SheetWanted(codes, uses, 14)).codes]

    return make


@pytest.fixture
def pat(desk):
    """A browser that was never here, at a clinic that asks for a code."""
    return Visitor(replace(desk, settings=replace(desk.settings, start_codes=True)))


def drafts_in(desk):
    with desk.database.read() as session:
        return session.scalar(text("SELECT count(*) FROM drafts"))


def test_a_code_begins_a_form_once(pat, codes):
    (code,) = codes()
    pat.open("/")
    assert pat.page.h1

    pat.send("/start", code=code.lower())

    assert (pat.status, pat.location) == (303, "/form")
    other = Visitor(pat.desk)
    other.open("/")
    other.send("/start", code=code)
    assert other.status == 422


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "Type the code you got from the clinic"), ("7K4N-92QH", "This code does not open a form.")],
)
def test_without_one_nothing_begins_and_the_page_says_whom_to_call(pat, typed, told):
    pat.open("/")

    pat.send("/start", code=typed)

    assert pat.status == 422
    assert pat.problems[0].startswith(told.rstrip("."))
    assert f'value="{typed}"' in pat.html
    assert "No code? Call Harbor Light Clinic at (555) 010-0142" in pat.text
    assert pat.page.title.startswith("Error: ")
    assert "You do not need one for help" in pat.text
    assert drafts_in(pat.desk) == 0


def test_the_answer_is_the_same_for_a_code_used_up_revoked_or_never_made(pat, codes):
    used, revoked = codes(2)
    with pat.desk.database.write() as session:
        session.execute(
            text(
                "UPDATE start_codes SET revoked_at = made_at WHERE id IN (SELECT id FROM "
                "start_codes ORDER BY digest LIMIT 1)"
            )
        )
        session.execute(text("UPDATE start_codes SET used = uses WHERE revoked_at IS NULL"))
    pages = set()
    for code in (used, revoked, "7K4N-92QH"):
        pat.open("/")
        pat.send("/start", code=code)
        assert pat.status == 422
        pages.add(pat.text)

    assert len(pages) == 1


def test_a_form_that_was_begun_goes_on_without_a_code_and_a_wrong_one_deletes_nothing(pat, codes):
    (code,) = codes()
    pat.open("/")
    pat.send("/start", code=code)
    pat.give_name_and_number()

    pat.send("/start")
    assert (pat.status, pat.location) == (303, "/form")
    pat.send("/start", code="7K4N-92QH", **{"somebody-else": "1"})

    assert pat.status == 422
    assert pat.answers.value("first_name").words == "Pat"


def test_guessing_is_slowed_down(desk):
    settings = replace(desk.settings, start_codes=True, starts_per_hour=3)
    pat = Visitor(replace(desk, settings=settings))
    pat.open("/")

    statuses = []
    for _ in range(5):
        pat.send("/start", code="7K4N-92QH")
        statuses.append(pat.status)

    assert statuses == [422, 422, 422, 429, 429]


def test_nothing_of_it_is_there_while_it_is_off(visitor):
    visitor.open("/")

    assert "code from the clinic" not in visitor.text
    assert "<script" not in visitor.html
    visitor.send("/start", code="nonsense")
    assert visitor.status == 303


def test_the_script_is_small_and_keeps_the_code_out_of_every_address(pat):
    pat.open("/")
    address = pat.html.split('<script type="module" src="')[1].split('"')[0]

    pat.open(address)

    assert pat.response.mimetype == "text/javascript"
    assert len(pat.response.data) < 250
    assert "history.replaceState" in pat.response.text
    assert pat.open(address.replace(".js", "0.js")).status_code == 404


def test_what_fills_every_box_stores_nothing_and_is_answered_like_anybody(visitor):
    visitor.open("/")

    visitor.send("/start", **{"start-more": "http://junk.example"})

    assert visitor.status == 200
    assert visitor.page.h1 == "Press Start once more"
    assert not visitor.token
    assert drafts_in(visitor.desk) == 0


def test_a_person_whose_browser_filled_it_in_goes_on(pat, codes):
    (code,) = codes()
    pat.open("/")
    pat.send("/start", code=code, **{"start-more": "x"})
    hidden = pat.html.split('name="code" value="')[1].split('"')[0]

    pat.send("/start", code=hidden)

    assert (pat.status, pat.location) == (303, "/form")


def test_the_trap_is_seen_and_reached_by_nobody_and_stands_on_no_page_of_a_form(visitor):
    visitor.open("/")
    tree = visitor.page.tree
    (box,) = [one for one in tree.iter("input") if one.get("name") == "start-more"]
    around = next(one for one in tree.iter("div") if box in list(one))

    assert (box.get("tabindex"), box.get("autocomplete")) == ("-1", "off")
    assert (around.get("aria-hidden"), around.get("class")) == ("true", "vh")
    visitor.send("/start")
    for address in ("/form", "/f/1/1", "/later", "/check", "/reply"):
        assert "start-more" not in visitor.open(address).text


def test_somebody_else_whose_browser_filled_the_trap_gets_a_form_of_their_own(pat, codes):
    first, second = codes(2)
    pat.open("/")
    pat.send("/start", code=first)
    pat.give_name_and_number()
    pat.send("/start", code=second, **{"somebody-else": "1", "start-more": "x"})

    pat.send("/start", **pressed(pat))

    assert (pat.status, pat.location) == (303, "/form")
    assert len(pat.answers) == 0


def test_no_box_for_a_code_stands_beside_the_button_that_closes_a_form(pat, codes):
    first, second = codes(2)
    pat.open("/")
    pat.send("/start", code=first)
    pat.give_name_and_number()

    pat.open("/")
    assert not typed_into(pat)
    pat.send("/start", **pressed(pat), **{"somebody-else": "ask"})
    assert (pat.status, typed_into(pat)) == (200, ["code"])
    assert pat.answers.value("first_name").words == "Pat", "asking for the code closes nothing"
    hidden = pressed(pat)
    pat.send("/start", **hidden | {"code": "7K4N-92QH"})
    assert (pat.status, pressed(pat)["somebody-else"]) == (422, "1")
    assert pat.answers.value("first_name").words == "Pat"

    pat.send("/start", **hidden | {"code": second})
    assert len(pat.answers) == 0


def pressed(browser):
    """The hidden fields of the page's form to begin with, as a press of its button sends them."""
    (form,) = [one for one in browser.page.tree.iter("form") if one.get("action") == "/start"]
    return {
        one.get("name"): one.get("value") or "" for one in form.iter("input") if one.get("type") == "hidden"
    }


def typed_into(browser):
    """The boxes that a person types in."""
    boxes = [one.get("name") for one in browser.page.tree.iter("input") if one.get("type") == "text"]
    return [name for name in boxes if name != "start-more"]
