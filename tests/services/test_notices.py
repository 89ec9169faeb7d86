"""Notices by e-mail: neutral by construction, tried again, given up in the end."""

import email
import email.policy
import re
from dataclasses import fields, replace
from datetime import timedelta
from threading import Event, Thread
from types import SimpleNamespace
from urllib.parse import unquote
from uuid import UUID

import pytest
from sqlalchemy import select

from copies import NOON, staff
from exchanging import FORM, begun, sent_to
from intake.config import SettingsRefused, read_settings
from intake.content.catalogues import translations
from intake.domain.clinic_settings_typed import boxes_of
from intake.domain.languages import APART, ENGLISH, TOGETHER, Language
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services import asking, changing_settings, exchanges, notice_words, notices
from intake.services.exchanges import Mail
from intake.services.languages import in_language
from intake.services.notice_words import Letterhead, Notice
from intake.storage import outgoing, patient_questions
from intake.storage.codec_exchanges import notice_from_bytes, notice_to_bytes
from intake.storage.tables import OutgoingRow
from services.postbox import postbox

WORDS = "Is your blood pressure treated with lisinopril?"
# What must never be in a notice: who, which form, what was asked, and anything about health.
FORBIDDEN = (
    "quetzal doe",
    "quetzal",
    "doe",
    "lisinopril",
    "pressure",
    "treated",
    "ketamine",
    "555-010",
    "a. rivera",
)
# What health is talked about with, in English and in Spanish.
OF_HEALTH = re.compile(
    r"ketamin\w*|mental\w*|depres\w*|suicid\w*|health|treat\w*|therap\w*|medicin\w*|symptom\w*|diagn\w*|psych\w*"
    r"|alcohol|drug\w*|answers|tratamiento\w*|terap\w*|medicamento\w*|médic\w*|salud|síntoma\w*|psiqu\w*|psicol\w*"
    r"|ánimo|droga\w*|presión|respuestas|cuestionario",
    re.IGNORECASE,
)
NOTICE = Notice(NoticeKind.MESSAGE, "https://clinic.example/reply#secret")


