"""The small clinic's files with an overlay: one rule silenced, one lowered, one moved up, one added."""

from dataclasses import replace
from datetime import date

from intake.content.overlay import lay_over
from web.clinic.content import LIBRARY, RULES

TODAY = date(2026, 11, 20)
OVERLAY = """
owner: R. Chen, MD
review_by: 2027-05-20
changes:
  - {rule: pressure-untreated, priority: info, reason: The nurse measures everybody, by: "R. Chen, MD",
     until: 2027-03-01}
  - {rule: home-not-safe, off: true, reason: Our social worker asks, by: "R. Chen, MD", until: 2026-12-31}
  - {rule: pressure-known, priority: urgent}
rules:
  - id: our-own
    topic: ours
    title: Takes medicines
    priority: moderate
    when: {question: takes, is: yes}
    why: We look at every medicine.
    sources: [{kind: inference}]
    examples:
      - {answers: {takes: yes}, outcome: raised}
      - {answers: {takes: no}, outcome: not_raised}
      - {answers: {takes: blank}, outcome: cannot_tell}
not_covered: [Fear of needles]
"""


def overlaid(overlay=OVERLAY, on=TODAY):
    """The small clinic's library with an overlay laid over its rules."""
    laid = lay_over(RULES, overlay, LIBRARY.questionnaire, LIBRARY.formulary, on)
    texts = {**LIBRARY.texts, "rules": laid.text, "overlay": laid.overlay_text}
    return replace(LIBRARY, rulebook=laid.rulebook, texts=texts, laid=laid)
