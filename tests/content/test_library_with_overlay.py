"""The content files of a clinic with an overlay among them."""

from datetime import date

import pytest

import small
from intake.content.library import read_library
from intake.content.rules import parse_rulebook
from overlays import OVERLAY, RULES, TODAY


@pytest.fixture
def paths(tmp_path):
    texts = {
        "questionnaire.yaml": small.QUESTIONNAIRE,
        "rules.yaml": RULES,
        "medicines.yaml": small.MEDICINES,
        "our_overlay.yaml": OVERLAY,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / name for name in texts]


def test_the_overlay_is_laid_over_the_rules_and_both_texts_are_there(paths):
    library = read_library(*paths[:3], overlay=paths[3], on=TODAY)

    assert [one.rule for one in library.rulebook.silenced] == ["pressure-noted"]
    assert parse_rulebook(library.texts["rules"], small.asked, small.formulary) == library.rulebook
    assert library.texts["overlay"] == OVERLAY
    assert library.editions.rules == library.rulebook.edition


def test_without_an_overlay_the_rules_are_the_file(paths):
    library = read_library(*paths[:3])

    assert library.texts["rules"] == RULES
    assert library.laid is None
    assert library.as_of(date(2030, 1, 1)) is library


def test_on_a_later_day_what_ended_is_as_shipped_again(paths):
    library = read_library(*paths[:3], overlay=paths[3], on=TODAY)
    later = library.as_of(date(2027, 1, 1))

    assert later == read_library(*paths[:3], overlay=paths[3], on=date(2027, 1, 1))
    assert later.rulebook.silenced == ()
    assert later.editions.rules != library.editions.rules


def test_an_overlay_lies_over_the_rules_on_a_day(paths):
    with pytest.raises(ValueError, match="say which"):
        read_library(*paths[:3], overlay=paths[3])
