"""A mail server that is not ours takes a notice: with STARTTLS, with TLS, and after signing in."""

import email
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from exchanging import begun
from intake.services import notices
from services.certificates import Authority
from services.mail_servers import nobodys_port, told_of_the_patient

WORDS = "Is your blood pressure treated with lisinopril?"
PASSWORD = "a password of a test"


class Box:
    """Keeps the envelopes it is handed."""

    def __init__(self):
        self.envelopes, self.knows = [], False

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd calls it so
        self.envelopes.append(envelope)
        return "250 taken"

    def lets_in(self, _server, _session, _envelope, _mechanism, data):
        """Who may sign in, as aiosmtpd asks it."""
        self.knows = (data.login, data.password) == (b"forms", PASSWORD.encode())
        return AuthResult(success=self.knows)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    exchange = begun(tmp_path_factory.mktemp("clinic"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_notice_is_handed_over_encrypted_and_signed_in(exchange, tmp_path, monkeypatch, security):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    settings = replace(
        exchange.copy.settings,
        mail_host="127.0.0.1",
        mail_port=nobodys_port(),
        mail_security=security,
        mail_sender="forms@clinic.example",
        mail_user="forms",
        mail_password_file=tmp_path / "password",
    )
    exchange.copy = replace(exchange.copy, clinic=exchange.copy.clinic.with_settings(settings))
    sent = exchange.asks(WORDS)
    context, box = authority.context(), Box()
    encrypted = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    server = Controller(
        box,
        "127.0.0.1",
        settings.mail_port,
        **encrypted,
        require_starttls=security == "starttls",
        # To aiosmtpd, TLS from the first byte is not the TLS that signing in asks for.
        auth_require_tls=security == "starttls",
        auth_required=security == "starttls",
        authenticator=box.lets_in,
    )
    server.start()
    try:
        assert notices.send_due(exchange.copy.clinic) == 1
    finally:
        server.stop()

    (envelope,) = box.envelopes
    assert box.knows
    assert (envelope.mail_from, envelope.rcpt_tos) == ("forms@clinic.example", ["quetzal@example.org"])
    letter = email.message_from_bytes(envelope.content)
    assert sent.link in letter.get_payload(decode=True).decode()
    assert told_of_the_patient(envelope.content, exchange.reference) == []
