"""Where a page goes when nobody was at it: nothing of the form is there, and nothing of it is lost."""

from sqlalchemy import select

from intake.storage.encryption import token_digest
from intake.storage.tables import PatientSessionRow
from web.patient.windows import Window, come_back, leave_alone, words_of


def last_seen(pat):
    with pat.desk.database.read() as session:
        digest = token_digest(pat.token)
        seen = select(PatientSessionRow.last_seen).where(PatientSessionRow.token_digest == digest)
        return session.scalars(seen).one()


def test_a_page_left_alone_shows_nothing_and_leads_on(pat, copy):
    pat.answer("first_name", first_name__words="Quetzal", last_name__words="Doe")
    Window(pat, "reasons_more").hide(reasons_more__words="It began last winter")
    leave_alone(copy)
    before = last_seen(pat)
    pat.open("/away")

    assert pat.status == 200
    assert pat.page.h1 == "We closed this page to keep your answers private"
    assert not [one for one in ("Quetzal", "Doe", "It began", "/f/") if one in pat.html]
    assert last_seen(pat) == before, "nobody was there"
    pat.open(pat.page.links()["Keep going"])
    assert pat.status == 200
    assert last_seen(pat) > before, "the control: somebody is"
    pat.ask("reasons_more")
    assert "It began last winter</textarea>" in pat.html


def test_on_a_shared_phone_the_answers_can_be_deleted_from_it(pat, copy):
    leave_alone(copy)
    pat.open("/away")
    pat.send(pat.page.form("Delete my answers for good").action)
    pat.open("/form")

    assert pat.location == "/"


def test_with_words_the_browser_is_signed_out_by_then(pat, copy):
    words_of(pat)
    leave_alone(copy)
    pat.open("/away")

    assert pat.status == 410
    assert pat.page.h1 == "We signed you out to keep your answers private"


def test_a_held_page_is_not_taken_up_by_a_page_that_nobody_asked_for(pat, copy):
    """It would open the form, and somebody would seem to be there."""
    way, window = words_of(pat), Window(pat, "reasons_more")
    leave_alone(copy)
    window.go_on(reasons_more__words="It began last winter")
    come_back(pat, way)
    pat.open("/away")

    assert pat.status == 200
    assert "It began" not in pat.html
    pat.open("/form")
    assert pat.location == pat.address("reasons_more"), "the control: somebody is there"


def test_after_sending_it_leads_to_the_receipt(ready):
    ready.send("/sign", agree="y", typed_name="Pat Doe")
    ready.open("/away")

    assert ready.location == "/sent"


def test_who_has_no_form_is_led_to_the_first_page(visitor):
    visitor.open("/away")

    assert visitor.location == "/"
