"""What somebody has who did what docs/writing-rules.md says: the page's own words, made into files."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs/writing-rules.md"


def block(beginning: str) -> str:
    """The block of YAML on the page that begins with these words."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (found,) = (one for one in blocks if one.lstrip().startswith(beginning))
    return found


def our_rules(*, further_examples: bool = True) -> str:
    """The shipped rules with the change of step 2, the rule of step 3, and the examples of step 5."""
    before, found, after = shipped().partition("  - id: age-65-or-older\n")
    assert found
    assert "`moderate`:\n\n    priority: high\n" in PAGE.read_text("utf-8")
    changed = before + found + after.replace("priority: moderate", "priority: high", 1)
    rule = block("# Our own rule")
    return f"{changed}\n{rule}{block('- {answers:') if further_examples else ''}"


def shipped() -> str:
    """The rules file as it is shipped."""
    return (CHECKOUT / "screening_rules.yaml").read_text("utf-8")
