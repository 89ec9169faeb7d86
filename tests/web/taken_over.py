"""What somebody who took over a site's process would have: everything in it is tried as a key.

Run as a program, with a site's name: it becomes that site's process as far as the first request, prints
what opens something that was sent, and waits to be looked into from outside until its input is closed.
Walked through is every object that can be reached from the site or from any module, besides the
environment, every file of the instance folder, and the whole database.
"""

import base64
import binascii
import gc
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import text
from werkzeug.test import Client

from intake.config import Settings, read_settings
from intake.storage.database import Database
from intake.storage.encryption import DecryptionFailed, Place, SealingKey
from intake.storage.tables import Base

_SHORTEST, _LONGEST, _KEY = 16, 64, 32
_WRITTEN = re.compile(r"[A-Za-z0-9+/_=-]{20,128}")


def reachable(root: object) -> Iterator[object]:
    """Every object that can be reached from one, from a module, or that the collector knows of."""
    ours = {id(gc)}
    waiting: list[object] = [root, *sys.modules.values(), *gc.get_objects()]
    ours.add(id(waiting))
    while waiting:
        one = waiting.pop()
        if id(one) in ours:
            continue
        ours.add(id(one))
        yield one
        waiting.extend(gc.get_referents(one))


def as_bytes(one: object) -> Iterator[bytes]:
    """The bytes an object is or stands for: as they are, written in base64 or hexadecimal, or of a key."""
    match one:
        case bytes() | bytearray() | memoryview():
            yield bytes(one)
        case str():
            for written in _WRITTEN.findall(one) if len(one) < 4096 else ():
                yield from _decoded(written)
        case X25519PrivateKey():
            yield one.private_bytes_raw()


def _decoded(written: str) -> Iterator[bytes]:
    padded = written.rstrip("=")
    padded += "=" * (-len(padded) % 4)
    for decode in (base64.urlsafe_b64decode, base64.b64decode, bytes.fromhex):
        with suppress(binascii.Error, ValueError):
            yield decode(written if decode is bytes.fromhex else padded)


def as_keys(found: Iterable[bytes]) -> set[bytes]:
    """What could be a key: 16, 24 or 32 bytes, and each 32 in a row of what is a little longer."""
    keys: set[bytes] = set()
    for one in found:
        if _SHORTEST <= len(one) <= _LONGEST:
            keys.update({one} if len(one) in (16, 24, _KEY) else ())
            keys.update(one[at : at + _KEY] for at in range(len(one) - _KEY + 1))
    return keys


def beside(settings: Settings, database: Database) -> Iterator[object]:
    """The environment, every file of the instance folder, and every value in the database."""
    yield from (*os.environ.keys(), *os.environ.values())
    for path in settings.instance.rglob("*"):
        if path.is_file() and path.suffix in (".json", ".ini"):
            yield path.read_text("utf-8")
    with database.read() as session:
        for table in Base.metadata.tables:
            for row in session.execute(text(f"SELECT * FROM {table}")):
                yield from row


def sent(database: Database) -> list[tuple[UUID, bytes, bytes]]:
    """Every submission: its id, its sealed key and its sealed answers."""
    tables = Base.metadata.tables
    keys, forms = tables["record_keys"], tables["submissions"]
    with database.read() as session:
        query = keys.join(forms, keys.c.submission_id == forms.c.id).select()
        return [(row.submission_id, row.sealed, row.answers) for row in session.execute(query)]


def opens(key: bytes, keys: Any, one: tuple[UUID, bytes, bytes]) -> bool:
    """Whether these bytes open a submission: as the clinic's private key, or as the form's own."""
    submission, sealed, answers = one
    place = Place("submissions", "answers", submission)
    own = [SealingKey(keys.deployment, key)]
    if len(key) == _KEY:
        own.extend(_unsealed(key, keys, sealed, Place("record_keys", "sealed", submission)))
    for record_key in own:
        try:
            record_key.open(answers, place)
        except DecryptionFailed:
            continue
        return True
    return False


def _unsealed(key: bytes, keys: Any, sealed: bytes, place: Place) -> Iterator[SealingKey]:
    from cryptography.exceptions import InvalidTag

    from intake.storage import encryption as of_intake

    header = of_intake._header(of_intake._HPKE, keys.clinic_key_id)
    info = of_intake.length_prefixed("intake", header, of_intake._context(place, keys.deployment))
    try:
        private = X25519PrivateKey.from_private_bytes(key)
        secret = of_intake._SUITE.decrypt(of_intake._body(sealed, header, place), private, info)
    except (InvalidTag, ValueError, DecryptionFailed):
        return
    yield SealingKey(keys.deployment, secret)


def main(site: str) -> None:
    """Print what was tried, how much of it opens something, and which modules are there."""
    program = import_module(f"intake.web.{site}.__main__")
    settings = read_settings()
    opened = program.opened(settings)
    modules = sorted(name for name in sys.modules if name.startswith("intake."))
    path = "/clinic/sign-in" if site == "clinic" else "/"
    assert Client(opened.site).get(path, base_url="http://127.0.0.1:8000").status_code == 200
    gc.collect()
    forms = sent(opened.database)
    assert forms, "nothing was sent yet"
    everything = [
        *(value for one in reachable(opened) for value in as_bytes(one)),
        *(value for one in beside(settings, opened.database) for value in as_bytes(one)),
    ]
    tried = as_keys(everything)
    keys = next(one for one in reachable(opened) if type(one).__name__ in ("PatientKeys", "ClinicKeys"))
    found = [key for key in tried if opens(key, keys, forms[0])]
    print(json.dumps({"tried": len(tried), "opened": len(found), "modules": modules}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
