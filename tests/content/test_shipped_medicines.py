"""The medicines file as shipped: what the dossier and the decisions ask of it."""

from itertools import permutations
from pathlib import Path

import pytest

from intake import resources
from intake.content.medicines import read_formulary
from intake.domain.answers import MedicineEntry, MedicineList

DOCS = Path(__file__).parents[2] / "docs" / "medicines.md"


@pytest.fixture(scope="module")
def shipped():
    formulary, _ = read_formulary(resources.MEDICINES)
    return formulary


def ids(medicines):
    return {medicine.id for medicine in medicines}


def classes(formulary, typed):
    return {one for medicine in formulary.recognise(typed) for one in medicine.classes}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tramadol", {"opioid"}),
        ("kratom", {"opioid", "unregulated_depressant"}),
        ("7-OH", {"opioid", "unregulated_depressant"}),
        ("tianeptine", {"opioid", "unregulated_depressant"}),
        ("phenibut", {"muscle_relaxant_other_cns", "unregulated_depressant"}),
        ("GHB", {"muscle_relaxant_other_cns", "sodium_oxybate_ghb", "unregulated_depressant"}),
        ("Xyrem", {"muscle_relaxant_other_cns", "sodium_oxybate_ghb"}),
        ("Luvox", {"antidepressant", "cyp3a4_inhibitor"}),
        ("bupropion", {"antidepressant"}),
        ("ayahuasca", {"maoi"}),
        ("Ketalar", {"ketamine"}),
        ("Spravato", {"ketamine"}),
        ("DDAVP", {"desmopressin"}),
        ("vasopressin", {"sympathomimetic_vasopressor"}),
        ("phenobarbital", {"barbiturate", "cyp_inducer"}),
        ("Plavix", {"cyp2b6_inhibitor", "anticoagulant"}),
        ("terazosin", {"antihypertensive"}),
        ("Narcan", set()),
    ],
)
def test_a_medicine_is_in_the_classes_decided_and_in_no_other(shipped, typed, expected):
    assert classes(shipped, typed) == expected


@pytest.mark.parametrize(
    ("product", "contains"),
    [
        ("Suboxone", {"buprenorphine", "naloxone"}),
        ("Contrave", {"naltrexone", "bupropion"}),
        ("Auvelity", {"dextromethorphan", "bupropion"}),
        ("Nuedexta", {"dextromethorphan", "quinidine"}),
        ("Lybalvi", {"olanzapine", "samidorphan"}),
        ("Symbyax", {"olanzapine", "fluoxetine"}),
        ("Paxlovid", {"nirmatrelvir", "ritonavir"}),
        ("Qsymia", {"phentermine", "topiramate"}),
        ("Tylenol PM", {"acetaminophen", "diphenhydramine"}),
        ("Fioricet", {"butalbital", "acetaminophen"}),
        ("Percocet", {"oxycodone", "acetaminophen"}),
        ("percoset", {"oxycodone", "acetaminophen"}),
        ("Claritin-D", {"loratadine", "pseudoephedrine"}),
        ("Claritin", {"loratadine"}),
    ],
)
def test_a_product_stands_for_all_its_ingredients(shipped, product, contains):
    assert ids(shipped.recognise(product)) == contains


# medications.md, matching rule 4. Cerebyx is fosphenytoin, Atarax hydroxyzine, Zantac ranitidine.
LOOK_ALIKES = [
    ("clonazepam", "clonidine"),
    ("hydroxyzine", "hydralazine"),
    ("buspirone", "bupropion"),
    ("tramadol", "trazodone"),
    ("Lamictal", "Lamisil"),
    ("Celexa", "Celebrex", "Cerebyx"),
    ("Zyprexa", "Zyrtec"),
    ("Xanax", "Zantac"),
    ("Vistaril", "Vicodin"),
    ("methadone", "methylphenidate"),
    ("Ativan", "Atarax"),
    ("quinine", "quinidine"),
    ("oxybate", "oxybutynin"),
]


