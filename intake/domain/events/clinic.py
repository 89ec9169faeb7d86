"""The clinic as a whole: its settings, its statistics, its front desk, its trail and its e-mail."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ClinicSettingsChanged:
    """Somebody changed the clinic's settings; ``names`` are which, and never to what.

    ``content`` is the SHA-256 of what was kept. Lines of versions before there were any have none.
    """

    number: int
    names: str
    content: str


@dataclass(frozen=True, slots=True)
class SettingsPlanted:
    """A change of the settings was found that something else than intake wrote down."""

    number: int


@dataclass(frozen=True, slots=True)
class StatisticsOpened:
    """Somebody had the clinic's statistics counted, over the submissions of ``days``."""

    days: int
    submissions: int


@dataclass(frozen=True, slots=True)
class DeskOpened:
    """Somebody at the front desk looked at who sent a form; ``shown`` is how many."""

    shown: int


@dataclass(frozen=True, slots=True)
class TrailOpened:
    """Somebody read the audit trail; ``shown`` are the lines it showed."""

    shown: int


@dataclass(frozen=True, slots=True)
class WayBackRenewed:
    """Somebody made a new link and new words for a saved form; ``way`` is the way back as made anew."""

    way: UUID


@dataclass(frozen=True, slots=True)
class NoticesNotSentOpened:
    """Somebody looked at which notices could not be sent; ``shown`` is how many."""

    shown: int


@dataclass(frozen=True, slots=True)
class NoticeTriedAgain:
    """Somebody had a notice tried again that could not be sent."""

    notice: UUID


@dataclass(frozen=True, slots=True)
class NoticeSetAside:
    """Somebody set aside a notice that could not be sent: nothing more of it is kept."""

    notice: UUID