@pytest.fixture(scope="module")
def clinic_of_today(tmp_path_factory):
    exchange = begun(tmp_path_factory.mktemp("clinic"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture
def box():
    with postbox() as box:
        yield box


@pytest.fixture
def exchange(clinic_of_today, box):
    """A clinic with a mail server."""
    copy = clinic_of_today.copy
    copy.clock.at = NOON
    settings = replace(
        copy.settings,
        mail_host="127.0.0.1",
        mail_port=box.port,
        mail_security="none",
        mail_sender="forms@clinic.example",
    )
    copy = replace(copy, settings=settings, clinic=replace(copy.clinic, settings=settings))
    exchange = sent_to(copy, clinic_of_today.alice)
    yield exchange
    # Nothing is left for the next test to send.
    box.refuses.clear()
    copy.clock.at = NOON + timedelta(days=30)
    notices.send_due(copy.clinic)


def mail_of(exchange):
    return exchanges.exchanges(exchange.copy.clinic, exchange.review).every[0].mail


def forbidden_in(letter: str, exchange, address="quetzal@example.org"):
    """Which words of the patient stand anywhere in a letter, but for the address it goes to.

    Words by chance, within letters and digits drawn at random, are nobody's: a link ends in 43 of them.
    """
    parsed = email.message_from_string(letter, policy=email.policy.default)
    told = f"{letter}\n{parsed['Subject']}\n{parsed.get_content()}".replace(address, "")
    told = re.sub(r"[\w-]{20,}", "", told).casefold()
    return [word for word in (*FORBIDDEN, exchange.reference.casefold()) if word in told]


def test_a_notice_says_that_there_is_something_to_read_and_nothing_else(exchange, box):
    sent = exchange.asks(WORDS, flag=exchange.flag().key)
    assert sent.mailed
    assert mail_of(exchange) is Mail.WAITING

    assert notices.send_due(exchange.copy.clinic) == 1

    ((sender, recipients, letter),) = box.letters
    assert (sender, recipients) == ("forms@clinic.example", ["quetzal@example.org"])
    assert forbidden_in(letter, exchange) == []
    parsed = email.message_from_string(letter, policy=email.policy.default)
    assert parsed["Subject"] == "You have a message from Harbor Light Clinic"
    assert parsed["To"] == "quetzal@example.org"
    assert sent.link in parsed.get_content()
    assert "988" in parsed.get_content()
    assert mail_of(exchange) is Mail.SENT
    assert notices.send_due(exchange.copy.clinic) == 0


def to_a_patient(copy, number):
    addressed = outgoing.Addressed(f"{number}@example.org", "s-e-c-r-e-t", NoticeKind.SAVED_FORM)
    with copy.clinic.database.write() as session:
        outgoing.add(session, copy.desk.keys, outgoing.new_id(), addressed, copy.clock())


def test_staff_are_told_while_letters_to_patients_still_wait(exchange, box, monkeypatch):
    copy, told = exchange.copy, []
    for number in range(4):
        to_a_patient(copy, number)

    def sent(settings, message, recipient):
        told.append(recipient)
        if len(told) == 1:
            with copy.clinic.database.write() as session:
                outgoing.tell_staff(
                    session, copy.desk.keys, "desk@clinic.example", copy.clock(), copy.clock(), wanted=True
                )

    monkeypatch.setattr(notices.mail_server, "deliver", sent)
    assert notices.deliver_due(replace(copy.worker, settings=copy.settings)) == 5

    assert told[1] == "desk@clinic.example", "it waited for one letter, and not for all of them"


def test_one_pass_tries_so_many_and_the_next_takes_the_rest(exchange, box, monkeypatch):
    monkeypatch.setattr(notices, "_MOST_IN_A_PASS", 3)
    for number in range(4):
        to_a_patient(exchange.copy, number)
    worker = replace(exchange.copy.worker, settings=exchange.copy.settings)

    assert [notices.deliver_due(worker) for _ in range(3)] == [3, 1, 0]


@pytest.mark.parametrize("said", ["no", "blank"])
def test_a_notice_names_the_clinic_only_to_patients_who_said_that_it_may(exchange, box, said):
    form = FORM.replace("message_ok: yes", f"message_ok: {said}")
    discreet = sent_to(exchange.copy, exchange.alice, form)

    sent = discreet.asks(WORDS)
    notices.send_due(exchange.copy.clinic)

    ((_, _, letter),) = box.letters
    parsed = email.message_from_string(letter, policy=email.policy.default)
    assert parsed["Subject"] == "You have a message"
    assert parsed["From"] == "forms@clinic.example"
    settings = exchange.copy.settings
    assert settings.clinic_name not in letter
    assert settings.clinic_phone not in letter
    assert sent.link in parsed.get_content()
    assert settings.clinic_name not in unquote(
        exchanges.mailto(exchange.copy.clinic, sent.mail, "a@b.example")
    )


def test_a_notice_is_from_the_clinic_as_it_is_set_on_its_pages_by_now(tmp_path, box):
    exchange = begun(tmp_path)
    boss = staff(exchange.copy.clinic, "boss", "B. Stone", Role.ADMINISTRATOR)
    settings = replace(
        exchange.copy.settings,
        mail_host="127.0.0.1",
        mail_port=box.port,
        mail_security="none",
        mail_sender="forms@clinic.example",
    )
    clinic = exchange.copy.clinic.with_settings(settings)
    exchange.copy = replace(exchange.copy, settings=settings, clinic=clinic)
    exchange.asks(WORDS)
    now = changing_settings.current(clinic)
    boxes = replace(boxes_of(now.settings), clinic_name="North Clinic", clinic_phone="(212) 555-0199")
    changing_settings.set_from(clinic, boss, now.number, boxes)

    # As the thread and the console do: with the settings of the file.
    assert notices.send_due(clinic) == 1

    ((_, _, letter),) = box.letters
    parsed = email.message_from_string(letter, policy=email.policy.default)
    assert parsed["Subject"] == "You have a message from North Clinic"
    assert "call North Clinic at (212) 555-0199" in parsed.get_content()
    clinic.database.dispose()
    exchange.copy.desk.database.dispose()


def kept_of(exchange):
    with exchange.copy.clinic.database.read() as session:
        link = patient_questions.states(session, exchange.submission)[1].digest
        row = session.get_one(OutgoingRow, outgoing.id_of(exchange.submission, 1, link))
        return [row.wrapped_key, row.sealed]


@pytest.mark.parametrize("where", ["subject", "body", "sender"])
def test_a_notice_that_told_anything_would_be_noticed(exchange, where):
    letter = letter_of(NOTICE)
    match where:
        case "subject":
            letter.replace_header("Subject", "Your blood pressure")
        case "body":
            letter.set_content(f"About your form {exchange.reference}")
        case "sender":
            letter.replace_header("From", '"A. Rivera" <forms@clinic.example>')

    assert forbidden_in(letter.as_string(), exchange)


def test_a_notice_has_nowhere_to_put_a_patients_words():
    assert [field.name for field in fields(Notice)] == ["kind", "link", "language"]
    assert [field.name for field in fields(Letterhead)] == ["clinic", "phone", "sender"]
    # Nor is the language one: what names none of those there are is never said.
    notice = replace(NOTICE, language="Quetzal Doe")
    assert letter_of(notice).as_bytes() == letter_of(NOTICE).as_bytes()


def letter_of(notice):
    head = Letterhead("Harbor Light Clinic", "(555) 010-0100", "forms@clinic.example")
    return notice_words.letter(notice, head, "quetzal@example.org", UUID(int=1), NOON)


def told_of_health(letter):
    """The words about health, in English and in Spanish, that stand in a letter or in its subject."""
    return OF_HEALTH.findall(f"{letter['Subject']}\n{letter.get_content()}")


@pytest.mark.parametrize("language", ["", *translations()])
@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_tells_nothing_of_health_in_any_language(kind, language):
    letter = letter_of(Notice(kind, NOTICE.link, language))

    assert told_of_health(letter) == []
    assert NOTICE.link in letter.get_content().splitlines(), "the link stands in a line of its own"
    assert not kind.is_to_a_patient or "911" in letter.get_content()
    assert ("988" in letter.get_content()) is kind.names_the_clinic
    assert ("Harbor Light" in letter.as_string()) is kind.names_the_clinic
    assert "%(" not in letter.as_string()


@pytest.mark.parametrize("words", ["Sobre su tratamiento con ketamina", "Su salud mental", "Your depression"])
def test_a_notice_about_health_would_be_noticed(words):
    letter = letter_of(replace(NOTICE, language="es"))
    letter.set_content(words)
    assert told_of_health(letter)
    letter = letter_of(NOTICE)
    letter.replace_header("Subject", words)
    assert told_of_health(letter)


@pytest.fixture
def in_spanish(exchange):
    """A form read in Spanish, at a clinic that offers it."""
    settings = replace(exchange.copy.settings, languages=("es",))
    copy = exchange.copy
    desk = in_language(copy.desk.with_settings(settings), "es")
    copy = replace(copy, settings=settings, clinic=copy.clinic.with_settings(settings), desk=desk)
    return sent_to(copy, exchange.alice)


def test_a_notice_is_in_the_language_the_form_was_read_in(in_spanish, box):
    sent = in_spanish.asks(WORDS)
    assert notices.send_due(in_spanish.copy.clinic) == 1

    ((_, _, letter),) = box.letters
    parsed = email.message_from_string(letter, policy=email.policy.default)
    assert parsed["Subject"] == "Tiene un mensaje de Harbor Light Clinic"
    assert parsed["Content-Language"] == "es"
    assert "oprima 2" in parsed.get_content() and "You have" not in letter
    assert sent.link in parsed.get_content()
    # The secret of the link is drawn anew each time: three letters of it may be anybody's name.
    told = f"{parsed['Subject']}\n{parsed.get_content().replace(sent.link, '')}".casefold()
    assert [one for one in (*FORBIDDEN, in_spanish.reference.casefold()) if one in told] == []
    assert letter.isascii(), "any server takes it"
    # Whoever passes it on from their own mail program has the same words.
    mailto = unquote(exchanges.mailto(in_spanish.copy.clinic, sent.mail, "a@b.example"))
    assert mailto.endswith("\n".join(["", *parsed.get_content().splitlines()[1:], ""]))


def test_a_notice_is_in_english_where_the_language_is_offered_no_more(in_spanish, box):
    in_spanish.asks(WORDS)

    notices.send_due(in_spanish.copy.clinic.with_settings(replace(in_spanish.copy.settings, languages=())))

    ((_, _, letter),) = box.letters
    assert "Subject: You have a message" in letter and "Content-Language" not in letter


def test_the_language_is_sealed_and_a_notice_in_english_is_kept_as_it_always_was(in_spanish):
    in_spanish.asks(WORDS)
    with in_spanish.copy.clinic.database.read() as session:
        (row,) = session.scalars(select(OutgoingRow).where(OutgoingRow.settled_at.is_(None)))
        clear = [getattr(row, one.key) for one in OutgoingRow.__table__.columns]
        assert outgoing.opened(in_spanish.copy.clinic.keys.outbox_keys, row).language == "es"
    assert "es" not in clear

    assert notice_to_bytes("quetzal@example.org", "secret", NoticeKind.SAVED_FORM) == (
        b'{"v":1,"kind":"notice","recipient":"quetzal@example.org","secret":"secret","named":true,'
        b'"says":"saved_form"}'
    ).ljust(1024)
    spanish = notice_to_bytes("quetzal@example.org", "secret", NoticeKind.SAVED_FORM, language="es")
    assert len(spanish) == 1024, "its length does not tell the language, sealed as it is"


def test_names_and_numbers_keep_their_order_in_a_notice_written_from_the_right(monkeypatch):
    arabic = SimpleNamespace(say=ENGLISH.say, language=Language("ar", "العربية", "rtl"))
    monkeypatch.setattr(notice_words, "voice_of", lambda _: arabic)

    letter = letter_of(replace(NOTICE, language="ar")).get_content()

    assert f"call {APART}Harbor Light Clinic{TOGETHER} at {APART}(555) 010-0100{TOGETHER}." in letter
    assert NOTICE.link in letter.splitlines()


def test_whom_it_went_to_and_its_link_are_erased_once_it_was_sent(exchange):
    exchange.asks(WORDS)
    assert all(kept_of(exchange))

    notices.send_due(exchange.copy.clinic)

    assert kept_of(exchange) == [b"", b""]


def test_a_server_that_is_not_there_is_tried_again_later_and_later(exchange, box):
    exchange.asks(WORDS)
    clock = exchange.copy.clock
    box.refuses["MAIL"] = "451 not now"

    for wait in (*notices.WAITS, notices.WAITS[-1]):
        assert notices.send_due(exchange.copy.clinic) == 0
        tries = box.tries
        clock.at += wait - timedelta(seconds=1)
        notices.send_due(exchange.copy.clinic)
        assert box.tries == tries, "it is not asked again before its time"
        clock.at += timedelta(seconds=1)
    assert mail_of(exchange) is Mail.TRIED

    box.refuses.clear()
    assert notices.send_due(exchange.copy.clinic) == 1
    assert len(box.letters) == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=20), timedelta(days=365)], ids=str)
