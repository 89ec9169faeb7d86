"""Journeys of those who run a clinic: rules, settings, what is erased, and what the worker does by itself."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from unittest.mock import patch

from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from agreeing import REASON, asked_to_erase
from campaigns.calls_scene import Scene
from campaigns.deeds import Outcome
from copies import PASSWORD
from exchanging import FORM, sent_to
from intake.cli import erase
from intake.cli import main as intake
from intake.domain.permissions import Role
from intake.log import Noted
from intake.services import answering, erasing, instance, notices, staff_notices, sweeping
from intake.services.working import Work
from intake.storage import submissions
from services.postbox import postbox
from web.clinic.content import RULES
from web.clinic.person import Person

_HIGHER = RULES.replace("priority: moderate", "priority: high")
# What a letter that came to nothing is tried again after, and a little more.
_A_WAIT = timedelta(hours=1)


def publishes_rules(scene: Scene) -> None:
    """Rules are proposed by one, read and countersigned by another, and are in force."""
    bob = scene.staff("bob", Role.ADMINISTRATOR)
    alice = scene.staff("alice", Role.CLINICIAN)
    bob.open("/rules/proposals/new")
    bob.send("/rules/proposals/new", rules=_HIGHER, reason="The label changed.", effective_on="2026-11-20")
    assert bob.status == 303, bob.text
    address = bob.response.headers["Location"]
    alice.open(address)
    against = re.search(r'name="against"[^>]*value="([^"]*)"', alice.response.text)[1]  # type: ignore[index]
    alice.send(f"{address}/countersign", against=against, password=PASSWORD)
    assert alice.status == 303, alice.text
    alice.follow()
    assert "In force" in alice.text


def sets(scene: Scene) -> None:
    """The clinic's name and promise are other ones from now on, and patients read them."""
    bob, pat = scene.staff("bob", Role.ADMINISTRATOR), scene.patient()
    bob.open("/settings")
    bob.send("/settings", **{**_boxes(bob), "do": "save", "clinic_name": "North & Ridge Clinic"})
    assert bob.status == 303, bob.text
    pat.open("/help")
    assert "North & Ridge Clinic" in pat.text


def _boxes(person: Person) -> dict[str, str]:
    """What stands in the boxes of the page, as a browser would send it."""
    found = {}
    for one in person.page.tree.iter():
        kind, name = one.get("type", "text"), one.get("name")
        if one.tag == "textarea" and name:
            found[name] = (one.text or "").lstrip("\n")
        chosen = kind not in ("radio", "checkbox") or one.get("checked") is not None
        if one.tag == "input" and name and kind != "file" and chosen:
            found[name] = one.get("value", "on")
    return found


def erases(scene: Scene) -> None:
    """Two forms are to be deleted: one person proposes it, another confirms it, and both are erased."""
    alice = scene.staff("alice", Role.CLINICIAN)
    dana = scene.staff("dana", Role.CLINICIAN, Role.ADMINISTRATOR)
    for _ in range(2):
        sent = sent_to(scene.copy, scene.members["alice"], FORM)
        submission, number = asked_to_erase(scene.clinic, scene.members["alice"], sent.reference)
        asked = f"/submissions/{submission}/requests/{number}/erasing"
        alice.open("/requests")
        alice.send(f"{asked}/propose", words=REASON, seen="0")
        assert alice.status == 303, alice.text
        dana.open("/requests")
        dana.send(f"{asked}/confirm", seen="1")
        assert dana.status == 303, dana.text
    with (
        patch.object(erase, "read_settings", lambda: scene.copy.settings),
        patch.object(instance, "opened", lambda _: scene.clinic),
    ):
        scene.does("intake erase due", _erase_due)
    with scene.clinic.database.read() as session:
        assert not submissions.ids(session)
        assert len(erasing.erased(scene.clinic)) == 2


def _erase_due() -> Outcome:
    ended = CliRunner().invoke(intake, ["erase", "due"])
    fell = ended.exception is not None and not isinstance(ended.exception, SystemExit)
    status = 200 if ended.exit_code == 0 else 500
    return Outcome(status, "", "a traceback" if fell else ended.output)


def works(scene: Scene) -> None:
    """The worker sends the letters that wait, and deletes what is over."""
    with postbox() as box:
        scene.set(
            mail_host="127.0.0.1",
            mail_port=box.port,
            mail_security="none",
            mail_sender="forms@clinic.example",
            staff_addresses=("desk@clinic.example",),
        )
        alice = scene.member("alice", Role.CLINICIAN)
        sent_to(scene.copy, alice, FORM)

        def later() -> None:
            scene.copy.clock.at += _A_WAIT

        def round_of_letters() -> Outcome:
            return _round(scene, Noted.NOTICES_FAILED, notices.deliver_due)

        def gathered() -> Outcome:
            staff_notices.gather(scene.clinic)
            return Outcome(200)

        scene.does("news", lambda: _alone(gathered), says_so=False)
        # A letter whose sending nobody wrote down is sent once more, after a wait.
        letters = {"outgoing"}
        scene.does("letters", round_of_letters, once_more=letters, says_so=False, then=later)
        assert box.letters, "no letter was sent"
    answering.start(scene.desk)
    scene.copy.clock.at += timedelta(days=120)
    scene.does("sweep", lambda: _round(scene, Noted.OVERDUE_NOT_DELETED, sweeping.sweep), says_so=False)


def _alone(deed: Callable[[], Outcome]) -> Outcome:
    """As ``staff_notices.keep_gathering`` does it: what goes wrong is written to the log, and tried again."""
    try:
        return deed()
    except OperationalError:
        return Outcome(503)


class _Once(Event):
    """Told to stop once a round is over."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def _round(scene: Scene, what: Noted, deed: object) -> Outcome:
    """One round of a loop of the worker: whatever goes wrong in it, it goes on to the next."""
    work = Work(scene.copy.worker)
    work._stop = _Once()
    work._keep(what, deed, 0)  # type: ignore[arg-type]  # one of its own two
    return Outcome(503 if work._failures[what] else 200)
