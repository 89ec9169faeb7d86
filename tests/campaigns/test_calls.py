"""A short form of the campaign in which every database call of each journey fails once."""

import pytest

from campaigns.calls import CONTROLS, JOURNEYS, campaign, faults_in, found_out
from campaigns.deeds import Tries

# What is written down for good in each journey; of its calls of each kind a few are drawn.
FOR_GOOD = {
    "a form sent": "POST /sign$",
    "a form come back to": "POST /return$",
    "a question replied to": "POST /reply/check$",
    "a form signed off": "/sign-off$",
    "a safety signal settled": "POST /clinic/safety-signals/",
    "a form opened in an emergency": "POST /clinic/emergency$",
    "a paper typed in": "/paper-forms/.*/sign-in$",
    "rules published": "/countersign$",
    "settings changed": "POST /clinic/settings$",
    "forms erased": "erase due",
    "letters and sweep": "letters",
    "an account made and taken away": "/invitation$",
    "a second factor set up": "sign-in/app$",
    "a sign-in at a provider": "provider/back",
}


@pytest.mark.parametrize("journey", JOURNEYS)
def test_whichever_call_fails_the_page_is_honest_and_nothing_is_half_done(journey, tmp_path):
    every = campaign(tmp_path, Tries(1, FOR_GOOD[journey]), [journey])

    assert faults_in(every) == ()
    assert every[journey].requests >= 1
    assert len(every[journey].failures) == 3, "each kind of call failed"


@pytest.mark.parametrize("control", CONTROLS)
def test_a_mistake_made_on_purpose_is_found_out(control, tmp_path):
    _, journey, _ = CONTROLS[control]
    assert found_out(tmp_path, control, Tries(3, FOR_GOOD[journey]))