def test_one_made_while_the_clock_was_ahead_is_sent_once_it_is_right(exchange, box, ahead):
    exchange.copy.clock.at += ahead
    exchange.asks(WORDS)
    exchange.copy.clock.at -= ahead

    assert notices.send_due(exchange.copy.clinic) == 1


def test_one_made_while_the_clock_was_ahead_is_given_up_in_its_time(exchange, box):
    exchange.copy.clock.at += timedelta(days=365)
    exchange.asks(WORDS)
    exchange.copy.clock.at -= timedelta(days=365)
    box.refuses["DATA"] = "451 not now"

    hours = 0
    while mail_of(exchange) is not Mail.NOT_DELIVERED and hours < 240:
        notices.send_due(exchange.copy.clinic)
        exchange.copy.clock.at += timedelta(hours=6)
        hours += 6

    assert 66 <= hours <= 96


def test_what_is_put_off_for_longer_than_any_wait_is_known_to_the_outbox():
    assert max(notices.WAITS) < outgoing._LONGER_THAN_ANY_WAIT


def test_after_three_days_it_is_given_up_and_staff_are_told(exchange, box):
    exchange.asks(WORDS)
    box.refuses["DATA"] = "554 no"
    for _ in range(40):
        notices.send_due(exchange.copy.clinic)
        exchange.copy.clock.at += timedelta(hours=6)

    assert mail_of(exchange) is Mail.NOT_DELIVERED
    assert 12 <= box.tries <= 18


