"""The patient site with a mistake built in: it was handed the clinic's keys, and has opened a form with them.

The control of ``campaigns/separation.py``: a search that finds nothing here would find nothing anywhere.
"""

import os
from pathlib import Path

import mistaken
from intake.config import read_settings
from intake.storage import submissions
from intake.storage.database import Database
from intake.storage.keyring import read_clinic_keys

FOLDER = "HANDED_KEYS"
_kept: list[object] = []


def build_in() -> None:
    keys = read_clinic_keys(Path(os.environ[FOLDER]))
    database = Database(read_settings().database_url)
    with database.read() as session:
        _kept.extend(submissions.fetch(session, keys, one) for one in submissions.ids(session))
    database.dispose()
    _kept.append(keys)


if __name__ == "__main__":
    mistaken.serve("campaigns.handed", build_in)
