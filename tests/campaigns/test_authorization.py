"""A short form of the campaign that asks for every address as everybody there is."""

import pytest

from campaigns.authorization import Outcome, Stage, asking_nobody_again, campaign, unguard
from campaigns.fuzzing import quiet


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with quiet():
        stage = Stage(tmp_path_factory.mktemp("authorization"))
    yield stage
    stage.close()


def test_whatever_is_asked_by_whomever_comes_out_as_their_page_says(stage):
    with quiet():
        seen = campaign(stage, 0.0006, seed=20261142)

    assert seen.faults == []
    assert seen.cells > 100_000
    assert set(seen.outcomes) == {one.value for one in Outcome}, "of each kind there is one"


def test_a_site_that_asks_nobody_again_is_found_out(stage):
    """The control of asking again."""
    with quiet(), asking_nobody_again(stage):
        seen = campaign(stage, 0.002, seed=20261127)

    assert seen.faults
    assert all(f"and not {Outcome.ASKED_AGAIN.value}" in fault for fault in seen.faults)


def test_a_page_whose_mark_guards_nothing_is_found_out(stage):
    """The control."""
    unguard(stage)
    with quiet():
        seen = campaign(stage, 0.06, seed=20261127)

    assert any("was told what a patient wrote" in fault for fault in seen.faults)
    assert any("and not led to sign in" in fault for fault in seen.faults)
