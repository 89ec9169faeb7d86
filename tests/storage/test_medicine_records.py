"""Lists of medicines sealed by an earlier release still open, and nothing of a newer one is lost."""

from dataclasses import fields

from intake.domain.answers import Answers, MedicineEntry, MedicineList, answered
from intake.storage.codec_answers import answers_from_json, answers_to_json

# As it was written at first; a record once sealed never changes.
BEFORE = {
    "medicines": {
        "state": "answered",
        "value": {
            "kind": "medicines",
            "entries": [
                {"name": "Sertraline", "amount": "50 mg", "how_often": "Once a day", "named": True},
                {"name": "", "amount": "a white pill", "how_often": "", "named": False},
            ],
        },
    }
}


def test_a_list_sealed_before_two_questions_were_asked_still_opens():
    assert answers_from_json(BEFORE).value("medicines") == MedicineList(
        (MedicineEntry("Sertraline", "50 mg", "Once a day"), MedicineEntry("", "a white pill", named=False))
    )


def test_every_field_of_a_medicine_is_sealed():
    entry = MedicineEntry("Klonopin", "1 mg", "Twice a day", True, "Today", "klonapin")
    written = answers_to_json(Answers({"medicines": answered(MedicineList((entry,)))}))

    (sealed,) = written["medicines"]["value"]["entries"]
    assert set(sealed) == {field.name for field in fields(MedicineEntry)}
    assert answers_from_json(written).value("medicines") == MedicineList((entry,))
