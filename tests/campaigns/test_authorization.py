"""A short form of the campaign that asks for every address as everybody there is."""

import pytest

from campaigns.authorization import Stage, campaign, unguard
from campaigns.fuzzing import quiet


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with quiet():
        stage = Stage(tmp_path_factory.mktemp("authorization"))
    yield stage
    stage.close()


def test_whatever_is_asked_by_whomever_comes_out_as_their_page_says(stage):
    with quiet():
        seen = campaign(stage, 0.0015, seed=20261128)

    assert seen.faults == []
    assert seen.cells > 40_000
    assert len(seen.outcomes) == 6, "of each kind there is one"


def test_a_page_whose_mark_guards_nothing_is_found_out(stage):
    """The control."""
    unguard(stage)
    with quiet():
        seen = campaign(stage, 0.06, seed=20261127)

    assert any("was told what a patient wrote" in fault for fault in seen.faults)
    assert any("and not led to sign in" in fault for fault in seen.faults)
