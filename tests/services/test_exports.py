"""Exports of one form and of many: what stands in them, what is left out, and what is recorded first."""

import dataclasses
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import jsonschema
import pytest
from sqlalchemy import delete, select

from copies import NOON, make_copy, staff
from intake.domain.answers import Chosen, Text, answered
from intake.domain.leaving_out import said_without_substance_use, without_substance_use
from intake.domain.permissions import Role
from intake.domain.review_entries import (
    By,
    Done,
    LookAgain,
    Question,
    QuestionWithdrawn,
    Reopening,
    Revised,
    TakenOver,
    Undoing,
    View,
    ViewKind,
)
from intake.domain.review_records import Acknowledgement, SignOff
from intake.services import demonstration, export_zip, exports
from intake.services.export_json import Exported
from intake.services.export_zip import Packed
from intake.services.exports import Form, NothingToExport, PurposeNeeded, TooMany, Wanted, Which
from intake.storage import audit, reviews, submissions
from intake.storage.every_submission import ids
from intake.storage.tables import RecordKeyRow, SubmissionRow
from intake.web import sheets
from intake.web.clinic import papers
from intake.web.clinic.site import create_clinic_site

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/submission_export.json").read_text("utf-8"))
SECRET = "a word about drugs nobody else has"


# Sending takes a second; what is tried here is what leaves, and each test looks at its own last events.
@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    copy = make_copy(tmp_path_factory.mktemp("exports"))
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture(scope="module")
def dana(copy):
    return staff(copy.clinic, "dana", "D. Both, MD", Role.CLINICIAN, Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def sent(copy):
    """The form of an invented person who drinks and adds a word of their own."""
    person = demonstration.people(copy.desk)[0]
    given = {
        "audit_c_1": answered(Chosen("four_or_more_week")),
        "audit_c_2": answered(Chosen("ten_or_more")),
        "audit_c_3": answered(Chosen("daily")),
        "sud_history": answered(Chosen("now")),
        "anything_else": answered(Text(SECRET)),
    }
    demonstration.send(copy.desk, dataclasses.replace(person, answers=person.answers.with_(given)))
    with copy.clinic.database.read() as session:
        (new,) = ids(session)
        return reviews.review(session, copy.clinic.keys, new)


@pytest.fixture
def another(copy, sent):
    """Sends the same form again, on a day of its own that no other test looks at."""

    def send(at):
        with copy.clinic.database.write() as session:
            new = dataclasses.replace(
                sent.submission,
                id=uuid4(),
                reference=submissions.new_reference(session, "HL"),
                sent_at=copy.clinic.local(at),
            )
            submissions.seal(session, copy.clinic.keys, new, sent.screening)
        return new.id

    return send


def events(copy):
    with copy.clinic.database.read() as session:
        return audit.events(session)


def unpacked(pieces):
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


@pytest.fixture(scope="module")
def worked_on(sent, dana):
    """A form about which everything was recorded that can be."""
    by = By(dana.id, dana.printed_name, NOON)
    first, *_ = sent.flags
    drinking = next(one for one in sent.flags if one.outcome.rule == "substance-problem-now-or-recent")
    seen = [
        Acknowledgement(first.key, dana.id, dana.printed_name, words, NOON) for words in ("Seen", "Again")
    ]
    entries = (
        Question("How are you?", by),
        Revised(2, 1, "Better", ("weight",), NOON),
        Question("And today?", by),
        QuestionWithdrawn(3, by),
        View(ViewKind.FIRST, None, "Nothing stands out", by),
        TakenOver(dana.id, "R. Chen, NP", "R. Chen is away", by),
        LookAgain(date(2026, 12, 1), "After the holiday", by),
        Undoing(1, first.key, by),
        Reopening("A letter came", by),
        Question("How much do you drink?", by, drinking.key, "", drinking.title),
        Revised(3, 10, "Less since May", ("sud_history",), NOON),
        Undoing(3, drinking.key, by),
    )
    about_drinking = Acknowledgement(
        drinking.key, dana.id, dana.printed_name, "Drinks less", NOON, Done.CALLED_PATIENT
    )
    review = dataclasses.replace(
        sent, acknowledgements=(*seen, about_drinking), entries=entries, earlier=(sent.submission,)
    )
    keys = tuple(flag.key for flag in review.flags)
    signed = SignOff(dana.id, dana.printed_name, "I read this", "Note", NOON, review.fingerprint(), keys)
    return dataclasses.replace(review, sign_offs=(signed,))


def one(copy, member, review, form=Form.JSON, *, without=False):
    library = copy.clinic.library
    kept, left_out = review, None
    if without:
        kept, left_out = without_substance_use(review, library.questionnaire, library.rulebook)
    notice = copy.settings.redisclosure_notice
    found = Exported(kept, review.fingerprint(), member, NOON, notice, left_out)
    return exports.as_file(found, form).decode("utf-8-sig")


def test_a_form_as_json_holds_to_its_schema_and_says_everything_recorded(copy, dana, worked_on):
    document = json.loads(one(copy, dana, worked_on))

    jsonschema.Draft7Validator(SCHEMA).validate(document)
    assert document["fingerprint"] == worked_on.fingerprint()
    assert [flag["key"] for flag in document["flags"]] == [flag.key for flag in worked_on.flags]
    assert document["flags"][0]["acknowledged"]["note"] == "Again"
    assert [given["note"] for given in document["acknowledgements"]] == ["Seen", "Again", "Drinks less"]
    assert {entry["entry"] for entry in document["entries"]} == set(
        SCHEMA["definitions"]["entry"]["properties"]["entry"]["enum"]
    )
    assert document["sign_offs"][0]["printed_name"] == "D. Both, MD"
    assert document["submission"]["answers"]["anything_else"]["value"]["words"] == SECRET
    states = {line["state"] for part in document["submission"]["parts"] for line in part["lines"]}
    assert states > {"answered"}


def test_exporting_one_form_leaves_its_event_and_says_what_it_is_without(copy, dana, sent):
    found = exports.export_one(copy.clinic, dana, sent.submission.id, Form.CSV, without=True)

    last = events(copy)[-1]
    assert (last.event, last.object) == ("SubmissionExported", str(sent.submission.id))
    assert last.detail["form"] == "csv"
    assert found.left_out.parts == ("Alcohol, drugs, and safety",)
    assert found.fingerprint == sent.fingerprint()


def test_a_document_that_says_something_else_does_not_hold_to_the_schema(copy, dana, worked_on):
    document = json.loads(one(copy, dana, worked_on))
    document["flags"][0]["priority"] = "dire"

    assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(document))


