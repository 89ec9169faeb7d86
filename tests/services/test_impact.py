"""What other rules would change on the stored forms: counted, and named only to a clinician with a reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

import sending
from copies import PASSWORD, make_copy, shipped
from intake.config import Settings
from intake.domain.conditions import AnyOf, Compare, Operator
from intake.domain.review_entries import Done
from intake.domain.rules import Priority, RuleBook
from intake.services import impact, impact_listing, reviewing
from intake.services.impact_figures import Bound, Difference, as_plain
from intake.services.impact_listing import ListingRefused
from intake.storage import audit
from intake.storage.tables import RecordKeyRow

RULE = "aneurysm-or-aortic-tear"


@pytest.fixture
def copy(tmp_path):
    """With two rules in force, and on SQLite: what asks the database is tested on both in tests/storage."""
    library = shipped(Settings(instance=tmp_path))
    few = tuple(rule for rule in library.rulebook.rules if rule.id in (RULE, "age-65-or-older"))
    copy = make_copy(tmp_path, replace(library, rulebook=RuleBook(few, edition="f" * 64)))
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def send_three(copy):
    """Two forms with an aneurysm that was not repaired, and one without."""
    for last_name, aneurysm in (("One", "not_repaired"), ("Two", "not_repaired"), ("Three", "no")):
        sending.send_at_once(
            copy.desk, f"first_name: Pat, last_name: {last_name}, phone: 555-0142, aneurysm: {aneurysm}"
        )
        copy.clock.at += timedelta(days=1)


def rules_with(copy, **changes):
    """The rules in force with one of them changed."""
    book = copy.clinic.library.rulebook
    assert any(rule.id == RULE for rule in book.rules)
    changed = tuple(replace(rule, **changes) if rule.id == RULE else rule for rule in book.rules)
    return RuleBook(changed, edition="e" * 64)


def rules_without(copy):
    book = copy.clinic.library.rulebook
    return RuleBook(tuple(rule for rule in book.rules if rule.id != RULE), edition="e" * 64)


def counted(figures, rule=RULE):
    return {
        (one.difference, one.before, one.after): number for one, number in figures.counts if one.rule == rule
    }


def events(copy):
    with copy.clinic.database.read() as session:
        return [(one.event, one.actor, dict(one.detail)) for one in audit.events(session)]


def sign(copy, alice, submission):
    for flag in reviewing.open_review(copy.clinic, alice, submission).flags:
        reviewing.acknowledge(copy.clinic, alice, submission, flag.key, "", Done.CALLED_PATIENT)
    shown = reviewing.open_review(copy.clinic, alice, submission).fingerprint()
    reviewing.sign_off(copy.clinic, alice, submission, "", shown)


def test_flags_that_would_vanish_or_change_priority_are_counted_by_rule_and_priority(copy):
    send_three(copy)

    gone = impact.look(copy.clinic, rules_without(copy))
    moved = impact.look(copy.clinic, rules_with(copy, priority=Priority.INFO))

    assert (gone.stored, gone.looked_at, gone.changed, gone.seen_all) == (3, 3, 2, True)
    assert counted(gone) == {(Difference.VANISHES, Priority.HIGH, None): 2}
    assert gone.by_priority() == ((Difference.VANISHES, Priority.HIGH, 2),)
    assert counted(moved) == {(Difference.PRIORITY, Priority.HIGH, Priority.INFO): 2}


def test_the_same_rules_would_change_nothing(copy):
    send_three(copy)

    figures = impact.look(copy.clinic, copy.clinic.library.rulebook)

    assert (figures.looked_at, figures.changed, figures.counts) == (3, 0, ())


def test_a_rule_that_would_stop_with_an_error_is_counted_as_that(copy):
    send_three(copy)
    (rule,) = (one for one in copy.clinic.library.rulebook.rules if one.id == RULE)
    broken = AnyOf((rule.when, Compare("no_such_question", Operator.IS, "yes")))

    figures = impact.look(copy.clinic, rules_with(copy, when=broken))

    found = counted(figures)
    assert found[Difference.STOPS, Priority.HIGH, Priority.URGENT] == 2
    assert found[Difference.APPEARS, None, Priority.URGENT] == 1


def test_signed_forms_that_would_reopen_are_those_that_screening_again_reopens(copy, alice):
    send_three(copy)
    every = reviewing.to_rescreen(copy.clinic)
    for submission in every:
        sign(copy, alice, submission)
    other = rules_with(copy, priority=Priority.URGENT)

    figures = impact.look(copy.clinic, other)

    library = replace(copy.clinic.library, rulebook=other)
    changed = replace(copy.clinic, library=library)
    reopened = [one for one in every if reviewing.rescreen(changed, one).reopened]
    assert (figures.open_, figures.signed, figures.reopened) == (0, 2, len(reopened))
    assert len(reopened) == 2


def test_a_flag_that_vanishes_reopens_nothing(copy, alice):
    send_three(copy)
    for submission in reviewing.to_rescreen(copy.clinic):
        sign(copy, alice, submission)

    figures = impact.look(copy.clinic, rules_without(copy))

    assert (figures.signed, figures.reopened) == (2, 0)


def test_every_look_leaves_one_line_in_the_trail_and_changes_nothing_else(copy, bob):
    send_three(copy)
    before = events(copy)

    impact.look(copy.clinic, rules_without(copy), bob.id)

    assert events(copy)[: len(before)] == before
    (line,) = events(copy)[len(before) :]
    assert line == ("ImpactLooked", str(bob.id), {"rules": "e" * 64, "looked_at": 3})


def test_a_form_that_cannot_be_opened_is_counted_and_named_as_that(copy):
    send_three(copy)
    first, second, third = reviewing.to_rescreen(copy.clinic)
    with copy.clinic.database.write() as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == first))
        # Another form's key: it does not open here.
        other = select(RecordKeyRow.sealed).where(RecordKeyRow.submission_id == third).scalar_subquery()
        session.execute(update(RecordKeyRow).where(RecordKeyRow.submission_id == second).values(sealed=other))

    figures = impact.look(copy.clinic, rules_without(copy))

    assert (figures.stored, figures.looked_at, len(figures.not_opened)) == (3, 1, 2)
    assert all(reference.startswith("HL-") for reference in figures.not_opened)
    assert not figures.seen_all
    assert as_plain(figures)["could_not_be_opened"] == 2


def test_only_forms_sent_since_a_day_are_looked_at(copy):
    send_three(copy)  # on 20, 21 and 22 November

    figures = impact.look(copy.clinic, rules_without(copy), since=date(2026, 11, 21))

    assert (figures.stored, figures.looked_at, figures.changed) == (2, 2, 1)


def test_a_bounded_look_takes_the_newest_and_says_how_many_there_are(copy):
    send_three(copy)

    newest = impact.look(copy.clinic, rules_without(copy), bound=Bound(most=1, seconds=60))
    no_time = impact.look(copy.clinic, rules_without(copy), bound=Bound(most=9, seconds=0))

    assert (newest.stored, newest.looked_at, newest.changed) == (3, 1, 0)
    assert (no_time.stored, no_time.looked_at) == (3, 0)
    assert not newest.seen_all


def test_an_interruption_ends_the_look_with_what_was_seen_until_then(copy, monkeypatch):
    send_three(copy)
    monkeypatch.setattr(impact.every_submission, "PAGE", 1)

    def interrupted(done, _all):
        if done == 2:
            raise KeyboardInterrupt

    figures = impact.look(copy.clinic, rules_without(copy), told=interrupted)

    assert (figures.stopped, figures.stored, figures.looked_at, figures.changed) == (True, 3, 2, 2)
    assert events(copy)[-1][2]["looked_at"] == 2


def test_how_far_it_has_come_is_told(copy, monkeypatch):
    send_three(copy)
    monkeypatch.setattr(impact.every_submission, "PAGE", 2)
    told = []

    impact.look(copy.clinic, rules_without(copy), told=lambda done, of: told.append((done, of)))

    assert told == [(2, 3), (3, 3)]


def test_counts_hold_no_name_and_no_reference(copy):
    send_three(copy)

    figures = impact.look(copy.clinic, rules_without(copy))

    assert figures.listed == ()
    assert "HL-" not in str(as_plain(figures))
    assert "Pat" not in str(as_plain(figures))


def test_names_are_listed_to_a_clinician_once_that_is_recorded(copy, alice, monkeypatch):
    send_three(copy)
    reader = impact_listing.reader(copy.clinic, "Alice", PASSWORD)
    figures = impact.look(copy.clinic, rules_without(copy), reader.id, listing=True)

    listed = impact_listing.record_listing(copy.clinic, reader, figures, " To call them ")

    assert [one.name for one in listed] == ["Pat One", "Pat Two"]
    assert events(copy)[-1] == (
        "ImpactListed",
        str(alice.id),
        {"rules": "e" * 64, "listed": 2, "reason": "To call them"},
    )
    assert "Pat" not in repr(figures)

    def refuse(*_):
        raise OSError("no space left")

    monkeypatch.setattr(audit, "record", refuse)
    with pytest.raises(OSError, match="no space left"):
        impact_listing.record_listing(copy.clinic, reader, figures, "To call them")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "two\nlines"])
def test_without_a_fitting_reason_no_name_is_listed(copy, alice, reason):
    send_three(copy)
    figures = impact.look(copy.clinic, rules_without(copy), listing=True)

    with pytest.raises(ListingRefused, match="Say why names have to be shown"):
        impact_listing.record_listing(copy.clinic, alice, figures, reason)

    assert events(copy)[-1][0] == "ImpactLooked"


def test_names_are_for_clinicians_who_give_their_password(copy, alice, bob):
    with pytest.raises(ListingRefused, match="not the username and password"):
        impact_listing.reader(copy.clinic, "nobody", PASSWORD)
    with pytest.raises(ListingRefused, match="not the username and password"):
        impact_listing.reader(copy.clinic, "alice", "wrong")
    with pytest.raises(ListingRefused, match="may not read forms"):
        impact_listing.reader(copy.clinic, "bob", PASSWORD)

    assert [event for event, *_ in events(copy)].count("SignInRefused") == 1
    assert bob.username == "bob"


def test_too_many_wrong_passwords_pause_the_listing(copy, alice):
    for _ in range(10):
        with pytest.raises(ListingRefused):
            impact_listing.reader(copy.clinic, alice.username, "wrong")

    with pytest.raises(ListingRefused, match="Wait 15 minutes"):
        impact_listing.reader(copy.clinic, alice.username, PASSWORD)
