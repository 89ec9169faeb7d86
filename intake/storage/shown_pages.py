"""What a patient's page carries in a hidden box, so that the site knows what it showed.

Sealed with the site's own key: nobody can make one up, and it says nothing to whoever reads the page.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from string import hexdigits

from intake.domain.unfinished import Marks, ShownPage
from intake.storage.codec_unfinished import shown_from_json, shown_to_json
from intake.storage.encryption import DecryptionFailed, PatientKeys, Place, page_key

_PLACE = Place("patient_pages", "shown", "")
_TAG = 16


def made(keys: PatientKeys, shown: ShownPage) -> str:
    """What the page carries."""
    content = json.dumps(shown_to_json(shown), separators=(",", ":")).encode()
    return urlsafe_b64encode(page_key(keys).seal(content, _PLACE)).decode().rstrip("=")


def read(keys: PatientKeys, words: str) -> ShownPage | None:
    """What the page showed; None when no page of this site carries these words."""
    try:
        sealed = urlsafe_b64decode(words.encode() + b"=" * (-len(words) % 4))
        return shown_from_json(json.loads(page_key(keys).open(sealed, _PLACE)))
    except (DecryptionFailed, Error, ValueError):
        return None


def tag_of(keys: PatientKeys, draft_id: object, marks: Marks) -> str:
    """A short name for one state of a draft's answers; it stands in an address, so it is keyed."""
    said = json.dumps(sorted(marks.items()))
    return page_key(keys).tag(said, Place("patient_pages", "state", str(draft_id))).hex()[:_TAG]


def is_tag(words: str) -> bool:
    """Whether these words could be such a name; whether they are one of this draft's, they do not tell."""
    return len(words) == _TAG and set(words) <= set(hexdigits.lower())