def about_substances(review):
    """Everything in a record that says something of the part on alcohol and drugs."""
    (part,) = (part for part in review.submission.transcript if part.part == "substances")
    flags = {flag.outcome.rule: flag for flag in review.flags}
    drinking = [flags["audit-c-8-or-above"], flags["substance-problem-now-or-recent"]]
    shown = {
        word for flag in drinking for word in (flag.outcome.rule, flag.key, flag.title, flag.outcome.why)
    }
    asked = {word for line in part.lines for word in (line.asked, f'"{line.question}"')}
    own = {SECRET, "AUDIT-C total", "How much do you drink?", "Less since May", "Drinks less"}
    return {*asked, *shown, *own}


def test_the_part_on_alcohol_and_drugs_can_be_left_out_of_a_document(copy, dana, worked_on):
    without, whole = one(copy, dana, worked_on, without=True), one(copy, dana, worked_on)

    words = {json.dumps(word)[1:-1].replace('\\"', '"') for word in about_substances(worked_on)}
    assert {word for word in words if word in without} == set()
    assert {word for word in words if word not in whole} == set()
    document = json.loads(without)
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    assert '"first_name"' in without
    assert document["exported"]["left_out"]["parts"] == ["Alcohol, drugs, and safety"]
    assert document["exported"]["left_out"]["outcomes"] > 0
    assert document["fingerprint"] == json.loads(whole)["fingerprint"]
    assert "42 CFR Part 2" in document["exported"]["notice"]


def test_the_part_on_alcohol_and_drugs_can_be_left_out_of_a_table(copy, dana, worked_on):
    without, whole = (one(copy, dana, worked_on, Form.CSV, without=choice) for choice in (True, False))

    for word in (SECRET, "audit_c_1", "Have you ever had a problem with alcohol or drugs?"):
        assert word not in without
        assert word in whole
    assert "first_name" in without


DAY = timedelta(days=1)


CANARY = "kanarienvogel"


