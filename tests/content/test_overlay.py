"""Reading an overlay: what it comes to, and how it refuses what a clinic may not do."""

# ruff: noqa: E501 - one case to a line reads best

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from intake.content.documents import DocumentRefused, edition_of, read
from intake.content.overlay import lay_over, merged_text
from intake.content.rules import parse_rulebook
from intake.domain.rules import Priority
from overlays import OVERLAY, OWN_RULE, RULES, TODAY, laid

ACCOUNT = 'reason: Seen by the nurse, by: "R. Chen, MD", until: 2027-03-01'
OWNER = "owner: R. Chen, MD\nreview_by: 2027-03-01\n"


def parsed(text):
    return parse_rulebook(text, small.asked, small.formulary)


def changes(*written, rules=""):
    entries = "".join(f"\n  - {{{one}}}" for one in written)
    return f"changes:{entries}\n{rules}"


def refused(overlay, rules=RULES, on=TODAY):
    with pytest.raises(DocumentRefused) as problems:
        laid(overlay, rules, on)
    return told(problems)


def told(problems):
    """What was refused: file, line and words. Columns are a matter of tests of their own."""
    return [re.sub(r"^([^:]+:\d+):\d+:", r"\1:", line) for line in str(problems.value).splitlines()]


def test_an_overlay_comes_to_one_rulebook():
    rulebook = laid().rulebook

    assert [(rule.id, rule.priority.value) for rule in rulebook.rules] == [
        ("pressure-high", "moderate"),
        ("pressure-info", "urgent"),
        ("our-own", "high"),
    ]
    assert rulebook.not_covered == ("Sleep", "Fear of needles")
    assert [(one.rule, one.until) for one in rulebook.silenced] == [("pressure-noted", date(2026, 12, 31))]


def test_its_own_rules_have_its_owner_and_may_cite_the_shipped_documents():
    own = laid().rulebook.rules[-1]

    assert (own.owner, own.review_by) == ("R. Chen, MD", date(2027, 3, 1))
    assert [source.title for source in own.sources] == ["A label, page 7", "Our protocol"]


def test_the_merged_file_reads_back_as_what_screens():
    merged = laid()

    assert parsed(merged.text) == merged.rulebook
    assert merged.text == merged_text(RULES, OVERLAY, TODAY)


def test_the_merged_file_tells_whom_to_ask():
    assert TOLD in laid().text


TOLD = """
lowered:
  - rule: pressure-high
    title: "High pressure: known"
    from: high
    to: moderate
    reason: Seen already
    by: R. Chen, MD
    until: 2027-03-01

  - rule: pressure-noted
    title: Pressure
    from: moderate
    off: true
    reason: "Twice: the same"
    by: R. Chen, MD
    until: 2026-12-31

moved_up:
  - {rule: pressure-info, title: "Pressure, for the record", from: info, to: urgent}

rules:
  - id: pressure-high
"""


def test_the_edition_is_another_when_a_change_runs_out():
    editions = [laid(on=day).rulebook.edition for day in (TODAY, date(2026, 12, 31), date(2027, 1, 1))]

    assert editions[0] == editions[1] != editions[2]
    assert parsed(RULES).edition not in editions


def test_when_everything_ran_out_the_rules_are_as_shipped_to_the_letter():
    overlay = changes(f"rule: pressure-noted, off: true, {ACCOUNT}")
    merged = laid(overlay, on=date(2027, 3, 2))

    assert merged.text == RULES
    assert merged.rulebook == parsed(RULES)
    assert [change.rule for change in merged.overlay.ended(date(2027, 3, 2))] == ["pressure-noted"]


def test_the_same_files_are_laid_anew_on_another_day():
    merged = laid()

    assert merged.anew(date(2027, 1, 1)) == laid(on=date(2027, 1, 1))
    assert merged.anew(date(2026, 12, 31)).rulebook is merged.rulebook


def test_an_overlay_may_stand_over_rules_without_bibliography_or_owner():
    rules = "rules: []\n"
    overlay = (
        OWNER
        + "rules:\n"
        + OWN_RULE.replace("key: LABEL", "title: A label")
        .replace("key: PROTOCOL", "title: Our protocol")
        .replace("checked: read", "checked: secondary")
    )

    merged = laid(overlay, rules)

    assert parsed(merged.text) == merged.rulebook
    assert [rule.id for rule in merged.rulebook.rules] == ["our-own"]


