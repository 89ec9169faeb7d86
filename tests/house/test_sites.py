"""The patient site has nothing to do with the clinic's site, with commands, or with looking after keys."""

import ast
from pathlib import Path

WEB = Path(__file__).parents[2] / "intake" / "web"
NOT_FOR_PATIENTS = ("intake.web.clinic", "intake.web.worker", "intake.cli", "intake.services.instance")
FIELDS = {
    f"intake.web.patient.{one}"
    for one in ("box_fields", "fields", "forms", "medicine_form", "medicine_list", "names", "parse")
}


def imported(source):
    """Every module that is imported anywhere in a file, also within a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def of(sources, wanted):
    """Those of the imports that begin so."""
    return {one for source in sources for one in imported(source) if one.startswith(wanted)}


def test_the_patient_site_knows_nothing_of_the_clinics():
    patient = [path.read_text("utf-8") for path in (WEB / "patient").glob("*.py")]

    assert len(patient) > 20
    assert of(patient, NOT_FOR_PATIENTS) == set()


def test_one_that_did_would_be_noticed():
    """The control."""
    for source in (
        "def f():\n    from intake.web.clinic import queue",
        "import intake.web.clinic.site",
        "from intake.web import clinic",
    ):
        assert of([source], NOT_FOR_PATIENTS)


def test_of_the_patient_site_the_clinics_takes_the_fields_of_questions_and_no_page():
    """Whoever types in a paper is asked with the same fields, and what is typed is read the same way."""
    clinic = [path.read_text("utf-8") for path in (WEB / "clinic").glob("*.py")]

    assert {".".join(one.split(".")[:4]) for one in of(clinic, ("intake.web.patient.",))} <= FIELDS
