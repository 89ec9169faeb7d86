"""The overlay that the settings name lies over the rules, on the day it is at the clinic."""

from dataclasses import replace
from datetime import timedelta

import pytest

import small
from intake.config import Settings, read_settings
from intake.content.documents import DocumentRefused
from intake.services import overlaying, screening_files
from intake.services.clinic import library_of
from overlays import OVERLAY, RULES

OFF = "changes:\n  - {{rule: pressure-noted, off: true, reason: Same, by: R. Chen, until: {until}}}\n"


@pytest.fixture
def settings(tmp_path):
    texts = {"questionnaire": small.QUESTIONNAIRE, "screening_rules": RULES, "medicines": small.MEDICINES}
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    paths = {name: tmp_path / f"{name}.yaml" for name in texts}
    return Settings(tmp_path / "instance", rules_overlay=tmp_path / "our_overlay.yaml", **paths)


def write(settings, until):
    settings.rules_overlay.write_text(OFF.format(until=until), encoding="utf-8")


def test_the_rules_in_force_are_those_of_today(settings):
    write(settings, until=settings.today())
    library = library_of(settings)

    assert [one.rule for one in library.rulebook.silenced] == ["pressure-noted"]
    assert overlaying.ended(library, settings.today()) == ()

    write(settings, until=settings.today() - timedelta(days=1))
    library = library_of(settings)

    assert library.rulebook.silenced == ()
    assert library.texts["rules"] == RULES
    assert overlaying.ended(library, settings.today()) == (
        f"pressure-noted: ended on {settings.today() - timedelta(days=1)}, and the rule is as shipped since. "
        "Remove the change, or renew it.",
    )


def test_a_process_that_ran_past_the_last_day_is_told_what_ended(settings):
    write(settings, until=settings.today())
    tomorrow = settings.today() + timedelta(days=1)

    library = library_of(settings).as_of(tomorrow)

    assert library.rulebook.silenced == ()
    assert len(overlaying.ended(library, tomorrow)) == 1


def test_a_bad_overlay_keeps_everything_from_starting(settings):
    settings.rules_overlay.write_text("changes: [{rule: nothing-such, off: true}]\n", encoding="utf-8")

    with pytest.raises(DocumentRefused, match=r"our_overlay\.yaml:1"):
        library_of(settings)


def test_without_one_the_rules_are_the_file(settings):
    library = library_of(replace(settings, rules_overlay=None))

    assert (library.laid, library.texts["rules"]) == (None, RULES)
    assert overlaying.summary(library) is None
    assert overlaying.ended(library, settings.today()) == ()


def test_one_named_instead_counts_instead(settings, tmp_path):
    write(settings, until=settings.today())
    other = tmp_path / "other.yaml"
    other.write_text(OVERLAY, encoding="utf-8")

    library = screening_files.library(settings, overlay=other, on=small.TODAY)

    assert {rule.id for rule in library.rulebook.rules} == {"pressure-high", "pressure-info", "our-own"}


@pytest.mark.parametrize(("written", "read"), [("", None), ("  ", None), ("our.yaml", "our.yaml")])
def test_the_setting_is_a_path_or_empty(tmp_path, monkeypatch, written, read):
    monkeypatch.chdir(tmp_path)

    settings = read_settings({"INTAKE_RULES_OVERLAY": written})

    assert settings.rules_overlay == (None if read is None else tmp_path / read)
