"""Whoever is asked for a view first is shown nowhere what the rules made of the answers."""

from dataclasses import replace

import pytest

from intake.domain.review_entries import Done
from intake.papers import engine
from intake.services import acting, reviewing
from intake.services.viewing import ViewFirst
from web.clinic.canaries import seed
from web.clinic.routes import Address
from web.clinic.walk import Walker

pytestmark = pytest.mark.xdist_group("read-first")  # the clinic is seeded once for all of these

# What a patient was asked and said, and when: the rest is what rules and clinicians made of it.
# What a patient asks to be done with a form, and what came of that, is nothing that was made of answers.
OF_THE_PATIENT = {"asked", "label", "said", "typed", "signature", "figure", "request"}
# These lead to the answers alone, because there is nothing else on them that could be shown.
LEAD_THERE = {
    "review.submission",
    "review.history",
    "signing.sign_off",
    "papers.form_pdf",
    "asking.ask",
    "persons.beside",
}
LISTS = ("review.queue", "queue.", "finding.look", "feedback.safety_log")
# Noting a view, or skipping it, is what shows the flags.
THE_VIEW_ITSELF = {"viewing.note", "viewing.skip"}
TYPED = "Words of a test"
FIELDS = {
    "note": TYPED,
    "reason": TYPED,
    "words": TYPED,
    "on": "2026-12-01",
    "password": "not the password",
    "form": "json",
    "entry": "1",
}


@pytest.fixture(scope="module", autouse=True)
def printed_in_the_open():
    """What would be printed: in a PDF it is pressed, and no word of it would be found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "make", lambda sheet, *_: b"%PDF-1.7\n" + sheet.html.encode("utf-8", "replace"))
        yield


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """One form that waits, its urgent flags acknowledged by Alice, and one that she signed."""
    seeded = seed(tmp_path_factory.mktemp("seeded"))
    settings = replace(seeded.copy.settings, read_first=True, second_read_percent=100)
    clinic, alice, word = seeded.copy.clinic, seeded.members["alice"], seeded.canaries.word
    drawing = replace(clinic, settings=settings)
    writer, nora = seeded.submissions["writer"], seeded.submissions["nora"]
    for blocker in reviewing.open_review(clinic, alice, writer).blockers():
        note = word("writer:note:acknowledgement")
        reviewing.acknowledge(clinic, alice, writer, blocker.flag.key, note, Done.OTHER)
    acting.reopen(clinic, alice, nora, word("nora:note:reopening"), 2)
    shown = reviewing.open_review(clinic, alice, nora).fingerprint()
    reviewing.sign_off(drawing, alice, nora, word("nora:note:sign-off"), shown)
    clinic.database.dispose()
    return replace(seeded, copy=replace(seeded.copy, settings=settings))


@pytest.fixture(scope="module")
def walker(seeded, tmp_path_factory):
    return lambda username: Walker(seeded, tmp_path_factory.mktemp(username), username)


@pytest.fixture(scope="module")
def answers(seeded, walker):
    """What Dana is answered, of whom a view of both forms is due."""
    return list(every_answer(seeded, walker("dana")))


def every_answer(seeded, somebody, but=()):
    """Every address about a form, and every list with forms on it: asked for, and sent to."""
    addresses = [
        one
        for one in somebody.addresses()
        if (one.about or one.endpoint.startswith(LISTS)) and one.endpoint not in {*THE_VIEW_ITSELF, *but}
    ]
    pages = [one for one in addresses if one.method == "GET"]
    asking = [replace(one, path=f"{one.path}?flag=1") for one in pages if one.endpoint == "asking.ask"]
    yield from (somebody.ask(one) for one in [*pages, *asking])
    for one in (one for one in addresses if one.method == "POST"):
        kinds = ("json", "csv", "pdf") if one.endpoint == "exports.export_one" and not but else ("json",)
        given = FIELDS | {"look_for": seeded.references["writer"]}
        yield from (somebody.ask(one, given | {"form": kind}) for kind in kinds)
    yield from (somebody.ask(one) for one in pages if one.endpoint.startswith(LISTS))


def told_of(seeded, answered):
    """The places whose words came back and that tell what rules and clinicians made of the answers."""
    found = seeded.canaries.found(answered.told)
    return {place for place in found if place.split(":")[1] not in OF_THE_PATIENT}


def test_no_page_and_no_file_tells_what_the_rules_said_before_a_view_is_noted(seeded, answers):
    leaks = {str(one): sorted(told_of(seeded, one))[:3] for one in answers if told_of(seeded, one)}
    assert leaks == {}
    led = {
        one.address.endpoint for one in answers if one.address.method == "GET" and "/read-first" in one.told
    }
    assert led >= LEAD_THERE
    assert not [str(one) for one in answers if one.status >= 500]
    exported = [one for one in answers if one.address.endpoint == "exports.export_one"]
    assert {(one.status, "/read-first" in one.told) for one in exported if one.address.method == "POST"} == {
        (409, False)
    }


def test_what_was_typed_meanwhile_is_kept_on_the_page_that_asks_for_the_view(answers):
    refused = [one for one in answers if one.status == 409 and "Read first" in one.body]

    assert {one.address.endpoint for one in refused} >= {
        "review.acknowledge",
        "signing.sign",
        "acting.reopen",
    }
    assert [str(one) for one in refused if TYPED not in one.body] == []


def test_whoever_has_seen_the_flags_is_shown_them_on_the_same_pages(seeded, walker):
    """The control: the words looked for above stand on those pages, for somebody nobody asks for a view."""
    found = every_answer(
        seeded, walker("alice"), but={"papers.form_pdf", "papers.copy_pdf", "papers.access_pdf"}
    )
    telling = {one.address.endpoint for one in found if told_of(seeded, one)}

    assert telling >= (LEAD_THERE - {"papers.form_pdf", "persons.beside"}) | {
        "review.queue",
        "feedback.safety_log",
        "exports.export_one",
        "review.acknowledge",
        "finding.look",
    }


def test_a_reading_that_is_refused_is_not_recorded(seeded, walker):
    clinic, dana = walker("dana").clinic, seeded.members["dana"]
    with clinic.database.read() as session:
        before = session.connection().exec_driver_sql("SELECT count(*) FROM audit_events").scalar()

    with pytest.raises(ViewFirst):
        reviewing.open_review(clinic, dana, seeded.submissions["writer"])

    with clinic.database.read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM audit_events").scalar() == before


def test_the_patients_copy_and_who_opened_it_are_made_all_the_same(seeded, walker):
    dana = walker("dana")

    for submission in seeded.submissions.values():
        for page in ("copy", "access"):
            about = str(submission)
            answered = dana.ask(Address(f"papers.{page}", f"/submissions/{about}/{page}", "GET", about))
            assert answered.status == 200
            assert not told_of(seeded, answered)
