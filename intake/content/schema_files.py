"""The three content files as an editor checks and completes them, as JSON Schema (draft 7).

Made of the words the readers themselves use, so that an editor and ``intake rules check``
agree. What a schema cannot see (whether examples come out as written) is left to the command.
"""

from collections.abc import Iterable

from intake.content.questions import UNITS
from intake.content.schema_conditions import OPEN_STATES, answers, condition
from intake.content.schema_words import Schema, day, defined, flag, listing, mapping, one_of, words
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Kind, Questionnaire
from intake.domain.rules import Checked, Outcome, Priority, SourceKind

_DIALECT = "http://json-schema.org/draft-07/schema#"
_KEBAB = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_SNAKE = "^[a-z][a-z0-9_]*$"
GRAVEST = ("first", "last", "none")  # where among its choices a question's gravest answer stands


def rules_schema(
    questionnaire: Questionnaire, formulary: Formulary, topics: Iterable[str], hazards: Iterable[str]
) -> Schema:
    """``screening_rules.yaml``, for these questions, medicines, topics and hazards."""
    rule = mapping(
        "One thing to point out to a clinician.",
        {
            "id": words("The permanent id: lower-case words joined by hyphens. Never used again.", _KEBAB),
            "topic": one_of("The subject several rules share, as in safety/topics.yaml.", sorted(topics)),
            "title": words("What is pointed out, in a few words. No two rules share one."),
            "priority": one_of(
                "When a clinician should look, never how ill somebody is: urgent, high, moderate or info.",
                [one.value for one in Priority],
            ),
            "when": defined("condition"),
            "why": words("Why it matters, for the clinician who reads the flag."),
            "sources": listing("On whose authority it is pointed out: one source or more.", _source(), 1),
            "owner": words("The clinician who answers for the rule; else the owner of the file."),
            "review_by": day("The day by which it is to be read again; else that of the file."),
            "hazards": listing("What it helps to hold in check, as in safety/hazards.yaml.",
                             one_of("A hazard's id.", sorted(hazards))),
            "examples": listing("People it is tried on: raised, not_raised and cannot_tell.", _example(), 3),
        },
        required=("id", "topic", "title", "priority", "when", "why", "sources", "examples"),
    )  # fmt: skip
    return {
        "$schema": _DIALECT,
        "title": "Screening rules of intake",
        **mapping(
            "What is pointed out to a clinician, why, and on whose authority.",
            {
                "about": words("What the file is, for those who read it."),
                "owner": words("Who answers for every rule that names nobody else."),
                "review_by": day("When every rule that says nothing else is to be read again."),
                "bibliography": {
                    "type": "object",
                    "description": "Each publication once, under the key that rules cite it by.",
                    "additionalProperties": _publication(),
                },
                "not_covered": listing("What no rule covers, told to the clinician.", words("A line.")),
                "rules": listing("Every rule, in the order of the questions.", rule),
            },
            required=("rules",),
        ),
        "definitions": {
            "condition": condition(questionnaire, formulary),
            "answers": answers(questionnaire),
        },
    }


def part_schema(questionnaire: Questionnaire, scales: Iterable[str]) -> Schema:
    """A file of the questionnaire folder that holds one part."""
    page = mapping(
        "What is asked at once: one question, or one short topic.",
        {
            "id": words("The page's id.", _SNAKE),
            "title": words("What stands above several questions."),
            "intro": words("A sentence before the questions."),
            "attribution": words("Whose instrument it is, in the words its owner asks for."),
            "leave_now": flag("Offers a link that leaves for a neutral site: it asks about safety at home."),
            "questions": listing("The questions of the page.", _question(questionnaire, scales), 1),
        },
        required=("id", "questions"),
    )
    part = mapping(
        "A topic of the form.",
        {
            "id": words("The part's id.", _SNAKE),
            "title": words("The topic, as patients read it."),
            "pages": listing("The pages, in the order asked.", page, 1),
        },
        required=("id", "title", "pages"),
    )
    return {
        "$schema": _DIALECT,
        "title": "One part of the questionnaire of intake",
        "type": "array",
        "minItems": 1,
        "maxItems": 1,
        "items": part,
        "definitions": {"condition": condition(questionnaire)},
    }


