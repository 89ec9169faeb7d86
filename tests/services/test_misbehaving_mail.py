"""Mail servers that misbehave: no page waits for one, no notice is lost, and none is told of a patient."""

import email
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from copies import NOON
from exchanging import FORM, begun, sent_to
from intake.domain.notice_failures import NoticeFailure
from intake.services import dead_letters, exchanges, mail_server, notices
from intake.services.exchanges import Mail
from intake.storage.tables import OutgoingRow
from sending import send
from services.certificates import Authority
from services.mail_servers import mail_server as a_mail_server
from services.mail_servers import nobodys_port, told_of_the_patient

WORDS = "Is your blood pressure treated with lisinopril?"
MANNERS = {
    "greeting 421": NoticeFailure.PUT_OFF,
    "mail 451": NoticeFailure.PUT_OFF,
    "rcpt 450": NoticeFailure.PUT_OFF,
    "data 451": NoticeFailure.PUT_OFF,
    "data-end 451": NoticeFailure.PUT_OFF,
    "data-end 554": NoticeFailure.TURNED_DOWN,
    "greeting hang": NoticeFailure.BROKE_OFF,
    "mail hang": NoticeFailure.BROKE_OFF,
    "data-end hang": NoticeFailure.BROKE_OFF,
    "data-end drop": NoticeFailure.BROKE_OFF,
    "rcpt drop": NoticeFailure.BROKE_OFF,
    "hello slow": NoticeFailure.BROKE_OFF,
    "greeting garbage": NoticeFailure.NOT_UNDERSTOOD,
    "mail garbage": NoticeFailure.NOT_UNDERSTOOD,
    "hello endless": NoticeFailure.NOT_UNDERSTOOD,
    "auth 535": NoticeFailure.NOT_LET_IN,
}
KEEPS_US_WAITING = ("hang", "slow")


