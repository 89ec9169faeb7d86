"""What a person at the console has to put right first, in words."""

from intake.config import SettingsRefused
from intake.content.documents import DocumentRefused
from intake.services.in_force import PublishedRulesRefused
from intake.storage.database import DatabaseRefused
from intake.storage.key_files import KeyringRefused


class Refusal(Exception):
    """Something a person at the console has to put right first."""


# What keeps a process from starting, told in words instead of a traceback.
AT_START = (
    Refusal,
    SettingsRefused,
    DocumentRefused,
    DatabaseRefused,
    KeyringRefused,
    PublishedRulesRefused,
)
