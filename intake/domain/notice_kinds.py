"""What a notice says there is to read. Nothing else about it is known to whoever writes the notice."""

from enum import Enum


class NoticeKind(Enum):
    """What there is to read, and whether the notice may say whose it is."""

    MESSAGE = "message"
    # For whoever did not say that a message may name the clinic.
    UNNAMED_MESSAGE = "unnamed_message"
    SAVED_FORM = "saved_form"
    UNNAMED_SAVED_FORM = "unnamed_saved_form"
    # For the people of the clinic, whatever it is that came.
    TO_READ = "to_read"
    # For one of them, about accounts: a new browser, a new password, an emergency. Never which.
    ACCOUNT = "account"

    @property
    def names_the_clinic(self) -> bool:
        """Whether the clinic's name and phone stand in it."""
        return self in (NoticeKind.MESSAGE, NoticeKind.SAVED_FORM)

    @property
    def is_for_staff(self) -> bool:
        """Whether it tells the clinic's people that there is news: all of that is told together."""
        return self is NoticeKind.TO_READ

    @property
    def is_to_a_patient(self) -> bool:
        """Whether a patient's address is on it."""
        return self not in (NoticeKind.TO_READ, NoticeKind.ACCOUNT)
