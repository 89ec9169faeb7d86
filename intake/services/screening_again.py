"""Screening a submission that was screened before: its newest answers, as they fit the questions of today."""

from dataclasses import replace
from datetime import datetime

from intake.content.library import Library
from intake.domain.evidence import PatientEvidence
from intake.domain.fitting import fitting
from intake.domain.screening import Screening, screen
from intake.domain.submissions import Submission


def screen_again(library: Library, submission: Submission, at: datetime) -> Screening:
    """What the rules say of a revision of a submission; the screening names the revision."""
    answers = fitting(library.questionnaire, submission.answers)
    # As of the day it was sent: a patient does not grow older by being screened again.
    evidence = PatientEvidence(
        library.questionnaire,
        library.formulary,
        answers,
        submission.sent_on,
        submission.unread,
        submission.not_on_paper,
    )
    return replace(screen(library.rulebook, evidence, library.editions, at), revision=submission.revision)
