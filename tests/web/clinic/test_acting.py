"""Taking back, notes together, reopening, looking again: on the page, and when somebody else was faster."""

from dataclasses import replace

import pytest

from intake.domain.conditions import Compare, Operator
from intake.domain.rules import Priority, RuleBook
from intake.services import acting, reviewing
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import LIBRARY
from web.clinic.person import Person, words
from web.clinic.test_sign_off import hidden, read, sign
from web.clinic.test_submission import acknowledge, cards, flag_key

__all__ = ["read"]


@pytest.fixture
def form(alice, sent):
    """A form that Alice has before her."""
    submission = sent()
    alice.open(f"/submissions/{submission}")
    return submission


def test_words_that_could_not_be_recorded_stand_on_the_page_that_says_so(alice, form, monkeypatch):
    def broken(*_arguments):
        raise OSError("the disk is full")

    monkeypatch.setattr(acting.audit, "record", broken)
    acknowledge(alice, form, title="not treated", note="Called her <twice>", done="called_patient")

    assert alice.status == 500
    assert "What you typed" in alice.text
    assert "Called her <twice>" in alice.text


def screened_with(clinic, submission, *more, without=()):
    """Screen a form again with rules more, or fewer."""
    kept = [rule for rule in LIBRARY.rulebook.rules if rule.id not in without]
    book = RuleBook((*kept, *more), (), edition="f" * 64)
    changed = replace(clinic, library=replace(clinic.library, rulebook=book))
    reviewing.rescreen(changed, submission)


def note_rule(rule_id, title):
    when = Compare("takes", Operator.IS, "no")
    return replace(
        LIBRARY.rulebook.rules[1], id=rule_id, title=title, topic=rule_id, priority=Priority.INFO, when=when
    )


NOTES = (note_rule("note-a", "Takes no medicines"), note_rule("note-b", "A second note"))


def field(person, name):
    """What a hidden field of the page holds."""
    return next(one.get("value") for one in person.page.tree.iter("input") if one.get("name") == name)


def test_an_urgent_flag_asks_what_was_done_and_nothing_is_picked_beforehand(alice, form):
    assert not any(one.get("checked") is not None for one in alice.page.tree.iter("input"))

    acknowledge(alice, form, "not treated", done="", note="I read it")
    assert alice.status == 422
    assert "Pick what was done about this urgent flag" in alice.text
    assert "I read it" in alice.response.text

    acknowledge(alice, form, "not treated", done="something", note="kept")
    assert alice.status == 422
    assert "kept" in alice.response.text

    acknowledge(alice, form, "not treated", done="asked_colleague", note=" ")
    assert alice.status == 422
    assert "Say in the note which colleague you asked" in alice.text

    acknowledge(alice, form, "not treated", done="asked_colleague", note="Dr. Both")
    alice.follow()
    assert "12:00 pm EST Asked a colleague Note: Dr. Both" in cards(alice, "raised")[0]


def test_a_flag_that_is_not_urgent_asks_nothing_more(alice, form):
    assert "What was done" in cards(alice, "raised")[0]
    assert "What was done" not in cards(alice, "raised")[1]

    acknowledge(alice, form, "Home is not", done="")

    assert alice.status == 303


def test_an_acknowledgement_is_undone_by_somebody_else_who_is_named(alice, signed_in, form):
    acknowledge(alice, form, "not treated", note="Called")
    dana = signed_in("dana")
    dana.open(f"/submissions/{form}")

    dana.send(f"/submissions/{form}/undo", acknowledgement=field(dana, "acknowledgement"), place="1")
    assert dana.response.headers["Location"] == f"/clinic/submissions/{form}#flag-1"
    dana.follow()

    assert "0 of 3 flags acknowledged" in dana.text
    dana.send(f"/submissions/{form}/undo", acknowledgement="1", place="1")
    assert dana.status == 409
    assert "That acknowledgement was taken back before" in dana.text


def test_nonsense_undoes_nothing(alice, form):
    acknowledge(alice, form, "not treated")

    for sent_back in ("", "0", "-1", "99", "x", "9" * 40):
        alice.send(f"/submissions/{form}/undo", acknowledgement=sent_back)
        assert alice.status == 409
        assert "1 of 3 flags acknowledged" in alice.text


def test_after_the_sign_off_nothing_is_undone_until_it_is_reopened(alice, read):
    sign(alice, read)
    alice.follow()
    assert "Undo" not in [words(button) for button in alice.page.tree.iter("button")]

    alice.send(f"/submissions/{read}/undo", acknowledgement="1")

    assert alice.status == 409
    assert "reopen it first" in alice.text


