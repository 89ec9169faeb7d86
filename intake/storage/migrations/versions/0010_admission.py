"""Limits on how often a network may begin, codes that begin a form, and safety signals."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"

# Which columns may change; none may, of those with none.
APPEND_ONLY: dict[str, tuple[str, ...]] = {"safety_signals": (), "signal_deeds": (), "signals_told": ()}
_TABLES = ("signals_told", "signal_deeds", "safety_signals", "start_codes", "rate_limits")


def upgrade() -> None:
    """Make the tables, then forbid what may never happen to them."""
    op.create_table(
        "rate_limits",
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rate_limits"),
    )
    op.create_index("ix_rate_limits_until", "rate_limits", ["until"])
    if _is_postgresql():
        # Lost in a crash, as it may be: counting begins anew, and costs no patient a moment.
        op.execute("ALTER TABLE rate_limits SET UNLOGGED")
    op.create_table(
        "start_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sheet", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["staff_members.id"], name="fk_start_codes_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_start_codes"),
        sa.UniqueConstraint("digest", name="uq_start_codes_digest"),
    )
    op.create_index("ix_start_codes_sheet", "start_codes", ["sheet"])
    op.create_table(
        "safety_signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_safety_signals"),
    )
    op.create_index("ix_safety_signals_created_at", "safety_signals", ["created_at"])
    op.create_table(
        "signal_deeds",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["safety_signals.id"], name="fk_signal_deeds_signal_id"),
        sa.PrimaryKeyConstraint("signal_id", "number", name="pk_signal_deeds"),
    )
    op.create_table(
        "signals_told",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["safety_signals.id"], name="fk_signals_told_signal_id"),
        sa.PrimaryKeyConstraint("signal_id", name="pk_signals_told"),
    )
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    """Remove them, triggers first."""
    for table in APPEND_ONLY:
        for event in ("update", "delete", *(("truncate",) if _is_postgresql() else ())):
            on = f" ON {table}" if _is_postgresql() else ""
            op.execute(f"DROP TRIGGER {table}_no_{event}{on}")
    for table in _TABLES:
        op.drop_table(table)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _forbid_changes(table: str) -> None:
    # PostgreSQL's function refuse_change() is of the first migration.
    for event in ("update", "delete"):
        refusal = (
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            if _is_postgresql()
            else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} {refusal}")
    if _is_postgresql():
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
