"""Engine and naive interpreter say the same of everybody; a short form of ``make agreement``."""

from random import Random

import pytest

from naive.comparing import disagreement
from naive.mistakes import MISTAKES
from naive.panel import shipped
from naive.people import Person

pytestmark = pytest.mark.xdist_group("agreement")  # the files are read once for all of these
SEED = 20261120
PEOPLE = 1500


@pytest.fixture(scope="session")
def panel():
    return shipped(seed=SEED)


@pytest.fixture(scope="session")
def asked(panel):
    return panel.ask(PEOPLE, Random(SEED))


def test_every_interpreter_says_the_same_of_every_person(asked):
    assert asked.found is None, str(asked.found)
    assert asked.people == PEOPLE


def test_the_people_make_every_rule_come_out_every_way(panel, asked):
    times, rule, truth = asked.rarest(panel.rules)

    assert times, f"nobody made {rule} {truth}"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_engine_with_a_mistake_is_found_out(panel, mistake):
    """The controls: each mistake is met by somebody."""
    assert panel.finds(MISTAKES[mistake](panel), 5000, Random(SEED))


def test_the_person_shown_is_as_small_as_it_goes(panel):
    voices = {"engine": panel.voices["engine"], "mistaken": MISTAKES["not known as no"](panel)}
    person = panel.people.draw(Random(SEED))

    found = disagreement(voices, panel.rules, person)

    assert found is not None
    assert found.said == {"engine": "unknown", "mistaken": "no"}
    fewer = [
        Person({q: a for q, a in found.person.answers.items() if q != gone}, found.person.as_of)
        for gone in found.person.answers
    ]
    at = panel.rules.index(found.about.removeprefix("rule "))
    (engine, mistaken) = (voice(fewer) for voice in voices.values())
    assert all(one[1][at] == other[1][at] for one, other in zip(engine, mistaken, strict=True))
