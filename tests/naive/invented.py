"""Conditions invented at random over the shipped questions: every comparison there is, inside one another.

The shipped rules use some comparisons seldom and others never, and only where their writers thought of
them; whoever writes rules of their own may use any.
"""

from fractions import Fraction
from random import Random

import yaml

from intake.content.conditions import ConditionReader
from intake.content.documents import Problems, read
from intake.content.library import Library
from intake.domain.conditions import Condition
from naive.rawfiles import Files, Plain, choices_of

_NUMBERS = ("at_least", "below", "above", "at_most")
_UNITS = {
    "age": "years",
    "body_mass_index": "kg/m2",
    "total": "points",
    "mean": "points",
    "days_since": "days",
}
_DEEPEST = 3


def conditions(
    files: Files, classes: list[str], medicines: list[str], many: int, chance: Random
) -> list[Plain]:
    """So many conditions, in the words of a rules file."""
    return [_condition(files, classes, medicines, chance, 0) for _ in range(many)]


def as_the_product_reads_them(written: list[Plain], library: Library) -> list[Condition]:
    """The same conditions through the product's own reader."""
    problems = Problems("invented.yaml")
    known = frozenset(medicine.id for medicine in library.formulary.medicines)
    reader = ConditionReader(library.questionnaire, problems, library.formulary.classes, known)
    document = read(_as_yaml({"conditions": written}), "invented.yaml")
    found = [reader.read(one, 1, "invented") for one in document["conditions"]]
    problems.refuse_if_any()
    return found


def _as_yaml(thing: Plain) -> str:
    # Words are written without quotation marks, as people write them: `is: yes`, `at_least: 65 years`.
    class Words(yaml.SafeDumper):
        pass

    Words.add_representer(str, lambda dumper, words: dumper.represent_scalar("tag:yaml.org,2002:str", words))
    Words.yaml_implicit_resolvers = {}
    return yaml.dump(thing, Dumper=Words, default_flow_style=False)


def _condition(files: Files, classes: list[str], medicines: list[str], chance: Random, deep: int) -> Plain:
    if deep < _DEEPEST and chance.random() < 0.55:
        parts = [_condition(files, classes, medicines, chance, deep + 1) for _ in range(chance.randint(1, 3))]
        return {chance.choice(("all", "any")): parts}
    if chance.random() < 0.2:
        derived = chance.choice(list(files.worked_out.values()))
        line = chance.choice(
            {"age": (18, 40, 65), "body_mass_index": (25, 35, 40)}.get(derived["kind"], (1, 3, 7))
        )
        words = f"{line} {_UNITS.get(derived['kind'], '')}".strip()
        return {"question": derived["id"], chance.choice(_NUMBERS): words}
    return _on(chance.choice(list(files.questions.values())), files, classes, medicines, chance)


def _on(question: Plain, files: Files, classes: list[str], medicines: list[str], chance: Random) -> Plain:
    subject = question["id"]
    states = ["blank", *(state for state in ("not_sure", "declined") if question.get(state) == "true")]
    if chance.random() < 0.15 or question["kind"] == "text":
        return {
            "question": subject,
            chance.choice(("state", "state_not")): chance.sample(states, chance.randint(1, len(states))),
        }
    offered = choices_of(question, files)
    match question["kind"]:
        case "scale" if chance.random() < 0.5:
            return {"question": subject, chance.choice(_NUMBERS): str(chance.randint(0, len(offered) - 1))}
        case "yes_no" | "choose_one" | "scale":
            if chance.random() < 0.5:
                return {"question": subject, chance.choice(("is", "is_not")): chance.choice(offered)}
            several = chance.sample(offered, min(len(offered), 2))
            return {"question": subject, chance.choice(("is_one_of", "is_none_of")): several}
        case "choose_any":
            return {"question": subject, chance.choice(("includes", "leaves_out")): chance.choice(offered)}
        case "number":
            return {"question": subject, chance.choice(_NUMBERS): _in_its_unit(question, chance)}
        case "reading":
            line, half = chance.choice((90, 120, 140, 180)), chance.choice(("first", "second"))
            return {"question": f"{subject}.{half}", chance.choice(_NUMBERS): f"{line} {question['unit']}"}
        case "date":
            days = chance.choice((365, 6570, 6571, 23741))
            return {"question": subject, chance.choice(("within_days", "longer_ago_than_days")): str(days)}
        case "medicines" if chance.random() < 0.7:
            return {"question": subject, chance.choice(("has_class", "lacks_class")): chance.choice(classes)}
        case _:
            return {
                "question": subject,
                chance.choice(("has_medicine", "lacks_medicine")): chance.choice(medicines),
            }


def _in_its_unit(question: Plain, chance: Random) -> str:
    first = (question.get("units") or [question.get("unit", "")])[0]
    least, most = (int(Fraction(one)) for one in question["limits"])
    line = chance.choice((least, (least + most) // 2, most, 15))
    return f"{line} {({'ft_in': 'cm', 'lb': 'kg'}).get(first, first)}".strip()
