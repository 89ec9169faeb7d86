"""A rules file as written: where each rule, example and comparison stands."""

import pytest

import small
from intake.content.documents import DocumentRefused
from intake.content.rules import parse_rulebook
from intake.content.written_rules import read_written_rules
from intake.domain.clauses import clauses

TEXT = """owner: Somebody
review_by: 2027-05-20
rules:
  - id: signs
    topic: signs
    title: Signs with high pressure
    priority: high
    when:
      all:
        - {question: pressure, is: yes}
        - any:
            - {question: signs, includes: rash}
            - {question: signs, includes: fever}
    why: Because
    sources: [{kind: inference}]
    examples:
      - {answers: {pressure: yes, signs: [rash]}, outcome: raised}
      - {answers: {pressure: no}, outcome: cannot_tell}
      - {answers: {pressure: no}, outcome: not_raised}
"""


def written(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return read_written_rules(path, small.asked, small.formulary)


def test_every_example_and_every_clause_knows_its_line(tmp_path):
    rules = written(tmp_path)
    lines = rules.lines["signs"]

    assert lines.first == 4
    assert lines.examples == (17, 18, 19)
    assert [lines.of(clause.path) for clause in clauses(rules.rulebook.rules[0].when)] == [10, 12, 13]
    assert lines.of("priority") == lines.first


def test_an_example_that_comes_out_otherwise_is_no_reason_not_to_read_the_file(tmp_path):
    """It is told by whoever runs the examples; the rules in force are still refused for it."""
    assert len(written(tmp_path).rulebook.rules) == 1
    with pytest.raises(DocumentRefused, match="should come out cannot_tell but comes out not_raised"):
        parse_rulebook(TEXT, small.asked, small.formulary)
