"""The schemas editors use are what the command makes, and agree with the readers."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

import small
from intake.config import Settings
from intake.content.documents import DocumentRefused, read
from intake.content.schema_files import medicines_schema, part_schema, rules_schema
from intake.services import schemas

CHECKOUT = Path(__file__).parents[2]
REFUSED = CHECKOUT / "tests/content/refused"
PARTS = sorted(
    path for path in (CHECKOUT / "questionnaire").glob("*.yaml") if path.stem not in ("form", "crisis_lines")
)
FILES = [CHECKOUT / "screening_rules.yaml", CHECKOUT / "medicines.yaml", *PARTS]


def named_in(path):
    """The schema that the first line of a file points editors to."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    (name,) = re.findall(r"^# yaml-language-server: \$schema=(\S+)$", first)
    return json.loads((path.parent / name).read_text(encoding="utf-8"))


def wrong(schema, document):
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("name", schemas.NAMES)
def test_a_schema_is_what_the_command_makes(name):
    made = schemas.text(Settings(instance=Path("nowhere")), name)

    assert (CHECKOUT / f"schemas/{name}.json").read_text(encoding="utf-8") == made
    jsonschema.Draft7Validator.check_schema(json.loads(made))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_shipped_file_names_its_schema_and_holds_to_it(path):
    document = read(f"file:\n{indented(path)}", path.name)["file"]

    assert wrong(named_in(path), document) == []


def indented(path):
    return "".join(f"  {line}\n" for line in path.read_text(encoding="utf-8").splitlines())


SMALL = {
    "rule": rules_schema(small.asked, small.formulary, ["pressure"], ["H01"]),
    "questionnaire": part_schema(small.asked, ["often"]),
    "medicines": medicines_schema(small.formulary),
}
BASES = {
    "rule": (REFUSED / "rule.txt").read_text(encoding="utf-8"),
    "questionnaire": small.QUESTIONNAIRE,
    "medicines": small.MEDICINES,
}
# What a schema cannot see: whether things go together, or an id is given away twice.
BEYOND = {
    "a number nobody reaches",
    "a number with no end",
    "a source without a title",
    "a key the bibliography does not have",
    "read, and nobody says where",
    "an inference under another title",
    "an example that comes out otherwise",
    "an example nobody can tell of",
    "a date in words",
    "a reading in words",
    "a weight in words",
    "a weight in stone",
    "none of these, and one of these",
    "a day that is in no calendar",
    "no owner",
    "two rules of one id",
    "two questions of one id",
    "two pages of one id",
    "a follow-up of a later question",
    "a follow-up of itself",
    "a safety page that looks at another question",
    "limits the wrong way round",
    "one pair of limits for two numbers",
    "several questions on a page without a title",
    "a list of medicines on a page with others",
    "two medicines of one id",
    "a brand of two medicines",
    "a name of two letters",
}
# Of the questionnaire, editors see the parts; these lie in form.yaml or crisis_lines.yaml.
ELSEWHERE = {
    "a crisis line there is none of",
    "a total of a question there is none of",
    "a working-out there is none of",
    "a day in words",
}


def slips():
    for path in sorted(REFUSED.glob("*.yaml")):
        kind = yaml.safe_load(path.read_text(encoding="utf-8"))
        for slip in kind["slips"]:
            if path.stem != "format" and slip["slip"] not in BEYOND | ELSEWHERE:
                yield pytest.param(kind["file"], slip, id=f"{path.stem}: {slip['slip']}")


def as_editors_see_it(file, text):
    """What an editor holds against a schema; of the questionnaire, its parts one by one."""
    document = read(text, file)
    return [[part] for part in document["parts"]] if file == "questionnaire" else [document]


@pytest.mark.parametrize("file", BASES)
def test_what_loads_holds_to_its_schema(file):
    for document in as_editors_see_it(file, BASES[file]):
        assert wrong(SMALL[file], document) == []


@pytest.mark.parametrize(("file", "slip"), list(slips()))
def test_a_slip_is_seen_in_the_editor_too(file, slip):
    text = BASES[file].replace(slip["written"], slip["instead"], 1)
    try:
        documents = as_editors_see_it(file, text)
    except DocumentRefused:
        return  # an editor sees broken YAML without any schema

    assert any(wrong(SMALL[file], document) for document in documents)


def test_what_editors_cannot_see_is_a_slip_of_the_collection():
    known = {
        slip["slip"]
        for path in REFUSED.glob("*.yaml")
        for slip in yaml.safe_load(path.read_text(encoding="utf-8"))["slips"]
    }

    assert known >= BEYOND | ELSEWHERE
