"""Who is shown health data, from any page there is; and that nobody is without its event in the trail.

Every address comes from the site's own list. What a page shows is told from words that stand
in one sealed field each, wherever they turn up: in the page, a header, an address, an error.
"""

from datetime import timedelta

import pytest
from flask import redirect
from sqlalchemy import text

from intake.domain.events import SubmissionOpened
from intake.domain.permissions import Permission
from intake.domain.review_entries import Done
from intake.papers import engine
from intake.services import acting, reviewing
from intake.storage import audit, reviews
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import UnmarkedView, refuse_unmarked, requires, who_may
from web.clinic.canaries import seed
from web.clinic.routes import NOBODY, Address, UnknownPart
from web.clinic.walk import Walker, gather_forms, health_data, planted
from web.clinic.watching import Watch, unaccounted, unrecorded

pytestmark = pytest.mark.xdist_group("reads")  # the clinic is seeded once for all of these

# Who reads answers is seen to be shown some, or the rest of this file would prove nothing.
SHOWN = {
    "review.queue",
    "review.submission",
    "review.history",
    "review.acknowledge",
    "signing.sign_off",
    "signing.sign",
    "feedback.safety_log",
    "desk.people",
    "transcribing.part",
    "papers.form_pdf",
}
# What clinicians wrote that a signature covers; what they said of the rules it does not.
SIGNED_FOR = ("acknowledgement", "question", "taken-back", "reply", "view", "taken-over")
NEEDS_NONE = {"nobody": "", "an administrator": "bob", "an auditor": "audrey"}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    return seed(tmp_path_factory.mktemp("seeded"))


@pytest.fixture(scope="module")
def patches():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def watch(patches):
    # What would be printed, in the open: in a PDF it is pressed, and no word of it would be found.
    patches.setattr(engine, "make", lambda sheet, *_: b"%PDF-1.7\n" + sheet.html.encode("utf-8", "replace"))
    return Watch(patches)


@pytest.fixture(scope="module")
def walked(seeded, watch, tmp_path_factory):
    """Every address, as asked for by somebody who may do everything; and the forms found on the way."""
    walker = Walker(seeded, tmp_path_factory.mktemp("walked"), "erin", watch)
    pages = [walker.ask(one) for one in walker.addresses() if one.method == "GET"]
    forms = gather_forms(pages)
    sent = [
        walker.ask(one, forms[one.path].fields if one.path in forms else None)
        for one in walker.addresses()
        if one.method == "POST"
    ]
    return pages + sent, forms


@pytest.fixture
def walker(seeded, watch, tmp_path):
    return lambda username="": Walker(seeded, tmp_path, username, watch)


def shown_of(seeded, answered):
    """The submissions something of which came back."""
    whose = {seeded.person(place) for place in health_data(seeded, answered)}
    return {str((seeded.submissions | seeded.papers)[who]) for who in whose}


def wrong_with(seeded, answered):
    """What is shown without its event, and what is only counted without one."""
    found = unaccounted(shown_of(seeded, answered), answered.transactions)
    if 300 <= answered.status < 400:
        # Leads on and shows nothing: a button pressed twice has nothing to record.
        return [f"{answered}: {words}" for words in found]
    about = answered.address.about
    found += [
        f"{one.events} do not name {about}"
        for one in [one for one in answered.transactions if one.stands and about in one.opened][-1:]
        if about and not one.names(about)
    ]
    if unrecorded(answered.transactions):
        found.append("something sealed was opened, and nothing recorded")
    return [f"{answered}: {words}" for words in found]


def test_whoever_may_read_is_shown_what_was_sealed(seeded, walked):
    """The control: the words below are there to be found, and every kind of field among them."""
    answers, _ = walked
    shown = {one.address.endpoint for one in answers if health_data(seeded, one)}
    places = frozenset().union(*(health_data(seeded, one) for one in answers))

    assert shown >= SHOWN
    coming_in = ("accounts.", "second_steps.", "provider.")
    outside = [one for one in answers if not one.address.endpoint.startswith(coming_in)]
    assert not [str(one) for one in outside if "/clinic/sign-in" in one.told]
    assert not [str(one) for one in answers if one.status >= 500]
    kinds = {place.split(":")[1] for place in places}
    assert kinds >= {"typed", "said", "flag", "why", "note", "figure", "request"}, kinds
    assert places >= seeded.may_stand_on_the_desk
    assert places >= {place for place in seeded.canaries.places if ":note:" in place}
    for one in seeded.copy.clinic.library.questionnaire.questions:
        assert {f"writer:label:{one.id}", f"writer:asked:{one.id}"} & places or not_asked(seeded, one), one.id


