"""Rules are put in force by two people, from a day on, and screen without a restart."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import sending
from copies import make_copy, staff
from intake.content.documents import DocumentRefused
from intake.content.library import parse_library
from intake.domain import upload_limits
from intake.domain.permissions import Role
from intake.domain.publications import (
    DecidedMeanwhile,
    NotAllowed,
    NotAsked,
    PublicationRefused,
    SamePerson,
    Standing,
)
from intake.domain.review_entries import Done
from intake.services import (
    accounts,
    histories,
    in_force,
    instance,
    publication_list,
    published_rules,
    publishing,
    reviewing,
)
from intake.services import clinic as opening
from intake.services.clinic import open_clinic, open_patient_desk
from intake.services.in_force import PublishedRulesRefused
from intake.services.publishing import NewRules, OtherRulesMeanwhile
from intake.storage import audit, editions, publications
from intake.storage.database import migrate, undo_migration
from intake.storage.publications import NoSuchPublication
from journeys.modes import ALL_JOURNEYS

DAY = timedelta(days=1)
RULE = """
about: The rules of these tests.
rules:
  - id: {id}
    topic: aneurysm
    title: An aneurysm, as these tests point it out
    priority: {priority}
    when: {{question: aneurysm, is: {choice}}}
    why: Because of these tests.
    sources: [{{kind: inference, title: Clinical inference of the intake project, checked: not checked}}]
    owner: Tests
    review_by: 2030-01-01
    examples:
      - {{answers: {{aneurysm: {choice}}}, outcome: raised}}
      - {{answers: {{aneurysm: no}}, outcome: not_raised}}
      - {{answers: {{aneurysm: not_sure}}, outcome: cannot_tell}}
