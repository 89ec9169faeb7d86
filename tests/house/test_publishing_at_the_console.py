"""`intake rules publish` as two people at a console run it, beside a copy that is being served."""

import json
import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import sending
from copies import PASSWORD, staff
from intake.cli import main
from intake.config import read_settings
from intake.domain.permissions import Role
from intake.services import answering, in_force, instance, reviewing
from intake.services.clinic import open_clinic, open_patient_desk
from intake.services.supervising import Supervisor
from intake.storage import audit, reviews
from services.test_publishing import RULE
from serving import Product

CHECKOUT = Path(__file__).parents[2]
RULES = RULE.format(id="test-aneurysm", priority="high", choice="not_repaired")


@pytest.fixture(scope="session")
def set_up(tmp_path_factory):
    """The folder of a copy with Bob, who administers, and Alice, who reviews; never changed again."""
    folder = tmp_path_factory.mktemp("published")
    settings = settings_in(folder)
    instance.prepare(settings)
    clinic = instance.opened(settings)
    staff(clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    staff(clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    clinic.database.dispose()
    return folder


@pytest.fixture
def staffed(set_up, tmp_path):
    """The same folder, for one test to change as it likes; copying it is quicker than setting one up."""
    return Path(shutil.copytree(set_up, tmp_path / "copy"))


@pytest.fixture
def intake(staffed, monkeypatch):
    """Runs a command on the copy; what people type is handed over a line each."""

    def serve(*_):
        pytest.fail("a copy that should have refused to start was served")

    monkeypatch.setattr(Supervisor, "run", serve)

    def run(*arguments, code=0, typed=(), **settings):
        given = {name: None for name in os.environ if name.startswith("INTAKE_")}
        given |= {f"INTAKE_{name.upper()}": str(value) for name, value in settings.items()}
        given.setdefault("INTAKE_INSTANCE", str(staffed / "instance"))
        lines = "".join(f"{line}\n" for line in typed)
        # In this process: starting a new one for each takes longer than everything it does.
        done = CliRunner().invoke(main, arguments, input=lines, env=given, catch_exceptions=False)
        assert done.exit_code == code, done.output
        assert PASSWORD not in done.output
        return done

    return run


def settings_in(folder):
    return read_settings({"INTAKE_INSTANCE": str(folder / "instance")})


def publish(file, day, *more, first="bob", second="alice", reason="A test."):
    people = ("--proposed-by", first, *(("--countersigned-by", second) if second else ()))
    return ("rules", "publish", str(file), "--reason", reason, "--effective", day, *people, "--yes", *more)


@pytest.fixture
def today(staffed):
    return settings_in(staffed).today()


@pytest.fixture
def new(staffed):
    path = staffed / "new_rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def test_what_cannot_be_is_refused_in_words_and_publishes_nothing(intake, staffed, new, today):
    broken = staffed / "broken.yaml"
    broken.write_text(RULES.replace("priority: high", "priority: highest"), encoding="utf-8")
    day, past = today.isoformat(), (today - timedelta(days=1)).isoformat()
    wrong = f"{PASSWORD} not"
    for arguments, typed, words in (
        (publish(broken, day), (), "broken.yaml:7:15: rule test-aneurysm: 'priority' should be one of"),
        (publish(staffed / "nowhere.yaml", day), (), "there is no such file"),
        (publish(new, past), (), f"{past} has passed. Choose today, {day}, or a later day"),
        (publish(new, day, reason=" "), (), "Say in a sentence why the rules change"),
        (publish(new, day, second="bob"), (), "A second person has to countersign them"),
        (publish(new, day, first="alice", second="bob"), (), "A. Rivera, MD may not propose rules"),
        (publish(new, day, second="carol"), (), "nobody here has the username carol"),
        (publish(new, day), (PASSWORD, wrong), "that is not the password of A. Rivera, MD. Nothing was"),
        (publish(new, day), (wrong,), "that is not the password of B. Stone. Nothing was published"),
        (("rules", "publish", str(new)), (), "--reason and --effective and --proposed-by missing"),
    ):
        assert words in intake(*arguments, code=2, typed=typed).stderr
    assert "Nothing was published: screening_rules.yaml" in intake("rules", "publish", "--list").stdout
    clinic = open_clinic(settings_in(staffed))
    with clinic.database.read() as session:
        refused = [one for one in audit.events(session) if one.event == "SignInRefused"]
    clinic.database.dispose()
    assert len(refused) == 2


def test_an_instance_that_was_never_set_up_says_so(intake, staffed, new, today):
    told = intake(*publish(new, today.isoformat()), code=2, instance=staffed / "nowhere").stderr

    assert "was not set up yet" in told
    assert not (staffed / "nowhere").exists()


def test_a_copy_that_is_being_served_screens_with_what_another_process_publishes(intake, staffed, new, today):
    """Two processes, one database, and no restart; then the day comes and the file no longer counts."""
    with Product(staffed) as product:
        first = send_a_form(product)
        assert "in force" not in product.printed

        done = intake(*publish(new, today.isoformat(), "--json"), typed=(PASSWORD, PASSWORD))

        second = send_a_form(product)
        product.stop()
    published = json.loads(done.stdout)
    assert published["in_force_from"] == today.isoformat()
    assert published["added"] == ["test-aneurysm"]
    assert "202 rules" not in done.stderr
    assert re.search(r"new_rules.yaml: 1 rules, 3 examples, each comes out as it says", done.stderr)
    editions = [edition for _, edition in screened(staffed)]
    assert editions[0] != editions[1] == published["edition"]
    assert {first, second} == {submission for submission, _ in screened(staffed)}

    listed = json.loads(intake("rules", "publish", "--list", "--json").stdout)
    assert [(one["standing"], one["proposed_by"], one["countersigned_by"]) for one in listed] == [
        ("in force", "B. Stone", "A. Rivera, MD")
    ]
    told = "1 submissions screened again, 0 reviews reopened.\n1 skipped"
    assert told in intake("rescreen").stdout
    assert "differs from what is in force" in intake("check").stdout
    answers = staffed / "answers.yaml"
    answers.write_text("answers: {aneurysm: not_repaired}\n", encoding="utf-8")
    assert [one["rule"] for one in json.loads(intake("screen", str(answers), "--json").stdout)] == [
        "test-aneurysm"
    ]


@pytest.fixture
def published(intake, staffed, new, today):
    """Rules are in force, and two forms were screened with them."""
    intake(*publish(new, today.isoformat()), typed=(PASSWORD, PASSWORD))
    desk = in_force.at_work(open_patient_desk(settings_in(staffed)))
    for _ in range(2):
        sending.send_at_once(desk)
    desk.database.dispose()


def test_once_published_a_half_written_file_stops_nothing(intake, staffed, published):
    broken = staffed / "half.yaml"
    broken.write_text("rules: {", encoding="utf-8")

    told = intake("rescreen", screening_rules=broken).stdout

    assert "0 submissions screened again, 0 reviews reopened.\n2 skipped" in told


def test_published_rules_that_do_not_fit_a_changed_questionnaire_stop_the_start_and_can_be_replaced(
    intake, staffed, today, published
):
    changed = staffed / "questionnaire"
    changed.mkdir()
    for path in (CHECKOUT / "questionnaire").iterdir():
        text = path.read_text("utf-8").replace("not_repaired: ", "not_mended: ")
        (changed / path.name).write_text(text, encoding="utf-8")
    file = staffed / "fits.yaml"
    file.write_text(RULES.replace("not_repaired", "not_mended"), encoding="utf-8")

    told = intake("serve", code=2, questionnaire=changed, screening_rules=file).stderr

    assert "The rules in force (edition" in told
    assert "countersigned by A. Rivera, MD" in told
    assert "intake rules publish NEW" in told
    more = {"questionnaire": changed, "screening_rules": file}
    done = intake(*publish(file, today.isoformat()), typed=(PASSWORD, PASSWORD), **more)
    assert "2 submissions were screened with other rules" in done.stdout
    assert "is: not_mended" in intake("rules", "print", "--merged", **more).stdout
    assert "nothing to put right" in intake("check", **more).stdout
    assert "2 submissions screened again" in intake("rescreen", **more).stdout


def send_a_form(product):
    """A form with nothing but a name, sent through the web; returns its id."""
    before = {one for one, _ in screened(product.folder)}
    started = product.ask("/")
    cookies = dict(started.cookies)
    token = re.search(r'name="csrf_token" value="([^"]+)"', started.text)[1]
    begun = product.ask("/start", [("csrf_token", token)], cookies)
    cookies |= begun.cookies
    # The pages are walked through elsewhere; here the answers are written and only sending is the web's.
    desk = open_patient_desk(product.settings)
    given = sending.answers(desk, f"{sending.PAT}, aneurysm: not_repaired")
    kept = cookies[next(name for name in cookies if "patient" in name and "page" not in name)]
    for _, page in desk.library.questionnaire.pages:
        changes = {q.id: given[q.id] for q in page.questions if q.id in given}
        answering.answer_page(desk, kept, page, changes)
    desk.database.dispose()
    sign = product.ask("/sign", cookies=cookies)
    assert sign.status == 200, sign.status
    token = re.search(r'name="csrf_token" value="([^"]+)"', sign.text)[1]
    fields = [("csrf_token", token), ("agree", "yes"), ("typed_name", "Pat Doe")]
    sent = product.ask("/sign", fields, cookies)
    assert sent.status == 303, sent.text
    (new,) = {one for one, _ in screened(product.folder)} - before
    return new


def screened(folder):
    """Each submission, oldest first, with the edition of the rules of its first screening."""
    clinic = open_clinic(settings_in(folder))
    with clinic.database.read() as session:
        found = [
            (one, reviews.review(session, clinic.keys, one).screenings[0].editions.rules)
            for one in reviewing.to_rescreen(clinic)
        ]
    clinic.database.dispose()
    return found
