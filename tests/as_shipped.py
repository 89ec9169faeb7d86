"""The content files as they are shipped, read once for all tests of a process: it takes a second."""

from functools import cache

from intake import resources
from intake.content.library import Library, read_library


@cache
def library() -> Library:
    """The questionnaire, rules and medicines."""
    return read_library(resources.QUESTIONNAIRE, resources.SCREENING_RULES, resources.MEDICINES)
