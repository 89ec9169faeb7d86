"""Which page of a reply a page is: to the question with its number, or to what is added unasked."""

from dataclasses import dataclass

# No page of a questionnaire has an id like this.
_BEFORE = "/reply"
_UNASKED = "0"  # questions are counted from 1


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """A page of a reply. ``number`` is that of the question; None when something is added unasked."""

    number: int | None
    step: str

    @property
    def id(self) -> str:
        """As it stands where the pages of a form have their ids."""
        return f"{_BEFORE}/{self.number or _UNASKED}/{self.step}"

    @classmethod
    def of(cls, page: str) -> "ReplyPage | None":
        """The page of a reply with this id; None when it is a page of a form."""
        match page.split("/"):
            case ["", "reply", number, step]:
                return cls(int(number) or None, step)
        return None
