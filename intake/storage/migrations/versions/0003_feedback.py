"""Feedback on flags, the safety log it makes, and a tally beside each screening."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"

# Which columns may not change: none may, of any.
APPEND_ONLY: dict[str, tuple[str, ...]] = {"tallies": (), "feedback": (), "safety_closings": ()}


def upgrade() -> None:
    """Make the tables, then forbid what may never happen to them."""
    for table in ("tallies", "feedback"):
        op.create_table(
            table,
            *_numbered(table),
            sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=f"fk_{table}_submission_id"),
        )
    op.create_table(
        "safety_closings",
        *_numbered("safety_closings"),
        sa.ForeignKeyConstraint(
            ["submission_id", "number"],
            ["feedback.submission_id", "feedback.number"],
            name="fk_safety_closings_submission_id_number",
        ),
    )
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    """Remove them, triggers first."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        for event in ("update", "delete", *(("truncate",) if postgresql else ())):
            on = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER {table}_no_{event}{on}")
    for table in ("safety_closings", "feedback", "tallies"):
        op.drop_table(table)


def _numbered(table: str) -> tuple[sa.Column[object] | sa.PrimaryKeyConstraint, ...]:
    return (
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "number", name=f"pk_{table}"),
    )


def _forbid_changes(table: str) -> None:
    # PostgreSQL's function refuse_change() is of the first migration.
    postgresql = op.get_bind().dialect.name == "postgresql"
    for event in ("update", "delete"):
        refusal = (
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} {refusal}")
    if postgresql:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
