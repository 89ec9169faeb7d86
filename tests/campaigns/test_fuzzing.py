"""A short form of the campaign that sends what nobody should send, and what it draws its requests from."""

import pytest

from campaigns.fuzzing import Stage, campaign, quiet, weaken


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with quiet():
        stage = Stage(tmp_path_factory.mktemp("fuzzing"))
    yield stage
    stage.close()


def test_every_address_is_described_and_forms_give_their_fields(stage):
    for site, description in zip(stage.sites, stage.descriptions, strict=True):
        assert len(description["paths"]) == len({rule.rule for rule in site.url_map.iter_rules()})
    sign_in = stage.descriptions[1]["paths"]["/sign-in"]["post"]["requestBody"]["content"]
    (schema,) = (one["schema"] for one in sign_in.values())
    assert {"username", "password", "csrf_token"} <= set(schema["properties"])


def test_whatever_is_sent_the_answer_is_one_of_ours(stage):
    with quiet():
        seen = campaign(stage, 350, seed=20261127)

    assert seen.faults == []
    assert set(seen.kinds) == {"nearly right", "wrong", "made up"}
    assert seen.statuses[200] + seen.statuses[303] > 30


def test_pages_that_cannot_take_what_is_no_number_are_found_out(stage):
    """The control."""
    weaken(stage)
    with quiet():
        seen = campaign(stage, 250, seed=20261127)

    assert any("/weak" in fault for fault in seen.faults)
