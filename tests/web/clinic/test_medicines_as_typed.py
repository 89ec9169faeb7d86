"""The patient's medicines on the clinic's page: as typed, beside what each was taken for."""

from collections import OrderedDict
from dataclasses import replace

import pytest
from sqlalchemy import text

from intake.content.medicines import parse_formulary
from intake.domain.answers import MedicineEntry, MedicineList, answered
from intake.domain.medicines import Medicine, Possible, Recognition
from intake.services import basis
from intake.web.clinic.listed_medicines import ListedMedicine
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import MEDICINES
from web.clinic.person import Person, words

CLONAZEPAM, CLONIDINE, OXYCODONE, ACETAMINOPHEN = (
    Medicine(name, name, frozenset()) for name in ("clonazepam", "clonidine", "oxycodone", "acetaminophen")
)


def like(word, *medicines):
    return Possible(word, medicines, "a name")


@pytest.mark.parametrize(
    ("entry", "recognition", "said"),
    [
        (MedicineEntry("Klonopin 1 mg"), Recognition((CLONAZEPAM,)), "clonazepam"),
        (MedicineEntry("Percocet"), Recognition((OXYCODONE, ACETAMINOPHEN)), "oxycodone, acetaminophen"),
        (MedicineEntry("klonapin"), Recognition((), (like("klonapin", CLONAZEPAM),)), "possibly clonazepam"),
        (
            MedicineEntry("clonodin"),
            Recognition((), (like("clonodin", CLONAZEPAM), like("clonodin", CLONIDINE))),
            "possibly clonazepam or clonidine",
        ),
        (
            MedicineEntry("percocett"),
            Recognition((), (like("percocett", OXYCODONE, ACETAMINOPHEN),)),
            "possibly oxycodone and acetaminophen",
        ),
        (
            MedicineEntry("klonapin 1 mg"),
            Recognition((), (like("klonapin", CLONAZEPAM),)),
            "“klonapin” possibly clonazepam",
        ),
        (MedicineEntry("sunrise"), Recognition((), (), ("sunrise",)), "not recognized: read by hand"),
        (
            MedicineEntry("Percocet and a blue pill"),
            Recognition((OXYCODONE,), (), ("a blue pill",)),
            "oxycodone; “a blue pill” not recognized: read by hand",
        ),
        (
            MedicineEntry("", "one at night", named=False),
            Recognition((), (), ("one at night",)),
            "read by hand",
        ),
        (
            MedicineEntry("like Percocet", named=False),
            Recognition((OXYCODONE, ACETAMINOPHEN)),
            "oxycodone, acetaminophen; read by hand",
        ),
        (MedicineEntry("10 mg"), Recognition(), "not recognized: read by hand"),
    ],
)
def test_what_a_medicine_was_taken_for_is_said(entry, recognition, said):
    assert ListedMedicine(entry, recognition).taken_for == said


def test_a_name_the_patient_is_not_sure_of_is_shown_as_such():
    entry = MedicineEntry("like Percocet", named=False)

    assert ListedMedicine(entry, Recognition()).typed == "One I do not know the name of: like Percocet"


def listed_to(person):
    return [words(one) for one in next(_answer(person).iter("tbody")).iter("tr")]


def _answer(person):
    return next(one for one in person.page.tree.iter("div") if one.get("id") == "answer-medicines")


def send(sent, *entries):
    return sent(takes="yes", medicines=answered(MedicineList(entries)))


def test_each_medicine_stands_as_typed_with_all_that_was_said_of_it(alice, sent):
    submission = send(
        sent,
        MedicineEntry("Nardil", "15 mg", "3 or more times a day", last_taken="Today", typed_first="nardel"),
        MedicineEntry("sunrise"),
        MedicineEntry("", "a white pill", named=False),
    )
    alice.open(f"/submissions/{submission}")

    first, second, third = listed_to(alice)
    assert first == (
        "Nardil 15 mg, 3 or more times a day, last taken: Today "
        "typed “nardel”, then picked this name phenelzine"
    )
    assert second == "sunrise not recognized: read by hand"
    assert third == "One I do not know the name of a white pill read by hand"


def test_a_name_nobody_picked_is_not_said_to_be_typed_otherwise(alice, sent):
    alice.open(f"/submissions/{send(sent, MedicineEntry('Nardil'))}")

    assert listed_to(alice) == ["Nardil phenelzine"]


def test_what_a_patient_typed_for_a_medicine_is_never_read_as_markup(alice, sent):
    typed = "<b>Nardil</b>"
    alice.open(f"/submissions/{send(sent, MedicineEntry(typed, typed, typed, True, typed, typed))}")

    assert typed in listed_to(alice)[0]
    assert "<b>" not in alice.response.text


def test_forty_medicines_are_all_shown(alice, sent):
    entries = [MedicineEntry(f"{number} {'x' * 190}") for number in range(40)]
    alice.open(f"/submissions/{send(sent, *entries)}")

    assert alice.status == 200
    assert len(listed_to(alice)) == 40


def test_a_list_is_read_with_the_edition_the_form_was_screened_under(alice, clinic, sent):
    submission = send(sent, MedicineEntry("Nardil"))

    later = after_nardil_was_renamed(clinic)
    later.open(f"/submissions/{submission}")

    assert listed_to(later) == ["Nardil phenelzine"]
    assert "now in force" not in words(_answer(later))


def test_a_list_whose_edition_is_gone_is_read_with_the_one_in_force_and_says_so(
    alice, clinic, sent, monkeypatch
):
    submission = send(sent, MedicineEntry("Nardil"))
    monkeypatch.setattr(basis, "_read", OrderedDict())
    with clinic.database.write() as session:
        session.execute(text("DROP TRIGGER editions_no_delete"))
        session.execute(text("DELETE FROM editions WHERE kind = 'medicines'"))

    later = after_nardil_was_renamed(clinic)
    later.open(f"/submissions/{submission}")

    assert listed_to(later) == ["Nardil not recognized: read by hand"]
    assert "Read with the medicines list now in force. The form was screened under another." in words(
        _answer(later)
    )


def after_nardil_was_renamed(clinic):
    library = replace(clinic.library, formulary=parse_formulary(MEDICINES.replace("Nardil", "Nardelzine")))
    return Person(create_clinic_site(replace(clinic, library=library))).sign_in("alice", PASSWORD)
