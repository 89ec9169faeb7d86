"""What people owe the rules: reviews in time, an owner, known topics and hazards, sources that are used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from intake.content.coverage import Topics
from intake.content.documents import Mapped, did_you_mean
from intake.content.hazards import HazardLog
from intake.content.written import Written
from intake.services.oddities import Files
from intake.services.remarks import Remark, at_place

DUE_WITHIN = 60  # days
_TO_BE_NAMED = "to be named"


def duties(files: Files, topics: Topics | None, hazards: HazardLog | None, today: date) -> Iterator[Remark]:
    """Everything that is owed. Topics and hazards are None when their own files are wrong."""
    yield from _reviews(files, today)
    yield from _owners(files)
    yield from _never_cited(files.rules_file)
    yield from _crisis_lines(files, today)
    if topics is not None:
        yield from _topics(files, topics)
    if hazards is not None:
        yield from _hazards(files, hazards)


def _reviews(files: Files, today: date) -> Iterator[Remark]:
    inherited = _inherit(files, "review_by")
    rules = {rule.id: rule for rule in files.rules}
    due = {one: rule.review_by for one, rule in rules.items() if (rule.review_by - today).days <= DUE_WITHIN}
    alone = {one: day for one, day in due.items() if one not in inherited}
    for rule, day in alone.items():
        yield _due(files.at_rule(rule, "review_by"), f"rule {rule}", day, today)
    if shared := [one for one in due if one in inherited]:
        at = at_place(files.rules_file.where("review_by"))
        yield _due(at, f"{len(shared)} rules that say nothing else", due[shared[0]], today)


def _due(at: Remark, whose: str, day: date, today: date) -> Remark:
    days = (day - today).days
    when = f"is due in {_days(days)}" if days >= 0 else f"has been due for {_days(-days)}"
    return replace(
        at,
        code="review-due",
        message=f"{whose}: the review {when}, on {day.isoformat()}",
        suggestion="read it again with its sources, then move review_by on",
    )


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _owners(files: Files) -> Iterator[Remark]:
    inherited = _inherit(files, "owner")
    unnamed = [rule.id for rule in files.rules if _TO_BE_NAMED in rule.owner.casefold()]
    for rule in unnamed:
        if rule not in inherited:
            yield _unnamed(files.at_rule(rule, "owner"), f"rule {rule}: its owner")
    if shared := [rule for rule in unnamed if rule in inherited]:
        yield _unnamed(at_place(files.rules_file.where("owner")), f"{len(shared)} rules: their owner")


def _unnamed(at: Remark, whose: str) -> Remark:
    return replace(
        at,
        code="owner-not-named",
        message=f"{whose} is still to be named",
        suggestion="name the clinician who answers for the rules",
    )


def _inherit(files: Files, key: str) -> frozenset[str]:
    """The rules that leave a key to the top of the file."""
    entries = files.rules_file.document.get("rules") or ()
    return frozenset(rule.id for place, rule in files.by_place.items() if key not in entries[place])


def _never_cited(rules: Written) -> Iterator[Remark]:
    bibliography = rules.document.get("bibliography")
    cited = rules.cited_keys()
    for key in bibliography if isinstance(bibliography, Mapped) else ():
        if key not in cited:
            yield replace(
                at_place(rules.where("bibliography", key)),
                code="never-cited",
                message=f"bibliography: no rule cites {key}",
                suggestion="take it out, or name it under the rules that rest on it",
            )


def _crisis_lines(files: Files, today: date) -> Iterator[Remark]:
    for line in files.questionnaire.out_of_date(today):
        day = line.expires.isoformat()
        yield replace(
            at_place(files.questionnaire_file.where("crisis_lines", line.id, "expires")),
            code="crisis-line-out-of-date",
            message=f"crisis line {line.id}: “{line.say}” was to be checked again by {day}",
            suggestion="call and text it, then change 'verified' and 'expires'",
        )


def _topics(files: Files, topics: Topics) -> Iterator[Remark]:
    for rule in files.rules:
        if rule.topic not in topics.ids:
            hint = did_you_mean(rule.topic, topics.ids).strip(" ()")
            yield replace(
                files.at_rule(rule.id, "topic"),
                code="unknown-topic",
                message=f'rule {rule.id}: there is no topic "{rule.topic}" in safety/topics.yaml',
                suggestion=hint or "use a topic that stands there, or add this one under 'ours'",
            )


def _hazards(files: Files, log: HazardLog) -> Iterator[Remark]:
    for rule in files.rules:
        if not rule.hazards:
            yield replace(
                files.at_rule(rule.id),
                code="no-hazard",
                message=f"rule {rule.id}: it names no hazard of safety/hazards.yaml",
                suggestion="name under 'hazards' what it helps to hold in check",
            )
        for place, hazard in enumerate(rule.hazards):
            if hazard not in log.ids:
                hint = did_you_mean(hazard, log.ids).strip(" ()")
                yield replace(
                    files.at_rule(rule.id, "hazards", place),
                    code="unknown-hazard",
                    message=f'rule {rule.id}: there is no hazard "{hazard}" in safety/hazards.yaml',
                    suggestion=hint or "use the id of a hazard that stands there",
                )
