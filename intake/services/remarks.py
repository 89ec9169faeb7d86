"""What ``intake rules check`` can find: every kind under a permanent name, and how much it matters."""

from dataclasses import dataclass, replace
from enum import Enum

from intake.content.documents import Problem


class Level(Enum):
    """How much a remark matters."""

    ERROR = "error"  # the file does not load
    WARNING = "warning"  # it loads, and somebody should look
    NOTE = "note"  # worth knowing; nothing has to be done

    @property
    def rank(self) -> int:
        """0 for the first to be looked at."""
        return tuple(Level).index(self)


# What each code means, in the order they are listed by `intake rules check --codes`.
CODES = {
    "does-not-load": (Level.ERROR, "something in a file cannot be used as it is written"),
    "not-yaml": (Level.ERROR, "the file is not valid YAML"),
    "unknown-key": (Level.ERROR, "a key that nothing reads, most often misspelled"),
    "missing-key": (Level.ERROR, "something that has to be there is not"),
    "wrong-value": (Level.ERROR, "a value of the wrong kind, or that is not on the list"),
    "used-twice": (Level.ERROR, "an id or a name that was given away before"),
    "unknown-question": (Level.ERROR, "a question that is not in the questionnaire"),
    "unknown-choice": (Level.ERROR, "a choice that its question does not offer"),
    "unknown-class": (Level.ERROR, "a class of medicines that is not in the medicines file"),
    "unknown-medicine": (Level.ERROR, "a medicine that is not in the medicines file"),
    "unfit-comparison": (Level.ERROR, "a comparison that its question cannot be asked"),
    "unknown-source": (Level.ERROR, "a source that is not in the bibliography"),
    "read-without-url": (Level.ERROR, "a source that was read, and nobody says where"),
    "missing-example": (Level.ERROR, "an outcome that no example shows"),
    "example-comes-out-otherwise": (Level.ERROR, "an example that comes out otherwise than it says"),
    "never-raised": (Level.WARNING, "no answers can raise the rule"),
    "always-raised": (Level.WARNING, "the rule is raised for everybody who answers"),
    "clause-never-so": (Level.WARNING, "a comparison that can never be so where it stands"),
    "threshold-out-of-range": (Level.WARNING, "no answer lies on the other side of a number"),
    "unreachable-question": (Level.WARNING, "a question that nobody can be asked"),
    "same-condition": (Level.WARNING, "two rules that always come out the same"),
    "same-title": (Level.WARNING, "two rules with one title"),
    "adds-nothing": (Level.NOTE, "whenever it is raised, another rule of the topic is too"),
    "unknown-topic": (Level.WARNING, "a topic that is not in safety/topics.yaml"),
    "unknown-hazard": (Level.WARNING, "a hazard that is not in safety/hazards.yaml"),
    "no-hazard": (Level.NOTE, "a rule that names no hazard"),
    "review-due": (Level.WARNING, "a review that is past due, or due within 60 days"),
    "owner-not-named": (Level.NOTE, "an owner who is still to be named"),
    "never-cited": (Level.WARNING, "a publication of the bibliography that no rule cites"),
    "crisis-line-out-of-date": (Level.WARNING, "a crisis line that should have been checked again"),
    "untried-side": (Level.NOTE, "a number of which the examples show one side only"),
    "not-looked-at": (Level.NOTE, "what could not be looked at before something else is put right"),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing found: where, what, and what to do. ``rule`` is empty when it is about no rule."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str = ""
    rule: str = ""

    @property
    def level(self) -> Level:
        """How much it matters."""
        return CODES[self.code][0]

    def as_plain(self) -> dict[str, object]:
        """The remark as plain data, for other programs."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "level": self.level.value,
            "code": self.code,
            "rule": self.rule,
            "message": self.message,
            "suggestion": self.suggestion,
        }


def of_problem(problem: Problem, rule: str = "") -> Remark:
    """What keeps a file from loading, as a remark; its message holds the suggestion already."""
    at = at_place(problem)
    return replace(at, code=problem.code, message=problem.text, suggestion=problem.suggestion, rule=rule)


def at_place(place: Problem) -> Remark:
    """An empty remark at a place."""
    return Remark(place.file, place.line, place.column, place.code, "")