"""


def rules(rule="test-aneurysm", priority="high", choice="not_repaired"):
    return NewRules(RULE.format(id=rule, priority=priority, choice=choice))


# The statements run on both databases in tests/storage; these many whole tests on PostgreSQL, too, with
# all the journeys.
@pytest.fixture(
    params=["sqlite", *([pytest.param("postgresql", marks=pytest.mark.postgres)] if ALL_JOURNEYS else [])]
)
def copy(request, tmp_path):
    url = request.getfixturevalue("fresh_postgres_database") if request.param == "postgresql" else ""
    copy = make_copy(tmp_path, database_url=url)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def dana(copy):
    return staff(copy.clinic, "dana", "D. Both, MD", *Role)


@pytest.fixture
def published(copy, bob, alice):
    """Publish these rules from today, or from a number of days on."""

    def publish(new=None, days=0, by=(bob, alice)):
        day = copy.clinic.today() + days * DAY
        return publishing.publish(copy.clinic, *by, new or rules(), "A test.", day)

    return publish


def events(copy):
    with copy.clinic.database.read() as session:
        assert audit.verify(session, copy.clinic.keys).ok
        return [event.event for event in audit.events(session)]


def screened_with(site):
    """The rules a request that comes now would screen with."""
    return [rule.id for rule in in_force.at_work(site).library.rulebook.rules]


def sent(copy, short=f"{sending.PAT}, aneurysm: not_repaired"):
    """A form sent as a request sends it: with what is in force now."""
    sending.send(in_force.at_work(copy.desk), short)
    return reviewing.to_rescreen(copy.clinic)[-1]


def test_while_nothing_was_published_the_file_screens(copy):
    assert screened_with(copy.desk) == [rule.id for rule in copy.desk.library.rulebook.rules]
    assert in_force.at_work(copy.desk) is copy.desk


def test_what_two_people_published_screens_both_sites_at_once(copy, published, alice):
    signed = published()

    assert signed.in_force_from == copy.clinic.today()
    assert screened_with(copy.desk) == screened_with(copy.clinic) == ["test-aneurysm"]
    submission = sent(copy)
    review = reviewing.open_review(copy.clinic, alice, submission)
    assert [flag.outcome.rule for flag in review.flags] == ["test-aneurysm"]
    assert review.submission.editions.rules == review.screening.editions.rules == signed.rules


def test_every_deed_leaves_its_line_and_the_edition_is_kept_once(copy, published):
    before = len(events(copy))
    signed = published()
    in_force.at_work(copy.desk)
    in_force.at_work(copy.clinic)

    assert events(copy)[before:] == ["RulesProposed", "RulesCountersigned", "EditionPublished"]
    with copy.clinic.database.read() as session:
        assert "test-aneurysm" in editions.fetch(session, "rules", signed.rules)
        (proposed, countersigned, _) = audit.events(session)[before:]
    assert proposed.object == countersigned.object == str(signed.id)
    assert proposed.actor != countersigned.actor


def test_when_the_day_comes_the_next_form_is_screened_with_the_new_rules(copy, published):
    published(rules("first"))
    published(rules("second"), days=2)

    assert screened_with(copy.desk) == ["first"]
    # Half past eleven at night of the day before, and half past midnight, at the clinic.
    copy.clock.at = copy.clock.at.replace(hour=4, minute=30) + 2 * DAY
    assert screened_with(copy.desk) == ["first"]
    copy.clock.at += timedelta(hours=1)
    assert screened_with(copy.desk) == ["second"]
    assert events(copy)[-1] == "EditionPublished"


def test_what_is_proposed_screens_nobody_until_it_is_countersigned(copy, bob, alice):
    proposed = publishing.propose(copy.clinic, bob, rules(), "Why.", copy.clinic.today())
    assert in_force.at_work(copy.desk) is copy.desk

    against = publishing.examine_kept(copy.clinic, proposed).against
    publishing.countersign(copy.clinic, alice, proposed.id, against)

    assert screened_with(copy.desk) == ["test-aneurysm"]


def test_nobody_fills_the_disk_with_proposals(copy, bob, dana, monkeypatch):
    monkeypatch.setattr(upload_limits, "MOST_A_DAY", 2)
    today = copy.clinic.today()
    for one in ("one", "two"):
        publishing.propose(copy.clinic, bob, rules(one), "Why.", today)

    with pytest.raises(PublicationRefused, match="kept for good"):
        publishing.propose(copy.clinic, bob, rules("three"), "Why.", today)
    assert publishing.propose(copy.clinic, bob, rules("two"), "Why.", today), "the same again is kept once"
    assert publishing.propose(copy.clinic, dana, rules("three"), "Why.", today)
    with copy.clinic.database.read() as session:
        assert len(publications.every(session)) == 3


def test_nobody_countersigns_their_own_and_the_refusal_records_nothing(copy, bob, dana, published):
    proposed = publishing.propose(copy.clinic, dana, rules(), "Why.", copy.clinic.today())
    before = events(copy)

    with pytest.raises(SamePerson):
        publishing.countersign(copy.clinic, dana, proposed.id, copy.clinic.library.rulebook.edition)
    with pytest.raises(SamePerson):
        published(rules("other"), by=(bob, bob))

    assert events(copy) == before


def test_a_clinician_proposes_nothing(copy, alice):
    with pytest.raises(NotAllowed):
        publishing.propose(copy.clinic, alice, rules(), "Why.", copy.clinic.today())


def test_a_file_that_does_not_load_or_whose_examples_come_out_otherwise_is_refused(copy, bob):
    broken = NewRules(rules().rules.replace("aneurysm: not_sure", "aneurysm: repaired"))
    today = copy.clinic.today()

    with pytest.raises(
        DocumentRefused, match="this example should come out cannot_tell but comes out not_raised"
    ):
        publishing.propose(copy.clinic, bob, broken, "Why.", today)
    with pytest.raises(DocumentRefused, match=r'mine.yaml:8:22: .*there is no question "anuerysm"'):
        misspelled = rules().rules.replace("question: aneurysm", "question: anuerysm")
        publishing.examine(copy.clinic, NewRules(misspelled, rules_name="mine.yaml"), today)
    assert publication_list.listed(copy.clinic) == ()


def test_what_the_checks_warn_of_is_told_and_stands_in_nobodys_way(copy, bob):
    due = replace(rules(), rules=rules().rules.replace("review_by: 2030-01-01", "review_by: 2026-01-01"))
    today = copy.clinic.today()

    warned = publishing.warnings(copy.clinic, publishing.examine(copy.clinic, due, today))

    assert [words for words in warned if "past due" in words or "review" in words]
    assert publishing.propose(copy.clinic, bob, due, "Why.", today)
    # The control: with a review to come, nothing is said of it.
    sound = publishing.warnings(copy.clinic, publishing.examine(copy.clinic, rules(), today))
    assert not [words for words in sound if "review" in words]


def test_what_no_longer_fits_when_it_is_countersigned_is_refused(copy, bob, alice):
    proposed = publishing.propose(copy.clinic, bob, rules(), "Why.", copy.clinic.today())
    texts = copy.clinic.library.texts
    questionnaire = texts["questionnaire"].replace("not_repaired: ", "not_mended: ", 1)
    assert questionnaire != texts["questionnaire"]
    changed = with_questionnaire(copy, questionnaire)

    with pytest.raises(DocumentRefused, match="not_repaired"):
        publishing.countersign(changed.clinic, alice, proposed.id, "")

    assert publication_list.listed(copy.clinic)[0].standing is Standing.PROPOSED


def with_questionnaire(copy, questionnaire):
    """The copy after an upgrade changed the questionnaire; its rules file fits."""
    return copy.with_library(
        parse_library(questionnaire, "rules: []", copy.clinic.library.texts["medicines"])
    )


def test_published_rules_that_no_longer_load_refuse_the_start_and_say_what_to_do(copy, published):
    published()
    texts = copy.clinic.library.texts
    changed = with_questionnaire(
        copy, texts["questionnaire"].replace("not_repaired: ", "not_mended: ", 1)
    ).clinic

    with pytest.raises(PublishedRulesRefused) as refused:
        in_force.refuse_unreadable(changed.database, changed.keys, changed.library.asked, changed.today())

    told = str(refused.value)
    assert "proposed by B. Stone, countersigned by A. Rivera, MD, in force since November 20, 2026" in told
    assert "not_repaired" in told
    assert "intake rules publish NEW" in told
    # The control: with the questionnaire it was published for, it starts.
    in_force.refuse_unreadable(
        copy.clinic.database, copy.clinic.keys, copy.clinic.library.asked, copy.clinic.today()
    )


@pytest.mark.parametrize("open_site", [open_clinic, open_patient_desk])
def test_with_such_rules_neither_site_is_opened(copy, published, open_site, monkeypatch):
    published()
    library = copy.clinic.library
    changed = with_questionnaire(
        copy, library.texts["questionnaire"].replace("not_repaired: ", "not_mended: ", 1)
    ).clinic.library

    monkeypatch.setattr(opening, "library_of", lambda _settings: changed)
    with pytest.raises(PublishedRulesRefused, match="Nothing is started"):
        open_site(copy.settings)
    # The control: with the questionnaire it was published for, it is.
    monkeypatch.setattr(opening, "library_of", lambda _settings: library)
    open_site(copy.settings).database.dispose()


def test_a_process_with_an_older_questionnaire_goes_on_with_the_rules_it_can_read(copy, published, caplog):
    published(rules("first"))
    copy.clock.at += timedelta(minutes=1)
    texts = copy.clinic.library.texts
    newer = with_questionnaire(copy, texts["questionnaire"].replace("not_repaired: ", "not_mended: ", 1))
    publishing.publish(
        newer.clinic,
        *_two(newer),
        rules("second", choice="not_mended"),
        "The questionnaire changed.",
        newer.clinic.today(),
    )

    assert screened_with(newer.desk) == ["second"]
    assert screened_with(copy.desk) == ["first"]
    assert screened_with(copy.desk) == ["first"]
    assert caplog.text.count("rules_unread") == 1
    overview = publication_list.overview(copy.clinic)
    assert [one.reason for one, _ in overview.found.behind] == ["The questionnaire changed."]


def _two(copy):
    by_name = {member.username: member for member in accounts.staff(copy.clinic)}
    return by_name["bob"], by_name["alice"]


def test_published_rules_changed_in_the_database_screen_nobody(copy, published, monkeypatch):
    signed = published()
    with copy.clinic.database.read() as session:
        kept = editions.fetch(session, "rules-file", signed.rules)
    monkeypatch.setattr(editions, "fetch", lambda *_: kept.replace("priority: high", "priority: info"))
    monkeypatch.setattr(published_rules, "_read", type(published_rules._read)())

    with pytest.raises(PublishedRulesRefused, match="it was changed in the database"):
        in_force.refuse_unreadable(
            copy.clinic.database, copy.clinic.keys, copy.clinic.library.asked, copy.clinic.today()
        )


def test_the_same_rules_are_not_published_twice_and_going_back_is_publishing_again(copy, published):
    first, second = rules("first"), rules("second")
    published(first)
    with pytest.raises(NotAsked, match="in force on that day already"):
        published(first)
    copy.clock.at += timedelta(minutes=1)
    published(second)

    copy.clock.at += timedelta(minutes=1)
    published(first)

    assert screened_with(copy.desk) == ["first"]
    standings = [one.standing for one in publication_list.listed(copy.clinic)]
    assert standings == [Standing.IN_FORCE, Standing.SUPERSEDED, Standing.SUPERSEDED]


def test_what_was_withdrawn_never_screens(copy, published, bob, alice):
    scheduled = published(days=1)
    publishing.withdraw(copy.clinic, bob, scheduled.id)
    copy.clock.at += 3 * DAY

    assert in_force.at_work(copy.desk) is copy.desk
    assert events(copy)[-1] == "RulesWithdrawn"
    with pytest.raises(DecidedMeanwhile, match="withdrawn meanwhile"):
        publishing.countersign(copy.clinic, alice, scheduled.id, "")


def test_other_rules_that_came_into_force_meanwhile_have_to_be_looked_at_first(copy, bob, alice, published):
    proposed = publishing.propose(copy.clinic, bob, rules("second"), "Why.", copy.clinic.today())
    against = publishing.examine_kept(copy.clinic, proposed).against
    published(rules("first"))
    clinic = in_force.at_work(copy.clinic)

    with pytest.raises(OtherRulesMeanwhile, match="Nothing was countersigned"):
        publishing.countersign(clinic, alice, proposed.id, against)
    now = publishing.examine_kept(clinic, proposed)
    assert [rule.id for rule in now.changes.removed] == ["first"]
    publishing.countersign(clinic, alice, proposed.id, now.against)


def test_a_publication_nobody_made_is_refused(copy, alice):
    with pytest.raises(NoSuchPublication):
        publishing.countersign(copy.clinic, alice, alice.id, "")


def test_of_two_who_countersign_at_once_one_wins_and_one_is_told(copy, bob, alice, dana):
    proposed = publishing.propose(copy.clinic, bob, rules(), "Why.", copy.clinic.today())
    against = publishing.examine_kept(copy.clinic, proposed).against
    ready, told = threading.Barrier(2), []

    def sign(who):
        ready.wait(timeout=10)
        try:
            told.append(publishing.countersign(copy.clinic, who, proposed.id, against).countersigned.by)
        except DecidedMeanwhile as refusal:
            told.append(str(refusal))

    both = [threading.Thread(target=sign, args=(who,)) for who in (alice, dana)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)

    winners = [one for one in told if one in (alice.id, dana.id)]
    assert len(winners) == 1
    assert len(told) == 2
    assert events(copy).count("RulesCountersigned") == 1
    assert events(copy).count("EditionPublished") == 4  # three files of the settings, and this


def test_many_threads_meet_a_new_publication_and_none_is_given_half_of_it(copy, published):
    published(rules("first"))
    seen, stop = set(), threading.Event()

    def ask():
        while not stop.is_set():
            library = in_force.at_work(copy.desk).library
            seen.add((library.rulebook.rules[0].id, library.editions.rules, library.texts["rules"]))

    threads = [threading.Thread(target=ask) for _ in range(4)]

    def wait_for(rule):
        end = time.monotonic() + 30
        while rule not in {one for one, _, _ in list(seen)}:
            assert time.monotonic() < end, f"nobody met {rule}"
            time.sleep(0.01)

    for one in threads:
        one.start()
    wait_for("first")
    copy.clock.at += timedelta(minutes=1)
    published(rules("second"))
    wait_for("second")
    stop.set()
    for one in threads:
        one.join(timeout=30)

    assert {(rule, f"id: {rule}" in text) for rule, _, text in seen} == {("first", True), ("second", True)}
    assert len(seen) == 2


def test_while_nothing_changes_the_rules_are_read_once_and_asking_costs_one_question(
    copy, published, monkeypatch
):
    published()
    in_force.at_work(copy.desk)
    monkeypatch.setattr(published_rules, "merged", None)
    asked = []
    real = copy.desk.database.read
    monkeypatch.setattr(type(copy.desk.database), "read", lambda self: asked.append(1) or real())

    for _ in range(5):
        in_force.at_work(copy.desk)

    assert len(asked) == 5


def test_screening_again_says_in_the_history_what_changed_and_who_published_it(copy, published, alice):
    published(rules("first", priority="moderate"))
    submission = sent(copy)
    copy.clock.at += DAY
    new = RULE.format(id="second", priority="urgent", choice="not_repaired").split("rules:\n")[1]
    published(NewRules(rules("first", priority="high").rules + new))
    clinic = in_force.at_work(copy.clinic)

    assert reviewing.rescreen(clinic, submission).added

    lines = histories.history(clinic, alice, submission)
    (first, second) = (line for line in lines if line.what.startswith("Screening "))
    people = "proposed by B. Stone, countersigned by A. Rivera, MD"
    assert first.details == (f"In force since November 20, 2026: {people}",)
    assert second.details == (
        f"In force since November 21, 2026: {people}",
        "Appeared: An aneurysm, as these tests point it out (Urgent)",
        "Priority changed from Moderate to High: An aneurysm, as these tests point it out",
    )
    assert "aneurysm" not in str([event.detail for event in audit_events(clinic, submission)])


def test_the_history_names_what_vanished_and_what_turned(copy, published, alice):
    published(rules("first"))
    submission = sent(copy)
    copy.clock.at += DAY
    published(NewRules("rules: []"))
    clinic = in_force.at_work(copy.clinic)
    reviewing.rescreen(clinic, submission)

    line = histories.history(clinic, alice, submission)[-2]

    assert line.details[1:] == ("Vanished: An aneurysm, as these tests point it out (High)",)


def audit_events(clinic, submission):
    with clinic.database.read() as session:
        return audit.events(session, submission)


def test_a_rescreening_that_says_the_same_is_skipped_unless_forced(copy, published, alice):
    published()
    submission = sent(copy)
    clinic = in_force.at_work(copy.clinic)

    assert not reviewing.rescreen(clinic, submission).added
    assert len(reviewing.open_review(clinic, alice, submission).screenings) == 1
    assert reviewing.rescreen(clinic, submission, force=True).added
    last = histories.history(clinic, alice, submission)[-2]
    assert last.details[-1] == "No flag is different from the screening before"


def test_the_same_flags_under_other_rules_are_screened_and_reopen_nothing(copy, published, alice):
    published(rules("first"))
    submission = sent(copy)
    clinic = in_force.at_work(copy.clinic)
    for flag in reviewing.open_review(clinic, alice, submission).flags:
        reviewing.acknowledge(clinic, alice, submission, flag.key, "", Done.CALLED_PATIENT)
    shown = reviewing.open_review(clinic, alice, submission).fingerprint()
    reviewing.sign_off(clinic, alice, submission, "", shown)
    copy.clock.at += DAY
    published(NewRules(rules("first").rules.replace("Because of these tests", "In other words")))

    came_of = reviewing.rescreen(in_force.at_work(copy.clinic), submission)

    assert (came_of.added, came_of.reopened) == (True, False)


def test_submissions_screened_with_other_rules_are_counted_by_their_newest_screening(copy, published):
    published(rules("first"))
    one = sent(copy)
    copy.clock.at += DAY
    published(rules("second"))
    sent(copy)
    clinic = in_force.at_work(copy.clinic)
    assert publication_list.overview(clinic).otherwise == 1

    reviewing.rescreen(clinic, one)

    assert publication_list.overview(clinic).otherwise == 0


def test_the_file_that_differs_from_what_is_in_force_is_told(copy, published):
    assert publication_list.overview(copy.clinic).file_says == ""
    published()

    told = publication_list.overview(in_force.at_work(copy.clinic)).file_says

    assert "screening_rules.yaml" in told
    assert "differs from what is in force" in told
    same = publishing.NewRules(copy.clinic.settings.screening_rules.read_text("utf-8"))
    copy.clock.at += DAY
    published(same)
    assert publication_list.overview(in_force.at_work(copy.clinic)).file_says == ""


def test_a_file_that_cannot_be_read_is_told_and_keeps_nobody_from_screening(copy, published, tmp_path):
    signed = published()
    broken = tmp_path / "broken.yaml"
    broken.write_text("rules: {", encoding="utf-8")
    settings = replace(copy.settings, screening_rules=broken)
    clinic = in_force.at_work(replace(copy.clinic, settings=settings))

    assert "broken.yaml cannot be read" in publication_list.overview(clinic).file_says
    assert clinic.library.editions.rules == signed.rules


OVERLAY = """
owner: R. Chen, MD
review_by: 2027-03-01
changes:
  - {rule: test-aneurysm, priority: info, reason: Seen by everybody, by: "R. Chen, MD", until: 2026-11-21}
