"""Sealing a file for the people who keep it, in the format of age; the library is pyrage.

Whoever holds the identity that belongs to one of the recipients opens it, and nobody else. The program
that seals never has an identity.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyrage

# How every age file begins.
AGE = b"age-encryption.org/v1\n"
FEWEST_RECIPIENTS = 2
_AT_ONCE = 64 * 1024


class RecipientsRefused(Exception):
    """Nobody could open it with what was named, or too few; the message says what to do."""


class CannotBeUnsealed(Exception):
    """The file does not open: with another identity, or because it was changed or cut short."""


def recipients_in(written: str) -> tuple[str, ...]:
    """The recipients named in one line, separated by commas."""
    return tuple(one.strip() for one in re.split(r"[,\n]", written) if one.strip())


def refuse_recipients(named: Sequence[str]) -> None:
    """Go on only with two or more different ones that are understood. Raises RecipientsRefused."""
    for one in named:
        _recipient(one)
    if len(set(named)) < FEWEST_RECIPIENTS:
        raise RecipientsRefused(
            "name at least two different recipients: where one person or one safe is lost, the other still "
            "opens it. Each makes a key of their own with `age-keygen`, on a machine that is not this one, "
            "and gives you the line that begins with age1"
        )


def seal(parts: Iterable[bytes], file: BinaryIO, named: Sequence[str]) -> None:
    """Write the parts, one after another, so that each recipient alone can open it.

    Raises RecipientsRefused, and whatever making the parts or writing them raised.
    """
    refuse_recipients(named)
    reader, writer = _Parts(iter(parts)), _Keeping(file)
    try:
        pyrage.encrypt_io(reader, writer, [_recipient(one) for one in named])
    except Exception:
        # The library says in words of its own what ours raised.
        if (failed := reader.failed or writer.failed) is not None:
            raise failed from None
        raise
    # It says nothing at all when it was the last part that could not be written.
    if writer.failed is not None:
        raise writer.failed


def unseal(sealed: BinaryIO, into: BinaryIO, identities: Path) -> None:
    """Write what was sealed. Raises CannotBeUnsealed; what was written until then is worth nothing."""
    writer = _Keeping(into)
    try:
        pyrage.decrypt_io(_Keeping(sealed), writer, _identities(identities))
    except (pyrage.DecryptError, OSError) as error:
        raise _why_not(error, writer, identities) from None


def _why_not(error: Exception, writer: "_Keeping", identities: Path) -> CannotBeUnsealed:
    if isinstance(writer.failed, OSError):
        return CannotBeUnsealed(
            f"what is in it could not be written ({writer.failed.strerror}): make room on the disk it is "
            "opened on, then try again. Nothing is wrong with the file itself"
        )
    if "no matching keys" in str(error).casefold():
        return CannotBeUnsealed(
            f"the identity in {identities.name} does not open it: it was sealed for other recipients"
        )
    return CannotBeUnsealed(
        "it was changed or cut short since it was written: take another copy of the same file"
    )


def _recipient(named: str) -> pyrage.x25519.Recipient | pyrage.ssh.Recipient:
    try:
        if named.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(named)
        return pyrage.x25519.Recipient.from_str(named)
    except pyrage.RecipientError:
        raise RecipientsRefused(
            f"'{named[:12]}...' is no recipient of age: it should be a line that begins with age1, as "
            "`age-keygen` prints it, or a public key of ssh"
        ) from None


def _identities(path: Path) -> list[pyrage.x25519.Identity | pyrage.ssh.Identity]:
    try:
        written = path.read_bytes()
    except OSError as error:
        raise CannotBeUnsealed(
            f"{path} cannot be read ({error.strerror}): name the file of an identity"
        ) from None
    try:
        if b"PRIVATE KEY" in written:
            return [pyrage.ssh.Identity.from_buffer(written)]
        lines = (line.strip() for line in written.decode().splitlines())
        found = [pyrage.x25519.Identity.from_str(one) for one in lines if one and not one.startswith("#")]
    except (pyrage.IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        raise CannotBeUnsealed(
            f"{path.name} holds no identity of age: it should have a line that begins with AGE-SECRET-KEY-1"
        )
    return found


class _Parts:
    """A file to be read, of parts that are made when they are read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts, self._left = parts, b""
        self.failed: BaseException | None = None

    def read(self, size: int = _AT_ONCE) -> bytes:
        """At most so many bytes; none at the end."""
        try:
            while not self._left:
                self._left = next(self._parts)
        except StopIteration:
            return b""
        except BaseException as error:
            self.failed = error
            raise
        read, self._left = self._left[:size], self._left[size:]
        return read


class _Keeping:
    """A file that remembers what kept it from being read or written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failed: BaseException | None = None

    def read(self, size: int = _AT_ONCE) -> bytes:
        """As the file does."""
        return self._file.read(size)

    def write(self, content: bytes) -> int:
        """As the file does."""
        try:
            return self._file.write(content)
        except BaseException as error:
            self.failed = error
            raise

    def flush(self) -> None:
        """As the file does."""
        try:
            self._file.flush()
        except BaseException as error:
            self.failed = error
            raise
