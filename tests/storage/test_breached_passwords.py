"""A list of stolen passwords: what is on it is found, and a file that is no such list is refused."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.storage import breached_passwords
from intake.storage.breached_passwords import BreachedListRefused


def line_of(password, often=3):
    return f"{hashlib.sha1(password.encode()).hexdigest().upper()}:{often}"


def written(folder, passwords, end="\r\n", last=True):
    path = folder / "pwnedpasswords.txt"
    lines = sorted(line_of(one) for one in passwords)
    path.write_bytes((end.join(lines) + (end if last else "")).encode())
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("many", [1, 2, 3, 60])
def test_what_is_on_the_list_is_found_and_nothing_else(tmp_path, end, last, many):
    path = written(tmp_path, [f"stolen {one}" for one in range(many)], end, last)

    assert all(breached_passwords.holds(path, f"stolen {one}") for one in range(many))
    assert not any(breached_passwords.holds(path, f"mine {one}") for one in range(many))
    breached_passwords.look_over(path)


@settings(max_examples=25)
@given(st.sets(st.text(max_size=3), min_size=1, max_size=30), st.text(max_size=3))
def test_a_list_says_of_any_password_what_looking_at_every_line_would(stolen, chosen):
    with TemporaryDirectory() as folder:
        path = written(Path(folder), stolen)

        assert breached_passwords.holds(path, chosen) is (chosen in stolen)


def read_so_far():
    return int(Path("/proc/self/io").read_text().split()[1])


def test_little_of_a_long_list_is_read(tmp_path):
    path = written(tmp_path, [str(one) for one in range(30_000)])
    before = read_so_far()

    assert breached_passwords.holds(path, "27182")
    assert read_so_far() - before < path.stat().st_size / 4
    # So many bytes are seen where it is read whole.
    path.read_bytes()
    assert read_so_far() - before > path.stat().st_size


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello\n", "40 hexadecimal digits"),
        # Those of Windows have 32 digits.
        (b"00000011059407D743D40689940F858C:1\n", "40 hexadecimal digits"),
        (f"{line_of('a')}\n".encode() * 2 + b"<html>\n", "40 hexadecimal digits"),
        ("\n".join(sorted((line_of(str(one)) for one in range(50)), reverse=True)).encode(), "not sorted"),
        ("\n".join(line_of(str(one)) for one in range(50)).encode(), "sort -o"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_and_says_what_to_do(tmp_path, content, words):
    path = tmp_path / "list.txt"
    path.write_bytes(content)

    with pytest.raises(BreachedListRefused, match=words):
        breached_passwords.look_over(path)


def test_a_file_that_is_gone_is_refused_in_words(tmp_path):
    for ask in (breached_passwords.look_over, lambda path: breached_passwords.holds(path, "any")):
        with pytest.raises(BreachedListRefused, match="cannot be read"):
            ask(tmp_path / "gone.txt")


def test_a_list_that_became_something_else_is_no_list_that_holds_nothing(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(b"not a list\n" * 1000)

    with pytest.raises(BreachedListRefused, match="40 hexadecimal digits"):
        breached_passwords.holds(path, "any")
