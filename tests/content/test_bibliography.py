"""A rules file names its documents, its owner and its review date once, and its rules refer to them."""

from datetime import date

import pytest

import small
from intake.content.documents import DocumentRefused
from intake.content.rules import parse_rulebook
from intake.domain.rules import Checked, SourceKind

TOP = """\
owner: Clinical lead
review_by: 2027-05-20
bibliography:
  SPI-2019-p7: {title: "SPRAVATO prescribing information, page 7", year: 2019, url: "https://example.com/p7"}
  COHEN: {title: "Cohen et al., guideline"}
"""
RULE = """\
rules:
  - id: high-pressure
    topic: pressure
    title: High pressure
    priority: high
    when: {question: pressure, is: yes}
    why: Pressure matters.
    sources:
      - {key: SPI-2019-p7, kind: label warning, section: Increase in Blood Pressure, checked: read}
      - {key: COHEN, kind: guideline, checked: secondary}
      - {kind: inference}
    examples:
      - {answers: {pressure: yes}, outcome: raised}
      - {answers: {pressure: no}, outcome: not_raised}
      - {answers: {pressure: not_sure}, outcome: cannot_tell}
"""


def the_rule(text):
    return parse_rulebook(text, small.asked, small.formulary).rules[0]


def refused(text):
    with pytest.raises(DocumentRefused) as problems:
        the_rule(text)
    return str(problems.value)


def test_a_rule_cites_the_bibliography():
    label, guideline, inference = the_rule(TOP + RULE).sources

    assert (label.kind, label.title) == (
        SourceKind.LABEL_WARNING,
        "SPRAVATO prescribing information, page 7",
    )
    assert (label.year, label.url, label.section) == (
        2019,
        "https://example.com/p7",
        "Increase in Blood Pressure",
    )
    assert (guideline.title, guideline.checked) == ("Cohen et al., guideline", Checked.SECONDARY)
    assert (inference.title, inference.checked) == (
        "Clinical inference of the intake project",
        Checked.NOT_CHECKED,
    )


def test_a_key_that_is_not_there_is_refused_with_its_line():
    told = refused(TOP + RULE.replace("key: COHEN", "key: COHN"))

    assert ":15: " in told
    assert 'there is no "COHN" in the bibliography' in told
    assert 'did you mean "COHEN"?' in told


def test_a_source_that_was_read_has_an_address_in_the_bibliography_too():
    told = refused(TOP + RULE.replace("checked: secondary", "checked: read"))

    assert "a source that was read says where" in told


def test_the_owner_and_review_date_stand_once_and_can_be_overruled():
    shared = the_rule(TOP + RULE)
    own = the_rule(TOP + RULE.replace("    examples:", "    owner: R. Chen\n    examples:"))

    assert (shared.owner, shared.review_by) == ("Clinical lead", date(2027, 5, 20))
    assert (own.owner, own.review_by) == ("R. Chen", date(2027, 5, 20))


def test_a_rule_nobody_owns_is_refused():
    assert "'owner' is missing" in refused(TOP.replace("owner: Clinical lead\n", "") + RULE)


def test_a_document_may_be_written_out_beside_the_rule():
    written_out = (
        "{kind: clinic practice, title: Our policy, year: 2026, url: 'https://example.com', checked: read}"
    )
    rule = the_rule(TOP + RULE.replace("{key: COHEN, kind: guideline, checked: secondary}", written_out))

    assert (rule.sources[1].title, rule.sources[1].year) == ("Our policy", 2026)


def test_an_inference_goes_by_no_other_title():
    told = refused(TOP + RULE.replace("{kind: inference}", "{kind: inference, title: A famous study}"))

    assert 'an inference is titled "Clinical inference of the intake project"' in told
