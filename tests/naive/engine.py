"""The product's own engine, asked in the plain answers of the naive interpreter."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from intake.content.library import Library
from intake.domain.answers import (
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    State,
    Text,
    Value,
    answered,
)
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.measures import to_canonical
from intake.domain.medicines import Formulary, Recognition
from intake.domain.medicines import Reading as MedicineReading
from intake.domain.questionnaire import Kind
from intake.domain.truth import Truth
from naive.interpreter import Recognised
from naive.rawfiles import Plain

WORDS = {Truth.YES: "yes", Truth.NO: "no", Truth.NOT_KNOWN: "unknown"}


class Engine:
    """Screens plain answers as the product does: what is not asked is dropped, then every rule looks."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.names = Names(library.formulary)
        self._translated: dict[int, tuple[Plain, Answer]] = {}

    def evidence(self, answers: dict[str, Plain], as_of: str) -> PatientEvidence:
        """What the rules look at: the answers that would be sent."""
        given = self.draft(answers)
        asked, day = self.library.questionnaire, date.fromisoformat(as_of)
        # The names are read once for a million people, and by the product's own formulary.
        names: Formulary = self.names  # type: ignore[assignment]  # it reads names as one does
        kept = relevant(PatientEvidence(asked, names, given, day))
        return PatientEvidence(asked, names, kept, day)

    def draft(self, answers: dict[str, Plain]) -> Answers:
        """The same answers as the product holds them, those to questions that are not asked too."""
        return Answers({question: self._answer(question, plain) for question, plain in answers.items()})

    def truths(self, evidence: PatientEvidence) -> list[str]:
        """What every rule makes of it, in the order of the file."""
        return [WORDS[rule.when.find(evidence).truth] for rule in self.library.rulebook.rules]

    def _answer(self, question: str, plain: Plain) -> Answer:
        # The generator hands out the same few answers again and again; each is kept, so no id returns.
        known = self._translated.get(id(plain))
        if known is None:
            known = self._translated[id(plain)] = plain, self._translate(question, plain)
        return known[1]

    def _translate(self, question: str, plain: Plain) -> Answer:
        state = State(plain["state"])
        if state is not State.ANSWERED:
            return Answer(state)
        return answered(_value(self.library.questionnaire.question(question).kind, plain["value"]))


def _value(kind: Kind, value: Any) -> Value:
    match kind:
        case Kind.CHOOSE_ANY:
            return ChosenMany(tuple(value["ticked"]), value["unsure"])
        case Kind.NUMBER:
            typed = tuple(value["typed"])
            return Number(to_canonical(value["unit"], typed), typed, value["unit"])
        case Kind.READING:
            return Reading(*value)
        case Kind.DATE:
            return Day(date.fromisoformat(str(value)))
        case Kind.TEXT:
            return Text(str(value))
        case Kind.MEDICINES:
            return MedicineList(tuple(map(_entry, value)))
        case _:
            return Chosen(str(value))


def _entry(plain: Plain) -> MedicineEntry:
    name, amount, often = (plain.get(key, "") for key in ("name", "amount", "often"))
    return MedicineEntry(name, amount, often, named=not plain.get("unnamed"))


class Names:
    """The shipped formulary, asked once for each thing typed."""

    def __init__(self, formulary: Formulary) -> None:
        self._formulary = formulary
        self._read: dict[str, Recognition] = {}
        self._plain: dict[str, Recognised] = {}

    def read(self, typed: str) -> Recognition:
        """What the formulary makes of it."""
        if typed not in self._read:
            self._read[typed] = self._formulary.read(typed)
        return self._read[typed]

    def __getattr__(self, name: str) -> object:
        """All else is asked of the formulary itself."""
        return getattr(self._formulary, name)

    def reading(self) -> MedicineReading:
        """As a formulary gives one for each form."""
        return MedicineReading(self)  # type: ignore[arg-type]  # all it asks of a formulary is to read

    def plain(self, typed: str) -> Recognised:
        """The same for the naive interpreter: ids and classes, and whether a person has to read it."""
        if typed not in self._plain:
            found = self.read(typed)
            certain = _plain(found.certain)
            possible = _plain(medicine for near in found.possible for medicine in near.medicines)
            self._plain[typed] = certain, possible, not certain or bool(found.possible or found.unrecognised)
        return self._plain[typed]


def _plain(medicines: Iterable) -> list:
    return [(medicine.id, frozenset(medicine.classes)) for medicine in medicines]