def medicines_schema(formulary: Formulary) -> Schema:
    """``medicines.yaml``, with these classes and medicines."""
    names = listing("How it is written otherwise.", words("A name."))
    class_names = listing(
        "The classes it belongs to.", one_of("A class named at the top.", sorted(formulary.classes))
    )
    medicine = mapping(
        "One medicine and every name it goes by.",
        {
            "id": words("The permanent id.", _SNAKE),
            "name": words("The generic name."),
            "classes": class_names,
            "brands": {**names, "description": "Brands, and other names of it."},
            "misspellings": {**names, "description": "Misspellings people write."},
            "rxcui": words("The RxNorm ingredient code, in quotation marks."),
        },
        required=("id", "name", "classes"),
    )
    ingredients = sorted(one.id for one in formulary.medicines)
    combination = mapping(
        "A product with several medicines in it.",
        {
            "name": words("The product's name."),
            "contains": listing("The medicines in it.", one_of("A medicine's id.", ingredients), 1),
            "misspellings": {**names, "description": "Misspellings people write."},
            "only_alone": {**names, "description": "Names that count only when nothing else stands there."},
        },
        required=("name", "contains"),
    )
    groups = listing("Names that are told apart badly.", listing("One group of them.", words("A name.")))
    by_word = {"type": "object", "additionalProperties": {"type": "string"}}
    return {
        "$schema": _DIALECT,
        "title": "Medicines of intake",
        **mapping(
            "The names patients write, and the classes rules ask about.",
            {
                "classes": {**by_word, "minProperties": 1, "description": "Each class and how it is shown."},
                "medicines": listing("Every medicine.", medicine, 1),
                "combinations": listing("Products with several medicines.", combination),
                "fillers": {**by_word, "description": "Words beside a name that are no names."},
                "everyday": words("Everyday words that no misspelling is looked for in."),
                "reasons": words("Words for why something is taken."),
                "look_alikes": groups,
                "product_words": words("Words that make another product of the name before them."),
            },
            required=("classes", "medicines"),
        ),
    }


def _question(questionnaire: Questionnaire, scales: Iterable[str]) -> Schema:
    pages = [page.id for page in questionnaire.safety_pages]
    trigger = mapping(
        "A safety page that is shown after this answer; rules have no part in it.",
        {"show": one_of("The safety page.", pages), "when": defined("condition")},
        required=("show", "when"),
    )
    pair: Schema = {"type": "array", "minItems": 2, "maxItems": 2}
    choices: Schema = {
        "type": "object",
        "propertyNames": {"pattern": _SNAKE, "not": {"enum": OPEN_STATES}},
        "additionalProperties": {"type": "string"},
    }
    return mapping(
        "One thing asked, under a permanent id.",
        {
            "id": words("The permanent id: lower-case words joined by _. Never changed.", _SNAKE),
            "kind": one_of("How it is answered.", [kind.value for kind in Kind]),
            "ask": words("The question, in the patient's words; reading grade 6 or lower."),
            "label": words("Its short name, for a list of answers."),
            "hint": words("A line below the question."),
            "why": words("Why it is asked, for the patient."),
            "choices": {**choices, "minProperties": 1, "description": "Each choice's id and words."},
            "none": {**choices, "description": "The choice that goes with no other: none of these."},
            "scale": one_of("The scale of form.yaml that its answers are taken from.", sorted(scales)),
            "gravest": one_of("Where its most serious answer stands: first, last, or none is.", GRAVEST),
            "not_sure": flag("Offers “I'm not sure”."),
            "declined": flag("Offers “I'd rather not say”."),
            "units": listing("The units to choose from; amounts are compared in the first.",
                           one_of("A unit.", sorted(UNITS - {""}))),
            "unit": one_of("The unit of the number.", sorted(UNITS - {""})),
            "limits": {**pair, "description": "The least and the greatest number; a reading has two pairs."},
            "plausible": {**pair, "description": "Outside of this the form asks: is that right?"},
            "labels": {**pair, "description": "The two numbers of a reading."},
            "long": flag("Takes several lines of words."),
            "each": words("Asked as a list, a box for each: what the thing in one box is called."),
            "past": flag("A date that cannot lie ahead."),
            "needed": flag("The form cannot be sent without it."),
            "optional": flag("May be left blank without a word."),
            "sensitive": flag("Asked with care, and kept off shared screens."),
            "autocomplete": words("What a browser may fill in."),
            "inputmode": words("Which keyboard a phone shows."),
            "only_if": defined("condition"),
            "safety": listing("Safety pages shown after certain answers.", trigger),
        },
        required=("id", "kind", "ask"),
    )  # fmt: skip


def _source() -> Schema:
    return mapping(
        "A publication the rule rests on: by its key in the bibliography, or written out.",
        {
            "kind": one_of("What sort of publication it is.", [kind.value for kind in SourceKind]),
            "key": words("Its key in the bibliography at the top of the file."),
            "title": words("Its title, when it is not in the bibliography."),
            "section": words("The section that says so, by name."),
            "checked": one_of("How far somebody checked that it says so.", [one.value for one in Checked]),
            "year": {"type": "integer", "description": "The year it was published."},
            "url": words("Where it was read."),
        },
        required=("kind",),
    )


def _publication() -> Schema:
    return mapping(
        "A document that rules cite.",
        {
            "title": words("Its title."),
            "year": {"type": "integer", "description": "The year it was published."},
            "url": words("Where somebody read it."),
        },
        required=("title",),
    )


def _example() -> Schema:
    return mapping(
        "A person, in a few answers, and what the rule must make of them.",
        {
            "answers": defined("answers"),
            "outcome": one_of("What must come of the rule.", [one.value for one in Outcome]),
            "as_of": day("The day the form is sent, where time matters."),
        },
        required=("answers", "outcome"),
    )
