"""When saving fails on our side, everything on the page is still there, and one press tries again."""

import pytest

from intake.domain.answers import Chosen, MedicineList, Text
from intake.services import answering
from web.patient.windows import Window


class _DiskFull(Exception):
    """What SQLite says when there is no room; its words may hold an answer."""


@pytest.fixture
def failing(monkeypatch):
    """Saving fails from now on, until it is mended."""

    def fail(*_of, **_how):
        raise _DiskFull("trying, It began last winter")

    def from_now_on():
        monkeypatch.setattr(answering, "answer_page", fail)
        return monkeypatch.undo

    return from_now_on


def try_again(pat):
    form = pat.page.form("Try again")
    fields = {}
    for name, value in form.hidden:
        fields.setdefault(name.replace("-", "__"), []).append(value)
    return pat.send(form.action, **fields)


def test_what_was_typed_is_on_the_page_that_says_so(pat, failing):
    window = Window(pat, "reasons_more")
    mended = failing()
    window.go_on(reasons_more__words="It began last winter")

    assert pat.status == 500
    assert pat.page.h1 == "Something went wrong on our side"
    assert "Your answers are still on this page." in pat.text
    assert "It began last winter</textarea>" in pat.html
    mended()
    try_again(pat)
    assert pat.answers.value("reasons_more") == Text("It began last winter")


def test_what_was_only_pressed_is_sent_again_with_one_press(pat, failing):
    window = Window(pat, "bladder_cystitis")
    mended = failing()
    window.go_on(bladder_cystitis=["blood", "pain"])
    assert pat.status == 500
    mended()
    try_again(pat)

    assert set(pat.answers.value("bladder_cystitis").choices) == {"blood", "pain"}


def test_boxes_of_one_question_stand_in_one_line(pat, failing):
    window = Window(pat, "date_of_birth")
    failing()
    window.go_on(
        date_of_birth__month="July",
        date_of_birth__day="4",
        date_of_birth__year="1988",
        record_sex="male",
    )

    assert "July 4 1988</textarea>" in pat.html


def test_a_medicine_half_typed_is_not_lost_either(pat, failing):
    pat.answer("takes_medicines", takes_medicines="yes")
    window = Window(pat, "medicines")
    mended = failing()
    window.go_on(name="Sertraline", amount="50 mg", add="1")
    assert pat.status == 500
    assert "Sertraline\n50 mg</textarea>" in pat.html
    mended()
    try_again(pat)

    value = pat.answers.value("medicines")
    assert isinstance(value, MedicineList)
    assert [one.name for one in value.entries] == ["Sertraline"]


def test_a_signature_is_sent_again_only_by_a_press(ready, monkeypatch):
    def fail(*_of, **_how):
        raise _DiskFull

    monkeypatch.setattr(answering, "send", fail)
    ready.open("/sign")
    ready.send("/sign", agree="y", typed_name="Pat Doe")
    assert ready.status == 500
    monkeypatch.undo()
    assert answering.find(ready.desk, ready.token).answers is not None
    try_again(ready)

    assert ready.location == "/sent"


def test_trying_again_asks_about_what_another_window_saved_meanwhile(pat, failing):
    window = Window(pat, "pregnancy")
    mended = failing()
    window.go_on(pregnancy="trying")
    html = pat.html
    mended()
    pat.answer("pregnancy", pregnancy="no")
    pat.response.set_data(html)
    try_again(pat)

    assert pat.page.h1 == "Which one is right?"
    assert pat.answers.value("pregnancy") == Chosen("no")


def test_the_log_says_nothing_of_it(pat, failing, caplog):
    window = Window(pat, "reasons_more")
    failing()
    window.go_on(reasons_more__words="It began last winter")

    assert "_DiskFull" in caplog.text
    assert "winter" not in caplog.text
    assert "trying" not in caplog.text


def test_a_page_that_was_only_asked_for_has_nothing_to_try_again(pat, monkeypatch):
    def fail(*_of, **_how):
        raise _DiskFull

    monkeypatch.setattr(answering, "evidence_of", fail)
    pat.ask("pregnancy")

    assert pat.status == 500
    assert "Try again" not in [button for form in pat.page.forms() for button in form.buttons]
    assert "Go back, wait a minute, and try again." in pat.text
