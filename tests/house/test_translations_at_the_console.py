"""``intake translations``, run as a person at a console runs it."""

import shutil

import pytest
from click.testing import CliRunner

from intake import resources
from intake.cli import main
from intake.content.catalogues import catalogue_path


@pytest.fixture
def spanish(tmp_path, monkeypatch):
    """A copy of the Spanish, for the commands to work on."""
    shutil.copytree(resources.TRANSLATIONS, tmp_path / "translations")
    monkeypatch.setattr(resources, "TRANSLATIONS", tmp_path / "translations")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "translations" / "es"


def intake(*arguments, code=0):
    done = CliRunner().invoke(main, ("translations", *arguments))
    assert done.exit_code == code, done.output
    return done.output


def test_what_is_translated_and_what_stays_in_english_is_told(spanish):
    told = intake("check")

    assert "es (translation: draft, not reviewed by a translator)" in told
    assert "texts of published instruments stay in English" in told
    assert "what patients sign stays in English until somebody reviewed" in told


def test_what_is_missing_is_told_and_written_to_be_translated(spanish):
    path = catalogue_path(spanish, "interface")
    written = path.read_text("utf-8")
    path.write_text(written.replace('msgid "Keep going"', 'msgid "Keep on"'), "utf-8")

    assert "no translation of “Keep going”" in intake("check", code=1)
    assert intake("write", "es") == "translations/es: brought up to date\n"
    assert 'msgid "Keep going"\nmsgstr ""' in path.read_text("utf-8")
    assert 'msgid "Keep on"' not in path.read_text("utf-8")


def test_a_catalogue_that_cannot_be_read_and_a_language_nobody_began_are_refused_in_words(spanish):
    catalogue_path(spanish, "content").write_text('msgid "half', "utf-8")

    assert "es/content.po:" in intake("check", code=2)
    assert "there is no translations/xx/about.yaml" in intake("write", "xx", code=2)
