"""The table of medicines on paper, typed in row by row."""

from intake.domain.answers import BLANK, Answer, MedicineEntry, MedicineList, answered
from intake.services.blank_forms import MEDICINE_ROWS
from intake.web.patient import parse
from intake.web.patient.fields import Asked
from intake.web.patient.medicine_form import MedicineForm
from intake.web.patient.medicine_list import MOST
from intake.web.patient.parse import Wrong

# As many empty rows as stand below the last one typed, for a second sheet.
_MORE = 4
_BOXES = ("name", "amount", "how_often", "last_taken")
_UNNAMED = frozenset({"", "?", "not sure", "unknown"})


def _words(field: str) -> tuple[str, ...]:
    form = MedicineForm()
    radios = form.how_often if field == "how_often" else form.last_taken
    return tuple(str(words) for _, words, *_ in radios.iter_choices())


class MedicineRows(Asked):
    """A list of medicines in rows, as many as stand on the paper."""

    shape = "rows"

    @property
    def control(self) -> str:
        return f"{self.id}-{self.wrong_box or '0-name'}"

    @property
    def rows(self) -> list[dict[str, str]]:
        """What stands in each row, and some empty ones below."""
        typed = [{box: self.typed.get(f"{at}-{box}", "") for box in _BOXES} for at in range(MOST)]
        last = max((at for at, row in enumerate(typed) if any(row.values())), default=-1)
        return typed[: max(MEDICINE_ROWS, min(MOST, last + 1 + _MORE))]

    @property
    def how_often(self) -> tuple[str, ...]:
        """What the form offers for how often."""
        return _words("how_often")

    @property
    def last_taken(self) -> tuple[str, ...]:
        """What the form offers for when last."""
        return _words("last_taken")

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        if not isinstance(answer.value, MedicineList):
            return super().from_answer(answer)
        return (), {
            f"{at}-{box}": getattr(entry, box) or ("not sure" if box == "name" else "")
            for at, entry in enumerate(answer.value.entries)
            for box in _BOXES
        }

    def read(self) -> Answer:
        rows = ((at, self._row(at)) for at in range(MOST))
        entries = tuple(_entry(at, row) for at, row in rows if any(row.values()))
        return answered(MedicineList(entries)) if entries else BLANK

    def _row(self, at: int) -> dict[str, str]:
        return {box: " ".join(parse.visible(self.typed.get(f"{at}-{box}", "")).split()) for box in _BOXES}


def _entry(at: int, row: dict[str, str]) -> MedicineEntry:
    for box in ("name", "amount"):
        parse.refuse_too_long(row[box], parse.LONGEST_SHORT_TEXT, f"{at}-{box}")
    offered = {"how_often": ("", *_words("how_often")), "last_taken": ("", *_words("last_taken"))}
    for box, words in offered.items():
        if row[box] not in words:
            raise Wrong("Choose one of the words in the list", f"{at}-{box}")
    named = row["name"].casefold() not in _UNNAMED
    name = row["name"] if named else ""
    return MedicineEntry(name, row["amount"], row["how_often"], named=named, last_taken=row["last_taken"])
