"""A run in which a named test did not pass is no whole run, whatever else passed."""

from types import SimpleNamespace

from ran import Ran, named, without_proof


def told(nodeid, when="call", passed=True):
    return SimpleNamespace(nodeid=nodeid, when=when, passed=passed)


def test_a_named_test_needs_one_pass_whatever_its_parameters_and_its_group():
    assert without_proof({"a.py::test_it"}, {"a.py::test_it[one-two]"}) == []
    assert without_proof({"a.py::test_it"}, {"a.py::test_it@server"}) == []
    assert without_proof({"a.py::test_it"}, {"a.py::test_it[one@two]@server"}) == []
    assert without_proof({"a.py::test_it"}, {"a.py::test_it_too", "b.py::test_it"}) == ["a.py::test_it"]


def test_a_whole_run_without_the_named_tests_fails_and_says_which():
    run, session = Ran(is_whole=True), SimpleNamespace(exitstatus=0)
    skipped = sorted(named())[0]
    for one in sorted(named())[1:]:
        run.pytest_runtest_logreport(told(one))
    run.pytest_runtest_logreport(told(skipped, passed=False))
    run.pytest_runtest_logreport(told(skipped, when="setup"))

    run.pytest_sessionfinish(session, 0)

    assert session.exitstatus == 1
    assert run.missing == [skipped]


def test_a_run_of_chosen_tests_is_not_held_to_it():
    run, session = Ran(is_whole=False), SimpleNamespace(exitstatus=0)

    run.pytest_sessionfinish(session, 0)

    assert session.exitstatus == 0
    assert len(named()) > 80
