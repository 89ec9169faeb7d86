"""What both sites have, whichever keys they hold: a patient desk or a clinic."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, Self

from intake.config import Settings
from intake.content.library import Library
from intake.storage.database import Database
from intake.storage.encryption import PatientKeys


class Site(Protocol):
    """A patient desk or a clinic."""

    @property
    def settings(self) -> Settings:
        """The settings: of the file, or what the clinic laid over it."""

    @property
    def database(self) -> Database:
        """Where everything is kept."""

    @property
    def library(self) -> Library:
        """The content files: as they were when this process began, or those in force."""

    @property
    def keys(self) -> PatientKeys:
        """What seals the audit trail."""

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock."""

    def local(self, at: datetime) -> datetime:
        """A time as the clinic's clock on the wall shows it."""

    def with_library(self, library: Library) -> Self:
        """The same with another library."""

    def with_keys(self, keys: Any) -> Self:  # noqa: ANN401 - those of its own kind
        """The same with other keys."""

    def with_settings(self, settings: Settings) -> Self:
        """The same with other settings."""