def not_asked(seeded, question):
    with seeded.copy.clinic.database.read() as session:
        review = reviews.review(session, seeded.copy.clinic.keys, seeded.submissions["writer"])
    lines = {line.question for part in review.submission.transcript for line in part.lines}
    return question.id not in lines


def test_nothing_is_shown_without_an_event_in_the_same_transaction(seeded, walked):
    answers, _ = walked

    wrong = [words for one in answers for words in wrong_with(seeded, one)]
    assert not wrong, "\n".join(wrong)


def test_when_the_trail_cannot_be_written_nothing_is_shown_and_nothing_changes(seeded, walked, walker):
    answers, forms = walked
    read = {one.address for one in answers if one.address.method == "GET" and opened(one)}
    erin = walker("erin")
    break_the_trail(erin.clinic)
    before = contents(erin.clinic)

    for one in erin.walk(forms):
        assert not health_data(seeded, one), one
        assert one.status < 500 or "Something went wrong on our side" in one.body, one
        # What leads on shows nothing; that it changed nothing is looked at below.
        if one.address in read or (opened(one) and not 300 <= one.status < 400):
            assert one.status == 500, f"{one}: answered although its event could not be written"

    assert contents(erin.clinic) == before


def test_whoever_signs_is_shown_everything_their_signature_covers(seeded, walker):
    """The fingerprint covers what was worked out, asked and taken back as well as answers and flags."""
    alice, member = walker("alice"), seeded.members["alice"]
    submission, note = seeded.submissions["writer"], seeded.canaries.word("writer:note:acknowledgement")
    undone = reviewing.open_review(alice.clinic, member, submission).acknowledgements[0].flag
    acting.undo(alice.clinic, member, submission, 1)
    for blocker in reviewing.open_review(alice.clinic, member, submission).blockers():
        said = "" if blocker.flag.key == undone else note
        done = Done.CALLED_PATIENT
        reviewing.acknowledge(alice.clinic, member, submission, blocker.flag.key, said, done)
    review = reviewing.open_review(alice.clinic, member, submission)
    tomorrow = alice.clinic.today() + timedelta(days=1)
    acting.look_again(alice.clinic, member, submission, tomorrow, "After the holidays")
    path = f"/submissions/{submission}/sign-off"

    told = alice.ask(Address("signing.sign_off", path, "GET", str(submission)))

    found = {place.removeprefix("writer:") for place in health_data(seeded, told)}
    lines = {line.question for part in review.submission.transcript for line in part.lines}
    assert {one for one in lines if not {f"label:{one}", f"asked:{one}"} & found} == set()
    assert review.screening.worked_out
    assert {f"derived:{line.question}" for line in review.screening.worked_out} <= found
    assert {f"flag:{flag.outcome.rule}" for flag in review.flags} <= found
    assert {f"note:{one}" for one in SIGNED_FOR} <= found
    assert "After the holidays" in told.body


def opened(answered):
    """Whether anything sealed was opened in a transaction that did not come to nothing."""
    return any(one.opened for one in answered.transactions if one.stands)


def break_the_trail(clinic):
    """The floor gives way: the database itself refuses every new line of the trail."""
    with clinic.database.write() as session:
        session.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON audit_events "
                "BEGIN SELECT RAISE(ABORT, 'no line can be written'); END"
            )
        )


def contents(clinic):
    """Every row there is, but for sessions and failed sign-ins, which say nothing of a patient."""
    apart = {"staff_sessions", "lockouts"}
    with clinic.database.read() as session:
        tables = [
            name for (name,) in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        ]
        return {
            name: sorted(map(repr, session.execute(text(f'SELECT * FROM "{name}"'))))
            for name in tables
            if name not in apart
        }


def silent(clinic, _member, submission):
    with clinic.database.read() as session:
        return reviews.review(session, clinic.keys, submission).submission.name


def recorded_apart(clinic, member, submission):
    name = silent(clinic, member, submission)
    with clinic.database.write() as session:
        audit.record(session, clinic.keys, member.id, SubmissionOpened(submission, 1), clinic.now())
    return name


def read_again_after(clinic, member, submission):
    with clinic.database.write() as session:
        reviews.review(session, clinic.keys, submission)
        audit.record(session, clinic.keys, member.id, SubmissionOpened(submission, 1), clinic.now())
    return silent(clinic, member, submission)


def recorded_of_another(clinic, member, submission):
    with clinic.database.write() as session:
        name = reviews.review(session, clinic.keys, submission).submission.name
        audit.record(session, clinic.keys, member.id, SubmissionOpened(NOBODY, 1), clinic.now())
    return name