def test_notes_are_acknowledged_together_and_only_those_that_were_shown(alice, clinic, form):
    screened_with(clinic, form, NOTES[0])
    alice.open(f"/submissions/{form}")
    assert "1 note for the record Takes no medicines" in alice.text
    keys = field(alice, "flags")
    screened_with(clinic, form, *NOTES)

    alice.send(f"/submissions/{form}/acknowledge-notes", flags=keys, note="Read")
    alice.follow()

    assert "1 of 5 flags acknowledged" in alice.text
    assert "1 note for the record A second note" in alice.text


def test_no_key_of_another_flag_is_acknowledged_with_the_notes(alice, clinic, form):
    screened_with(clinic, form, *NOTES)
    alice.open(f"/submissions/{form}")
    urgent = flag_key(alice, "not treated")

    alice.send(
        f"/submissions/{form}/acknowledge-notes", flags=f"{field(alice, 'flags')} {urgent}", note="Read"
    )

    assert alice.status == 409
    assert "Read" in alice.response.text
    assert "0 of 5 flags acknowledged" in alice.text


def test_notes_that_somebody_acknowledged_meanwhile_are_a_conflict_that_keeps_the_words(
    alice, signed_in, clinic, form
):
    screened_with(clinic, form, *NOTES)
    dana = signed_in("dana")
    for person in (alice, dana):
        person.open(f"/submissions/{form}")
    keys = field(alice, "flags")
    alice.send(f"/submissions/{form}/acknowledge-notes", flags=keys)

    dana.send(f"/submissions/{form}/acknowledge-notes", flags=keys, note="All read")

    assert dana.status == 409
    assert "Somebody acknowledged these notes while you had them open." in dana.text
    assert "All read" in dana.response.text


def test_a_flag_that_changed_says_who_acknowledged_it_and_how_it_was(alice, signed_in, clinic, form):
    acknowledge(alice, form, "not treated", note="Called her")
    lower = replace(LIBRARY.rulebook.rules[0], priority=Priority.HIGH)
    screened_with(clinic, form, lower, without={"pressure-untreated"})

    alice.open(f"/submissions/{form}")
    dana = signed_in("dana")
    dana.open(f"/submissions/{form}")

    assert (
        "Changed since you acknowledged it, November 20, 2026 at 12:00 pm EST, with the note: Called her. "
        "Priority Was: Urgent Now: High" in alice.text
    )
    assert "Changed since A. Rivera, NP acknowledged it" in dana.text
    acknowledge(alice, form, "not treated", done="")
    alice.follow()
    assert "Changed since" not in alice.text


def test_a_signed_form_is_reopened_with_a_reason(alice, read):
    sign(alice, read)
    alice.follow()
    shown = field(alice, "sign_offs")

    alice.send(f"/submissions/{read}/reopen", sign_offs=shown, reason="  ")
    assert alice.status == 422
    assert "Say why this form is reopened" in alice.text

    alice.send(f"/submissions/{read}/reopen", sign_offs=shown, reason="A letter came")
    alice.follow()
    assert "Reopened. A. Rivera, NP signed this form off on November 20, 2026 at 12:00 pm EST." in alice.text
    assert (
        "A. Rivera, NP reopened this form on November 20, 2026 at 12:00 pm EST: A letter came." in alice.text
    )
    assert "A newer screening" not in alice.text
    assert "Signed off before A. Rivera, NP" in alice.text
    sign(alice, read)
    assert alice.status == 303


def test_reopening_what_is_open_or_was_signed_anew_keeps_the_reason(alice, signed_in, read):
    sign(alice, read)
    dana = signed_in("dana")
    dana.open(f"/submissions/{read}")
    shown = field(dana, "sign_offs")
    alice.send(f"/submissions/{read}/reopen", sign_offs="1", reason="First")

    dana.send(f"/submissions/{read}/reopen", sign_offs=shown, reason="Me too")
    assert dana.status == 409
    assert "does not stand signed any more" in dana.text
    assert "Me too" in dana.response.text

    sign(alice, read)
    dana.send(f"/submissions/{read}/reopen", sign_offs=shown, reason="Me three")
    assert dana.status == 409
    assert "signed again since you opened it" in dana.text
    assert "Me three" in dana.response.text


def test_a_form_is_put_off_until_a_day_and_brought_back(alice, read):
    alice.open(f"/submissions/{read}")

    for day in ("2026-11-24", "11/23/2026"):
        alice.send(f"/submissions/{read}/look-again", on=day, reason="Waits for labs")
    alice.follow()
    assert (
        "Put off until November 23, 2026. It comes back by itself that morning. Waits for labs" in alice.text
    )

    alice.send(f"/submissions/{read}/bring-back")
    alice.follow()
    assert "Put off until" not in alice.text
    alice.send(f"/submissions/{read}/bring-back")
    assert alice.status == 409
    assert "not put off any more" in alice.text


