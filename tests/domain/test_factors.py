"""What follows on a proof of who somebody is: every case there is, as a table of its own."""

from itertools import product

import pytest

from intake.domain.factors import Factors, Next, Policy, Proven, app_is_taken, is_enough, what_next

NOTHING, APP, PASSKEY, BOTH = Factors(), Factors(app=True), Factors(passkeys=1), Factors(passkeys=2, app=True)
CODES_ALONE = Factors(codes=10)
NO_FACTOR, ONE, A_PASSKEY = Policy(second_factor=False), Policy(), Policy(passkey=True)
POLICIES = (NO_FACTOR, ONE, A_PASSKEY)
HELD = (NOTHING, CODES_ALONE, APP, PASSKEY, BOTH)


def following(policy, proven):
    """What follows for somebody who has nothing, codes alone, an app, a passkey, both."""
    return [what_next(policy, has, proven) for has in HELD]


def test_somebody_new_is_asked_for_a_second_factor_and_for_no_passkey():
    assert Policy() == Policy(second_factor=True, passkey=False)
    assert Factors() == Factors(passkeys=0, app=False, codes=0)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_passkey_is_enough_and_a_recovery_code_leads_to_what_they_have(policy):
    assert set(following(policy, Proven.PASSKEY)) == {Next.ENTER}
    assert set(following(policy, Proven.PASSWORD_AND_RECOVERY_CODE)) == {Next.REVIEW}


@pytest.mark.parametrize("proven", [Proven.PASSWORD, Proven.PROVIDER])
def test_whoever_has_something_more_is_asked_for_it_and_whoever_has_not_sets_it_up(proven):
    asked = [Next.PROVE_MORE] * 3

    assert following(NO_FACTOR, proven) == [Next.ENTER, Next.ENTER, *asked]
    for policy in (ONE, A_PASSKEY, Policy(second_factor=False, passkey=True)):
        assert following(policy, proven) == [Next.SET_UP, Next.SET_UP, *asked]


def test_a_provider_that_saw_more_than_one_thing_is_enough_but_where_a_passkey_is_asked_for():
    for policy in (NO_FACTOR, ONE):
        assert set(following(policy, Proven.PROVIDER_WITH_FACTOR)) == {Next.ENTER}
    assert following(A_PASSKEY, Proven.PROVIDER_WITH_FACTOR) == following(A_PASSKEY, Proven.PROVIDER)


def test_a_code_of_the_app_is_enough_but_where_a_passkey_is_asked_for_and_there_is_none():
    for policy in (NO_FACTOR, ONE):
        assert set(following(policy, Proven.PASSWORD_AND_APP)) == {Next.ENTER}
    set_up, enter = [Next.SET_UP] * 3, [Next.ENTER] * 2
    assert following(A_PASSKEY, Proven.PASSWORD_AND_APP) == [*set_up, *enter]


def test_what_somebody_has_is_enough_when_it_is_what_the_clinic_asks_for():
    assert [has.any for has in HELD] == [False, False, True, True, True]
    assert [is_enough(NO_FACTOR, has) for has in HELD] == [True] * 5
    assert [is_enough(ONE, has) for has in HELD] == [False, False, True, True, True]
    assert [is_enough(A_PASSKEY, has) for has in HELD] == [False, False, False, True, True]


def test_a_code_of_the_app_counts_unless_a_passkey_is_asked_for_and_there_is_one():
    taken = {case for case in product(POLICIES, HELD) if app_is_taken(*case)}

    assert taken == {(NO_FACTOR, APP), (NO_FACTOR, BOTH), (ONE, APP), (ONE, BOTH), (A_PASSKEY, APP)}
