"""The pages of help lines: on the answer itself, in words that are the same for everyone."""

import pytest

from web.patient.windows import Window

READING = {"bp_reading_known": "yes"}


def shown(pat):
    """The safety page the browser is on, by its id."""
    assert "/pause/" in pat.response.request.path
    (found,) = [one for one in pat.desk.library.questionnaire.safety_pages if one.title == pat.page.h1]
    return found


@pytest.mark.parametrize(
    ("question", "sent", "page"),
    [
        ("phq9_9", {"phq9_9": "several_days"}, "support"),
        ("asq_1", {"asq_1": "rather-not-say"}, "support"),
        ("asq_4", {"asq_4": "yes"}, "support"),
        ("safe_right_now", {"safe_right_now": "no"}, "support_now"),
        ("home_safe", {"home_safe": "no"}, "support"),
        ("red_flags_today", {"red_flags_today": ["chest_pain"]}, "emergency"),
        (
            "bp_reading_known",
            {"bp_reading_known": "yes", "recent_bp_reading__first": "190/100"},
            "high_reading",
        ),
    ],
)
def test_an_answer_shows_its_page_at_once(pat, question, sent, page):
    pat.answer(question, **sent)
    pat.follow()

    assert shown(pat).id == page
    links = pat.page.links()
    for line in shown(pat).lines:
        assert links[line.say] == line.link
    assert "No one at the clinic sees this until you send the form." in pat.text


@pytest.mark.parametrize(
    ("question", "sent"),
    [
        ("phq9_9", {"phq9_9": "not_at_all"}),
        ("safe_right_now", {"safe_right_now": "yes"}),
        ("red_flags_today", {"red_flags_today": ["none"]}),
        ("bp_reading_known", READING | {"recent_bp_reading__first": "120/80"}),
    ],
)
def test_another_answer_does_not(pat, question, sent):
    pat.answer(question, **sent)

    assert "/pause/" not in pat.location


def test_keep_going_works_at_once(pat):
    pat.answer("safe_right_now", safe_right_now="no")
    pat.follow()

    assert pat.page.links()["Keep going"] == pat.address("gad7_1")


def test_it_is_shown_once_for_an_answer_and_again_when_that_changes(pat):
    pat.answer("phq9_9", phq9_9="several_days")
    pat.answer("phq9_9", phq9_9="several_days")
    assert "/pause/" not in pat.location

    pat.answer("phq9_9", phq9_9="nearly_every_day")
    assert "/pause/" in pat.location


@pytest.mark.parametrize("press", [{}, {"go__later": "1"}], ids=["continue", "later"])
def test_pressed_twice_the_second_press_shows_it_too_and_a_later_visit_does_not(pat, press):
    """A browser follows the last answer it gets: that of the second press, or of the page sent again."""
    window = Window(pat, "phq9_9")
    shown = window.shown
    window.go_on(phq9_9="several_days", **press)
    window.shown = shown
    window.go_on(phq9_9="several_days", **press)
    pat.follow()
    assert "/pause/" in pat.response.request.path

    Window(pat, "phq9_9").go_on(phq9_9="several_days", **press)
    assert "/pause/" not in pat.location


def test_who_answers_and_stops_sees_the_help_lines_too(pat):
    pat.answer("phq9_9", phq9_9="several_days", **{"go-later": "1"})
    pat.follow()

    assert shown(pat).id == "support"
    pat.send("/leave")
    pat.follow()
    assert pat.page.h1 == "You can stop here"


def test_the_help_lines_come_before_the_longer_words(pat):
    for number, safety in enumerate(pat.desk.library.questionnaire.safety_pages, start=1):
        pat.open(f"/f/1/1/pause/{number}")
        first, *others = (" ".join(words.split()) for words in safety.paragraphs)
        order = [pat.text.index(words) for words in (first, safety.lines[0].say, others[0])]
        assert order[0] < order[2]
        assert pat.text.index(safety.lines[0].about) < order[2]


def test_no_title_and_no_address_tells_of_it(pat):
    pat.answer("phq9_9", phq9_9="several_days")
    pat.follow()

    assert pat.response.request.path == f"{pat.address('phq9_9')}/pause/1"
    assert pat.page.title == "Your mood, page 1 – Harbor Light Clinic"


def test_from_the_check_page_it_leads_back_there(pat):
    pat.skip_everything()
    pat.send(f"{pat.address('home_safe')}/change", home_safe="no")
    pat.follow()

    assert pat.page.links()["Keep going"] == "/check"
