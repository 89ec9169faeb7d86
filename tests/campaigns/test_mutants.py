"""The mistakes of the campaign that makes them: each can still be made, and the campaign tells them apart."""

from collections import Counter

import pytest

from campaigns import mutants
from campaigns.mutants import NotFound, campaign, mutated
from campaigns.reports import CHECKOUT
from campaigns.security_mutants import CONTROL, MUTANTS, Mutant

OF_TWO = Mutant("guard.py", "if locked:", "if False:", ("test_guard.py",))


def test_every_mistake_can_be_made_and_its_tests_are_there():
    for one in (*MUTANTS, CONTROL):
        changed = mutated(one, (CHECKOUT / one.file).read_text("utf-8"))
        compile(changed, one.file, "exec")
        for path in one.tests:
            file, _, name = path.partition("::")
            assert f"def {name}" in (CHECKOUT / "tests" / file).read_text("utf-8"), path


def test_there_are_many_of_them_and_none_twice():
    assert len(MUTANTS) >= 80
    assert max(Counter((one.file, one.text, one.instead) for one in MUTANTS).values()) == 1


def test_a_mistake_that_cannot_be_made_any_more_is_an_error():
    for source in ("", "if locked: if locked:"):
        with pytest.raises(NotFound):
            mutated(OF_TWO, source)


@pytest.mark.parametrize(
    ("ends", "noticed", "survivors", "errors"),
    [((0, 1), 1, 0, 0), ((0, 0), 0, 1, 0), ((0, 2), 0, 0, 1), ((1,), 0, 0, 1)],
)
def test_a_mistake_is_noticed_survives_or_says_nothing(
    tmp_path, monkeypatch, ends, noticed, survivors, errors
):
    """The last two: with the mistake no test could run, and they did not even pass without it."""
    (tmp_path / "guard.py").write_text("if locked: pass\n", "utf-8")
    left = list(ends)
    monkeypatch.setattr(mutants, "_ran", lambda _checkout, _tests: left.pop(0))

    seen = campaign(tmp_path, [OF_TWO])

    assert (seen.noticed, len(seen.survivors), len(seen.errors)) == (noticed, survivors, errors)
    assert (tmp_path / "guard.py").read_text("utf-8") == "if locked: pass\n"
    assert mutants.Seen().faults == ()