def test_an_address_nobody_has_is_told_at_once(exchange, box):
    exchange.asks(WORDS)
    box.refuses["RCPT"] = "550 no such person"

    notices.send_due(exchange.copy.clinic)

    assert mail_of(exchange) is Mail.NOT_DELIVERED
    assert box.tries == 1


def test_a_letter_sent_twice_has_one_identity(exchange, box):
    exchange.asks(WORDS)
    box.drops_after_data = True
    notices.send_due(exchange.copy.clinic)
    box.drops_after_data = False
    exchange.copy.clock.at += notices.WAITS[0]
    assert notices.send_due(exchange.copy.clinic) == 1

    identities = {email.message_from_string(letter)["Message-ID"] for _, _, letter in box.letters}
    assert len(box.letters) == 2
    assert len(identities) == 1


def test_two_senders_at_once_send_one_letter(exchange, box):
    exchange.asks(WORDS)
    with exchange.copy.clinic.database.read() as session:
        (due,) = outgoing.due(session, exchange.copy.clinic.now())

    claimed = []
    for _ in range(2):
        with exchange.copy.clinic.database.write() as session:
            wait = exchange.copy.clinic.now() + timedelta(minutes=1)
            claimed.append(outgoing.claim(session, exchange.copy.clinic.keys.outbox_keys, due, wait))

    assert [one is not None for one in claimed] == [True, False]


