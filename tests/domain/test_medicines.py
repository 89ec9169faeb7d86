"""Recognising medicines: whole words, longest name first, nothing corrected, nothing dropped."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from intake.content.medicines import parse_formulary
from intake.domain.answers import MedicineEntry, MedicineList
from intake.domain.truth import Truth

formulary = parse_formulary(
    small.MEDICINES
    + """
  - {name: Advil Cold and Sinus, contains: [phentermine]}
  - {name: Nuvonox, contains: [lorazepam, naloxone], misspellings: [nuvanix]}
  - {name: Nardil PM, contains: [phenelzine, naloxone], only_alone: [Nardil 7]}
fillers: {forms: tablet film mg patch, salts: potassium, amounts: once daily my is a}
everyday: sleep pressure blood heart something lorazepan
reasons: for when
look_alikes: [[Ativan, Atavar], [OxyContin]]
product_words: pm d cold plus
"""
)


def ids(medicines):
    return [medicine.id for medicine in medicines]


def listed(*names):
    return MedicineList(tuple(MedicineEntry(name) for name in names))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("OXYCONTIN 10mg twice a day", ["oxycodone"]),
        ("oxycotin", ["oxycodone"]),
        ("tylenol #3", ["codeine"]),
        ("Tylenol 3 times a day", []),
        ("adipex p", ["phentermine"]),
        ("ADIPEX-P 37.5", ["phentermine"]),
        ("st johns wort", ["st_johns_wort"]),
        ("St. John’s Wort 300", ["st_johns_wort"]),
        ("suboxone", ["oxycodone", "naloxone"]),
        ("codeines", []),
        ("precodeine", []),
        ("ativan and nardil", ["lorazepam", "phenelzine"]),
        ("50mgoxycodone", ["oxycodone"]),
        ("ativan2mg", ["lorazepam"]),
        ("oxycodone/naloxone", ["oxycodone", "naloxone"]),
        ("Ativan 1mg. Nardil 15mg.", ["lorazepam", "phenelzine"]),
        ("advil cold & sinus", []),
        ("", []),
    ],
)
def test_names_are_recognised_as_whole_words(typed, found):
    assert ids(small.formulary.recognise(typed)) == found


@pytest.mark.parametrize("typed", ["advil cold and sinus", "Advil Cold & Sinus", "Advil cold + sinus"])
def test_a_name_may_hold_the_word_and_however_it_is_written(typed):
    assert ids(formulary.recognise(typed)) == ["phentermine"]


def test_a_misspelled_product_stands_for_all_its_ingredients():
    assert ids(formulary.recognise("nuvanix")) == ["lorazepam", "naloxone"]


@pytest.mark.parametrize(
    ("typed", "word", "name", "medicines"),
    [
        ("ativann 1 mg", "ativann", "Ativan", ["lorazepam"]),
        ("Oxycodene", "Oxycodene", "oxycodone", ["oxycodone"]),
        ("subxone film", "subxone", "Suboxone", ["oxycodone", "naloxone"]),
        ("st johns wart", "st johns wart", "St. John's Wort", ["st_johns_wort"]),
        ("st jons wort", "st jons wort", "St. John's Wort", ["st_johns_wort"]),
        ("nuvvanix", "nuvvanix", "Nuvonox", ["lorazepam", "naloxone"]),
    ],
)
def test_a_word_that_resembles_a_name_is_possibly_that_medicine_and_never_taken_for_it(
    typed, word, name, medicines
):
    read = formulary.read(typed)

    assert read.certain == ()
    assert [(near.word, near.name, ids(near.medicines)) for near in read.possible] == [
        (word, name, medicines)
    ]
    assert read.unrecognised == ()


@pytest.mark.parametrize(
    "typed",
    [
        "ativ",  # too short to tell
        "tablet",  # a filler
        "lorazepan",  # an everyday word, as this file has it
        "atavar",  # a look-alike of Ativan
        "oxycontim",  # OxyContin stands alone: only the word itself counts
        "wonder pill",
    ],
)
def test_what_does_not_resemble_a_name_is_nothing(typed):
    read = formulary.read(typed)

    assert (read.certain, read.possible) == ((), ())
    assert read.unrecognised == (typed,)


def test_a_name_is_never_taken_for_another_it_resembles():
    near = parse_formulary(small.MEDICINES.replace("brands: [Ativan]", "brands: [Ativan, Ativar]"))

    assert near.read("Ativar").possible == ()


def test_names_equally_near_are_all_possible():
    near = parse_formulary(small.MEDICINES.replace("brands: [Nardil]", "brands: [Ativar]"))

    assert [one.name for one in near.read("ativax").possible] == ["Ativan", "Ativar"]


def test_without_a_way_to_see_resemblance_names_alone_are_recognised():
    plain = replace(formulary, resembling=None)

    assert ids(plain.recognise("Ativan")) == ["lorazepam"]
    assert plain.read("ativann").unrecognised == ("ativann",)


@pytest.mark.parametrize(
    ("typed", "unread"),
    [
        ("Ativan, wonderpill", ["wonderpill"]),
        ("Ativan and wonderpill 3 mg", ["wonderpill 3 mg"]),
        ("wonderpill + Ativan", ["wonderpill"]),
        ("Ativan\nsomething for my heart", ["something for my heart"]),
        ("Ativan with a blood pressure patch", ["a blood pressure patch"]),
        ("nardill, wonderpill", ["wonderpill"]),
        ("Ativan, 2 mg, once daily", []),
        ("Ativan, 1 tablet for sleep", []),
        ("Ativan, when my blood pressure is up", []),
        ("Ativan wonderpill", []),  # one part, and recognised
        ("2 mg", ["2 mg"]),
    ],
)
def test_a_part_with_a_word_like_a_name_and_nothing_known_is_read_by_hand(typed, unread):
    assert list(formulary.read(typed).unrecognised) == unread


@pytest.mark.parametrize(
    "typed", ["Nardil 7", "nardil-7", "NARDIL7", "Nardil 7, 2 mg, once daily", "Ativan, Nardil 7"]
)
def test_a_name_that_counts_only_alone_is_possible_where_nothing_stands_beside_it(typed):
    read = formulary.read(typed)

    assert "phenelzine" in ids(read.certain)
    assert "naloxone" not in ids(read.certain)
    assert [(near.name, ids(near.medicines)) for near in read.possible] == [
        ("Nardil PM", ["phenelzine", "naloxone"])
    ]
    assert formulary.lists(listed(typed), "naloxone") is Truth.NOT_KNOWN


@pytest.mark.parametrize(
    "typed",
    [
        "Nardil 7 times a day",
        "nardil 7 a day",
        "nardil 7x",
        "Nardil 7 tablet",
        "Nardil 7/day",
        "Nardil, 7 tablet",
    ],
)
def test_a_name_that_counts_only_alone_is_not_seen_among_other_words(typed):
    read = formulary.read(typed)

    assert (ids(read.certain), read.possible, read.unrecognised) == (["phenelzine"], (), ())


def test_a_name_that_counts_only_alone_is_suggested_as_the_product_it_may_be():
    assert formulary.suggestions("nardil 7")[0] == "Nardil PM"
    assert formulary.read("nardilx 7").possible[0].name == "Nardil", "and nothing resembles it"


@pytest.mark.parametrize("typed", ["Nardil PM", "nardil p.m.", "Nardil P. M. 2 mg", "nardil-pm"])
def test_pm_is_one_word_however_it_is_written(typed):
    assert ids(formulary.recognise(typed)) == ["phenelzine", "naloxone"]


@pytest.mark.parametrize(
    ("typed", "unread"),
    [
        ("Ativan cold", ["Ativan cold"]),
        ("Nardil, ativan-d 12 hour", ["ativan-d 12 hour"]),
        ("Ativan cold & flu", ["Ativan cold"]),
        ("Ativan plus", ["Ativan plus"]),
        ("Ativan plus 2 mg", ["Ativan plus"]),
        ("Nardil PM cold", ["Nardil PM cold"]),
        ("Nardil PM", []),  # the longer name is known
        ("Ativan plus Nardil", []),
        ("Ativan plus wonderpill", ["wonderpill"]),
        ("Ativan at 8 pm", []),
        ("Ativan 8 pm", []),
        ("Ativan 10 mg d", []),
        ("Ativan d3", []),
        ("Ativan for cold", []),
    ],
)
def test_a_product_word_directly_behind_a_name_leaves_the_product_to_be_read_by_hand(typed, unread):
    read = formulary.read(typed)

    assert read.certain
    assert list(read.unrecognised) == unread


def test_the_number_of_a_product_may_be_parted_from_its_sign_or_follow_no():
    numbered = parse_formulary(
        small.MEDICINES.replace(
            "[codeine]}\n  - {name: Sub", "[codeine], misspellings: [Tylenol no 3]}\n  - {name: Sub"
        )
    )

    assert all(ids(numbered.recognise(typed)) == ["codeine"] for typed in ["Tylenol # 3", "tylenol no. 3"])
    assert ids(numbered.recognise("doctor said no. Ativan")) == ["lorazepam"]


def test_the_salt_behind_a_name_is_no_medicine_of_its_own():
    salts = parse_formulary(
        small.MEDICINES.replace(
            "medicines:\n", "medicines:\n  - {id: potassium, name: potassium, classes: []}\n"
        )
        + "fillers: {salts: potassium}\n"
    )

    assert ids(salts.recognise("codeine potassium")) == ["codeine"]
    assert ids(salts.recognise("potassium, codeine")) == ["potassium", "codeine"]


def test_what_is_not_recognised_is_kept_to_be_read_by_hand():
    unknown, unnamed = MedicineEntry("wonder pill"), MedicineEntry("", named=False)
    near, half = MedicineEntry("ativann"), MedicineEntry("Ativan, wonderpill")
    some = MedicineList((MedicineEntry("Ativan", "2 mg"), unknown, unnamed, near, half))

    assert formulary.not_recognised(some) == (unknown, unnamed, near, half)


@pytest.mark.parametrize(
    ("names", "opioid", "codeine"),
    [
        (["codeine"], Truth.YES, Truth.YES),
        (["codeinne"], Truth.NOT_KNOWN, Truth.NOT_KNOWN),
        (["oxycodone", "codeinne"], Truth.YES, Truth.NOT_KNOWN),
        (["subxone"], Truth.NOT_KNOWN, Truth.NO),
        (["nardill"], Truth.NO, Truth.NO),
        (["wonder pill"], Truth.NO, Truth.NO),
        ([], Truth.NO, Truth.NO),
    ],
)
def test_a_near_miss_leaves_open_what_it_could_be(names, opioid, codeine):
    assert formulary.in_class(listed(*names), "opioid") is opioid
    assert formulary.lists(listed(*names), "codeine") is codeine


def test_a_medicine_without_a_name_could_be_anything():
    unnamed = MedicineList((MedicineEntry("", named=False),))

    assert formulary.in_class(unnamed, "opioid") is Truth.NOT_KNOWN
    assert formulary.lists(unnamed, "codeine") is Truth.NOT_KNOWN


class CountsLooks:
    def __init__(self, looks):
        self.looks = looks

    def nearest(self, written):
        self.looks.append(written)
        return ()


def test_one_reading_reads_an_entry_once_however_often_it_is_asked():
    looks = []
    counted = replace(formulary, resembling=lambda names: CountsLooks(looks))
    some = listed("Ativan", "wonderpill")
    reading = counted.reading()

    for medicine_class in ("opioid", "benzodiazepine", "maoi"):
        reading.in_class(some, medicine_class)
    reading.not_recognised(some)

    assert looks == ["wonderpill"]
    counted.in_class(some, "opioid")
    assert looks == ["wonderpill", "wonderpill"], "and what was typed is not remembered beyond it"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("oxy", ("oxycodone", "OxyContin")),
        ("OXYCON", ("OxyContin",)),
        ("oxycoti", ("OxyContin",)),  # begins a misspelling; the right name is offered
        ("ativann 1 mg tablet", ("Ativan",)),
        ("st john", ("St. John's Wort",)),
        ("o", ()),
        ("", ()),
        ("wonder", ()),
    ],
)
def test_names_are_suggested_by_how_they_begin_and_then_by_what_they_resemble(typed, offered):
    assert formulary.suggestions(typed) == offered


def test_no_more_names_are_suggested_than_asked_for():
    assert formulary.suggestions("oxy", most=1) == ("oxycodone",)


@given(st.text(max_size=80))
def test_any_text_at_all_can_be_looked_at(typed):
    formulary.read(typed)
    formulary.suggestions(typed)


@given(st.text(min_size=1, max_size=80))
def test_nothing_typed_goes_unseen(typed):
    read = formulary.read(typed)

    assert not typed.strip() or read.certain or read.possible or read.unrecognised


@given(st.sampled_from([name for name, _ in small.formulary.names()]), st.sampled_from(["", "my ", "take "]))
def test_every_name_in_the_file_is_recognised_in_any_case_and_between_other_words(name, before):
    expected = dict(small.formulary.names())[name]

    assert set(expected) <= set(small.formulary.recognise(f"{before}{name.upper()} 10 mg"))
