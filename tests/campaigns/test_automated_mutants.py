"""Mistakes made by rule: which are made, what they are tried with, and that one nobody notices is told."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from textwrap import dedent

import pytest

from campaigns import mistakes_tried
from campaigns.automated_mutants import every_mistake, made_within
from campaigns.mistakes import Mistake, mistakes
from campaigns.reports import CHECKOUT
from campaigns.security_modules import EQUIVALENT, MODULES, TESTS
from campaigns.tests_over import FEW, MANY, Learned, tried_with

MODULE = dedent(
    '''
    """Words."""

    LIMIT: Final = 8


    @kept
    def may(role: str, hour: int = 7) -> bool:
        """More words."""
        log.info("said", "never")
        check(role, within=hour)
        if role == "clinician" and hour >= LIMIT:
            raise Refused("no", "today")
        match role:
            case "a":
                return not hour
            case _:
                return True if hour in "ab" else f"{hour + 1}"
    '''
)


def made(source):
    return {(one.before.strip(), one.after.strip()) for one in mistakes("module.py", dedent(source))}


def test_a_comparison_a_condition_a_number_a_word_and_what_is_handed_back_are_others():
    found = made(MODULE)

    assert {
        ("8", "9"),
        ("LIMIT: Final = 8", "LIMIT: Final = None"),
        ("7", "8"),
        (">= LIMIT", "> LIMIT"),
        ('== "clinician"', '!= "clinician"'),
        ('"clinician"', '"XXclinicianXX"'),
        ("not hour", "hour"),
        ("return not hour", "return None"),
        ("True", "False"),
        ("in", "not in"),
    } <= found
    assert ('role == "clinician" and hour >= LIMIT', 'role == "clinician" or hour >= LIMIT') in found
    assert ('role == "clinician" and hour >= LIMIT', '(not (role == "clinician" and hour >= LIMIT))') in found


def test_a_statement_an_argument_a_case_and_a_decorator_are_left_out():
    found = made(MODULE)

    assert {
        ("check(role, within=hour)", "pass"),
        ("check(role, within=hour)", "check(role)"),
        ('raise Refused("no", "today")', "pass"),
        ("@kept", ""),
    } <= found
    assert any(before.startswith('case "a":') and not after for before, after in found)


def test_words_annotations_and_what_is_logged_stay_as_they_are():
    instead = [after for _, after in made(MODULE)]

    assert not [before for before, _ in made(MODULE) if "log" in before]
    for never in ("Words", "More", "said", "never", "XXnoXX", "XXtodayXX", "XXstr", "XXFinal"):
        assert not [one for one in instead if never in one], never


def test_every_mistake_leaves_the_module_python_and_changes_it():
    for one in mistakes("module.py", MODULE):
        changed = one.made(MODULE)
        compile(changed, "module.py", "exec")
        assert changed != MODULE


def test_only_what_a_function_does_is_put_into_it_while_it_runs():
    in_functions = {one.before: one.in_function for one in mistakes("module.py", MODULE)}

    assert in_functions['"clinician"']
    assert not any(in_functions[one] for one in ("8", "7", "@kept"))


def test_what_is_in_no_function_that_is_there_cannot_be_put_into_one_and_no_change_is_none():
    (limit,) = (one for one in mistakes("module.py", MODULE) if one.before == '"ab"')
    unchanged = replace(limit, after=limit.before)

    mistakes_tried._put({}, unchanged, MODULE)
    with pytest.raises(ValueError, match=r"module\.py"):
        mistakes_tried._put({}, limit, MODULE)


@pytest.fixture
def learned():
    learned = Learned({"t.py::a[1]": 0.1, "t.py::a[2]": 0.2, "t.py::b": 0.3, "t.py::slow": 60.0})
    learned.over["module.py"][5] = {*learned.seconds, "t.py::that_failed"}
    return learned


def mistake(line, *, in_function=True):
    return Mistake("module.py", 0, 1, (line,), "", "", "number", in_function)


def test_a_mistake_is_tried_with_few_tests_over_its_line_the_quick_ones_first(learned):
    sources = {"module.py": ""}

    assert tried_with(mistake(5), learned, sources) == ["t.py::a[1]", "t.py::b"]
    learned.seconds = {f"t.py::{number}": 0.1 for number in range(100)}
    learned.over["module.py"][5] = set(learned.seconds)
    assert len(tried_with(mistake(5), learned, sources)) == FEW.most
    assert len(tried_with(mistake(5), learned, sources, few=MANY)) == 100
    assert tried_with(mistake(6), learned, sources) == []


def test_what_is_done_when_a_module_is_read_is_tried_with_the_tests_over_lines_that_name_it(learned):
    learned.over["other.py"][2] = {"t.py::b"}
    sources = {"module.py": "LIMIT = 8\n", "other.py": "\nif hour > LIMIT:\n    pass\n"}

    assert tried_with(mistake(1, in_function=False), learned, sources) == ["t.py::b"]
    learned.seconds |= {"tests/test_module.py::c": 0.1, "tests/test_limits.py::d": 9.0}
    assert tried_with(mistake(1, in_function=False), learned, sources, ["tests/test_limits.py"]) == [
        "tests/test_limits.py::d",
        "tests/test_module.py::c",
        "t.py::b",
    ]
    assert "tests/test_module.py::c" not in tried_with(mistake(5), learned, sources)


def test_so_is_what_a_function_does_that_is_called_only_then(learned):
    learned.seconds["tests/test_module.py::c"] = 0.1
    learned.read["module.py"] = {5, 9}
    sources = {"module.py": "\n" * 9}

    assert tried_with(mistake(9), learned, sources) == ["tests/test_module.py::c", "t.py::a[1]", "t.py::b"]
    assert "tests/test_module.py::c" not in tried_with(mistake(5), learned, sources)
    assert tried_with(mistake(8), learned, sources) == []


def test_what_was_made_for_one_test_is_passed_over_by_all_that_follow_in_its_file():
    ids = ["t.py::a", "t.py::b", "t.py::c", "t.py::d"]

    assert mistakes_tried._over(["", "t.py::d"], ids) == {"t.py::d"}
    assert mistakes_tried._over(["t.py::a", f"t.py::c{mistakes_tried._SETUP}"], ids) == {ids[0], *ids[2:]}


def test_tests_of_one_file_stand_together():
    learned = Learned({"a.py::1": 0.1, "b.py::1": 0.2, "a.py::2": 0.3, "b.py::2": 0.4})
    learned.over["module.py"][5] = set(learned.seconds)

    assert tried_with(mistake(5), learned, {"module.py": ""}) == ["a.py::1", "a.py::2", "b.py::1", "b.py::2"]


def test_what_was_learned_is_kept(learned, tmp_path):
    learned.read["module.py"].add(1)
    learned.keep(tmp_path / "learned.json")

    assert Learned.kept(tmp_path / "learned.json") == learned


def test_a_good_test_notices_every_mistake_and_one_that_asserts_nothing_none():
    told = subprocess.run(
        [sys.executable, "-m", "campaigns.automated_mutants", "--control"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(CHECKOUT), str(CHECKOUT / "tests")))},
        capture_output=True,
        text=True,
        check=True,
    )

    every, well, not_at_all = json.loads(told.stdout)
    assert every >= 10
    assert (well, not_at_all) == (every, 0)


def test_every_module_and_every_test_is_there_and_so_is_what_changes_nothing():
    assert all((CHECKOUT / one).is_file() for one in (*MODULES, *TESTS))
    assert all(one.reason for one in EQUIVALENT)


def test_what_is_listed_as_changing_nothing_would_be_made_and_is_left_out_where_it_is_meant():
    sources = {one.file: (CHECKOUT / one.file).read_text("utf-8") for one in EQUIVALENT}
    all_there_are = [one for file, source in sources.items() for one in mistakes(file, source)]
    made = {(one.file, one.before, one.after) for one in all_there_are}
    assert [one for one in EQUIVALENT if (one.file, one.before, one.after) not in made] == []

    of_what_is_due = [one for one in all_there_are if one.before == 'REVIEW = "review"']
    (file,) = {one.file for one in of_what_is_due}
    left = {one.name for one in every_mistake({file: sources[file]})}
    assert [made_within(one, sources[file]) for one in of_what_is_due] == ["Due", "Next"]
    assert [one.name in left for one in of_what_is_due] == [True, False]