def test_a_day_that_cannot_be_is_refused_and_what_was_typed_is_kept(alice, read):
    alice.open(f"/submissions/{read}")

    for day, said in (
        ("2026-11-19", "That day is over. Pick today or a day that comes"),
        ("2028-11-21", "Pick a day within the next two years"),
        ("", "Pick a day, or type one like 2026-12-24"),
        ("next Tuesday", "Not a day. Type it like 2026-12-24"),
        ("2026-02-30", "Not a day. Type it like 2026-12-24"),
    ):
        alice.send(f"/submissions/{read}/look-again", on=day, reason="Waits for labs")
        assert alice.status == 422
        assert said in alice.text
        assert "Waits for labs" in alice.response.text
        assert f'value="{day}"' in alice.response.text


def test_a_form_is_not_put_off_while_an_urgent_flag_waits(alice, form):
    alice.send(f"/submissions/{form}/look-again", on="2026-11-23")

    assert alice.status == 422
    assert "An urgent flag is not acknowledged yet. Say first what was done about it" in alice.text


def test_the_next_step_is_the_clinics_own_words_and_stands_under_the_signature(alice, clinic, read, site):
    alice.open(f"/submissions/{read}/sign-off")
    assert "Next step, in your words (optional)" in alice.text
    assert "None of these" not in alice.text, "a clinic without a list of its own is offered none"

    sign(alice, read, next_words="Call in a week", note="Discussed")
    alice.follow()

    assert "Next step: Call in a week Note: Discussed" in alice.text


def test_the_clinics_list_is_offered_with_nothing_picked(clinic, read):
    with_list = replace(clinic, settings=replace(clinic.settings, next_steps=("Book a visit", "Call")))
    alice = Person(create_clinic_site(with_list)).sign_in("alice", PASSWORD)
    alice.open(f"/submissions/{read}/sign-off")
    radios = [one for one in alice.page.tree.iter("input") if one.get("name") == "next_step"]
    assert [one.get("value") for one in radios] == ["Book a visit", "Call", "other"]
    assert not any(one.get("checked") is not None for one in radios)

    sign(alice, read, next_step="Call", next_words="on Tuesday", password="wrong")
    assert alice.status == 422
    assert "checked" in alice.response.text
    alice.send(
        f"/submissions/{read}/sign-off",
        next_step="Call",
        next_words="on Tuesday",
        password=PASSWORD,
        **hidden(alice),
    )
    alice.follow()
    assert "Next step: Call: on Tuesday" in alice.text


def test_a_page_that_could_not_be_signed_tells_what_came_meanwhile(alice, signed_in, clinic, staff, read):
    path = f"/submissions/{read}/sign-off"
    alice.open(path)
    before = hidden(alice)
    acting.undo(clinic, staff["dana"], read, 1)

    alice.send(path, password=PASSWORD, note="Discussed", next_words="Call", **before)

    assert alice.status == 409
    assert "Nothing was signed. Your note is still below." in alice.text
    assert "D. Both, MD took back the acknowledgement of “High blood pressure, not treated”" in alice.text
    assert "1 flag is not acknowledged yet" in alice.text
    assert "Discussed" in alice.response.text
    assert 'value="Call"' in alice.response.text


def test_what_was_signed_by_somebody_else_is_told_with_everything_typed(alice, signed_in, read):
    dana = signed_in("dana")
    dana.open(f"/submissions/{read}/sign-off")
    before = hidden(dana)
    sign(alice, read)

    dana.send(
        f"/submissions/{read}/sign-off", password=PASSWORD, note="Me too", next_words="Call her", **before
    )

    assert dana.status == 409
    assert "A. Rivera, NP signed, November 20, 2026 at 12:00 pm EST." in dana.text
    assert "Me too\nCall her" in dana.response.text


def test_a_page_with_other_counts_is_refused_like_any_that_changed(alice, read):
    alice.open(f"/submissions/{read}/sign-off")

    for seen in ("", "nonsense", "9-9-9-9-9", "0-0-0-0-0"):
        alice.send(f"/submissions/{read}/sign-off", password=PASSWORD, note="Kept", shown="0" * 64, seen=seen)
        assert alice.status == 409
        assert "This form changed after you opened it" in alice.text
        assert "Kept" in alice.response.text
