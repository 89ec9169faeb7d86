"""Rules and questionnaires in short, for tests of what is proved of them."""

from datetime import date

from intake.domain.conditions import Condition
from intake.domain.rules import Priority, Rule


def rule(name: str, when: Condition, priority: Priority = Priority.HIGH, topic: str = "") -> Rule:
    """A rule of which only the condition, the topic and the priority matter."""
    return Rule(name, topic or name, name, priority, when, "Why", (), "Owner", date(2027, 1, 1))
