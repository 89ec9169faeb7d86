"""Files sealed in the format of age: for keys of age and of ssh, and for nobody else."""

import io
from collections.abc import Iterator

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from intake.storage import age_files
from intake.storage.age_files import (
    AGE,
    CannotBeUnsealed,
    RecipientsRefused,
    recipients_in,
    refuse_recipients,
    seal,
    unseal,
)

WORDS = [b"the first part, ", b"", b"and the second"]


@pytest.fixture
def keepers(tmp_path):
    """The recipient of each kind, and the file of the identity that belongs to it."""
    age = pyrage.x25519.Identity.generate()
    own = tmp_path / "own.txt"
    own.write_text(f"# made today\n\n{age}\n")
    ssh = Ed25519PrivateKey.generate()
    theirs = tmp_path / "id_ed25519"
    theirs.write_bytes(ssh.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = ssh.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return {str(age.to_public()): own, public: theirs}


def sealed_for(named, parts=WORDS):
    file = io.BytesIO()
    seal(parts, file, named)
    return file.getvalue()


def opened(sealed, identities):
    into = io.BytesIO()
    unseal(io.BytesIO(sealed), into, identities)
    return into.getvalue()


def test_each_keeper_opens_it_with_a_key_of_age_or_of_ssh(keepers):
    sealed = sealed_for(list(keepers))

    assert sealed.startswith(AGE)
    assert {opened(sealed, identities) for identities in keepers.values()} == {b"".join(WORDS)}


def test_nobody_else_does(keepers, tmp_path):
    strange = tmp_path / "strange.txt"
    strange.write_text(str(pyrage.x25519.Identity.generate()))

    with pytest.raises(CannotBeUnsealed, match=r"the identity in strange\.txt does not open it"):
        opened(sealed_for(list(keepers)), strange)


@pytest.mark.parametrize(
    "content", [b"", b"# nothing but a comment\n", b"AGE-SECRET-KEY-1x", b"\xff\xfe", b"PRIVATE KEY"]
)
def test_a_file_without_an_identity_is_named(keepers, tmp_path, content):
    empty = tmp_path / "empty.txt"
    empty.write_bytes(content)

    with pytest.raises(CannotBeUnsealed, match=r"empty\.txt holds no identity of age"):
        opened(sealed_for(list(keepers)), empty)


def test_a_file_that_cannot_be_read_is_named(keepers, tmp_path):
    with pytest.raises(CannotBeUnsealed, match=r"gone\.txt cannot be read"):
        opened(sealed_for(list(keepers)), tmp_path / "gone.txt")


@pytest.mark.parametrize("at", [0, -1, -20])
def test_a_changed_byte_or_an_end_cut_off_is_told(keepers, at):
    sealed, identities = sealed_for(list(keepers)), next(iter(keepers.values()))
    changed = bytearray(sealed)
    changed[at] ^= 1

    for damaged in (bytes(changed), sealed[:-1]):
        with pytest.raises(CannotBeUnsealed, match="changed or cut short"):
            opened(damaged, identities)


@pytest.mark.parametrize("named", ["", "age1nobody", "ssh-rsa x", "AGE-SECRET-KEY-1"])
def test_what_is_no_recipient_is_refused_without_showing_all_of_it(keepers, named):
    with pytest.raises(RecipientsRefused, match="is no recipient of age"):
        refuse_recipients([*keepers, named])


def test_one_recipient_however_often_is_one(keepers):
    one = next(iter(keepers))

    with pytest.raises(RecipientsRefused, match="at least two different recipients"):
        refuse_recipients([one, one])


def failing() -> Iterator[bytes]:
    yield b"the beginning"
    raise KeyError("the database went away")


class Full(io.BytesIO):
    """A disk with room for so many writes."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def write(self, content):
        if self.room == 0:
            raise OSError(28, "No space left on device")
        self.room -= 1
        return super().write(content)


def test_what_broke_while_the_parts_were_made_is_told_as_it_was(keepers):
    with pytest.raises(KeyError, match="the database went away"):
        sealed_for(list(keepers), failing())


@pytest.mark.parametrize("parts", [WORDS, [b"x" * 100_000], [b"x" * 65536]])
def test_a_disk_that_is_full_is_told_whichever_part_it_has_no_room_for(keepers, parts):
    """The library keeps it to itself when it is the last part: half a copy would pass for a whole one."""
    enough = Full(-1)
    seal(parts, enough, list(keepers))
    for room in range(-1 - enough.room):
        with pytest.raises(OSError, match="No space left"):
            seal(parts, Full(room), list(keepers))


def test_no_room_for_what_is_in_it_says_nothing_against_the_file(keepers):
    sealed, identities = sealed_for(list(keepers)), next(iter(keepers.values()))

    with pytest.raises(CannotBeUnsealed, match="Nothing is wrong with the file itself"):
        unseal(io.BytesIO(sealed), Full(0), identities)


@pytest.mark.parametrize("named", [[], 1])
def test_nothing_is_sealed_for_fewer_than_two(keepers, named):
    """Whoever calls this need not have asked before."""
    file = io.BytesIO()
    with pytest.raises(RecipientsRefused, match="at least two"):
        seal(WORDS, file, list(keepers)[:1] * named if named else [])
    assert file.getvalue() == b""


def test_recipients_stand_in_a_line_or_each_on_its_own():
    assert recipients_in(" age1a, age1b\nssh-rsa x y ,,\n") == ("age1a", "age1b", "ssh-rsa x y")
    assert recipients_in(" , \n") == ()


def test_a_comment_or_an_empty_line_is_no_identity_and_several_are_several(keepers, tmp_path):
    own = next(iter(keepers.values()))
    several = tmp_path / "several.txt"
    other = pyrage.x25519.Identity.generate()
    several.write_text(f"# one\n{other}\n\n  {own.read_text().split()[-1]}  \n#AGE-SECRET-KEY-1X\n")

    assert opened(sealed_for(list(keepers)), several) == b"".join(WORDS)


def test_what_is_larger_than_one_reading_comes_out_whole(keepers):
    parts = [b"a" * 65535, b"b" * 65537, b"", b"c" * 200_000, b"d"]
    for identities in keepers.values():
        assert opened(sealed_for(list(keepers), parts), identities) == b"".join(parts)


@pytest.mark.parametrize(
    "failed", [KeyError("gone"), KeyboardInterrupt("stop"), OSError(5, "Input/output error")]
)
def test_a_file_of_parts_remembers_what_broke_and_reads_no_more_than_was_asked_for(failed):
    def parts():
        yield b"abcdef"
        yield b""
        yield b"gh"
        raise failed

    reader = age_files._Parts(parts())
    assert [reader.read(size) for size in (4, 4, 4)] == [b"abcd", b"ef", b"gh"]
    assert reader.failed is None
    with pytest.raises(type(failed)):
        reader.read(4)
    assert reader.failed is failed


@pytest.mark.parametrize("name", ["write", "flush"])
def test_a_file_remembers_what_kept_it_from_being_written(name):
    class Broken(io.BytesIO):
        def write(self, _content):
            raise OSError(28, "No space left on device")

        def flush(self):
            raise OSError(28, "No space left on device")

    kept = age_files._Keeping(Broken())
    assert kept.failed is None
    with pytest.raises(OSError, match="No space left") as raised:
        kept.write(b"x") if name == "write" else kept.flush()
    assert kept.failed is raised.value