@pytest.fixture
def with_canaries(sent, dana):
    """The form with a canary wherever its people can have written something of alcohol and drugs."""
    (part,) = (one for one in sent.submission.transcript if one.part == "substances")
    questions = {line.question for line in part.lines}

    def sung(line):
        apart = line.question in questions or line.question.startswith(("audit_c", "taps"))
        return dataclasses.replace(line, said=CANARY, given=CANARY) if apart else line

    def sung_all(lines):
        return tuple(map(sung, lines))

    parts = tuple(dataclasses.replace(one, lines=sung_all(one.lines)) for one in sent.submission.transcript)
    answers = sent.submission.answers.with_({one: answered(Text(CANARY)) for one in questions})
    submission = dataclasses.replace(sent.submission, transcript=parts, answers=answers)
    outcomes = tuple(
        dataclasses.replace(one, because=sung_all(one.because), missing=sung_all(one.missing))
        for one in sent.screening.outcomes
    )
    screening = dataclasses.replace(
        sent.screening, outcomes=outcomes, worked_out=sung_all(sent.screening.worked_out)
    )
    review = dataclasses.replace(sent, submission=submission, earlier=(submission,), screenings=(screening,))
    by = By(dana.id, dana.printed_name, NOON)
    apart = [
        one.key
        for one in review.flags
        if {line.question for line in (*one.outcome.because, *one.outcome.missing)} & questions
    ]
    about = [
        *({"question": one, "title": CANARY} for one in sorted(questions)),
        *({"again": one} for one in sorted(questions)),
        *({"flag": one, "title": CANARY} for one in apart),
        {"question": "weight", "title": "Weight", "again": "taps_drugs"},
    ]
    entries = []
    for number, one in enumerate(about):
        place = len(entries) + 1
        changed = (("weight",), (), ("anything_else", "weight"))[number % 3]
        entries += [Question(CANARY, by, **one), Revised(number + 2, place, CANARY, changed, NOON)]
    entries += [
        Revised(99, None, CANARY, ("sud_history",), NOON),
        LookAgain(date(2026, 12, 1), "After the holiday", by, tuple(flag.key for flag in review.flags)),
        Undoing(1, apart[0], by),
    ]
    seen = tuple(Acknowledgement(key, dana.id, dana.printed_name, CANARY, NOON) for key in apart)
    return dataclasses.replace(review, acknowledgements=seen, entries=tuple(entries)), apart


def every_file(copy, dana, review, monkeypatch, *, without):
    """The record in each form in which it can leave, as text."""
    library, kept, left_out = copy.clinic.library, review, None
    if without:
        kept, left_out = without_substance_use(review, library.questionnaire, library.rulebook)
    found = Exported(kept, review.fingerprint(), dana, NOON, "", left_out)
    table = said_without_substance_use(review.submission) if without else review.submission
    folder = unpacked(export_zip.pack([table], [Packed("HL", found)], {}, "", NOON))
    pages = []
    monkeypatch.setattr(sheets.engine, "make", lambda sheet, _seconds: pages.append(sheet.html) or b"")
    site = create_clinic_site(copy.clinic)
    with site.test_request_context("/", base_url=copy.settings.public_address):
        site.preprocess_request()
        papers.send_form(dana, kept, found.fingerprint, left_out=left_out)
    return {
        **{form.value: exports.as_file(found, form).decode() for form in (Form.JSON, Form.CSV)},
        **{name: folder.read(name).decode() for name in ("answers.csv", "submissions/HL.json")},
        "pdf": pages[0],
    }


def test_nothing_of_alcohol_and_drugs_leaves_in_any_form_however_it_came_in(
    copy, dana, with_canaries, monkeypatch
):
    """By an answer, a question about it, a reply, a reply that answers it anew, a note on its flag."""
    review, flags = with_canaries

    without = every_file(copy, dana, review, monkeypatch, without=True)
    whole = every_file(copy, dana, review, monkeypatch, without=False)

    assert [form for form, text in without.items() if CANARY in text] == []
    assert [form for form, text in whole.items() if CANARY not in text] == []
    document = json.loads(without["json"])
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    assert [key for key in flags if key in without["json"]] == []
    entries = document["entries"]
    assert len(entries) == len(review.entries)
    assert {one.get("again", "") for one in entries} == {""}
    assert {tuple(one["changed"]) for one in entries if one["entry"] == "revised"} == {()}