def test_a_new_link_or_a_question_taken_back_stops_the_letter(exchange, box):
    exchange.asks(WORDS)
    asking.renew(exchange.copy.clinic, exchange.alice, exchange.submission, 1)
    assert notices.send_due(exchange.copy.clinic) == 1  # the new one alone

    exchange.asks(WORDS)
    asking.take_back(exchange.copy.clinic, exchange.alice, exchange.submission, 2)
    assert notices.send_due(exchange.copy.clinic) == 0
    assert len(box.letters) == 1


def test_what_is_no_address_is_told_and_no_server_is_asked(exchange, box):
    other = sent_to(exchange.copy, exchange.alice, _FORM_WITH_A_STRANGE_ADDRESS)
    other.asks(WORDS)

    notices.send_due(exchange.copy.clinic)

    assert mail_of(other) is Mail.NOT_DELIVERED
    assert box.letters == []


def test_the_sender_beside_the_pages_sends_and_outlives_a_broken_database(exchange, box, monkeypatch):
    exchange.asks(WORDS)
    real, calls = notices.send_due, []

    def broken_at_first(clinic):
        calls.append(clinic)
        if len(calls) == 1:
            raise OSError("busy")
        real(clinic)
        stop.set()

    monkeypatch.setattr(notices, "send_due", broken_at_first)
    stop = Event()
    sender = Thread(target=notices.keep_sending, args=(exchange.copy.clinic, stop, 0.01))
    sender.start()
    sender.join(timeout=10)

    assert not sender.is_alive()
    assert len(box.letters) == 1


def test_without_a_server_nothing_is_kept_to_be_sent(clinic_of_today):
    clinic_of_today.copy.clock.at = NOON
    exchange = sent_to(clinic_of_today.copy, clinic_of_today.alice)
    sent = exchange.asks(WORDS)

    assert not sent.mailed
    assert mail_of(exchange) is Mail.NONE


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "mail_sender"),
        ({"INTAKE_MAIL_SENDER": "Clinic <forms@clinic.example>"}, "mail_sender"),
        ({"INTAKE_MAIL_SECURITY": "ssl"}, "mail_security"),
        ({"INTAKE_MAIL_SECURITY": "none"}, "on this machine"),
        ({"INTAKE_MAIL_PASSWORD_FILE": "/nowhere/at/all"}, "mail_password_file"),
        ({"INTAKE_MAIL_PORT": "smtp"}, "mail_port"),
    ],
)
def test_a_mail_server_set_up_wrong_is_refused_in_words(tmp_path, given, told):
    environment = {"INTAKE_INSTANCE": str(tmp_path), "INTAKE_MAIL_HOST": "mail.clinic.example"}
    environment |= {"INTAKE_MAIL_SENDER": "forms@clinic.example"} if given else {}

    with pytest.raises(SettingsRefused, match=told):
        read_settings(environment | given)


_FORM_WITH_A_STRANGE_ADDRESS = (
    "first_name: Quetzal, last_name: Doe, phone: 555-010-0142, "
    'email: "quetzal@example.org>, <other@example.org", pressure: yes, treated: no, home: yes, takes: no'
)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_of_any_kind_is_sealed_and_opened_as_it_was(kind):
    written = notice_to_bytes("quetzal@example.org", "secret", kind)

    assert notice_from_bytes(written) == ("quetzal@example.org", "secret", kind, True, "", "")
    assert (b'"says"' in written) is (kind not in (NoticeKind.MESSAGE, NoticeKind.UNNAMED_MESSAGE))
