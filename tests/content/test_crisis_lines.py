"""Other ways to reach help make another edition of the questionnaire, and change nothing else in it."""

from dataclasses import replace
from datetime import date

import pytest

from intake import resources
from intake.content.crisis_lines import lines_in, with_lines
from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire, read_questionnaire
from intake.domain.crisis_lines import ShownLine
from intake.domain.questionnaire import CrisisLine
from web.clinic import content

SHIPPED, TEXT = read_questionnaire(resources.QUESTIONNAIRE)
NURSE = CrisisLine(
    "night_nurse",
    'Call the "night nurse"',
    "tel:+15550100177",
    "Ours: \\ 9 pm – 7 am",
    date(2026, 11, 20),
    date(2027, 1, 2),
)


def test_every_line_is_read_also_one_that_no_page_shows():
    found = {shown.line.id: shown for shown in lines_in(TEXT)}

    assert list(found)[:2] == ["emergency", "lifeline_call"]
    assert found["emergency"].pages == ("support", "support_now", "emergency", "high_reading")
    assert found["trevor"].pages == ()
    assert {one.line for one in found.values()} >= set(SHIPPED.crisis_lines)


def test_the_same_lines_are_the_same_edition():
    assert with_lines(TEXT, lines_in(TEXT))[0].edition == SHIPPED.edition


def test_a_line_that_was_checked_again_is_another_edition_and_nothing_else_changes():
    first, *others = lines_in(TEXT)
    checked = replace(first, line=replace(first.line, verified=date(2026, 11, 27), expires=date(2027, 2, 27)))

    after, written = with_lines(TEXT, (checked, *others))

    assert after.edition != SHIPPED.edition
    assert parse_questionnaire(written) == after
    assert replace(after, safety_pages=SHIPPED.safety_pages, edition=SHIPPED.edition) == SHIPPED
    assert [one.paragraphs for one in after.safety_pages] == [one.paragraphs for one in SHIPPED.safety_pages]
    assert after.safety_page("support").lines[2] == checked.line
    assert lines_in(written) == (checked, *others)


def test_a_line_of_the_clinics_own_stands_last_on_the_pages_it_is_for():
    lines = (*lines_in(TEXT), ShownLine(NURSE, ("support",)))

    after, written = with_lines(TEXT, lines)

    assert after.safety_page("support").lines[-1] == NURSE
    assert NURSE not in after.safety_page("emergency").lines
    assert lines_in(written) == lines


def test_a_line_taken_away_stands_nowhere():
    lines = tuple(one for one in lines_in(TEXT) if one.line.id != "crisis_text")

    after, written = with_lines(TEXT, lines)

    assert "crisis_text" not in {line.id for line in after.crisis_lines}
    assert lines_in(written) == lines


def test_a_page_that_was_written_later_keeps_the_lines_written_there():
    only = tuple(replace(one, pages=("support",)) for one in lines_in(TEXT) if one.line.id == "emergency")

    after, _ = with_lines(TEXT, only)

    assert after.safety_page("support").lines == (only[0].line,)
    assert after.safety_page("support_now").lines == SHIPPED.safety_page("support_now").lines


def test_a_questionnaire_of_one_file_takes_other_lines_as_well():
    before = parse_questionnaire(content.QUESTIONNAIRE)
    lines = (*lines_in(content.QUESTIONNAIRE), ShownLine(NURSE, (before.safety_pages[0].id,)))

    after, _ = with_lines(content.QUESTIONNAIRE, lines)

    assert after.safety_pages[0].lines[-1] == NURSE
    assert after.parts == before.parts


def test_a_layout_that_cannot_be_changed_line_by_line_is_refused():
    lines = [line for line in content.QUESTIONNAIRE.splitlines() if line.strip()]
    tight = lines_in(content.QUESTIONNAIRE)

    with pytest.raises(DocumentRefused):
        with_lines("{" + ", ".join(lines) + "}", tight)
