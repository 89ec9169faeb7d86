"""Each thing that reads what a stranger, a patient or an administrator may write, as a function of bytes.

A target returns, or raises what its reader says it raises; anything else is a fault. ``python -m
campaigns.parser_targets NAME`` hands one to atheris, which changes the bytes by which lines they reach.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date

Target = Callable[[bytes], object]
TODAY = date(2026, 11, 27)
PLANTED = "planted"
_APART = "|"  # between what was typed in boxes of their own


def targets() -> dict[str, Target]:
    """Every reader by its name. What they are made of is imported here, so that atheris sees into it."""
    return {**_files(), **_boxes(), PLANTED: _planted}


def _files() -> dict[str, Target]:
    from exchanging import ASKED
    from intake.content import library
    from intake.content.documents import DocumentRefused, read
    from intake.content.overlay import merged_text
    from intake.domain.logo import logo_in
    from intake.domain.logo_refused import LogoRefused
    from intake.storage import trail_file
    from web.clinic.content import MEDICINES, RULES

    def logo(data: bytes) -> None:
        with suppress(LogoRefused):
            kept = logo_in(data).content.lower()
            for word in (b"<script", b"onload", b"javascript:", b"<!entity"):
                assert word not in kept, "a logo kept something that runs"

    return {
        "yaml": _reads(lambda text: read(text, "a.yaml"), DocumentRefused),
        "rules": _reads(lambda text: library.parse_library(ASKED, text, MEDICINES), DocumentRefused),
        "questionnaire": _reads(lambda text: library.parse_asked(text, MEDICINES), DocumentRefused),
        "medicines": _reads(lambda text: library.parse_asked(ASKED, text), DocumentRefused),
        "overlay": _reads(lambda text: merged_text(RULES, text, TODAY), DocumentRefused),
        "trail": _reads(lambda text: list(trail_file.read_file(text.splitlines())), trail_file.NotATrailFile),
        "logo": logo,
    }


def _boxes() -> dict[str, Target]:
    from intake.content.library import read_asked
    from intake.domain import finding, mail_addresses, reading_promise, start_codes, ways_back
    from intake.resources import MEDICINES, QUESTIONNAIRE
    from intake.web.patient import as_meant, parse

    asked = read_asked(QUESTIONNAIRE, MEDICINES)
    question = asked.questionnaire.question
    born, height, weight = question("date_of_birth"), question("height"), question("weight")
    pressure, words = question("recent_bp_reading"), question("reasons_more")
    return {
        "dates": _typed(lambda m, d, y: parse.day(born, m, d, y, TODAY), 3, parse.Wrong),
        "blood pressure": _typed(
            lambda first, second: parse.reading(pressure, first, second), 2, parse.Wrong
        ),
        "height": _typed(lambda *typed: parse.number(height, "ft_in", typed), 2, parse.Wrong),
        "weight": _typed(lambda *typed: parse.number(weight, "lb", typed), 1, parse.Wrong),
        "words": _typed(lambda typed: parse.text(words, typed), 1, parse.Wrong),
        "numbers in words": _reads(as_meant.in_digits),
        "whole dates": _reads(as_meant.whole_date),
        "medicines typed": _reads(lambda text: asked.formulary.read(text[:200])),
        "suggestions": _reads(lambda text: asked.formulary.suggestions(text[:200])),
        "addresses": _reads(mail_addresses.is_address),
        "promises": _reads(reading_promise.promise_in),
        "start codes": _reads(start_codes.code_in),
        "ways back": _reads(ways_back.handle_in),
        "searches": _reads(
            lambda text: (
                finding.sought(text, None),
                finding.whole_reference(text, "HL"),
                finding.parts(text),
            )
        ),
    }


def _reads(reader: Callable[[str], object], *allowed: type[Exception]) -> Target:
    def target(data: bytes) -> None:
        with suppress(*allowed):
            reader(data.decode("utf-8", "replace"))

    return target


def _typed(reader: Callable[..., object], number: int, *allowed: type[Exception]) -> Target:
    def target(data: bytes) -> None:
        parts = data.decode("utf-8", "replace").split(_APART, number - 1)
        with suppress(*allowed):
            reader(*parts, *([""] * (number - len(parts))))

    return target


def _planted(data: bytes) -> None:
    """The control: a fault behind four bytes in a row, which nobody hits by chance."""
    if data[:1] == b"p" and data[1:2] == b"l" and data[2:3] == b"a" and data[3:4] == b"n":
        raise RuntimeError("planted")


def main() -> None:
    """Hand one target to atheris; its own arguments follow the name."""
    import atheris

    with atheris.instrument_imports(include=["intake"]):
        target = targets()[sys.argv[1]]
    if sys.argv[1] == PLANTED:
        target = atheris.instrument_func(target)
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
