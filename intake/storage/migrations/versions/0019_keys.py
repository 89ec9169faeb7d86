"""Keys that were destroyed, and that nothing may be sealed to any more."""

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"

# Which columns may not change; none may, of those with none. The key of a safety signal may: a new key of
# the clinic seals it anew.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "retired_keys": (),
    "safety_signals": ("id", "created_at", "sealed"),
}
# A page that has not heard of it must not seal to a key nobody has: that would be lost for good.
SEALED_COLUMNS = (
    ("record_keys", "sealed"),
    ("patient_requests", "wrapped_key"),
    ("replies", "wrapped_key"),
    ("safety_signals", "wrapped_key"),
    ("transcriptions", "wrapped_key"),
    ("ways_back", "for_clinic"),
    ("outgoing", "wrapped_key"),
    ("staff_members", "password"),
    ("staff_members", "notice_address"),
    ("passkeys", "sealed"),
    ("authenticator_apps", "sealed"),
    ("recovery_codes", "sealed"),
    ("provider_identities", "sealed"),
)


def upgrade() -> None:
    """Make the table and what watches over it."""
    op.create_table(
        "retired_keys",
        sa.Column("key_id", sa.LargeBinary(4), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_retired_keys"),
    )
    _let_signals_change()
    _forbid("retired_keys", "update", "UPDATE")
    _forbid("retired_keys", "delete", "DELETE")
    if _is_postgresql():
        op.execute(
            "CREATE TRIGGER retired_keys_no_truncate BEFORE TRUNCATE ON retired_keys "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            "CREATE FUNCTION refuse_retired_key() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN RAISE EXCEPTION 'sealed to a key that was retired'; END $$"
        )
        schema = _schema()
        found = f"SELECT 1 FROM {schema}.retired_keys WHERE key_id = substr(sealed, 3, 4)"  # noqa: S608
        op.execute(
            "CREATE FUNCTION names_retired_key(sealed bytea) RETURNS boolean LANGUAGE sql VOLATILE "
            # As the owner: the patients' site need not read the table. And so nothing in it may be looked
            # for among what the asker made, which PostgreSQL does first unless pg_temp is named last.
            f"SECURITY DEFINER SET search_path = pg_catalog, {schema}, pg_temp "
            f"AS $$ SELECT EXISTS ({found}) $$"
        )
    for table, column in SEALED_COLUMNS:
        _refuse_retired(table, column)


def downgrade() -> None:
    """Remove it all, triggers first; a safety signal is as unchangeable as before."""
    for table, column in SEALED_COLUMNS:
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER {table}_{column}_no_retired_{event}{_on(table)}")
    if _is_postgresql():
        op.execute("DROP FUNCTION names_retired_key(bytea)")
        op.execute("DROP FUNCTION refuse_retired_key()")
    for event in ("update", "delete", *(("truncate",) if _is_postgresql() else ())):
        op.execute(f"DROP TRIGGER retired_keys_no_{event}{_on('retired_keys')}")
    op.drop_table("retired_keys")
    op.execute(f"DROP TRIGGER safety_signals_no_update{_on('safety_signals')}")
    _forbid("safety_signals", "update", "UPDATE")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _schema() -> str:
    """The schema that the tables are made in, as it is written in a statement."""
    return str(op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())")))


def _on(table: str) -> str:
    return f" ON {table}" if _is_postgresql() else ""


def _let_signals_change() -> None:
    op.execute(f"DROP TRIGGER safety_signals_no_update{_on('safety_signals')}")
    _forbid("safety_signals", "update", f"UPDATE OF {', '.join(APPEND_ONLY['safety_signals'])}")


def _forbid(table: str, event: str, clause: str) -> None:
    # PostgreSQL's function refuse_change() is of the first migration.
    refusal = (
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        if _is_postgresql()
        else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {clause} ON {table} {refusal}")


def _refuse_retired(table: str, column: str) -> None:
    for event, clause in (("insert", "INSERT"), ("update", f"UPDATE OF {column}")):
        made = f"CREATE TRIGGER {table}_{column}_no_retired_{event} BEFORE {clause} ON {table} "
        if _is_postgresql():
            op.execute(
                f"{made} FOR EACH ROW WHEN (names_retired_key(NEW.{column})) "
                "EXECUTE FUNCTION refuse_retired_key()"
            )
        else:
            found = f"SELECT 1 FROM retired_keys WHERE key_id = substr(NEW.{column}, 3, 4)"  # noqa: S608
            op.execute(
                f"{made} WHEN EXISTS ({found}) "
                "BEGIN SELECT RAISE(ABORT, 'sealed to a key that was retired'); END"
            )
