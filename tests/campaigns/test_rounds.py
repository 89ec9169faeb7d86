"""A short form of ``make rounds``: several clinicians at once on one form, in every test run."""

from campaigns.clinicians import Deed, Outcome
from campaigns.rounds import campaign, faults_in


def test_of_all_who_work_on_a_form_at_once_one_is_first_and_nobodys_words_are_lost(tmp_path):
    seen = campaign(tmp_path, rounds=3, clinicians=5, seed=20261120)

    assert seen.faults == []
    assert (seen.rounds, seen.recorded["sign"]) == (3, 3)
    assert seen.conflicts > 15


def test_a_second_winner_another_answer_and_lost_words_are_found_out():
    """The control; ``make rounds`` has a whole product with a mistake for one."""

    def came_of(status, kept=True):
        return Outcome(Deed(None, "sign", "/sign-off", {}, "typed"), status, kept)

    assert faults_in([came_of(303), came_of(409)], {"sign": 1}) == []
    assert faults_in([came_of(303), came_of(303)], {"sign": 1}) == ["2 were first at sign"]
    assert faults_in([came_of(409), came_of(409)], {"sign": 1}) == ["0 were first at sign"]
    assert faults_in([came_of(303), came_of(500)], {"sign": 1}) == ["sign was answered 500"]
    assert faults_in([came_of(303), came_of(409, kept=False)], {"sign": 1}) == [
        "words typed to sign were lost"
    ]