@pytest.mark.parametrize(("one", "other"), [two for group in LOOK_ALIKES for two in permutations(group, 2)])
def test_a_look_alike_is_never_taken_for_the_other(shipped, one, other):
    read = shipped.read(one)

    assert read.possible == ()
    assert not ids(read.certain) & ids(shipped.recognise(other))


@pytest.mark.parametrize(("one", "other"), [two for group in LOOK_ALIKES for two in permutations(group, 2)])
def test_look_alikes_are_kept_apart_by_the_file_too_not_only_by_both_being_known(shipped, one, other):
    assert other.casefold() in shipped.vocabulary.kept_from(one.casefold())


@pytest.mark.parametrize("typed", ["somma", "sonatta", "rufinamide", "nizatidine", "tyrosine"])
def test_words_too_near_to_a_name_are_left_to_the_clinician(shipped, typed):
    read = shipped.read(typed)

    assert (read.certain, read.possible, read.unrecognised) == ((), (), (typed,))


@pytest.mark.parametrize(
    "entry",
    [
        MedicineEntry("Xanax", "0.5 mg", "as needed for panic attacks"),
        MedicineEntry("Zoloft", "100mg", "every morning"),
        MedicineEntry("Ambien CR", "not sure", "when I travel"),
        MedicineEntry("Lipitor", "1 pill", "before bed"),
        MedicineEntry("Suboxone", "8-2 mg film", "twice a day under the tongue"),
        MedicineEntry("albuterol inhaler", "2 puffs", "every 4 hours if needed"),
        MedicineEntry("losartan potassium", "50 mg", "once daily with food"),
        MedicineEntry("Klonopin", "don’t remember", "usually at night"),
    ],
    ids=lambda entry: entry.name,
)
def test_an_ordinary_entry_needs_no_reading_by_hand(shipped, entry):
    assert shipped.not_recognised(MedicineList((entry,))) == ()


@pytest.mark.parametrize(
    "entry",
    [
        MedicineEntry("Xanax and another pill"),
        MedicineEntry("Xanax + a blood pressure pill"),
        MedicineEntry("Zoloft, something for my heart"),
        MedicineEntry("melatonin gummies"),
        MedicineEntry("zoloff"),
    ],
    ids=lambda entry: entry.name,
)
def test_an_entry_not_wholly_understood_is_read_by_hand(shipped, entry):
    assert shipped.not_recognised(MedicineList((entry,))) == (entry,)


def test_every_class_has_a_medicine(shipped):
    used = {one for medicine in shipped.medicines for one in medicine.classes}

    assert used == set(shipped.classes)


def test_no_remark_stands_where_a_name_should(shipped):
    assert [name for name, _ in shipped.names() if set(name) & set('()"/')] == []


def test_a_code_belongs_to_one_medicine_and_is_a_number(shipped):
    codes = [medicine.rxcui for medicine in shipped.medicines if medicine.rxcui is not None]

    assert len(set(codes)) == len(codes)
    assert all(code.isdecimal() for code in codes)


def test_every_name_is_read_as_what_it_stands_for(shipped):
    wrong = [name for name, medicines in shipped.names() if ids(shipped.recognise(name)) != ids(medicines)]

    assert wrong == []


def test_only_right_names_are_suggested(shipped):
    wrong = {name for medicine in shipped.medicines for name in medicine.misspellings}
    wrong |= {name for product in shipped.combinations for name in product.misspellings}
    offered = {name for one in sorted(wrong) for name in shipped.suggestions(one)}

    assert offered
    assert not offered & wrong


def test_the_numbers_in_the_documents_are_true(shipped):
    told = " ".join(DOCS.read_text(encoding="utf-8").split())
    in_no_class = sum(not medicine.classes for medicine in shipped.medicines)
    codes = sum(medicine.rxcui is not None for medicine in shipped.medicines)

    assert f"{len(shipped.medicines)} medicines in {len(shipped.classes)} classes" in told
    assert f"{len(shipped.combinations)} combination products" in told
    assert f"{len(list(shipped.names()))} names" in told
    assert f"{in_no_class} of the medicines are in no class" in told
    assert f"**RxNorm codes** ({codes})" in told
