"""Why a notice could not be sent: what kind of failure it was, and never what the mail server said.

A server's words may repeat the address, so that they are kept nowhere.
"""

from enum import Enum


class NoticeFailure(Enum):
    """What kept a notice from being sent."""

    UNREACHABLE = "unreachable"
    BROKE_OFF = "broke_off"
    NOT_UNDERSTOOD = "not_understood"
    UNPROTECTED = "unprotected"
    NOT_TRUSTED = "not_trusted"
    NOT_LET_IN = "not_let_in"
    NO_PASSWORD = "no_password"  # noqa: S105 - the name of a failure
    PUT_OFF = "put_off"
    TURNED_DOWN = "turned_down"
    NO_SUCH_ADDRESS = "no_such_address"
    NO_ADDRESS = "no_address"
    CANNOT_BE_OPENED = "cannot_be_opened"
    # It waited when a backup was made, and may be sent since.
    RESTORED = "restored"

    @property
    def is_for_good(self) -> bool:
        """Whether trying again by itself would change nothing."""
        return self in _FOR_GOOD


_FOR_GOOD = frozenset(
    {NoticeFailure.NO_SUCH_ADDRESS, NoticeFailure.NO_ADDRESS, NoticeFailure.CANNOT_BE_OPENED}
)
