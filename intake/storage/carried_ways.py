"""What somebody typed to open a saved form, on a page in between: sealed, so that no page shows it.

It opens in the browser it was typed in alone, and on the patients' site.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from intake.storage.encryption import DecryptionFailed, PatientKeys, Place, page_key, token_digest


def sealed(keys: PatientKeys, token: str, handle: str, phrase: str) -> str:
    """The link or code, and the words, for a page of the browser with this token to carry."""
    typed = json.dumps([handle, phrase]).encode()
    return urlsafe_b64encode(page_key(keys).seal(typed, _place(token))).decode()


def opened(keys: PatientKeys, token: str, carried: str) -> tuple[str, str] | None:
    """The same again; None where it is another browser's, or nothing of ours."""
    try:
        handle, phrase = json.loads(page_key(keys).open(urlsafe_b64decode(carried.encode()), _place(token)))
    except (DecryptionFailed, ValueError, TypeError):
        return None
    return handle, phrase


def _place(token: str) -> Place:
    return Place("patient_pages", "way_back", token_digest(token).hex())
