"""A short form of the campaign that sends what nobody should send, and what it draws its requests from."""

import multiprocessing
import re
import time

import pytest

from campaigns.described import MULTIPART, URLENCODED
from campaigns.fuzz_stage import Stage, asked
from campaigns.fuzzing import Fuzzer, found_out, pages_of, quiet
from campaigns.hangs import Hung, slowed, watched
from campaigns.peopled import CLINIC, nothing_is_slow, small_clinic
from campaigns.planted_views import plant
from copies import NOON
from intake.services import queue as queue_lists


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with quiet(), nothing_is_slow(lambda: NOON):
        stage = Stage(small_clinic(tmp_path_factory.mktemp("fuzzing")), walk=False)
        yield stage
    stage.close()


def test_every_address_is_described_and_forms_give_their_fields(stage):
    for name, scene in stage.scenes.items():
        rules = {rule.rule for rule in stage.sites[name].url_map.iter_rules()}
        assert len(scene.description["paths"]) == len(rules)
    paths = stage.scenes[CLINIC].description["paths"]
    sign_in = paths["/sign-in"]["post"]["requestBody"]["content"][URLENCODED]["schema"]["properties"]
    assert sign_in["username"]["type"] == "string"
    assert sign_in["password"] == {"type": "string", "format": "password"}
    assert sign_in["csrf_token"]["x-hidden"]
    codes = paths["/rules/proposals/new"]["post"]["requestBody"]["content"]
    assert set(codes) == {MULTIPART}
    (mark,) = paths["/static/arrivals.js"]["parameters"]
    assert (mark["name"], len(mark["schema"]["enum"])) == ("mark", 1), "as it stands in a link alone"
    assert codes[MULTIPART]["schema"]["properties"]["rules_file"]["format"] == "binary"


# Of a file that was never sent to its end, what came is closed when nobody holds it any more.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
def test_whatever_is_sent_the_answer_is_one_of_ours(stage):
    seen = Fuzzer(stage).batch(150, seed=20261127)

    assert dict(seen.faults) == {}
    assert len(seen.kinds) == 4
    assert seen.taken > seen.requests / 3
    assert seen.reached.keys() <= pages_of(stage) | {one for one in seen.reached if " HEAD " in one}


def test_whoever_guessed_a_password_reads_as_the_person_whose_it_is(stage):
    stage.begin_afresh()
    nobody, auditor = stage.people["nobody"], stage.people["auditor"]
    assert not stage.reads_forms(nobody)
    assert not stage.reads_forms(auditor)

    sent = {"username": nobody.fitting["username"], "password": nobody.fitting["password"]}
    token = {"csrf_token": nobody.csrf}
    nobody.client.post("/sign-in", data=sent | token, base_url="http://127.0.0.1:8000")

    assert stage.reads_forms(nobody)
    stage.begin_afresh()
    assert not stage.reads_forms(nobody)


def test_what_broke_a_page_is_told_with_its_place_and_nothing_it_was_sent(stage, monkeypatch):
    def broken(*_, **__):
        raise LookupError("zqsecret")

    monkeypatch.setattr(queue_lists, "open_list", broken)
    stage.begin_afresh()

    fuzzer, page = Fuzzer(stage), asked(stage.people["every role"], "/queue?who=zqsecret")

    assert re.fullmatch(r" \(LookupError at queue.py:\d+\)", fuzzer._why(page))
    assert fuzzer._why(asked(stage.people["stranger"], "/help")) == "", "of a page that did not break"


def test_the_same_seed_sends_the_same_and_another_something_else(stage):
    fuzzer = Fuzzer(stage)
    one, again, another = (fuzzer.batch(25, seed) for seed in (1, 1, 2))

    assert (one.statuses, one.asked) == (again.statuses, again.asked)
    assert one.asked != another.asked


def test_a_page_that_breaks_that_hangs_and_that_tells_what_it_must_not_are_found_out(stage):
    """The control."""
    before = stage.scenes
    plant(stage)
    seen = Fuzzer(stage, hangs=0.1).batch(350, seed=20261129)
    stage.scenes = before

    assert min(found_out(seen).values()) > 0, (found_out(seen), list(seen.faults))
    assert "in hangs" in next(fault for fault in seen.faults if "/planted/hangs" in fault)


def test_what_only_waits_for_a_busy_machine_is_not_stopped(monkeypatch):
    monkeypatch.setattr("campaigns.hangs.slowed", lambda: 1_000.0)
    with watched(0.02):
        time.sleep(0.1)
    monkeypatch.setattr("campaigns.hangs.slowed", lambda: 1.0)
    with pytest.raises(Hung, match=r"time\.sleep"), watched(0.02):
        time.sleep(10)
    assert slowed() >= 1


def _hangs_for_good(stacks):
    with watched(0.02, stacks):
        # No signal is heard in here, as in a library that never comes back.
        __import__("signal").pthread_sigmask(0, [14])
        time.sleep(30)


def test_what_never_comes_back_to_python_ends_the_process_and_leaves_its_stack(tmp_path):
    process = multiprocessing.get_context("fork").Process(target=_hangs_for_good, args=(tmp_path / "stacks",))
    process.start()
    process.join(timeout=20)

    assert process.exitcode == 1
    assert "in _hangs_for_good" in (tmp_path / "stacks").read_text()
