"""The medicines a solver imagines are entries that somebody could type, and are read as it holds them."""

import as_shipped
from intake.proving.medicine_groups import TypedNames

LIBRARY = as_shipped.library()
FORMULARY = LIBRARY.formulary
GROUPS = TypedNames(FORMULARY).groups(frozenset(FORMULARY.classes), frozenset({"bupropion"}))


def classes_of(medicines):
    return {one for medicine in medicines for one in medicine.classes}


def test_a_certain_entry_is_read_wholly_and_as_its_group():
    for group in GROUPS.certain:
        read = FORMULARY.read(group.typed)
        assert read.is_complete, group.typed
        assert classes_of(read.certain) == group.classes
        assert ("bupropion" in {one.id for one in read.certain}) == group.names("bupropion")


def test_a_possible_entry_names_nothing_and_resembles_its_group():
    for group in GROUPS.possible:
        read = FORMULARY.read(group.typed)
        assert not read.certain
        assert classes_of(m for near in read.possible for m in near.medicines) == group.classes


def test_every_class_rules_ask_about_can_be_listed_and_nearly_listed():
    for groups in (GROUPS.certain, GROUPS.possible):
        assert classes_of(groups) == set(FORMULARY.classes)


def test_a_medicine_asked_for_by_name_is_a_group_of_its_own():
    assert any(group.names("bupropion") for group in GROUPS.certain)
    assert any(not group.names("bupropion") and "antidepressant" in group.classes for group in GROUPS.certain)


def test_an_entry_to_read_by_hand_is_read_as_nothing():
    read = FORMULARY.read(GROUPS.unread)

    assert not read.certain and not read.possible and read.unrecognised
