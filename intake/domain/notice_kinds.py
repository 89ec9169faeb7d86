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

    @property
    def names_the_clinic(self) -> bool:
        """Whether the clinic's name and phone stand in it."""
        return self in (NoticeKind.MESSAGE, NoticeKind.SAVED_FORM)

    @property
    def is_for_staff(self) -> bool:
        """Whether it goes to the clinic's own people, and to no patient."""
        return self is NoticeKind.TO_READ
