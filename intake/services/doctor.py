"""``intake doctor``: what of this copy's surroundings would hurt somebody, and what to do about each.

Facts are gathered first (``doctor_gathering``); every check is a line of a table and only decides
(``doctor_files``, ``doctor_network``, ``doctor_front``, ``doctor_database``, ``doctor_clinic``,
``doctor_lists``). What of it is looked at before anything starts is in ``doctor_at_start``.
"""

import os
from collections.abc import Mapping

from intake.config import SettingsRefused, read_settings
from intake.services import (
    doctor_clinic,
    doctor_database,
    doctor_files,
    doctor_front,
    doctor_lists,
    doctor_network,
)
from intake.services.doctor_checks import Finding, Weight, found_by
from intake.services.doctor_facts import Facts
from intake.services.doctor_gathering import gather

CHECKS = (
    *doctor_files.CHECKS,
    *doctor_network.CHECKS,
    *doctor_front.CHECKS,
    *doctor_database.CHECKS,
    *doctor_clinic.CHECKS,
    *doctor_lists.CHECKS,
)


def examine(facts: Facts) -> tuple[Finding, ...]:
    """Everything that is wrong by these facts, the gravest first."""
    return found_by(CHECKS, facts)


def diagnose(environment: Mapping[str, str] = os.environ) -> tuple[Finding, ...]:
    """Everything that is wrong with this copy; settings that cannot be read are findings, too."""
    try:
        settings = read_settings(environment)
    except SettingsRefused as refusal:
        return tuple(_of_setting(problem) for problem in refusal.problems)
    return examine(gather(settings, environment))


def _of_setting(problem: str) -> Finding:
    """A refused setting: its words name the setting, what is wrong, and what it should be."""
    name, _, words = problem.partition(": ")
    what, _, remedy = words.partition("; ")
    return Finding("setting", Weight.REFUSE, name, what, remedy or f"change {name} in settings.ini")
