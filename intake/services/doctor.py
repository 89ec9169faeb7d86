"""``intake doctor``: what of this copy's surroundings would hurt somebody, and what to do about each.

Facts are gathered first (``doctor_facts``); every check is a line of a table and only decides
(``doctor_files``, ``doctor_network``, ``doctor_front``, ``doctor_database``, ``doctor_clinic``,
``doctor_lists``).
"""

import os
from collections.abc import Mapping

from intake.config import Settings, SettingsRefused, read_settings
from intake.services import (
    doctor_clinic,
    doctor_database,
    doctor_files,
    doctor_front,
    doctor_lists,
    doctor_network,
)
from intake.services.doctor_checks import Finding, Weight
from intake.services.doctor_facts import Facts, gather
from intake.services.refusals import Refusal

CHECKS = (
    *doctor_files.CHECKS,
    *doctor_network.CHECKS,
    *doctor_front.CHECKS,
    *doctor_database.CHECKS,
    *doctor_clinic.CHECKS,
    *doctor_lists.CHECKS,
)


class Unsafe(Refusal):
    """Intake should not run like this; the words are the findings."""


def examine(facts: Facts) -> tuple[Finding, ...]:
    """Everything that is wrong by these facts, the gravest first."""
    found = [
        Finding(check.id, check.weight, place, check.problem, check.remedy)
        for check in CHECKS
        for place in check.where(facts)
    ]
    return tuple(sorted(found, key=lambda one: tuple(Weight).index(one.weight)))


def diagnose(environment: Mapping[str, str] = os.environ) -> tuple[Finding, ...]:
    """Everything that is wrong with this copy; settings that cannot be read are findings, too."""
    try:
        settings = read_settings(environment)
    except SettingsRefused as refusal:
        return tuple(_of_setting(problem) for problem in refusal.problems)
    return examine(gather(settings, environment))


def refuse_unsafe(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """What is looked at before every start: all that takes a moment. Raises Unsafe."""
    grave = [one for one in examine(gather(settings, environment, quick=True)) if one.weight is Weight.REFUSE]
    if grave:
        raise Unsafe("\n".join(str(one) for one in grave))


def _of_setting(problem: str) -> Finding:
    """A refused setting: its words name the setting, what is wrong, and what it should be."""
    name, _, words = problem.partition(": ")
    what, _, remedy = words.partition("; ")
    return Finding("setting", Weight.REFUSE, name, what, remedy or f"change {name} in settings.ini")
