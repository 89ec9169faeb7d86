"""docs/protection.md gives everything that is kept its level, and each level everything it has to say."""

import pytest

from house.test_docs import CHECKOUT, SECURITY, named, rows, section
from intake.config import Settings
from intake.storage.tables import Base

PAGE = CHECKOUT / "docs" / "protection.md"
LEVELS = ("health", "person", "work", "public")
# What ASVS 14.1.2 asks to be said of each level.
ASKED = (
    "Sealed", "That nobody changed it", "Kept", "Logged", "Who reads logs with it", "Who may see it",
    "In backups", "On the way", "Less of it", "Erased",
)  # fmt: skip


def columns():
    return {f"{table.name}.{one.name}" for table in Base.metadata.sorted_tables for one in table.columns}


def by_level():
    """The sealed columns of each level."""
    given = rows(section(PAGE, "What is of which level").split("What lies in the open")[0])
    return {level.strip("`"): named(told) for level, told in given}


def without_a_level(sealed, told):
    """Sealed columns that no level names, or two do."""
    return {one for one in sealed if sum(one in columns for columns in told.values()) != 1}


def test_every_sealed_column_is_of_one_level_and_no_other_column_is():
    sealed = {word for word in named(section(SECURITY, "What is sealed")) if "." in word}

    assert without_a_level(sealed, by_level()) == set()
    assert set().union(*by_level().values()) == sealed
    assert set(by_level()) == {"health", "person"}


def test_a_column_that_was_forgotten_would_be_noticed():
    told = by_level()
    told["health"] = told["health"] - {"drafts.payload"}

    assert without_a_level({"drafts.payload", "passkeys.sealed"}, told) == {"drafts.payload"}


def test_what_lies_in_the_open_is_there():
    text = section(PAGE, "What is of which level").split("What lies in the open")[1]
    open_ = {word for word in named(text) if "." in word}
    public = {word for level, told in rows(text) if level == "`public`" for word in named(told)}

    assert open_ and open_ <= columns() - {word for told in by_level().values() for word in told}
    assert public <= {table.name for table in Base.metadata.sorted_tables}


@pytest.mark.parametrize("asked", ASKED)
def test_each_level_says_what_it_asks_for(asked):
    text = section(PAGE, "What each level asks for")
    (told,) = [row for row in rows(text) if row[0] == asked]

    assert len(told) == 1 + len(LEVELS)
    assert all(cell for cell in told[1:4]), "of what is public there may be nothing to say"


def test_the_settings_it_names_are_settings():
    text = section(PAGE, "What each level asks for")
    settings = {word for word in named(text) if word.endswith("_days")}

    assert settings == {"keep_forms_days", "patient_unsaved_days"}
    assert all(one in Settings.__dataclass_fields__ for one in settings)