DAYS = [date(2026, 11, 20), date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 2), date(2027, 11, 21)]
PRIORITIES = {"pressure-high": "high", "pressure-noted": "moderate", "pressure-info": "info"}
texts = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Co", "Cn")),
        min_size=1,
        max_size=60,
    )
    .map(str.strip)
    .filter(bool)
)
account = st.tuples(texts, texts, st.dates(TODAY, TODAY + timedelta(days=366)))


def _quoted(words):
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _change(rule_id, what, told):
    reason, by, until = told
    if what == PRIORITIES[rule_id]:
        what = "off"
    kind = "off: true" if what == "off" else f"priority: {what}"
    return f"rule: {rule_id}, {kind}, reason: {_quoted(reason)}, by: {_quoted(by)}, until: {until}"


one_change = st.builds(
    _change,
    st.sampled_from(sorted(PRIORITIES)),
    st.sampled_from(["off", "urgent", "high", "moderate", "info"]),
    account,
)
some_changes = st.lists(one_change, max_size=3, unique_by=lambda change: change.split(",")[0])


def _file(written, not_covered, own):
    lists = {
        "changes": [f"{{{one}}}" for one in written],
        "not_covered": [_quoted(one) for one in not_covered],
    }
    text = "".join(
        f"{key}:\n" + "".join(f"  - {one}\n" for one in ones) for key, ones in lists.items() if ones
    )
    return f"{OWNER}{text}" + (f"bibliography: {{PROTOCOL: {{title: Ours}}}}\nrules:\n{own}" if own else "")


@settings(max_examples=60)
@given(some_changes, st.booleans(), st.lists(texts, max_size=2), st.sampled_from(DAYS))
def test_reading_both_files_equals_reading_the_merged_one(written, with_own, not_covered, on):
    overlay = _file(written, not_covered, own=OWN_RULE if with_own else "")

    merged = lay_over(RULES, overlay, small.asked, small.formulary, on)

    again = parsed(merged.text)
    assert again == merged.rulebook
    assert again.edition == edition_of(read(merged.text, "merged"))