"""


def priority_now(site):
    return in_force.at_work(site).library.rulebook.rules[0].priority.value


def test_when_a_change_of_the_overlay_ends_the_edition_is_another_from_that_day_on(copy, published, alice):
    signed = published(replace(rules(), overlay=OVERLAY))
    assert priority_now(copy.desk) == "info"
    first = sent(copy)
    lowered = in_force.at_work(copy.desk).library.editions.rules
    assert lowered != signed.rules

    copy.clock.at += DAY
    assert priority_now(copy.desk) == "info"
    copy.clock.at += DAY
    assert priority_now(copy.desk) == "high"

    clinic = in_force.at_work(copy.clinic)
    (listed,) = publication_list.listed(clinic)
    assert listed.editions == (lowered, clinic.library.editions.rules)
    assert listed.standing is Standing.IN_FORCE
    reviewing.rescreen(clinic, first)
    told = histories.history(clinic, alice, first)[-2].details
    assert told[0].startswith("In force since November 20, 2026: proposed by B. Stone")
    assert told[1:] == ("Priority changed from Note to High: An aneurysm, as these tests point it out",)
    assert events(copy).count("EditionPublished") == 5


def test_an_overlay_that_cannot_be_laid_over_the_rules_is_refused_with_its_line(copy, bob):
    wrong = replace(rules(), overlay=OVERLAY.replace("test-aneurysm", "test-anuerysm"))

    with pytest.raises(DocumentRefused, match=r"overlay.yaml:5:12: .*test-anuerysm"):
        publishing.propose(copy.clinic, bob, wrong, "Why.", copy.clinic.today())


def test_what_an_overlay_lowers_is_told_as_a_change_of_the_rule(copy, published):
    published()
    new = replace(rules(), overlay=OVERLAY)

    found = publishing.examine(in_force.at_work(copy.clinic), new, copy.clinic.today()).changes

    assert [one.in_words for one in found.changed] == [("priority from high to info",)]


def test_whoever_countersigns_reads_what_the_overlay_silences_and_until_when(copy, published):
    silenced = OVERLAY.replace("priority: info", "off: true")
    published(replace(rules(), overlay=silenced.replace("2026-11-21", "2026-12-01")))
    longer = replace(rules(), overlay=silenced.replace("2026-11-21", "2027-06-01"))

    found = publishing.examine(in_force.at_work(copy.clinic), longer, copy.clinic.today()).changes

    assert found.any
    assert found.removed == ()
    assert [(one.rule, str(one.until), one.by) for one in found.altered] == [
        ("test-aneurysm", "2027-06-01", "R. Chen, MD")
    ]


def test_what_is_scheduled_before_counts_among_what_would_change(copy, published):
    published(rules("first"), days=10)

    later = copy.clinic.today() + 20 * DAY
    found = publishing.examine(in_force.at_work(copy.clinic), rules("second"), later)

    assert [rule.id for rule in found.changes.removed] == ["first"]
    assert found.base_is_to_come


def test_of_two_publications_countersigned_at_once_the_second_has_to_be_read_again(
    copy, bob, alice, dana, monkeypatch
):
    today, examined = copy.clinic.today(), publishing.examine_kept
    waiting = [publishing.propose(copy.clinic, bob, rules(one), "Why.", today) for one in ("one", "two")]
    against = [examined(copy.clinic, one).against for one in waiting]
    both_have_looked, told = threading.Barrier(2), []

    def look(clinic, publication):
        found = examined(clinic, publication)
        both_have_looked.wait(timeout=30)
        return found

    def sign(who, one, shown):
        try:
            publishing.countersign(copy.clinic, who, one.id, shown)
            told.append("signed")
        except OtherRulesMeanwhile:
            told.append("read again")

    monkeypatch.setattr(publishing, "examine_kept", look)
    people = [
        threading.Thread(target=sign, args=three)
        for three in zip((alice, dana), waiting, against, strict=True)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join(timeout=60)

    assert sorted(told) == ["read again", "signed"]
    assert events(copy).count("RulesCountersigned") == 1


def test_what_was_read_before_other_rules_came_into_force_is_not_published(copy, bob, alice, published):
    shown = publishing.examine(copy.clinic, rules("second"), copy.clinic.today()).against
    published(rules("first"))

    with pytest.raises(OtherRulesMeanwhile):
        publishing.publish(
            in_force.at_work(copy.clinic), bob, alice, rules("second"), "Why.", copy.clinic.today(), shown
        )


def test_a_button_pressed_twice_proposes_once(copy, bob):
    first, second = (publishing.propose(copy.clinic, bob, rules(), "Why.", copy.clinic.today()) for _ in "12")

    assert first.id == second.id
    assert events(copy).count("RulesProposed") == 1


def test_a_refusal_that_is_kept_is_raised_anew_and_keeps_no_request_alive(copy, published, monkeypatch):
    signed = published()
    clinic = in_force.at_work(copy.clinic)
    monkeypatch.setattr(published_rules, "_read", type(published_rules._read)())
    monkeypatch.setattr(published_rules, "_merged", _refuses)
    refusals = []
    for _ in range(3):
        with pytest.raises(DocumentRefused) as refused:
            published_rules.rules(clinic.database, clinic.library.asked, signed, copy.clinic.today() + DAY)
        refusals.append(refused.value)

    assert len({id(one) for one in refusals}) == 3


def _refuses(*_):
    raise DocumentRefused("rules.yaml", [])


def test_publishing_the_files_of_the_settings_leaves_nothing_to_tell(copy, published, tmp_path):
    overlay = tmp_path / "overlay.yaml"
    change = "{rule: age-18-to-24, off: true, reason: Asked by the nurse, by: R. Chen, until: 2026-12-31}"
    overlay.write_text(f"changes:\n  - {change}\n", encoding="utf-8")
    shipped = copy.clinic.settings.screening_rules.read_text("utf-8")
    settings = replace(copy.settings, rules_overlay=overlay)

    published(publishing.NewRules(shipped, overlay.read_text("utf-8")))

    clinic = in_force.at_work(replace(copy.clinic, settings=settings))
    assert publication_list.overview(clinic).file_says == ""


def test_while_nothing_is_published_changing_the_file_and_starting_again_is_all_there_is_to_do(
    copy, tmp_path, bob, alice
):
    file = tmp_path / "own_rules.yaml"
    file.write_text(rules("first").rules, encoding="utf-8")
    settings = replace(copy.settings, screening_rules=file)

    def started():
        clinic = instance.opened(settings)
        clinic.database.dispose()
        return [rule.id for rule in clinic.library.rulebook.rules]

    assert started() == ["first"]
    file.write_text(rules("second").rules, encoding="utf-8")
    assert started() == ["second"]

    copy.clock.at = datetime.now(UTC)  # whatever starts a copy reads the real clock
    publishing.publish(copy.clinic, bob, alice, rules("third"), "Why.", copy.clinic.today())
    file.write_text(rules("fourth").rules, encoding="utf-8")
    assert started() == ["third"]
    file.write_text("rules: {", encoding="utf-8")
    assert started() == ["third"]


def test_a_bad_file_stops_the_start_while_nothing_was_published(copy, tmp_path):
    """The control of the test above."""
    file = tmp_path / "own_rules.yaml"
    file.write_text("rules: {", encoding="utf-8")

    with pytest.raises(DocumentRefused):
        instance.opened(replace(copy.settings, screening_rules=file))


def test_a_database_of_before_there_were_publications_is_opened(copy):
    undo_migration(copy.clinic.database, "0001")

    clinic = open_clinic(copy.settings)

    assert clinic.library.rulebook.rules
    clinic.database.dispose()
    migrate(copy.clinic.database)


def test_whoever_starts_a_copy_is_told_of_a_schedule_that_cannot_be_kept(copy, published):
    published(days=5)
    assert publication_list.notes(copy.clinic) == ()
    texts = copy.clinic.library.texts
    changed = with_questionnaire(
        copy, texts["questionnaire"].replace("not_repaired: ", "not_mended: ", 1)
    ).clinic

    (told,) = publication_list.notes(changed)

    assert told.startswith("the rules scheduled for 2026-11-25 cannot be read with this questionnaire")
