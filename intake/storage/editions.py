"""Every questionnaire, rule file, medicines file and overlay ever in force, under its fingerprint."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.storage.database import insert_unless_kept
from intake.storage.tables import EditionRow


class NoSuchEdition(Exception):
    """No such edition was ever kept here."""


def keep(session: Session, kind: str, edition: str, document_text: str) -> bool:
    """Keep a document under its fingerprint; True when it was not kept before."""
    values = {"kind": kind, "edition": edition, "document": document_text}
    return insert_unless_kept(session, EditionRow, values)


def fetch(session: Session, kind: str, edition: str) -> str:
    """The document as it was published; raises :class:`NoSuchEdition`."""
    row = session.get(EditionRow, (kind, edition))
    if row is None:
        raise NoSuchEdition(f"no {kind} of edition {edition} is kept here")
    return row.document


def every(session: Session, kind: str) -> tuple[str, ...]:
    """The fingerprint of each document of a kind that was ever kept here."""
    return tuple(session.scalars(select(EditionRow.edition).where(EditionRow.kind == kind)))
