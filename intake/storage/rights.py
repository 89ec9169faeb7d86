"""What each process may do with each table on PostgreSQL, and nothing else (docs/decisions/0054).

One line a table: what the patient site may, what the clinic site may, what the worker may. A verb with
columns is for these alone. Nobody but the owner of the database changes or deletes a line of the audit
trail; and of what was sent, the patient site reads ids, references and when, and nothing that is sealed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intake.domain.processes import Process

_VERB = re.compile(r"(select|insert|update|delete)(?:\(([a-z_, ]+)\))?")
_ALL = "select insert update delete"
_FACTS = "select insert"
# To lock a row asks for the right to change some column of it. This one a trigger lets nobody change.
_HOLD = "update(id)"

_WRITTEN = {
    "alembic_version": ("select", "select", "select"),
    # What patients have not sent yet.
    "drafts": (_ALL, "", "select(id) delete"),
    "patient_sessions": (_ALL, "", "select(draft_id, last_seen) delete"),
    "ways_back": (_ALL, "select update", "select(id, draft_id, last_visit) delete"),
    "held_pages": ("select insert delete", "", "select(draft_id, created_at) delete"),
    "reply_sessions": (
        _ALL,
        "select(submission_id, number, sent_at) delete",
        "select(created_at) delete",
    ),
    "own_copies": ("select insert delete", "", "select(created_at) delete"),
    "page_counts": ("select insert update(count)", "select", "select(day) delete"),
    "rate_limits": (_ALL, _ALL, "select(until) delete"),
    # What patients sent, and what came of it.
    "submissions": (f"select(id, reference) insert {_HOLD}", f"{_FACTS} update(state)", "select(id)"),
    "record_keys": ("insert", _FACTS, ""),
    "summaries": ("insert", _FACTS, ""),
    "screenings": ("insert", _FACTS, ""),
    "tallies": ("insert", _FACTS, ""),
    "replies": ("select(submission_id, created_at) insert", "select update(revision)", ""),
    "patient_questions": (
        "select update(failures, paused_until, closed_at)",
        "select insert update",
        "",
    ),
    "patient_requests": ("select(submission_id, number, id, created_at) insert", _FACTS, ""),
    "patient_request_steps": ("", _FACTS, ""),
    "safety_signals": ("insert", "select", ""),
    "signal_deeds": ("", _FACTS, ""),
    "signals_told": ("", _FACTS, ""),
    "news": ("insert", f"{_FACTS} {_HOLD} delete", ""),
    "acknowledgements": ("", _FACTS, ""),
    "sign_offs": ("", _FACTS, ""),
    "feedback": ("", _FACTS, ""),
    "safety_closings": ("", _FACTS, ""),
    "review_entries": ("", _FACTS, ""),
    "revisions": ("", _FACTS, ""),
    "same_person": ("", _FACTS, ""),
    "claims": ("", _ALL, ""),
    # Erasing is done at the console, by the owner.
    "erasures": ("", "", ""),
    "transcriptions": ("select(id, reference)", _ALL, ""),
    # Letters: the patient site keeps one and can stop it, and never reads one.
    "outgoing": (
        "select(id, settled_at, kept_until) insert "
        "update(settled_at, outcome, next_try_at, failure, kept_until, wrapped_key, sealed)",
        _ALL,
        "select update delete",
    ),
    # The people of the clinic.
    "staff_members": ("select(id, printed_name)", "select insert update", ""),
    "staff_sessions": ("", _ALL, "select(last_seen, created_at) delete"),
    "passkeys": ("", _ALL, ""),
    "authenticator_apps": ("", _ALL, ""),
    "recovery_codes": ("", _ALL, ""),
    "passkey_challenges": ("", _ALL, "select(created_at) delete"),
    "unfinished_sign_ins": ("", _ALL, "select(created_at) delete"),
    "one_time_links": ("", _ALL, "select(expires_at) delete"),
    "lockouts": ("", _ALL, "select(since) delete"),
    "known_browsers": ("", _ALL, "select(last_seen) delete"),
    "provider_identities": ("", "select insert delete", ""),
    "provider_sign_ins": ("", "select insert delete", "select(created_at) delete"),
    "start_codes": ("select update(used)", "select insert update(revoked_at)", ""),
    # What is in force.
    "editions": (_FACTS, _FACTS, ""),
    "publications": ("select", _FACTS, ""),
    "publication_decisions": ("select", _FACTS, ""),
    "publication_editions": (_FACTS, _FACTS, ""),
    "clinic_settings": ("select", _FACTS, "select"),
    # The trail.
    "audit_events": ("insert", _FACTS, ""),
    # Asked by a trigger, as the owner; changed by the owner at the console.
    "retired_keys": ("", "", ""),
    "audit_head": ("select update(seq, mac)", "select update(seq, mac)", ""),
}


# Which rows of a table a process reads and changes, as PostgreSQL writes the condition; of others, all.
ROWS: Mapping[str, Mapping[Process, str]] = {
    # Whoever took over the patient site could keep a notice from the people it is to: of a form that came, of
    # a safety signal, of somebody signing in as them.
    "outgoing": {Process.PATIENT: "(NOT for_staff)", Process.CLINIC: "true", Process.WORKER: "true"},
}


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that may be done with a table: with all of it, or with some columns."""

    name: str
    columns: tuple[str, ...] = ()


def _verbs(written: str) -> tuple[Verb, ...]:
    found = []
    for name, columns in _VERB.findall(written):
        found.append(Verb(name.upper(), tuple(columns.split(", ")) if columns else ()))
    return tuple(found)


RIGHTS: Mapping[str, Mapping[Process, tuple[Verb, ...]]] = {
    table: dict(zip(Process, map(_verbs, lines), strict=True)) for table, lines in _WRITTEN.items()
}


def declared(process: Process) -> Iterator[tuple[str, Verb]]:
    """Everything a process may do, table by table."""
    for table, lines in RIGHTS.items():
        for verb in lines[process]:
            yield table, verb
