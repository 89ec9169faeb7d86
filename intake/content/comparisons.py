"""Which comparisons fit which kinds of question, and what people mean who write another one."""

from intake.content.problems import did_you_mean
from intake.domain.conditions import Operator
from intake.domain.number_lines import NUMERIC
from intake.domain.questionnaire import Kind

WORDS = tuple(operator.value for operator in Operator)
CHOICE = frozenset({Operator.IS, Operator.IS_NOT})
CHOICES = frozenset({Operator.IS_ONE_OF, Operator.IS_NONE_OF})
TICKED = frozenset({Operator.INCLUDES, Operator.LEAVES_OUT})
DAYS = frozenset({Operator.WITHIN_DAYS, Operator.LONGER_AGO_THAN_DAYS})
CLASS = frozenset({Operator.HAS_CLASS, Operator.LACKS_CLASS})
MEDICINE = frozenset({Operator.HAS_MEDICINE, Operator.LACKS_MEDICINE})
STATES = frozenset({Operator.STATE, Operator.STATE_NOT})

# The comparisons that fit each kind of question; a state may be asked of every kind.
OPERATORS = {
    Kind.YES_NO: CHOICE | CHOICES,
    Kind.CHOOSE_ONE: CHOICE | CHOICES,
    Kind.SCALE: CHOICE | CHOICES | NUMERIC,
    Kind.CHOOSE_ANY: TICKED,
    Kind.NUMBER: NUMERIC,
    Kind.READING: NUMERIC,
    Kind.DATE: DAYS,
    Kind.TEXT: frozenset[Operator](),
    Kind.MEDICINES: CLASS | MEDICINE,
}
TAKES = {
    Kind.YES_NO: ("takes one answer, yes or no", "is or is_not"),
    Kind.CHOOSE_ONE: ("takes one answer", "is, is_not, is_one_of or is_none_of"),
    Kind.SCALE: ("takes one answer", "is, is_not, is_one_of or is_none_of, or compare its points"),
    Kind.CHOOSE_ANY: ("may have several answers", "includes or leaves_out"),
    Kind.NUMBER: ("is answered with a number", "at_least, below, above or at_most"),
    Kind.READING: ("has two numbers", "at_least, below, above or at_most on {0}.first or {0}.second"),
    Kind.DATE: ("is answered with a date", "within_days or longer_ago_than_days"),
    Kind.TEXT: ("is answered in the patient's own words", "state, or words a derived answer looks for"),
    Kind.MEDICINES: ("is a list of medicines", "has_class, lacks_class, has_medicine or lacks_medicine"),
}
# What people write who know other programs.
_MEANT = {
    "equals": "is", "==": "is", "=": "is", "!=": "is_not", ">=": "at_least", ">": "above", "<=": "at_most",
    "<": "below", "and": "all", "or": "any", "in": "is_one_of", "not_in": "is_none_of",
    "contains": "includes",
}  # fmt: skip


def meant(key: str) -> str:
    """What to write instead of a comparison that there is none of."""
    if key in _MEANT:
        return f' (did you mean "{_MEANT[key]}"?)'
    return did_you_mean(key, ["question", "all", "any", *WORDS]) or f"; write one of {', '.join(WORDS)}"
