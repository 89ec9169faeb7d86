"""A patient's list of medicines on the page of a form: as typed, beside what each was taken for."""

from dataclasses import dataclass

from intake.domain.answers import Answers, MedicineEntry, MedicineList
from intake.domain.medicines import Formulary, Possible, Recognition


@dataclass(frozen=True, slots=True)
class ListedMedicine:
    """One medicine as the patient wrote it, beside what it was taken for."""

    entry: MedicineEntry
    recognition: Recognition

    @property
    def typed(self) -> str:
        """The name as it stands on the patient's list."""
        if self.entry.named:
            return self.entry.name
        return ": ".join(words for words in ("One I do not know the name of", self.entry.name) if words)

    @property
    def taken_for(self) -> str:
        """The ingredients recognized or resembled, and what is left to read by hand."""
        recognition = self.recognition
        found = [", ".join(medicine.name for medicine in recognition.certain)]
        by_word: dict[str, list[Possible]] = {}
        for one in recognition.possible:
            by_word.setdefault(one.word, []).append(one)
        found += [f"{self._quoted(word)}possibly {_any_of(ones)}" for word, ones in by_word.items()]
        if self.entry.named:
            found += [
                f"{self._quoted(part)}not recognized: read by hand" for part in recognition.unrecognised
            ]
        else:
            found.append("read by hand")
        return "; ".join(words for words in found if words) or "not recognized: read by hand"

    def _quoted(self, part: str) -> str:
        # A part of what was typed is named; the whole stands beside it anyway.
        whole = {self.entry.name.casefold(), self.entry.as_typed().casefold()}
        return "" if part.casefold() in whole else f"“{part}” "


def listed_medicines(answers: Answers, formulary: Formulary) -> dict[str, tuple[ListedMedicine, ...]]:
    """Every list of medicines there is, by its question."""
    return {
        question: tuple(
            ListedMedicine(entry, formulary.read(entry.as_typed())) for entry in answer.value.entries
        )
        for question, answer in answers.items()
        if isinstance(answer.value, MedicineList)
    }


def _any_of(possible: list[Possible]) -> str:
    meant = (" and ".join(medicine.name for medicine in one.medicines) for one in possible)
    return " or ".join(dict.fromkeys(meant))
