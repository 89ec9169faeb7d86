"""Medicines as people write them, from the names in medicines.yaml: exact, misspelled, unknown, together."""

from collections.abc import Iterator
from random import Random

from naive.rawfiles import Plain

_AMOUNTS = ("", "", "10 mg", "1 mg", "0.5mg")
_SLIPS = 0.5  # for this share of medicines a slip of the pen is an entry besides
_PAIRS = 60
_OFTEN = ("", "", "at night", "twice a day")
UNKNOWN_NAMES = ("blorptex", "Qwzzarin 5", "my heart pill", "little white one", "?", "sleep thing")
UNNAMED: tuple[Plain, ...] = (
    {"unnamed": True},
    {"unnamed": True, "amount": "10 mg"},
    {"unnamed": True, "often": "at night"},
)


def entries(medicines: Plain, chance: Random) -> list[Plain]:
    """Every medicine and product, and names beside them; the same for the same chance."""
    named = [_entry(name, chance) for name in (*_names(medicines, chance), *UNKNOWN_NAMES)]
    return [*named, *UNNAMED]


def _names(medicines: Plain, chance: Random) -> Iterator[str]:
    listed = medicines["medicines"]
    for medicine in listed:
        spellings = [medicine["name"], *medicine.get("brands", []), *medicine.get("misspellings", [])]
        yield chance.choice(spellings)
        if chance.random() < _SLIPS:
            yield _slip(chance.choice(spellings), chance)
    for product in medicines.get("combinations", []):
        yield product["name"]
    for _ in range(_PAIRS):
        one, other = chance.sample(listed, 2)
        yield f"{one['name']} {chance.choice(('and', '+', '/', 'with', ','))} {other['name']}"


def _slip(name: str, chance: Random) -> str:
    """A letter lost, doubled or changed for another."""
    at = chance.randrange(len(name))
    return name[:at] + chance.choice(("", name[at] * 2, chance.choice("aeiou"))) + name[at + 1 :]


def _entry(name: str, chance: Random) -> Plain:
    return {"name": name, "amount": chance.choice(_AMOUNTS), "often": chance.choice(_OFTEN)}