CASES = [
    (
        changes("rule: presure-high, priority: urgent"),
        'overlay.yaml:2: change of presure-high: there is no rule "presure-high" in the shipped rules (did you mean "pressure-high"?)',
    ),
    (changes("priority: urgent"), "overlay.yaml:2: change: 'rule' is missing; it should be words"),
    (
        changes("rule: pressure-high, priority: urgent", f"rule: pressure-high, off: true, {ACCOUNT}"),
        "overlay.yaml:3: change of pressure-high: the rule is changed twice; the first is on line 2: keep one",
    ),
    (
        changes("rule: pressure-high, priority: high"),
        "overlay.yaml:2: change of pressure-high: it changes nothing, the shipped priority is high too: remove the change",
    ),
    (
        changes("rule: pressure-high"),
        "overlay.yaml:2: change of pressure-high: it changes nothing: write `priority: …`, or `off: true`, or remove it",
    ),
    (
        changes("rule: pressure-high, off: false"),
        "overlay.yaml:2: change of pressure-high: it changes nothing: write `priority: …`, or `off: true`, or remove it",
    ),
    (
        changes(f"rule: pressure-high, off: true, priority: info, {ACCOUNT}"),
        "overlay.yaml:2: change of pressure-high: a rule is switched off or has another priority, not both: keep one",
    ),
    (
        changes("rule: pressure-high, priority: hihg"),
        "overlay.yaml:2: change of pressure-high: 'priority' should be one of urgent, high, moderate, info (did you mean \"high\"?)",
    ),
    (
        changes("rule: pressure-high, off: yes"),
        "overlay.yaml:2: change of pressure-high: 'off' should be true or false",
    ),
    (
        changes("rule: pressure-high, off: true"),
        "overlay.yaml:2: change of pressure-high: a rule is switched off only with a reason, a name and a last day: add 'reason', 'by' and 'until'",
    ),
    (
        changes("rule: pressure-high, priority: info, by: R. Chen, reason: Seen"),
        "overlay.yaml:2: change of pressure-high: a rule is lowered from high only with a reason, a name and a last day: add 'until'",
    ),
    (
        changes("rule: pressure-high, priority: info, until: 2027-03-01"),
        "overlay.yaml:2: change of pressure-high: a rule is lowered from high only with a reason, a name and a last day: add 'reason' and 'by'",
    ),
    (
        changes(f"rule: pressure-high, off: true, {ACCOUNT}".replace("2027-03-01", "2027-11-22")),
        "overlay.yaml:2: change of pressure-high: that is more than a year ahead: write 2027-11-21 or an earlier day, and renew it then if it is still meant",
    ),
    (
        changes(f"rule: pressure-high, off: true, {ACCOUNT}".replace("2027-03-01", "soon")),
        "overlay.yaml:2: change of pressure-high: 'until' should be a date like 2026-11-20",
    ),
    (
        changes(f"rule: pressure-high, off: true, {ACCOUNT}".replace("Seen by the nurse", '""')),
        "overlay.yaml:2: change of pressure-high: 'reason' should be words",
    ),
    (
        changes("rule: pressure-high, priority: urgent, when: {question: pressure, is: no}"),
        "overlay.yaml:2: change of pressure-high: 'when' of a shipped rule cannot be changed, only its priority, or `off: true`; what should be otherwise is a rule of its own, under `rules`",
    ),
    (
        changes("rule: pressure-high, priority: urgent, why: Because."),
        "overlay.yaml:2: change of pressure-high: 'why' of a shipped rule cannot be changed, only its priority, or `off: true`; what should be otherwise is a rule of its own, under `rules`",
    ),
    (
        changes("rule: pressure-high, priority: urgent, sources: []"),
        "overlay.yaml:2: change of pressure-high: 'sources' of a shipped rule cannot be changed, only its priority, or `off: true`; what should be otherwise is a rule of its own, under `rules`",
    ),
    (
        changes(f"rule: pressure-high, off: true, untill: 2027-03-01, {ACCOUNT}"),
        "overlay.yaml:2: change of pressure-high: 'untill' is not a key used here; the keys here are rule, off, reason, by, until, priority",
    ),
    (
        changes(
            "rule: our-own, priority: urgent",
            rules=f"{OWNER}bibliography: {{PROTOCOL: {{title: Ours}}}}\nrules:\n{OWN_RULE}",
        ),
        "overlay.yaml:2: change of our-own: it is a rule of this overlay: change it below, where it is written",
    ),
    ("change: []\n", "overlay.yaml:1: overlay: 'change' is not a key used here (did you mean \"changes\"?)"),
    ("lowered: []\n", "overlay.yaml:1: overlay: 'lowered' is not a key used here (did you mean \"owner\"?)"),
    (
        "changes: {rule: pressure-high}\n",
        "overlay.yaml:1: overlay: 'changes' should be a list; begin each entry with a dash",
    ),
    (
        f"{OWNER}rules:\n{OWN_RULE}",
        'overlay.yaml:12: rule our-own: source: there is no "PROTOCOL" in the bibliography at the top of the file; add it there',
    ),
    (
        OVERLAY.replace("id: our-own", "id: pressure-high"),
        "overlay.yaml:11: rule pressure-high: the shipped rules have this one. Give yours another id, or change the priority of the shipped one under `changes`",
    ),
    (
        OVERLAY.replace("PROTOCOL:", "LABEL:").replace("key: PROTOCOL", "key: LABEL"),
        "overlay.yaml:5: bibliography: LABEL: the shipped rules have this key. Cite it without writing it here, or give your document another key",
    ),
    (
        OVERLAY.replace("owner: R. Chen, MD\n", ""),
        "overlay.yaml:10: rule our-own: 'owner' is missing; it should be words",
    ),
    (
        OVERLAY.replace("takes: yes}, outcome: raised", "takes: no}, outcome: raised"),
        "overlay.yaml:21: rule our-own: this example should come out raised but comes out not_raised; change the condition or the example",
    ),
    (
        OVERLAY.replace("question: takes", "question: takez"),
        'overlay.yaml:15: rule our-own: there is no question "takez" (did you mean "takes"?)',
    ),
    (
        OVERLAY.replace(OWN_RULE, OWN_RULE + OWN_RULE),
        'overlay.yaml:24: rule "our-own" is used twice; the first is on line 11',
    ),
]


@pytest.mark.parametrize(
    ("overlay", "message"), CASES, ids=[message.split(": ", 1)[1][:60] for _, message in CASES]
)
def test_a_bad_overlay_is_refused_with_line_what_and_what_to_do(overlay, message):
    assert message in refused(overlay)


