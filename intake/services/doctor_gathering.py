"""Everything the doctor looks at, gathered at once: what is at hand, the database, the people, the front."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from intake.config import Settings
from intake.content.documents import DocumentRefused
from intake.papers import engine
from intake.services.clinic import asked_of
from intake.services.doctor_facts import Facts, Records, at_hand, keys_of, paths_of
from intake.services.front_door import Front, look
from intake.services.planted_rules import planted
from intake.storage import (
    accounts,
    altered_accounts,
    audit,
    dead_letters,
    every_submission,
    limits_file,
    submissions,
)
from intake.storage.condition import Condition, examine
from intake.storage.database import Database, DatabaseRefused
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.key_documents import documents_in
from intake.storage.key_entries import KeyPurpose, the_active
from intake.storage.keyring import CLINIC_FILE, KeyringRefused


def gather(settings: Settings, environment: Mapping[str, str] = os.environ) -> Facts:
    """Look at everything.

    Changes nothing, and raises nothing for what is wrong: it is told in the facts.
    """
    keys, _ = keys_of(settings)
    condition, records, refused = _database(settings, keys)
    lines, content_refused = _content(settings)
    return replace(
        at_hand(settings, environment),
        can_make_papers=engine.is_here(),
        database_refused=refused,
        condition=condition,
        records=records,
        lines_out_of_date=lines,
        content_refused=content_refused,
        fronts=_fronts(settings),
        limits_damage=_limits(settings),
        keys_made={} if keys is None else _keys_made(settings),
    )


def _keys_made(settings: Settings) -> dict[str, date | None]:
    """When each key in use was made, by its purpose; None for those made with the instance itself."""
    try:
        document = documents_in(settings.instance / "keys")[CLINIC_FILE]
    except KeyringRefused:
        # One of the other files: what is wrong with it is a finding of its own.
        return {}
    made = {one.value: the_active(document, one.entry).get("made", "") for one in KeyPurpose}
    return {name: date.fromisoformat(day) if day else None for name, day in made.items()}


def _database(settings: Settings, keys: ClinicKeys | None) -> tuple[Condition | None, Records, str]:
    if settings.database_url.startswith("sqlite") and not paths_of(settings)["database"].exists():
        return None, Records(), ""
    try:
        database = Database(settings.database_url)
    except DatabaseRefused as refusal:
        return None, Records(), str(refusal)
    try:
        condition = examine(database)
        usable = condition.revision == condition.newest and keys is not None
        records = _records(database, keys) if usable and keys is not None else Records()
    except (DatabaseRefused, SQLAlchemyError) as refusal:
        # The driver's words may hold the address, and with it a password.
        told = str(refusal) if isinstance(refusal, DatabaseRefused) else type(refusal).__name__
        return None, Records(), told
    finally:
        database.dispose()
    return condition, records, ""


def _records(database: Database, keys: ClinicKeys) -> Records:
    with database.read() as session:
        verified = audit.verify(session, keys)
        staff = accounts.members(session, keys)
        last = audit.chained_at(session, audit.newest(session))
        first = audit.chained_at(session, 1)
        return Records(
            trail_fault="" if verified.ok else f"line {verified.first_bad_seq}: {verified.reason}",
            newest_event=datetime.fromisoformat(last.at) if last is not None else None,
            oldest_event=datetime.fromisoformat(first.at) if first is not None else None,
            usernames=frozenset(one.username for one in staff),
            roles=tuple(one.roles for one in staff),
            dead_letters=dead_letters.outbox(session, 1, datetime.now(UTC)).not_sent,
            altered=tuple(one.username for one in altered_accounts.altered(session, keys)),
            planted=planted(session, keys).in_words,
            opens=_opens(session, keys),
        )


def _opens(session: Session, keys: ClinicKeys) -> bool:
    """Whether the key of the newest form opens; True when there is none. No answer is read."""
    newest = every_submission.ids(session, newest_first=True)[:1]
    try:
        for sealed in every_submission.page(session, newest):
            if sealed.key is not None:
                submissions.open_record_key(keys, sealed.id, sealed.key)
    except DecryptionFailed:
        return False
    return True


def _content(settings: Settings) -> tuple[tuple[str, ...], str]:
    try:
        questionnaire = asked_of(settings).questionnaire
    except DocumentRefused as refusal:
        return (), str(refusal).splitlines()[0]
    return tuple(line.say for line in questionnaire.out_of_date(settings.today())), ""


def _limits(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the file beside SQLite in which knocks and wrong passwords are counted."""
    database = paths_of(settings).get("database")
    return limits_file.damage(limits_file.path_beside(database)) if database is not None else ()


def _fronts(settings: Settings) -> tuple[Front, ...]:
    """What is met at each https address of the clinic; of two sites under one name, once."""
    addresses = [urlsplit(one) for one in (settings.public_address, settings.clinic_side)]
    places = {(one.hostname or "", one.port or 443) for one in addresses if one.scheme == "https"}
    return tuple(look(host, port) for host, port in sorted(places))
