"""Forms that were erased; and what is never deleted may be deleted once its form is among them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0011"

APPEND_ONLY: dict[str, tuple[str, ...]] = {"erasures": ()}
# Tables of which nothing is ever deleted, and the columns that say whose form a row is of.
OF_A_FORM: dict[str, tuple[str, ...]] = {
    "submissions": ("id",),
    "summaries": ("submission_id",),
    "screenings": ("submission_id",),
    "acknowledgements": ("submission_id",),
    "sign_offs": ("submission_id",),
    "tallies": ("submission_id",),
    "feedback": ("submission_id",),
    "safety_closings": ("submission_id",),
    "review_entries": ("submission_id",),
    "revisions": ("submission_id",),
    "same_person": ("first_id", "second_id"),
    "patient_request_steps": ("submission_id",),
    "safety_signals": ("id",),
    "signal_deeds": ("signal_id",),
    "signals_told": ("signal_id",),
}


def upgrade() -> None:
    """Make the table, which only grows, and let the others know it."""
    op.create_table(
        "erasures",
        sa.Column("erased_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.CheckConstraint("why IN ('requested', 'time_over')", name=op.f("ck_erasures_why")),
        sa.PrimaryKeyConstraint("erased_id", name="pk_erasures"),
    )
    for event in ("update", "delete"):
        _refuse("erasures", event, "refuse_change()", "SELECT RAISE(ABORT, 'erasures is append-only')")
    if _on_postgresql():
        op.execute(
            "CREATE TRIGGER erasures_no_truncate BEFORE TRUNCATE ON erasures "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            "CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT 1 FROM erasures WHERE erased_id IN "
            "((to_jsonb(OLD) ->> TG_ARGV[0])::uuid, (to_jsonb(OLD) ->> TG_ARGV[TG_NARGS - 1])::uuid)) "
            "THEN RETURN OLD; END IF; RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table, columns in OF_A_FORM.items():
        _drop(table, "delete")
        arguments = ", ".join(f"'{column}'" for column in columns)
        olds = ", ".join(f"OLD.{column}" for column in columns)
        _refuse(
            table,
            "delete",
            f"refuse_unless_erased({arguments})",
            f"SELECT RAISE(ABORT, '{table} is append-only') "  # noqa: S608 - of names that stand above
            f"WHERE NOT EXISTS (SELECT 1 FROM erasures WHERE erased_id IN ({olds}))",
        )


def downgrade() -> None:
    """As it was: nothing is ever deleted. That something was erased is forgotten."""
    for table in OF_A_FORM:
        _drop(table, "delete")
        _refuse(table, "delete", "refuse_change()", f"SELECT RAISE(ABORT, '{table} is append-only')")
    if _on_postgresql():
        op.execute("DROP TRIGGER erasures_no_truncate ON erasures")
        op.execute("DROP FUNCTION refuse_unless_erased()")
    for event in ("update", "delete"):
        _drop("erasures", event)
    op.drop_table("erasures")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _drop(table: str, event: str) -> None:
    on = f" ON {table}" if _on_postgresql() else ""
    op.execute(f"DROP TRIGGER {table}_no_{event}{on}")


def _refuse(table: str, event: str, function: str, statement: str) -> None:
    body = f"FOR EACH ROW EXECUTE FUNCTION {function}" if _on_postgresql() else f"BEGIN {statement}; END"
    op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} {body}")
