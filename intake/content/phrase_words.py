"""The words that phrases are made of, as they are shipped (`phrase_words.txt` says whose they are)."""

from functools import cache
from pathlib import Path

from intake.domain.ways_back import PhraseWords

_FILE = Path(__file__).with_suffix(".txt")


@cache
def phrase_words() -> PhraseWords:
    """Seven thousand plain English words: four of them are one of 2 to the 51st phrases."""
    lines = _FILE.read_text("utf-8").splitlines()
    return PhraseWords.of([line for line in lines if not line.startswith("#")])