def test_a_question_about_something_else_and_its_reply_stay(copy, dana, worked_on):
    entries = json.loads(one(copy, dana, worked_on, without=True))["entries"]

    assert [entry["words"] for entry in entries[:2]] == ["How are you?", "Better"]
    assert entries[1]["changed"] == ["weight"]


def on(day):
    return Wanted(day.date(), day.date())


def test_many_leave_in_one_file_and_each_is_recorded_before_the_first_byte(copy, dana, another):
    at = NOON + 10 * DAY
    sent = {another(at), another(at)}

    pieces = exports.export_many(copy.clinic, dana, on(at), " A study of waiting times ")

    recorded = events(copy)[-3:]
    assert [one.event for one in recorded] == ["SubmissionsExported", *["SubmissionExported"] * 2]
    assert recorded[0].detail == {"exported": 2, "purpose": "A study of waiting times"}
    assert {one.object for one in recorded[1:]} == {str(one) for one in sent}
    with copy.clinic.database.read() as session:
        assert audit.verify(session, copy.clinic.keys).ok
    folder = unpacked(pieces)
    assert folder.testzip() is None
    manifest = json.loads(folder.read("manifest.json"))
    assert manifest["exported"]["purpose"] == "A study of waiting times"
    assert len(manifest["submissions"]) == 2
    for name in manifest["submissions"]:
        document = json.loads(folder.read(name))
        jsonschema.Draft7Validator(SCHEMA).validate(document)
        assert document["submission"]["id"] in {str(one) for one in sent}
    assert folder.read("answers.csv").count(b"audit_c_1") == 2
    assert b"42 CFR Part 2" in folder.read("read-me-first.txt")


def test_nothing_leaves_when_it_cannot_be_recorded(copy, dana, another, monkeypatch):
    another(NOON + 20 * DAY)

    def fails(*_):
        raise audit.TrailBroken

    monkeypatch.setattr(audit, "record_all", fails)
    with pytest.raises(audit.TrailBroken):
        exports.export_many(copy.clinic, dana, on(NOON + 20 * DAY), "A study")


@pytest.mark.parametrize(
    "purpose", ["", "  ", "two\nlines", "x" * 501], ids=["empty", "spaces", "lines", "long"]
)
def test_an_export_of_many_says_what_it_is_for(copy, dana, purpose):
    before = events(copy)

    with pytest.raises(PurposeNeeded):
        exports.export_many(copy.clinic, dana, on(NOON), purpose)

    assert events(copy) == before


def test_days_are_those_of_the_clinic_and_the_last_one_counts(copy, dana, another):
    evening = NOON + 30 * DAY + timedelta(hours=10)  # 10 at night in New York, the next day in London
    another(evening)
    day = (NOON + 30 * DAY).date()

    def found(since, until, which=Which.ALL):
        folder = unpacked(exports.export_many(copy.clinic, dana, Wanted(since, until, which), "A try"))
        return len(json.loads(folder.read("manifest.json"))["submissions"])

    assert found(day, day) == 1
    assert found(day, day, Which.IN_WORK) == 1
    for wanted in (
        Wanted(day + DAY, day + 3 * DAY),
        Wanted(day - 3 * DAY, day - DAY),
        Wanted(day, day, Which.DONE),
    ):
        with pytest.raises(NothingToExport):
            exports.export_many(copy.clinic, dana, wanted, "A try")


def test_more_than_may_leave_at_once_are_refused_with_their_number(copy, dana, another, monkeypatch):
    at = NOON + 40 * DAY
    another(at)
    another(at)
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 1)

    with pytest.raises(TooMany) as refusal:
        exports.export_many(copy.clinic, dana, on(at), "A try")

    assert refusal.value.found == 2


def test_a_damaged_form_keeps_no_other_from_leaving_and_is_named(copy, dana, another):
    at = NOON + 50 * DAY
    damaged, whole = another(at), another(at)
    with copy.clinic.database.write() as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == damaged))
        references = dict(session.execute(select(SubmissionRow.id, SubmissionRow.reference)).all())

    folder = unpacked(exports.export_many(copy.clinic, dana, on(at), "A try"))
    manifest = json.loads(folder.read("manifest.json"))

    assert manifest["could_not_be_opened"] == [references[damaged]]
    assert manifest["submissions"] == [f"submissions/{references[whole]}.json"]
