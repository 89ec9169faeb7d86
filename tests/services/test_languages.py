"""Whatever language a patient reads, what comes of their answers is the same."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings

import as_shipped
import strategies
from exchanging import LIBRARY, begun, sent_to, signs
from intake.content import catalogues
from intake.content.translations import messages_of
from intake.domain.answers import Chosen, answered
from intake.domain.languages import ENGLISH_LANGUAGE
from intake.domain.screening import screen
from intake.domain.wording import transcribe
from intake.services import answering, languages, replying
from intake.storage import submissions
from intake.storage.codec import submission_from_bytes, submission_to_bytes
from sending import answers, fill_in

ASKED = as_shipped.library().questionnaire
ANSWERS = strategies.answers(ASKED)


@pytest.fixture
def desk(copy):
    return copy.desk


@pytest.fixture
def clinic(copy):
    return copy.clinic


@pytest.fixture
def spanish(desk):
    """The desk of a clinic that switched Spanish on, for a patient who reads it."""
    return languages.in_language(desk, "es")


def came_of(desk, given):
    screening = screen(desk.library.rulebook, desk.evidence(given), desk.library.editions, desk.now())
    return [(one.rule, one.outcome, one.priority, one.failed) for one in screening.outcomes]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=ANSWERS)
def test_what_comes_of_the_rules_does_not_depend_on_the_language(desk, spanish, given):
    assert came_of(spanish, given) == came_of(desk, given)
    here, there = transcribe(desk.evidence(given)), transcribe(spanish.evidence(given), spanish.voice)
    lines = [(line.question, line.state, line.given) for part in here for line in part.lines]
    assert [(line.question, line.state, line.given) for part in there for line in part.lines] == lines


def test_a_clinician_reads_english_whatever_the_patient_read(spanish, clinic):
    receipt = answering.send(spanish, fill_in(spanish, "first_name: Pat, last_name: Doe, phone: 555-0142, aneurysm: not_repaired"), "Pat Doe")  # fmt: skip # noqa: E501

    with clinic.database.read() as session:
        number = submissions.by_reference(session, receipt.reference)
        sent = submissions.fetch(session, clinic.keys, number)
    (written,) = [line for part in sent.transcript for line in part.lines if line.question == "aneurysm"]
    (read,) = [line for part in sent.as_read for line in part.lines if line.question == "aneurysm"]
    assert (written.said, read.said) == ("Yes, not repaired", "Sí, sin reparar")
    again = submission_from_bytes(submission_to_bytes(sent))
    assert again == sent
    assert submission_to_bytes(again) == submission_to_bytes(sent)


def test_a_form_in_english_is_kept_as_it_always_was(desk, clinic):
    receipt = answering.send(desk, fill_in(desk), "Pat Doe")

    with clinic.database.read() as session:
        sent = submissions.fetch(session, clinic.keys, submissions.by_reference(session, receipt.reference))
    assert (sent.language, sent.as_read) == ("", ())
    assert b"as_read" not in submission_to_bytes(sent) and b"language" not in submission_to_bytes(sent)


def test_thoughts_of_dying_are_noticed_in_spanish_too(spanish):
    said = answers(spanish, "anything_else: A veces solo quiero morir")

    (derived,) = [one for one in spanish.library.questionnaire.derived if one.id == "crisis_words"]
    assert spanish.evidence(said).mentioned(derived) == ("quiero morir",)


def test_a_clinic_offers_english_and_what_it_switched_on_and_is_there(desk):
    on = replace(desk.settings, languages=("es", "tlh"))

    assert [one.code for one in languages.offered(desk.settings)] == ["en"]
    assert [one.code for one in languages.offered(on)] == ["en", "es"]
    assert languages.fitting_code(on, ["tlh", "es"]) == "es"
    assert languages.fitting_code(desk.settings, ["es"]) == "en"
    assert languages.voice_of("tlh").language == ENGLISH_LANGUAGE


def test_a_clinic_is_told_how_far_a_translation_is(desk):
    (spanish,) = languages.shipped(desk.library.questionnaire)

    assert spanish.state == "draft, not reviewed by a translator"
    assert spanish.questions_in_english == 36
    assert spanish.consent_in_english


@pytest.fixture
def quetzal(tmp_path, monkeypatch):
    """A form sent in Spanish to a small clinic, and its patient's desk."""
    shipped = catalogues.translations()["es"]
    words = {(one.place, one.text): f"ES: {one.text}" for one in messages_of(LIBRARY.questionnaire)}
    monkeypatch.setattr(languages, "translations", lambda: {"es": replace(shipped, content=words)})
    exchange = begun(tmp_path)
    copy = replace(exchange.copy, desk=languages.in_language(exchange.desk, "es"))
    yield sent_to(copy, exchange.alice)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def test_an_answer_changed_by_a_reply_is_changed_in_both_texts(quetzal):
    asked = quetzal.asks(again="treated")
    token = replying.open_question(quetzal.desk, asked.link, quetzal.reference)
    question = replying.find(quetzal.desk, token).draft.asked
    assert question.language == "es"
    assert [(line.asked, line.said) for line in question.about] == [
        ("ES: Is it treated?", "No lo sé con seguridad")
    ]
    replying.save(quetzal.desk, token, "Ya no la tomo", {"treated": answered(Chosen("no"))})
    draft = replying.find(quetzal.desk, token).draft
    (shown,) = replying.answers_in_words(quetzal.desk, draft)
    assert (shown.asked, shown.said) == ("ES: Is it treated?", "ES: No")

    signs(quetzal.desk, token, "Quetzal Doe")
    quetzal.take_in()

    sent = quetzal.review.submission
    (written,) = [line for part in sent.transcript for line in part.lines if line.question == "treated"]
    (read,) = [line for part in sent.as_read for line in part.lines if line.question == "treated"]
    assert (written.asked, written.said) == ("Is it treated?", "No")
    assert (read.asked, read.said) == ("ES: Is it treated?", "ES: No")


def test_what_was_signed_is_in_english_until_the_very_words_of_its_translation_were_reviewed(monkeypatch):
    shipped = catalogues.translations()["es"]
    consent = ASKED.consent
    in_english = SimpleNamespace(language="es", signature=SimpleNamespace(agreed=consent.points))
    said = tuple(shipped.of(f"consent.{n}.point", one) for n, one in enumerate(consent.points))
    in_spanish = SimpleNamespace(language="es", signature=SimpleNamespace(agreed=said))
    assert languages.signed_in_english(in_english)

    reviewed = replace(shipped, about=replace(shipped.about, consent_reviewed="the fingerprint"))
    monkeypatch.setattr(languages, "translations", lambda: {"es": reviewed})

    assert languages.signed_in_english(in_english)
    assert not languages.signed_in_english(in_spanish)
    assert languages.signed_in_english(replace_language(in_spanish, ""))


def replace_language(submission, code):
    return SimpleNamespace(language=code, signature=submission.signature)
