"""Rules and overlays for tests: three shipped rules of a small clinic, and what it lays over them."""

from datetime import date

import small
from intake.content.overlay import lay_over

TODAY = small.TODAY
EXAMPLES = """\
    examples:
      - {answers: {pressure: yes}, outcome: raised}
      - {answers: {pressure: no}, outcome: not_raised}
      - {answers: {pressure: not_sure}, outcome: cannot_tell}
"""
RULES = f"""\
# Written by people, with comments.
about: Rules of a small clinic.
owner: Clinical lead
review_by: 2027-05-20
bibliography:
  LABEL: {{title: "A label, page 7", year: 2019, url: "https://example.org/label?page=7&part=a"}}
not_covered: [Sleep]
rules:
  # A judgement. (A. B., 2026-11-20)
  - id: pressure-high
    topic: pressure
    title: "High pressure: known"
    priority: high
    when: {{question: pressure, is: yes}}
    why: >
      Pressure matters, and it matters for a long time, which is why this is a sentence that does not fit on a
      single line of the file it is written in.
    sources: [{{key: LABEL, kind: label warning, section: Pressure, checked: read}}]
{EXAMPLES}
  - id: pressure-noted
    topic: pressure
    title: Pressure
    priority: moderate
    when: {{any: [{{question: pressure, is: yes}}, {{question: pressure, state: declined}}]}}
    why: It is noted.
    sources: [{{kind: inference}}]
{EXAMPLES}
  - id: pressure-info
    topic: pressure
    title: Pressure, for the record
    priority: info
    when: {{question: pressure, is: yes}}
    why: For the record.
    sources: [{{kind: inference}}]
    owner: R. Chen
{EXAMPLES}"""
OWN_RULE = """\
  - id: our-own
    topic: ours
    title: Our own rule
    priority: high
    when: {question: takes, is: yes}
    why: We look at every medicine.
    sources:
      - {key: LABEL, kind: label warning, checked: read}
      - {key: PROTOCOL, kind: clinic practice, checked: secondary}
    examples:
      - {answers: {takes: yes}, outcome: raised}
      - {answers: {takes: no}, outcome: not_raised}
      - {answers: {takes: not_sure}, outcome: cannot_tell}
"""
OVERLAY = f"""\
about: What our clinic does otherwise.
owner: R. Chen, MD
review_by: 2027-03-01
bibliography:
  PROTOCOL: {{title: Our protocol, year: 2026}}
changes:
  - {{rule: pressure-info, priority: urgent}}
  - {{rule: pressure-high, priority: moderate, reason: Seen already, by: "R. Chen, MD", until: 2027-03-01}}
  - {{rule: pressure-noted, off: true, reason: "Twice: the same", by: "R. Chen, MD", until: 2026-12-31}}
rules:
{OWN_RULE}
not_covered: [Fear of needles]
"""


def laid(overlay: str = OVERLAY, rules: str = RULES, on: date = TODAY):
    """The small rules with an overlay laid over them."""
    return lay_over(rules, overlay, small.asked, small.formulary, on)
