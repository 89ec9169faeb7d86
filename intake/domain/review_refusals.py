"""Why something is not recorded of a review."""

from intake.domain.review_records import Blocker


class AlreadyAcknowledged(Exception):
    """The flag was acknowledged before."""


class UnknownFlag(Exception):
    """No such flag stands on this review now; it may have changed since the page was opened."""


class DoneNeeded(Exception):
    """The flag is urgent: what was done about it has to be said."""


class DoneInWords(Exception):
    """What was done about an urgent flag has to be told in the note: which colleague, what else."""


class NotReady(Exception):
    """Something still stands in the way of a sign-off."""

    def __init__(self, blockers: tuple[Blocker, ...]) -> None:
        super().__init__(f"{len(blockers)} flags are not acknowledged")
        self.blockers = blockers


class AlreadySignedOff(Exception):
    """The review stands signed and nothing has been raised since."""


class Changed(Exception):
    """The submission is not what the page showed when it was opened."""
