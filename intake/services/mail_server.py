"""Handing one letter to the clinic's mail server, within a bounded time and whatever the server does.

Nothing the server says is kept, logged or shown: only what kind of failure it was.
"""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from time import monotonic
from typing import Any

from intake.config import Settings
from intake.domain.notice_failures import NoticeFailure

# For one thing a server is asked, and for one letter in all: less than the first wait until another try
# (services/notices.py), so that nobody takes up a letter that is still being handed over.
SECONDS_FOR_AN_ANSWER = 10.0
SECONDS_FOR_A_LETTER = 40.0
_MOST_SAID = 64 * 1024  # bytes of answers, for one letter
_READY, _FOR_GOOD = 220, 500


class _SaysTooMuch(Exception):
    """The server goes on and on."""


class _Password(Exception):
    """The file with the password cannot be read."""


def deliver(settings: Settings, message: EmailMessage | None, recipient: str) -> NoticeFailure | None:
    """Hand a letter to the server; None once it was taken. Without a letter, only knock at the door.

    A letter is taken once the server says so. What it does afterwards changes nothing.
    """
    try:
        server = _connected(settings)
        try:
            if message is not None:
                server.send_message(message, settings.mail_sender, [recipient])
        finally:
            # Without asking for an answer: a server may have none any more.
            with suppress(OSError, smtplib.SMTPException):
                server.putcmd("QUIT")
            server.close()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        return _of_recipient(min(codes, default=0))
    except Exception as error:  # whatever a server makes of the protocol, the notice is kept
        return _failure(error)
    return None


def _connected(settings: Settings) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    # The name we give is the one that stands in every letter; this machine's own is nobody's business.
    given = settings.mail_sender.rpartition("@")[2]
    where, longest = (settings.mail_host, settings.mail_port, given), SECONDS_FOR_AN_ANSWER
    if settings.mail_security == "tls":
        server: smtplib.SMTP = _PatientOverTls(*where, timeout=longest, context=trusted)
    else:
        server = _Patient(*where, timeout=longest)
    try:
        if settings.mail_security == "starttls":
            server.starttls(context=trusted)
        if settings.mail_user:
            server.login(settings.mail_user, _password(settings))
    except BaseException:
        server.close()
        raise
    return server


def _password(settings: Settings) -> str:
    path = settings.mail_password_file
    try:
        return path.read_text("utf-8").strip() if path is not None else ""
    except (OSError, UnicodeDecodeError):
        raise _Password from None


def _of_recipient(code: int) -> NoticeFailure:
    match code:
        case _ if code >= _FOR_GOOD:
            return NoticeFailure.NO_SUCH_ADDRESS
        case _ if code > 0:
            return NoticeFailure.PUT_OFF
    return NoticeFailure.NOT_UNDERSTOOD


def _failure(error: Exception) -> NoticeFailure:
    match error:
        case _Password():
            return NoticeFailure.NO_PASSWORD
        case smtplib.SMTPAuthenticationError():
            return NoticeFailure.NOT_LET_IN
        case smtplib.SMTPServerDisconnected():
            return NoticeFailure.BROKE_OFF
        case smtplib.SMTPNotSupportedError():
            # Words of smtplib's own, and not of the server.
            if "STARTTLS" in str(error):
                return NoticeFailure.UNPROTECTED
            return NoticeFailure.NOT_LET_IN if "AUTH" in str(error) else NoticeFailure.TURNED_DOWN
        case smtplib.SMTPResponseException(smtp_code=int(code)):
            if code <= 0:
                return NoticeFailure.NOT_UNDERSTOOD
            return NoticeFailure.TURNED_DOWN if code >= _FOR_GOOD else NoticeFailure.PUT_OFF
        case smtplib.SMTPException():
            return NoticeFailure.NOT_LET_IN  # it offers no way of signing in that we know
        case ssl.SSLCertVerificationError():
            return NoticeFailure.NOT_TRUSTED
        case ssl.SSLError():
            return NoticeFailure.UNPROTECTED
        case OSError():
            return NoticeFailure.UNREACHABLE
    return NoticeFailure.NOT_UNDERSTOOD


class _Replies:
    """The lines a server answers with, read for so long and so many as one letter is worth.

    ``smtplib`` waits so long for each byte, and for as many lines as come.
    """

    def __init__(self, sock: Any, until: float, said: list[int]) -> None:  # noqa: ANN401 - smtplib's own
        self._socket, self._until, self._said = sock, until, said
        self._waiting = b""

    def readline(self, longest: int) -> bytes:
        """The next line, or what there is of it at the end."""
        while b"\n" not in self._waiting and len(self._waiting) < longest:
            left = self._until - monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(min(left, SECONDS_FOR_AN_ANSWER))
            part = self._socket.recv(4096)
            self._said[0] += len(part)
            if self._said[0] > _MOST_SAID:
                raise _SaysTooMuch
            if not part:
                break
            self._waiting += part
        end = self._waiting.find(b"\n") + 1 or len(self._waiting)
        line, self._waiting = self._waiting[: min(end, longest)], self._waiting[min(end, longest) :]
        return line

    def close(self) -> None:
        """Nothing is open here: the socket is smtplib's."""


class _Patient(smtplib.SMTP):
    """As much patience as a letter is worth, without encryption or before it."""

    def __init__(self, *where: Any, **more: Any) -> None:  # noqa: ANN401 - as smtplib takes them
        self._until = monotonic() + SECONDS_FOR_A_LETTER
        self._said = [0]
        super().__init__(*where, **more)

    def getreply(self) -> tuple[int, bytes]:
        """The next answer of the server."""
        if self.file is None:
            self.file = _Replies(self.sock, self._until, self._said)
        try:
            return super().getreply()
        except _SaysTooMuch:
            self.close()
            raise


class _PatientOverTls(_Patient, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""
