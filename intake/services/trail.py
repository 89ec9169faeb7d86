"""The audit trail, as people ask about it."""

from intake.services.clinic import Clinic
from intake.storage import audit
from intake.storage.audit import VerifyResult


def verify(clinic: Clinic) -> VerifyResult:
    """Follow the chain from its first line to its last."""
    with clinic.database.read() as session:
        return audit.verify(session, clinic.keys)
