"""Rows sealed with a key this process lacks: nobody can tell here whether the clinic's side wrote them.

They open nothing. But they are not called planted, taken out or told of while that key may well be one of
the clinic's: a process whose key file cannot be read, or was not brought to it after a key was changed, would
sign everybody out and accuse every account.

A key that somebody made up is none of the clinic's. That one came into use is a line of the trail, sealed
with the audit key and written before anything is sealed with it. So a row that names a made-up key is told
of like any other, as soon as this process has read its key file as it stands.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from intake.domain.events import KeyActivated, KeyRetired
from intake.storage.encryption import ClinicKeys, key_id_of, names_a_key
from intake.storage.key_entries import KeyPurpose
from intake.storage.keyring import are_those_of_the_file
from intake.storage.witnesses import witnesses


def clinics_own(session: Session, keys: ClinicKeys, seals: Collection[bytes]) -> frozenset[bytes]:
    """Those of these seals that name a key which is not among these and may be one of the clinic's."""
    held = {keys.staff_key.id, *(one.id for one in keys.staff_key.others)}
    lacking = frozenset(one for one in seals if names_a_key(one) and key_id_of(one) not in held)
    # Asked after the rows were read: a key is in the file before anything is sealed with it.
    if not lacking or not are_those_of_the_file(keys):
        return lacking
    in_use = _in_use(session, keys)
    return lacking if in_use is None else frozenset(one for one in lacking if key_id_of(one).hex() in in_use)


def _in_use(session: Session, keys: ClinicKeys) -> frozenset[str] | None:
    """The keys for staff that came into use and were not destroyed; None where the trail may not be read."""
    lines = witnesses(session, keys, KeyActivated, KeyRetired)
    if lines is None:
        return None
    ours = [line for line in lines if line.detail["purpose"] == KeyPurpose.STAFF.value]
    used, destroyed = (
        {str(line.detail["key"]) for line in ours if line.event == kind.__name__}
        for kind in (KeyActivated, KeyRetired)
    )
    return frozenset(used - destroyed)
