"""Every topic, question, choice, source and hazard of the shipped content is accounted for."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from intake import resources
from intake.cli import main
from intake.config import Settings
from intake.domain.reach import reach
from intake.services import screening_files
from intake.services.coverage import coverage, totals, unaccounted
from intake.services.coverage_page import page


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    settings = Settings(instance=tmp_path_factory.mktemp("instance"))
    return coverage(screening_files.library(settings))


def with_rules(found, rules):
    """The same with other rules."""
    rules = tuple(rules)
    library = replace(found.library, rulebook=replace(found.library.rulebook, rules=rules))
    return replace(found, library=library, reach=reach(library.questionnaire, rules))


def with_one_changed(found, **changes):
    """The same with the first rule changed, and that rule."""
    first, *others = found.rules
    changed = replace(first, **changes)
    return with_rules(found, [changed, *others]), changed


def test_nothing_is_left_unaccounted_for(shipped):
    assert unaccounted(shipped) == ()


def test_the_figures_say_so(shipped):
    counted = totals(shipped)

    assert (counted.topics, counted.topics_accounted) == (112, 112)
    assert counted.choices_percent == 100
    assert counted.choices_decided + counted.choices_unflagged == counted.choices
    assert (counted.rules_without_source, counted.rules_without_hazard) == (0, 0)
    assert sum(counted.facts_checked.values()) == counted.facts
    assert (counted.seeds, counted.seeds_accounted) == (17, 17)


def test_no_topic_of_the_dossier_was_dropped(shipped):
    """The dossier's 108 rows hold 112 ids: one holds two, and one four."""
    sections = [len(section.topics) for section in shipped.topics.dossier]

    assert sections == [13, 10, 2, 19, 9, 17, 20, 22]
    assert len(shipped.topics.checklist) == 17 + 1  # and one line of what a first draft misses


def test_the_checklist_leaves_out_no_question_that_asks_about_health(shipped):
    listed = {question for line in shipped.topics.checklist for question in line.questions}
    left_out = {question.id for question in shipped.questions} - listed

    assert left_out <= {"access_needs_other"}


def test_the_document_is_what_the_command_writes(shipped):
    written = resources.COVERAGE_PAGE.read_text(encoding="utf-8")

    assert written == page(shipped), "run `intake coverage --write`"


def test_the_command_prints_the_figures():
    told = CliRunner().invoke(main, ["coverage"])

    assert told.exit_code == 0, told.output
    assert "112/112 topic ids" in told.output
    assert "100 % of" in told.output


def test_the_command_writes_the_document(shipped, tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "COVERAGE_PAGE", tmp_path / "coverage.md")

    told = CliRunner().invoke(main, ["coverage", "--write"])

    assert told.exit_code == 0, told.output
    assert (tmp_path / "coverage.md").read_text(encoding="utf-8") == page(shipped)


def test_an_installed_copy_has_no_document_to_write(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "COVERAGE_PAGE", tmp_path / "docs" / "coverage.md")

    told = CliRunner().invoke(main, ["coverage", "--write"])

    assert told.exit_code == 2
    assert "coverage.md is kept in a checkout, and this is an installed copy" in told.output


