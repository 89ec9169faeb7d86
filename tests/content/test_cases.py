"""Files of cases: people, and what must come of a rule or a topic for each."""

# ruff: noqa: E501 - one case to a line reads best

import re
from datetime import date

import pytest

import small
from intake.content.cases import read_cases
from intake.content.documents import DocumentRefused
from intake.domain.rules import Outcome, Priority

RULEBOOK = small.rules(
    """
owner: Somebody
review_by: 2027-05-20
rules:
  - id: pressure
    topic: hypertension_history
    title: High pressure
    priority: high
    when: {question: pressure, is: yes}
    why: Because
    sources: [{kind: inference}]
    examples:
      - {answers: {pressure: yes}, outcome: raised}
      - {answers: {pressure: no}, outcome: not_raised}
      - {answers: {pressure: blank}, outcome: cannot_tell}
"""
)
PAT = """cases:
  - id: pat
    story: Was told years ago
    answers: {pressure: yes}
    as_of: 2026-03-01
    expect:
      - {rule: pressure, outcome: raised, priority: high}
      - {topic: hypertension_history, outcome: raised}
"""


def read(folder):
    return read_cases(folder, small.asked, RULEBOOK)


def refusal(folder):
    with pytest.raises(DocumentRefused) as refused:
        read(folder)
    return str(refused.value)


def test_a_case_names_a_person_and_what_is_expected_of_each_rule_or_topic(tmp_path):
    (tmp_path / "heart.yaml").write_text(PAT, encoding="utf-8")
    (pat,) = read(tmp_path)

    assert (pat.id, pat.as_of, pat.file) == ("pat", date(2026, 3, 1), "heart.yaml")
    assert [(one.rule, one.topic, one.outcome, one.priority, one.line) for one in pat.expected] == [
        ("pressure", "", Outcome.RAISED, Priority.HIGH, 7),
        ("", "hypertension_history", Outcome.RAISED, None, 8),
    ]


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("rule: pressure", "rule: presure", 'case pat: there is no rule "presure" (did you mean "pressure"?)'),
        ("topic: hypertension_history", "topic: hypertension", 'there is no topic "hypertension"'),
        ("rule: pressure, ", "", "case pat: an expectation names one rule or one topic"),
        ("rule: pressure", "rule: pressure, topic: hypertension_history", "names one rule or one topic"),
        ("outcome: raised, priority: high", "outcome: not_raised, priority: high", "what is not raised is shown with no priority; leave it out"),
        ("priority: high", "priority: hihg", "'priority' should be one of urgent, high, moderate, info (did you mean \"high\"?)"),
        ("outcome: raised}", "outcome: rased}", "'outcome' should be one of raised, cannot_tell, not_raised"),
        ("{pressure: yes}", "{presure: yes}", 'there is no question "presure" (did you mean "pressure"?)'),
        ("    story: Was told years ago\n", "", "'story' is missing; it should be words"),
        ("as_of:", "as_off:", "'as_off' is not a key used here (did you mean \"as_of\"?)"),
        ("cases:", "people:", "'cases' is missing"),
        ("    expect:\n", "    expect: []\n    other:\n", "'expect' should be a list with at least one entry"),
    ],
)  # fmt: skip
def test_a_case_that_cannot_be_used_is_refused_with_its_line_and_a_way_out(
    tmp_path, written, instead, message
):
    assert written in PAT
    (tmp_path / "heart.yaml").write_text(PAT.replace(written, instead, 1), encoding="utf-8")

    told = refusal(tmp_path)
    assert message in told
    assert re.match(r"heart\.yaml:\d+", told)


def test_an_id_is_used_once_in_a_folder(tmp_path):
    for name in ("heart.yaml", "mood.yaml"):
        (tmp_path / name).write_text(PAT, encoding="utf-8")

    assert 'case "pat" is also in heart.yaml; give one another id' in refusal(tmp_path)


def test_the_problems_of_every_file_are_told_at_once(tmp_path):
    (tmp_path / "heart.yaml").write_text(PAT.replace("rule: pressure", "rule: gone"), encoding="utf-8")
    (tmp_path / "mood.yaml").write_text("cases: [", encoding="utf-8")

    told = refusal(tmp_path)

    assert "heart.yaml:7" in told
    assert "mood.yaml:" in told


def test_a_folder_without_cases_is_refused(tmp_path):
    assert "there are no files of cases (*.yaml) in this folder" in refusal(tmp_path)
