"""What a parser says of broken YAML, in the words of somebody who has to repair it."""

import yaml

_TAB = "found a tab character"
_COLON = "mapping values are not allowed"
_OPEN_BRACE = "did not find expected ',' or '}'"
_OPEN_BRACKET = "did not find expected ',' or ']'"
_DASH = "did not find expected '-' indicator"
_KEY = "did not find expected key"
_NO_COLON = "could not find expected ':'"
_CHARACTER = "found character that cannot start any token"
_QUOTES = "while scanning a quoted scalar"


def in_words(error: yaml.MarkedYAMLError) -> str:
    """What is wrong at the place of the error, and what to do."""
    problem, context = str(error.problem or ""), str(error.context or "")
    began = f" on line {error.context_mark.line + 1}" if error.context_mark else ""
    told = {
        _TAB: "a tab stands here; indent with spaces",
        _COLON: "a second colon stands on this line; put quotation marks around words that hold a colon",
        _OPEN_BRACE: f"the brace {{ that opens{began} is not closed before this; close it with }}",
        _OPEN_BRACKET: f"the bracket [ that opens{began} is not closed before this; close it with ]",
        _DASH: f"this is out of line with the list that begins{began}; line it up, or begin it with a dash",
        _KEY: f"this is out of line with the keys that begin{began}; move it in line with them",
        _NO_COLON: f"a key{began} has no colon; write it like `key: words`",
        _CHARACTER: "words cannot begin with this character; put quotation marks around them",
    }
    if context == _QUOTES:
        return f"the quotation marks that open{began} are never closed; close them"
    for begins, words in told.items():
        if problem.startswith(begins):
            return words
    return f"{problem or context}; look at the spaces and quotation marks of this line and the one above"