@pytest.mark.parametrize("mistake", [silent, recorded_apart, read_again_after, recorded_of_another])
def test_a_page_that_reads_without_its_event_is_found(seeded, walker, mistake):
    """The control of the two tests above."""
    dana = walker("dana")

    @requires(Permission.REVIEW)
    def page(member, submission):
        return mistake(this_clinic(), member, submission)

    planted(dana.site, "/planted/<uuid:submission>", page)
    asked = [one for one in dana.addresses() if one.path.startswith("/planted")]

    assert asked
    for address in asked:
        answered = dana.ask(address)
        assert health_data(seeded, answered)
        assert wrong_with(seeded, answered)


def test_a_page_that_shows_what_it_read_although_the_trail_is_broken_is_found(seeded, walker):
    """The control of the one before: such a page is answered, and what it shows is seen."""
    dana = walker("dana")
    planted(
        dana.site,
        "/planted",
        requires(Permission.REVIEW)(lambda member: silent(this_clinic(), member, seeded.submissions["nora"])),
    )
    break_the_trail(dana.clinic)
    (address,) = (one for one in dana.addresses() if one.path == "/planted")

    answered = dana.ask(address)

    assert (answered.status, opened(answered)) == (200, True)
    assert health_data(seeded, answered) == {"nora:typed:first_name", "nora:typed:last_name"}


@pytest.mark.parametrize("who", NEEDS_NONE)
def test_whoever_may_not_read_is_shown_nothing(seeded, walked, walker, who):
    _, forms = walked
    somebody = walker(NEEDS_NONE[who])

    for one in asked_in_every_way(somebody, forms):
        # A page may give back to somebody what they have just typed themselves.
        shown = health_data(seeded, one) - seeded.canaries.found(one.sent)
        assert not shown, (who, str(one), sorted(shown)[:5])


def test_the_front_desk_is_shown_who_sent_a_form_and_how_to_reach_them_and_no_more(seeded, walked, walker):
    _, forms = walked
    somebody, shown = walker("desk"), {}

    for one in asked_in_every_way(somebody, forms):
        if found := health_data(seeded, one):
            assert one.address.endpoint.startswith("desk."), one
            assert wrong_with(seeded, one) == []
            shown[one.address.endpoint] = found
        told = {reference for reference in seeded.references.values() if reference in one.told}
        assert not told or one.address.endpoint.startswith("desk."), one

    assert shown["desk.people"] == seeded.may_stand_on_the_desk


def test_whoever_reads_the_trail_is_shown_references_and_nothing_that_was_sealed(seeded, walked, walker):
    _, forms = walked
    audrey = walker("audrey")
    pages = [one for one in audrey.walk(forms) if one.status == 200]
    audrey.enter()
    pages += [
        audrey.ask(Address("trail.lines", f"/trail?older={line}", "GET")) for line in range(300, 0, -100)
    ]
    told = "".join(one.told for one in pages)

    assert "Signed off a form" in told
    assert all(reference in told for reference in seeded.references.values())
    assert not seeded.canaries.found(told)


def asked_in_every_way(somebody, forms):
    """Every address by GET, by HEAD and by POST."""
    for address in somebody.addresses():
        if address.method == "GET":
            yield somebody.ask(address, method="HEAD")
    yield from somebody.walk(forms)


def test_a_page_that_shows_an_administrator_what_somebody_sent_is_found(seeded, walker):
    """The control of the one above: in a page, in a header, and in where it leads."""
    bob = walker("bob")
    name = seeded.canaries.word("nora:typed:last_name")
    leaks = {
        "/planted/page": lambda _member: f"<p>{name}</p>",
        "/planted/header": lambda _member: ("", 200, {"Content-Disposition": f"filename={name.upper()}.pdf"}),
        "/planted/way": lambda _member: redirect(f"/somewhere?who={name}"),
    }
    for path, leak in leaks.items():
        planted(bob.site, path, requires(Permission.MANAGE_STAFF)(leak))

    for address in (one for one in bob.addresses() if one.path in leaks):
        assert health_data(seeded, bob.ask(address)) == {"nora:typed:last_name"}, address


def test_a_part_of_an_address_that_nobody_gave_a_value_is_named(walker):
    dana = walker("dana")
    planted(dana.site, "/planted/<page_name>", requires(Permission.REVIEW)(lambda _member, **_: ""))

    with pytest.raises(UnknownPart, match=r"/planted/<page_name> .*has the part <page_name>"):
        dana.addresses()


def test_a_page_that_says_nothing_of_who_may_see_it_stops_the_site(walker):
    dana = walker("dana")
    planted(dana.site, "/planted", lambda: "everything")

    with pytest.raises(UnmarkedView, match="planted"):
        refuse_unmarked(dana.site)
    assert who_may(dana.site.view_functions["review.queue"]) is Permission.REVIEW
