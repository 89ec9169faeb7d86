"""Mail servers that misbehave: no page waits for one, no notice is lost, and none is told of a patient."""

import email
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from copies import NOON, Copy
from exchanging import FORM, begun
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.services import dead_letters, mail_server, notices
from intake.storage import outgoing
from intake.storage.outgoing import Addressed
from intake.storage.tables import OutgoingRow
from sending import send
from services.certificates import Authority
from services.mail_servers import mail_server as a_mail_server
from services.mail_servers import nobodys_port, told_of_the_patient

PATIENT = "quetzal@example.org"
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


@dataclass(frozen=True)
class Waiting:
    """A clinic with a mail server, and a notice to a patient that waits to be sent by it."""

    copy: Copy
    notice: UUID

    def stands(self):
        """How it ended, if it did, and why the last try came to nothing."""
        with self.copy.clinic.database.read() as session:
            row = session.get_one(OutgoingRow, self.notice)
            return row.outcome, row.failure


@pytest.fixture
def waiting(clinic_of_today):
    """Keeps a notice; ``waiting(port)`` is the clinic with a mail server at that port."""
    copy, notice = clinic_of_today.copy, uuid4()
    copy.clock.at = NOON
    with copy.clinic.database.write() as session:
        for row in session.scalars(select(OutgoingRow)):
            session.delete(row)
        outgoing.add(
            session, copy.desk.keys, notice, Addressed(PATIENT, "s-e-c-r-e-t", NoticeKind.MESSAGE), NOON
        )

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
        desk, clinic = copy.desk.with_settings(settings), copy.clinic.with_settings(settings)
        return Waiting(replace(copy, settings=settings, desk=desk, clinic=clinic), notice)

    return with_server


def heals(waiting, server):
    """The server behaves, and the time of the next try has come."""
    server.behaves("")
    waiting.copy.clock.at += notices.WAITS[0]
    assert notices.send_due(waiting.copy.clinic) == 1
    assert waiting.stands()[0] == "sent"
    identities = {email.message_from_string(letter)["Message-ID"] for letter in server.taken}
    assert identities == {f"<{waiting.notice}@clinic.example>"}
    assert told_of_the_patient(bytes(server.received), "HL-7K4-92Q") == []


@pytest.mark.parametrize("manner", MANNERS)
def test_however_a_server_misbehaves_forms_are_sent_and_the_notice_stays_until_it_heals(
    waiting, server, manner
):
    clinic = waiting(server.port, user="forms" if manner.startswith("auth") else "")
    server.behaves(manner)
    sender = Thread(target=notices.send_due, args=(clinic.copy.clinic,))
    sender.start()
    waits = manner.endswith(KEEPS_US_WAITING)
    assert not waits or server.hanging.wait(10)

    reference = send(clinic.copy.desk, FORM).reference

    assert reference
    if waits:
        assert sender.is_alive(), "the form was sent while the server kept the sender waiting"
        server.let_go.set()
    sender.join(20)
    assert clinic.stands() == (None, MANNERS[manner].value)
    heals(clinic, server)


@pytest.mark.parametrize("manner", ["greeting hang", "data-end hang", "hello slow"])
def test_a_server_that_never_gets_on_is_left_in_the_end(waiting, server, manner, monkeypatch):
    monkeypatch.setattr(mail_server, "SECONDS_FOR_AN_ANSWER", 0.1)
    monkeypatch.setattr(mail_server, "SECONDS_FOR_A_LETTER", 0.3)
    clinic = waiting(server.port)
    server.behaves(manner)

    assert notices.send_due(clinic.copy.clinic) == 0

    assert clinic.stands() == (None, NoticeFailure.BROKE_OFF.value)
    monkeypatch.undo()
    server.let_go.set()
    heals(clinic, server)


def test_the_longest_try_is_over_before_anybody_takes_the_notice_up_again():
    longest = mail_server.SECONDS_FOR_A_LETTER + mail_server.SECONDS_FOR_AN_ANSWER

    assert timedelta(seconds=longest) < notices.WAITS[0]


def test_a_server_that_is_not_there_is_tried_again(waiting, server):
    clinic = waiting(nobodys_port())

    assert notices.send_due(clinic.copy.clinic) == 0

    assert clinic.stands() == (None, NoticeFailure.UNREACHABLE.value)
    heals(waiting(server.port), server)


def test_a_server_that_offers_no_encryption_is_told_nothing(waiting, server):
    clinic = waiting(server.port, security="starttls")

    assert notices.send_due(clinic.copy.clinic) == 0

    assert clinic.stands() == (None, NoticeFailure.UNPROTECTED.value)
    assert b"MAIL" not in server.received
    heals(waiting(server.port), server)


def test_a_server_that_speaks_no_tls_where_it_should_is_told_nothing(waiting, server):
    clinic = waiting(server.port, security="tls")

    assert notices.send_due(clinic.copy.clinic) == 0

    assert clinic.stands() == (None, NoticeFailure.UNPROTECTED.value)
    heals(waiting(server.port), server)


@pytest.mark.parametrize(("host", "trusted"), [("127.0.0.1", False), ("mail.elsewhere.example", True)])
def test_a_server_with_a_bad_certificate_is_told_nothing(
    waiting, server, authority, monkeypatch, host, trusted
):
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with a_mail_server(authority.context(host)) as pretender:
        clinic = waiting(pretender.port, security="tls")
        assert notices.send_due(clinic.copy.clinic) == 0

    assert clinic.stands() == (None, NoticeFailure.NOT_TRUSTED.value)
    assert bytes(pretender.received) == b""
    heals(waiting(server.port), server)


def test_an_address_nobody_has_is_a_dead_letter_until_somebody_has_it_tried_again(waiting, server):
    clinic = waiting(server.port)
    server.behaves("rcpt 550")
    notices.send_due(clinic.copy.clinic)
    assert clinic.stands()[0] == "refused"
    (letter,) = dead_letters.not_sent(clinic.copy.clinic, None)
    assert letter.why == dead_letters.WHY[NoticeFailure.NO_SUCH_ADDRESS]

    assert dead_letters.try_again(clinic.copy.clinic, None, letter.id)

    heals(clinic, server)


def test_what_a_server_says_is_logged_nowhere(waiting, server, caplog):
    clinic = waiting(server.port)
    server.behaves("mail 451")

    notices.send_due(clinic.copy.clinic)

    assert "put_off" in caplog.text
    assert "quetzal" not in caplog.text


def test_a_letter_with_the_patients_words_in_it_would_be_noticed(server):
    """The control of the scan: planted in the letter and in the envelope."""
    for planted in (b"Subject: about your blood pre=\r\nssure\r\n", b"MAIL FROM:<a.doe@clinic.example>\r\n"):
        assert told_of_the_patient(planted, "HL-7K4-92Q")
