"""Recovery copies: every key in one file that only those who keep it can open, and the proof that they can.

What opens the file never comes near this machine. In it stand four words; whoever can type them here has
opened it.
"""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import constant_time

from intake.content.phrase_words import phrase_words
from intake.domain.events import RecoveryCopyConfirmed, RecoveryCopyMade
from intake.services.clinic import SYSTEM
from intake.services.console import Console
from intake.services.keys import RECOVERY_COPIES
from intake.services.refusals import Refusal
from intake.storage import age_files, audit
from intake.storage.encryption import token_digest
from intake.storage.key_documents import changing
from intake.storage.key_entries import Entry, KeyPurpose, entries
from intake.storage.keyring import CLINIC_FILE
from intake.storage.whole_files import written_whole

KIND, FORMAT = "intake recovery copy", 1
_WHAT_IT_IS = (
    "Every key of one copy of intake. With a backup of its database, whoever has this reads everything. "
    "Keep the file as it was given to you, sealed, apart from backups; keep no opened copy."
)


def write(console: Console, to: Path, recipients: Sequence[str]) -> int:
    """Write a recovery copy of every key; how many keys there are in it.

    Raises Refusal, RecipientsRefused, FileNotWritten.
    """
    age_files.refuse_recipients(recipients)
    if to.absolute().is_relative_to(console.settings.instance):
        raise Refusal(
            f"{to} lies in the instance folder, and would be lost with the keys: name a place that somebody "
            "takes away, like a stick"
        )
    words = phrase_words().new(secrets.choice)
    with changing(console.folder) as documents:
        document = documents[CLINIC_FILE]
        kept = sorted(
            {one["id"] for purpose in KeyPurpose for one in entries(document, purpose.entry)}
            | {document["audit_key"]["id"]}
        )
        today = console.settings.local(console.now()).date().isoformat()
        plain = {
            "kind": KIND,
            "format": FORMAT,
            "what_this_is": _WHAT_IT_IS,
            "clinic": console.settings.clinic_name,
            "made_on": today,
            "confirmation_words": words,
            "files": documents,
        }
        with console.database.write() as session:
            event = RecoveryCopyMade(len(set(recipients)), len(kept), console.account)
            audit.record(session, console.keys(), SYSTEM, event, console.now())
        with written_whole(to) as file:
            age_files.seal([json.dumps(plain, indent=2).encode() + b"\n"], file, recipients)
        copies = [one for one in document.get(RECOVERY_COPIES, []) if one["confirmed"]]
        made = {"made": today, "keys": kept, "words": token_digest(words).hex(), "confirmed": ""}
        document[RECOVERY_COPIES] = [*copies, made]
    return len(kept)


def confirm(console: Console, typed: str) -> int:
    """Note that somebody opened the newest recovery copy; of how many keys. Raises Refusal."""
    words = phrase_words().read(typed)
    with changing(console.folder) as documents:
        copies: list[Entry] = documents[CLINIC_FILE].get(RECOVERY_COPIES, [])
        waiting = next((one for one in copies if not one["confirmed"]), None)
        if waiting is None:
            raise Refusal("no recovery copy waits to be confirmed: write one first (`intake keys escrow`)")
        kept = bytes.fromhex(waiting["words"])
        if words is None or not constant_time.bytes_eq(token_digest(words), kept):
            raise Refusal(
                "these are not the words in the newest recovery copy. Open the file on a machine that is not "
                "this one, with `age --decrypt --identity KEY FILE`, and type its confirmation_words"
            )
        with console.database.write() as session:
            event = RecoveryCopyConfirmed(len(waiting["keys"]), console.account)
            audit.record(session, console.keys(), SYSTEM, event, console.now())
        waiting["confirmed"] = console.settings.local(console.now()).date().isoformat()
        return len(waiting["keys"])
