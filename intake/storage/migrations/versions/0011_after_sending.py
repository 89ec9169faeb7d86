"""A patient's own copy for a day, and what patients ask the clinic to do with a form they sent."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"

# Which columns may change; none may, of any. A request itself may: its key is erased with the form's.
APPEND_ONLY: dict[str, tuple[str, ...]] = {"patient_request_steps": ()}


def upgrade() -> None:
    """Make the tables, then forbid what may never happen to them."""
    op.create_table(
        "own_copies",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name="pk_own_copies"),
        sa.UniqueConstraint("id", name="uq_own_copies_id"),
    )
    op.create_index("ix_own_copies_created_at", "own_copies", ["created_at"])
    op.create_table(
        "patient_requests",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name="fk_patient_requests_submission_id"
        ),
        sa.PrimaryKeyConstraint("submission_id", "number", name="pk_patient_requests"),
        sa.UniqueConstraint("id", name="uq_patient_requests_id"),
    )
    op.create_table(
        "patient_request_steps",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("request", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id", "request"],
            ["patient_requests.submission_id", "patient_requests.number"],
            name="fk_patient_request_steps_submission_id_request",
        ),
        sa.PrimaryKeyConstraint("submission_id", "request", "number", name="pk_patient_request_steps"),
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
    for table in ("patient_request_steps", "patient_requests", "own_copies"):
        op.drop_table(table)


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
