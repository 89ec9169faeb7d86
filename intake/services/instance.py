"""Setting up a copy of the product on a machine: its folder, keys and database."""

from dataclasses import dataclass
from pathlib import Path

from intake.config import Settings
from intake.content.documents import DocumentRefused
from intake.domain.publications import PublicationRefused
from intake.services import in_force
from intake.services.clinic import Clinic, library_of, open_clinic, publish_editions
from intake.services.clinic_settings import with_settings_in_force
from intake.services.refusals import AT_START, Refusal
from intake.storage import altered_accounts, outgoing
from intake.storage.accounts import NoSuchMember, UsernameTaken
from intake.storage.age_files import RecipientsRefused
from intake.storage.backup_files import BackupRefused
from intake.storage.database import Database, is_current, is_empty, migrate
from intake.storage.instance_turns import beside_others
from intake.storage.key_documents import changing
from intake.storage.key_files import read_document
from intake.storage.keyring import (
    ACCOUNTS_SEALED,
    CLINIC_FILE,
    complete_keyring,
    create_keyring,
    read_clinic_keys,
)
from intake.storage.submissions import NoSuchSubmission
from intake.storage.whole_files import FileNotWritten

# What the commands tell in words instead of a traceback.
REFUSALS = (
    *AT_START,
    NoSuchSubmission,
    NoSuchMember,
    UsernameTaken,
    PublicationRefused,
    RecipientsRefused,
    FileNotWritten,
    BackupRefused,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done, for the person at the console."""

    made_keys: bool
    migrated: bool


def prepare(settings: Settings) -> Prepared:
    """Make what is missing: folder, keys, database at its newest version. Safe to repeat.

    Waits for a restore that is under way. Raises KeyringRefused, DatabaseRefused and Refusal; keys that exist
    are never replaced.
    """
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with beside_others(settings.instance):
        return _prepare(settings)


def _prepare(settings: Settings) -> Prepared:
    keys = settings.instance / "keys"
    made_keys = not is_prepared(settings)
    database = Database(settings.database_url)
    try:
        if made_keys:
            _refuse_new_keys_for(database, settings)
            create_keyring(keys)
        _refuse_a_database_put_back_alone(database, keys)
        complete_keyring(keys)
        behind = not is_current(database)
        if behind:
            migrate(database)
        with database.write() as session:
            outgoing.seal_for_the_worker(session, read_clinic_keys(keys))
        _seal_accounts(database, keys)
    finally:
        database.dispose()
    return Prepared(made_keys, behind)


def _seal_accounts(database: Database, folder: Path) -> None:
    """Seal the accounts of a version that sealed none, as they stand: once in the life of these keys."""
    if ACCOUNTS_SEALED in read_document(folder / CLINIC_FILE):
        return
    with changing(folder) as documents:
        with database.write() as session:
            altered_accounts.seal_as_they_stand(session, read_clinic_keys(folder))
        # Killed in between, the next start does the same again.
        documents[CLINIC_FILE][ACCOUNTS_SEALED] = True


def _refuse_a_database_put_back_alone(database: Database, folder: Path) -> None:
    # Sealing once more would seal whatever was written there meanwhile; sealing nothing keeps everybody out.
    if ACCOUNTS_SEALED not in read_document(folder / CLINIC_FILE) or is_empty(database):
        return
    with database.read() as session:
        if altered_accounts.are_sealed(session):
            return
    raise Refusal(
        f"the database is of a version before the one that {folder} was last used with: it was put back, and "
        "the key files were not. Nobody could sign in, so nothing was changed. Put the key files back that "
        "were saved with it, or the newer database; what is there now, move aside and keep (docs/running.md, "
        "Upgrading)"
    )


def is_prepared(settings: Settings) -> bool:
    """Whether this instance was set up before."""
    return (settings.instance / "keys" / CLINIC_FILE).exists()


def refuse_bad_content(settings: Settings) -> None:
    """The product does not start on a bad file. Raises DocumentRefused.

    A rules file that is bad screens nobody once something was published: that is found out
    when the instance is opened.
    """
    try:
        library_of(settings)
    except DocumentRefused:
        if not is_prepared(settings):
            raise


def _refuse_new_keys_for(database: Database, settings: Settings) -> None:
    if not is_empty(database):
        raise Refusal(
            f"{settings.instance / 'keys'} is empty, and the database holds records that only their "
            "keys can open. Put the key files back from their safe copy; new keys would not open "
            "anything. To begin anew, name another instance folder"
        )


def opened(settings: Settings) -> Clinic:
    """The clinic's half of a prepared instance, with the rules and settings in force, its editions kept."""
    clinic = in_force.at_work(open_clinic(settings))
    publish_editions(clinic)
    return with_settings_in_force(clinic)
