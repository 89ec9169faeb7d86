"""What of the doctor's checks is made before anything starts: all that takes a moment.

``intake serve`` looks for all three of its processes, which belong to the same user. A process that is
started by itself looks for itself.
"""

import os
from collections.abc import Mapping

from intake.config import Settings
from intake.domain.processes import Process
from intake.services import doctor_files, doctor_lists, doctor_network
from intake.services.doctor_checks import Weight, found_by
from intake.services.doctor_facts import at_hand
from intake.services.refusals import Refusal

CHECKS = (*doctor_files.CHECKS, *doctor_network.CHECKS, *doctor_lists.CHECKS)


class Unsafe(Refusal):
    """Intake should not run like this; the words are the findings."""


def refuse_unsafe(
    settings: Settings, process: Process | None = None, environment: Mapping[str, str] = os.environ
) -> None:
    """Let nothing start that could hurt somebody as things are. Raises Unsafe.

    ``process`` is the one that was started by itself; None stands for all three together.
    """
    facts = at_hand(settings, environment, process)
    grave = [one for one in found_by(CHECKS, facts) if one.weight is Weight.REFUSE]
    if grave:
        raise Unsafe("\n".join(str(one) for one in grave))
