"""Consultation intake for ketamine clinics: patients answer, clinicians are shown what to look at."""

__version__ = "0.1.0"