@pytest.fixture(scope="module")
def clinic_of_today(tmp_path_factory):
    exchange = begun(tmp_path_factory.mktemp("clinic"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server():
    with a_mail_server() as server:
        yield server


@pytest.fixture
def asked(clinic_of_today):
    """A patient was asked something; ``asked(port)`` is the clinic with a mail server at that port."""
    copy = clinic_of_today.copy
    copy.clock.at = NOON
    exchanged = []

    def with_server(port, security="none", user=""):
        settings = replace(
            copy.settings,
            mail_host="127.0.0.1",
            mail_port=port,
            mail_security=security,
            mail_user=user,
            mail_sender="forms@clinic.example",
        )
        # The desk as well: what patients send while a server hangs is what is looked at here.
        now = replace(
            copy,
            settings=settings,
            clinic=copy.clinic.with_settings(settings),
            desk=copy.desk.with_settings(settings),
        )
        if not exchanged:
            exchanged.append(sent_to(now, clinic_of_today.alice))
            exchanged[0].asks(WORDS)
        exchanged[0].copy = now
        return exchanged[0]

    yield with_server
    for exchange in exchanged:
        copy.clock.at = NOON + timedelta(days=30)
        exchange.copy = replace(
            exchange.copy,
            clinic=copy.clinic.with_settings(
                replace(exchange.copy.clinic.settings, mail_port=nobodys_port())
            ),
        )
        notices.send_due(exchange.copy.clinic)
        for one in dead_letters.not_sent(exchange.copy.clinic, None):
            dead_letters.set_aside(exchange.copy.clinic, None, one.id)


def mail_of(exchange):
    return exchanges.exchanges(exchange.copy.clinic, exchange.review).every[0].mail


def failures(exchange):
    with exchange.copy.clinic.database.read() as session:
        rows = session.query(OutgoingRow).where(OutgoingRow.next_try_at.is_not(None))
        return [row.failure for row in rows]


def heals(exchange, server):
    """The server behaves, and the time of the next try has come."""
    server.behaves("")
    exchange.copy.clock.at += notices.WAITS[0]
    assert notices.send_due(exchange.copy.clinic) == 1
    assert mail_of(exchange) is Mail.SENT
    assert len({email.message_from_string(letter)["Message-ID"] for letter in server.taken}) == 1
    assert told_of_the_patient(bytes(server.received), exchange.reference) == []


@pytest.mark.parametrize("manner", MANNERS)
def test_however_a_server_misbehaves_forms_are_sent_and_the_notice_stays_until_it_heals(
    asked, server, manner
):
    exchange = asked(server.port, user="forms" if manner.startswith("auth") else "")
    server.behaves(manner)
    sender = Thread(target=notices.send_due, args=(exchange.copy.clinic,))
    sender.start()
    waits = manner.endswith(KEEPS_US_WAITING)
    assert not waits or server.hanging.wait(10)

    reference = send(exchange.desk, FORM).reference

    assert reference
    if waits:
        assert sender.is_alive(), "the form was sent while the server kept the sender waiting"
        server.let_go.set()
    sender.join(20)
    assert mail_of(exchange) is Mail.TRIED
    assert failures(exchange) == [MANNERS[manner].value]
    heals(exchange, server)


@pytest.mark.parametrize("manner", ["greeting hang", "data-end hang", "hello slow"])
def test_a_server_that_never_gets_on_is_left_in_the_end(asked, server, manner, monkeypatch):
    monkeypatch.setattr(mail_server, "SECONDS_FOR_AN_ANSWER", 0.1)
    monkeypatch.setattr(mail_server, "SECONDS_FOR_A_LETTER", 0.3)
    exchange = asked(server.port)
    server.behaves(manner)

    assert notices.send_due(exchange.copy.clinic) == 0

    assert failures(exchange) == [NoticeFailure.BROKE_OFF.value]
    monkeypatch.undo()
    server.let_go.set()
    heals(exchange, server)


def test_the_longest_try_is_over_before_anybody_takes_the_notice_up_again():
    longest = mail_server.SECONDS_FOR_A_LETTER + mail_server.SECONDS_FOR_AN_ANSWER

    assert timedelta(seconds=longest) < notices.WAITS[0]


def test_a_server_that_is_not_there_is_tried_again(asked, server):
    exchange = asked(nobodys_port())

    assert notices.send_due(exchange.copy.clinic) == 0

    assert failures(exchange) == [NoticeFailure.UNREACHABLE.value]
    heals(asked(server.port), server)


def test_a_server_that_offers_no_encryption_is_told_nothing(asked, server):
    exchange = asked(server.port, security="starttls")

    assert notices.send_due(exchange.copy.clinic) == 0

    assert failures(exchange) == [NoticeFailure.UNPROTECTED.value]
    assert b"MAIL" not in server.received
    heals(asked(server.port), server)


def test_a_server_that_speaks_no_tls_where_it_should_is_told_nothing(asked, server):
    exchange = asked(server.port, security="tls")

    assert notices.send_due(exchange.copy.clinic) == 0

    assert failures(exchange) == [NoticeFailure.UNPROTECTED.value]
    heals(asked(server.port), server)


@pytest.mark.parametrize(("host", "trusted"), [("127.0.0.1", False), ("mail.elsewhere.example", True)])
def test_a_server_with_a_bad_certificate_is_told_nothing(
    asked, server, authority, monkeypatch, host, trusted
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with a_mail_server(authority.context(host)) as pretender:
        exchange = asked(pretender.port, security="tls")
        assert notices.send_due(exchange.copy.clinic) == 0

    assert failures(exchange) == [NoticeFailure.NOT_TRUSTED.value]
    assert bytes(pretender.received) == b""
    heals(asked(server.port), server)


def test_an_address_nobody_has_is_a_dead_letter_until_somebody_has_it_tried_again(asked, server):
    exchange = asked(server.port)
    server.behaves("rcpt 550")
    notices.send_due(exchange.copy.clinic)
    assert mail_of(exchange) is Mail.NOT_DELIVERED
    (letter,) = dead_letters.not_sent(exchange.copy.clinic, exchange.alice)
    assert letter.why == dead_letters.WHY[NoticeFailure.NO_SUCH_ADDRESS]

    assert dead_letters.try_again(exchange.copy.clinic, exchange.alice, letter.id)

    heals(exchange, server)


def test_what_a_server_says_is_logged_nowhere(asked, server, caplog):
    exchange = asked(server.port)
    server.behaves("mail 451")

    notices.send_due(exchange.copy.clinic)

    assert "put_off" in caplog.text
    assert "quetzal" not in caplog.text


def test_a_letter_with_the_patients_words_in_it_would_be_noticed(server):
    """The control of the scan: planted in the letter and in the envelope."""
    for planted in (b"Subject: about your blood pre=\r\nssure\r\n", b"MAIL FROM:<a.doe@clinic.example>\r\n"):
        assert told_of_the_patient(planted, "HL-7K4-92Q")
