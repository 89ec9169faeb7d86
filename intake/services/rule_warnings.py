"""What `intake rules check` would warn of in rules that somebody is about to put in force.

A warning stands in nobody's way: it is told to both people before they sign.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from intake.config import Settings
from intake.services import rule_checks
from intake.services.remarks import Level


@lru_cache(maxsize=8)
def warnings(settings: Settings, text: str, today: date) -> tuple[str, ...]:
    """The warnings about a rules file, in words; kept, for two people read the same file within a day.

    Beside the questionnaire and medicines as the settings name them.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / settings.screening_rules.name
        file.write_text(text, encoding="utf-8")
        checked = rule_checks.check(rule_checks.paths_of(settings, rules=file), today)
    # Without lines: those of a file laid over another are of neither.
    return tuple(
        " ".join(words for words in (_capital(one.message), one.suggestion) if words)
        for one in checked.at(Level.WARNING)
        if one.file == file.name
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
