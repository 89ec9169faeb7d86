"""Marking junk from the queue: ticked forms, one reason, and a way back on the form itself."""

import pytest


@pytest.fixture
def waiting(sent):
    return [str(sent(pressure="yes", treated="yes")) for _ in range(2)]


def test_ticked_forms_move_to_junk_with_a_reason_and_one_is_taken_back(alice, waiting):
    alice.open("/queue")
    assert "Junk" not in {words.partition(" (")[0] for words in alice.page.links()}
    assert alice.page.links()["Mark junk among these forms"] == "/clinic/queue/mark-junk"
    alice.open("/queue/mark-junk")

    alice.send("/queue/mark-junk", forms=waiting, reason="The same advertising twice")
    alice.follow()

    assert alice.page.h1 == "Junk"
    assert alice.page.links()["Junk (2)"] == "/clinic/queue/junk"
    alice.open(f"/submissions/{waiting[0]}")
    assert "Marked as junk By A. Rivera, NP" in alice.text
    assert "“The same advertising twice”" in alice.text
    alice.send(f"/submissions/{waiting[0]}/take-from-junk")
    alice.follow()
    assert "Marked as junk By" not in alice.text
    alice.open("/queue")
    assert alice.page.links()["Queue (1)"] == "/clinic/queue"


@pytest.mark.parametrize(
    ("ticked", "reason", "told"),
    [(False, "Advertising", "Tick the forms that are junk"), (True, " ", "Say why")],
)
def test_what_is_missing_is_told_and_nothing_chosen_or_typed_is_lost(alice, waiting, ticked, reason, told):
    alice.open("/queue/mark-junk")

    alice.send("/queue/mark-junk", forms=waiting[:1] if ticked else [], reason=reason)

    assert alice.status == 422
    assert told in alice.text
    assert alice.response.text.count(" checked>") == ticked
    assert reason.strip() in alice.response.text


def test_an_urgent_one_has_to_be_opened_and_stays_ticked(alice, sent, waiting):
    urgent = str(sent())
    alice.open("/queue/mark-junk")

    alice.send("/queue/mark-junk", forms=[urgent, waiting[0]], reason="Advertising")

    assert alice.status == 409
    assert "1 marked, 1 not 1 form has to be opened and read first." in alice.text
    assert f'value="{urgent}" checked' in alice.response.text
    assert waiting[0] not in alice.response.text
    assert "Advertising" in alice.response.text
    alice.open(f"/submissions/{urgent}")
    alice.open("/queue/mark-junk")
    alice.send("/queue/mark-junk", forms=[urgent], reason="Advertising")
    assert alice.status == 303


def test_nonsense_marks_nothing(alice, waiting):
    alice.open("/queue/mark-junk")

    alice.send("/queue/mark-junk", forms=["nonsense"], reason="Advertising")

    assert alice.status == 422