def test_the_overlay_these_cases_are_made_from_loads():
    assert len(laid().rulebook.rules) == 3


def test_everything_wrong_is_told_at_once():
    lines = refused(
        changes("rule: nothing-such, off: true", "rule: pressure-high, priority: high", "rule: pressure-info")
    )

    assert [line.split(":")[1] for line in lines] == ["2", "3", "4"]


def test_a_change_that_ran_out_long_ago_is_no_mistake():
    merged = laid(changes(f"rule: pressure-high, off: true, {ACCOUNT}".replace("2027-03-01", "2020-01-01")))

    assert merged.rulebook.lowered == ()


def test_a_priority_moved_up_keeps_what_was_told_of_it_and_may_end():
    overlay = changes(f"rule: pressure-info, priority: high, {ACCOUNT}")
    (told,) = laid(overlay).rulebook.moved_up

    assert (told.now, told.reason, told.by, told.until) == (
        Priority.HIGH,
        "Seen by the nurse",
        "R. Chen, MD",
        date(2027, 3, 1),
    )
    assert laid(overlay, on=date(2027, 3, 2)).rulebook.moved_up == ()


def test_nothing_is_laid_over_rules_that_were_merged_before():
    lines = refused(OVERLAY, laid().text)

    assert lines == [
        f"screening_rules.yaml:{_line(laid().text, 'lowered:')}: rules: an overlay is laid over these rules already: name the rules file they were made of"
    ]


@pytest.mark.parametrize(
    ("rules", "overlay", "message"),
    [
        (
            RULES.replace("    title: Pressure\n", ""),
            OVERLAY,
            "screening_rules.yaml:24: rule: 'title' is missing; it should be words",
        ),
        (
            "rules: [one]\n",
            OVERLAY,
            "screening_rules.yaml:1: rule: expected keys and values here; write them like `key: words`",
        ),
        (
            "about: Nothing\n",
            "changes: []\n",
            "screening_rules.yaml:1: 'rules' is missing; an empty list is written `rules: []`",
        ),
        (
            "bibliography: [A]\nrules: []\n",
            "changes: []\n",
            "screening_rules.yaml:1: rules: 'bibliography' should be keys and values, like {a: A}",
        ),
        (
            RULES,
            OVERLAY.replace("owner: R. Chen, MD\n", ""),
            "overlay.yaml:10: rule our-own: 'owner' is missing; write it here or at the top of the file",
        ),
        (
            RULES,
            "rules: [one]\n",
            "overlay.yaml:1: rule: expected keys and values here; write them like `key: words`",
        ),
        (
            RULES,
            "not_covered: Needles\n",
            "overlay.yaml:1: overlay: 'not_covered' should be a list, like [Needles]",
        ),
    ],
)
def test_merging_refuses_what_it_cannot_lay_over(rules, overlay, message):
    with pytest.raises(DocumentRefused) as problems:
        merged_text(rules, overlay, TODAY)

    assert message in told(problems)


def _line(text, start):
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


MERGED = laid().text
MERGED_CASES = [
    ("to: moderate", "to: info", "lowered pressure-high: it should be a rule that stands with this priority among the rules below"),
    ("rule: pressure-noted", "rule: pressure-info", "lowered pressure-info: it should be a rule that is no longer among the rules below"),
    ("to: urgent", "to: high", "moved up pressure-info: it should be a rule that stands with this priority among the rules below"),
    ("    reason: Seen already\n", "", "lowered pressure-high: 'reason' is missing; it should be words"),
    ("    until: 2026-12-31\n", "", "lowered pressure-noted: 'until' is missing; it should be a date like 2026-11-20"),
    ("    by: R. Chen, MD\n", "    bye: R. Chen, MD\n", "lowered pressure-high: 'bye' is not a key used here (did you mean \"by\"?)"),
]  # fmt: skip


@pytest.mark.parametrize(("found", "instead", "message"), MERGED_CASES)
def test_a_merged_file_that_was_tampered_with_is_refused(found, instead, message):
    assert found in MERGED

    with pytest.raises(
        DocumentRefused, match=message.replace("(", r"\(").replace(")", r"\)").replace("?", r"\?")
    ):
        parsed(MERGED.replace(found, instead, 1))


def test_the_last_day_of_the_calendar_is_no_trap():
    assert laid(on=date.max).rulebook.lowered == ()