def test_the_command_fails_when_something_is_left_over(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: []\n", encoding="utf-8")

    told = CliRunner().invoke(main, ["coverage"], env={"INTAKE_SCREENING_RULES": str(rules)})

    assert told.exit_code == 1
    assert "topic aneurysm: no rule stands for it" in told.output
    assert "0/112 topic ids" in told.output


def test_checking_notes_a_rule_that_names_no_hazard_and_refuses_nothing(tmp_path):
    text = resources.SCREENING_RULES.read_text(encoding="utf-8")
    own = tmp_path / "rules.yaml"
    own.write_text(text.replace("    hazards: [", "    hazards: []  # [", 1), encoding="utf-8")

    told = CliRunner().invoke(main, ["rules", "check", "--notes", "--rules", str(own)])

    assert told.exit_code == 0, told.output
    assert told.output.count("names no hazard") == 1


# Negative controls: each thing the report looks for would be found.


def test_a_topic_that_lost_its_rules_would_be_reported(shipped):
    without = with_rules(shipped, (rule for rule in shipped.rules if rule.topic != "aneurysm"))

    assert any(line.startswith("topic aneurysm: no rule") for line in unaccounted(without))
    assert totals(without).topics_accounted == 111


def test_a_topic_whose_cover_lost_its_rules_would_be_reported(shipped):
    without = with_rules(shipped, (rule for rule in shipped.rules if rule.topic != "psychosis_personal"))

    assert any(
        line.startswith("topic hallucination_confusion_baseline: no rule") for line in unaccounted(without)
    )


def test_a_topic_left_to_the_clinician_without_telling_would_be_reported(shipped):
    rulebook = replace(shipped.library.rulebook, not_covered=("Eating disorders",))
    silent = replace(shipped, library=replace(shipped.library, rulebook=rulebook))

    assert any(line.startswith("topic firearms_means: no rule") for line in unaccounted(silent))


def test_a_reason_that_holds_no_longer_would_be_reported(shipped):
    changed, _ = with_one_changed(shipped, topic="firearms_means")

    assert "topic firearms_means: it has rules of its own now; take its reason out" in unaccounted(changed)


def test_a_rule_on_a_topic_nobody_listed_would_be_reported(shipped):
    changed, rule = with_one_changed(shipped, topic="left_handedness")

    assert f"rule {rule.id}: its topic left_handedness stands in no section of topics.yaml" in unaccounted(
        changed
    )


def test_a_choice_that_lost_its_rule_would_be_reported(shipped):
    deciding = set(shipped.reach.choices["heart_attack", "last_6_weeks"])
    without = with_rules(shipped, (rule for rule in shipped.rules if rule.id not in deciding))

    assert (
        "choice heart_attack.last_6_weeks: no rule decides on it; give the reason" in unaccounted(without)
    ) or ("question heart_attack: no rule looks at it; give the reason in unflagged.yaml") in unaccounted(
        without
    )
    assert totals(without).choices_percent < 100


def test_a_choice_listed_although_a_rule_decides_on_it_would_be_reported(shipped):
    listed = {**shipped.unflagged.choices, ("aneurysm", "not_repaired"): "No reason"}
    changed = replace(shipped, unflagged=replace(shipped.unflagged, choices=listed))

    (line,) = unaccounted(changed)

    assert line.startswith("choice aneurysm.not_repaired: a rule decides on it")


def test_a_question_nobody_gave_a_reason_for_would_be_reported(shipped):
    questions = {one: why for one, why in shipped.unflagged.questions.items() if one != "first_name"}
    changed = replace(shipped, unflagged=replace(shipped.unflagged, questions=questions))

    assert unaccounted(changed) == (
        "question first_name: no rule looks at it; give the reason in unflagged.yaml",
    )


def test_a_question_listed_although_a_rule_looks_at_it_would_be_reported(shipped):
    questions = {**shipped.unflagged.questions, "aneurysm": "No reason"}
    changed = replace(shipped, unflagged=replace(shipped.unflagged, questions=questions))

    assert unaccounted(changed) == (
        "question aneurysm: a rule looks at it now; take it out of unflagged.yaml",
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sources": ()}, "it has no source"),
        ({"hazards": ()}, "it names no hazard"),
        ({"hazards": ("H01", "H99")}, "there is no hazard H99 in hazards.yaml"),
    ],
)
def test_a_rule_without_source_or_hazard_would_be_reported(shipped, changes, said):
    changed, rule = with_one_changed(shipped, **changes)

    assert unaccounted(changed) == (f"rule {rule.id}: {said}",)


def test_a_hazard_taken_out_of_the_log_would_be_reported(shipped):
    log = shipped.hazards
    without = replace(log, hazards=tuple(one for one in log.hazards if one.id != "H01"))

    assert any("there is no hazard H01" in line for line in unaccounted(replace(shipped, hazards=without)))


@pytest.mark.parametrize("characteristic", ["age", "sex", "pregnancy", "disability"])
def test_a_rule_missing_in_the_register_would_be_reported(shipped, characteristic):
    one = next(one for one in shipped.register.characteristics if one.id == characteristic)
    rule = next(iter(one.rules))

    changed = with_uses(shipped, one, {id_: why for id_, why in one.rules.items() if id_ != rule})

    assert unaccounted(changed) == (
        f"rule {rule}: it uses {one.name.lower()}; give the reason in register.yaml",
    )


@pytest.mark.parametrize("stranger", ["arteriovenous-malformation", "no-such-rule"])
def test_a_rule_in_the_register_that_does_not_belong_there_would_be_reported(shipped, stranger):
    one = shipped.register.characteristics[0]

    changed = with_uses(shipped, one, {**one.rules, stranger: "No reason"})

    assert unaccounted(changed) == (
        f"register.yaml: rule {stranger} does not use {one.name.lower()}, or is not there",
    )


def with_uses(found, changed, rules):
    """The same with other rules in the register under one characteristic."""
    characteristics = tuple(
        replace(one, rules=rules) if one is changed else one for one in found.register.characteristics
    )
    return replace(found, register=replace(found.register, characteristics=characteristics))
