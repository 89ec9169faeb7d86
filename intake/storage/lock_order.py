"""In which order rows are held (decision 0065): two who need the same two never wait for each other.

Holding is ``SELECT ... FOR UPDATE``, an update, a deletion, or a lock of a whole table. Of one table, rows
are held in the order of their primary key. The end of the audit trail is held last, since until the
transaction ends nobody else can add to it. SQLite lets one write at a time: there all of this costs nothing.
"""

from collections.abc import Iterable

ORDER = (
    # A form, before everything about it.
    "publication_decisions",
    "submissions",
    "record_keys",
    "claims",
    "replies",
    "patient_requests",
    "transcriptions",
    "safety_signals",
    "signals_told",
    "signal_deeds",
    # A browser, before what is open in it.
    "reply_sessions",
    "patient_sessions",
    "drafts",
    "ways_back",
    "held_pages",
    "own_copies",
    "patient_questions",
    # A person, before everything of theirs: whoever has the person has all of it, in any order (OF_A_PERSON).
    # Wrong codes come before the person they are counted of.
    "lockouts",
    "staff_members",
    "passkeys",
    "authenticator_apps",
    "recovery_codes",
    "staff_sessions",
    "unfinished_sign_ins",
    "known_browsers",
    "one_time_links",
    "passkey_challenges",
    "provider_identities",
    "provider_sign_ins",
    # What is to be told, and at last what happened.
    "news",
    "outgoing",
    "audit_head",
)
PERSON = "staff_members"
OF_A_PERSON = frozenset(ORDER[ORDER.index(PERSON) + 1 : ORDER.index("news")])
# What may be held the other way round, and why nobody waits for it.
UNLESS = {
    ("ways_back", "drafts"): "a draft is deleted when no browser and no way back leads to it any more",
}


def in_order(tables: Iterable[str]) -> tuple[str, ...]:
    """These tables as they are to be held. Raises ValueError for one that has no place."""
    return tuple(sorted(tables, key=ORDER.index))
