"""The shipped files read by every interpreter there is, and people to ask them about."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

import as_shipped
from intake import resources
from intake.content.library import Library
from naive.answers_in_store import DAYS
from naive.comparing import Disagreement, Said, Voice, disagreement, one_by_one
from naive.encoded import Encoding
from naive.engine import Engine
from naive.interpreter import Sitting
from naive.invented import as_the_product_reads_them, conditions
from naive.medicine_entries import entries
from naive.people import People, Person
from naive.rawfiles import Files, Plain, files, raw

# What stands in boxes for words: with crisis words, and with words that only look like them.
WORDS = (
    "fine",
    "Some days I want to die",
    "I END  my\n life",
    "I recommend it to a friend",
    "once I took an overdose.",
    "kill myself-talk",
    "send it",
    "overdosed",
    "-",
)


@dataclass
class Tally:
    """How many people were asked about, and how often each rule came out each way."""

    people: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Disagreement | None = None

    def add(self, other: "Tally") -> None:
        """Count others in."""
        self.people += other.people
        self.outcomes.update(other.outcomes)
        self.found = self.found or other.found

    def rarest(self, rules: list[str]) -> tuple[int, str, str]:
        """How often, which rule and which truth was met least; what is invented may be true of nobody."""
        rules = [rule for rule in rules if not rule.startswith("invented-")]
        return min((self.outcomes[rule, truth], rule, truth) for rule in rules for truth in _TRUTHS)


_TRUTHS = ("yes", "no", "unknown")


class Panel:
    """Interpreters of one set of files, and the people they are asked about."""

    def __init__(self, library: Library, written: Files, medicines: str) -> None:
        self.library, self.written = library, written
        self.engine = Engine(library)
        self.rules = [rule["id"] for rule in written.rules]
        listed = entries(raw(medicines), Random(20261120))
        self.people = People(written, listed, self.engine.names.plain, list(WORDS))
        self.voices: dict[str, Voice] = {
            "engine": one_by_one(self.by_engine),
            "naive interpreter": one_by_one(self.by_hand),
            "solver encoding": Encoding(self.engine).say,
        }

    def by_engine(self, person: Person) -> Said:
        """What the product says."""
        evidence = self.engine.evidence(person.answers, person.as_of)
        return frozenset(evidence.answers), self.engine.truths(evidence)

    def by_hand(self, person: Person) -> Said:
        """What the naive interpreter says."""
        read = self.engine.names.plain
        kept = Sitting(self.written, person.answers, person.as_of, read).kept()
        return frozenset(kept), Sitting(self.written, kept, person.as_of, read).truths()

    def finds(self, mistaken: Voice, people: int, chance: Random) -> bool:
        """Whether the naive interpreter finds a mistake of another among so many people."""
        voices = {"naive interpreter": self.voices["naive interpreter"], "mistaken": mistaken}
        return self.ask(people, chance, voices, together=50).found is not None

    def ask(
        self, people: int, chance: Random, voices: Mapping[str, Voice] | None = None, together: int = 250
    ) -> Tally:
        """Ask every voice about so many people, or up to the first of whom they say different things.

        They are drawn, and spoken of, so many together; those of one lot send their forms on one day.
        """
        asked = self.voices if voices is None else voices
        tally = Tally()
        while tally.people < people and tally.found is None:
            day, many = chance.choice(DAYS), min(together, people - tally.people)
            drawn = [self.people.draw(chance, day) for _ in range(many)]
            said = [voice(drawn) for voice in asked.values()]
            tally.people += len(drawn)
            for person, first, *others in zip(drawn, *said, strict=True):
                tally.outcomes.update(zip(self.rules, first[1], strict=True))
                if any(other != first for other in others):
                    tally.found = disagreement(asked, self.rules, person)
                    break
        return tally


def shipped(invented: int = 16, seed: int = 0) -> Panel:
    """The panel over the shipped files, with so many conditions of our own invention beside the rules."""
    library = as_shipped.library()
    written = files(resources.QUESTIONNAIRE, resources.SCREENING_RULES)
    medicines = resources.MEDICINES.read_text(encoding="utf-8")
    whens = conditions(
        written,
        list(library.formulary.classes),
        [medicine["id"] for medicine in raw(medicines)["medicines"]],
        invented,
        Random(seed),
    )
    more: list[Plain] = [{"id": f"invented-{at}", "when": when} for at, when in enumerate(whens)]
    model = library.rulebook.rules[0]
    read = [
        replace(model, id=one["id"], when=when)
        for one, when in zip(more, as_the_product_reads_them(whens, library), strict=True)
    ]
    rulebook = replace(library.rulebook, rules=(*library.rulebook.rules, *read))
    return Panel(
        replace(library, rulebook=rulebook), replace(written, rules=[*written.rules, *more]), medicines
    )
