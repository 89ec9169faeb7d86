"""Accounts, sessions, links and sign-ins under way are sealed: what was put there by hand opens nothing."""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"

APPEND_ONLY: dict[str, tuple[str, ...]] = {}
# What is over in minutes, or is made anew in one; nobody can tell which of it was made by us.
SHORT_LIVED = ("staff_sessions", "one_time_links", "unfinished_sign_ins", "passkey_challenges")
TABLES = ("staff_members", *SHORT_LIVED)


def upgrade() -> None:
    """Make the columns. Everybody signs in anew; accounts are sealed by whoever has the keys, right after."""
    for table in SHORT_LIVED:
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - the names above
    for table in TABLES:
        op.add_column(table, sa.Column("seal", sa.LargeBinary(), nullable=True))
        for event, clause in (("insert", "INSERT"), ("update", "UPDATE OF seal")):
            _refuse_retired(table, event, clause)


def downgrade() -> None:
    """Remove them."""
    for table in TABLES:
        for event in ("insert", "update"):
            op.execute(f"DROP TRIGGER {table}_seal_no_retired_{event}{_on(table)}")
        op.drop_column(table, "seal")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _on(table: str) -> str:
    return f" ON {table}" if _is_postgresql() else ""


def _refuse_retired(table: str, event: str, clause: str) -> None:
    # As 0019 does for the columns that were sealed before; the functions are its.
    made = f"CREATE TRIGGER {table}_seal_no_retired_{event} BEFORE {clause} ON {table} "
    if _is_postgresql():
        op.execute(
            f"{made} FOR EACH ROW WHEN (names_retired_key(NEW.seal)) EXECUTE FUNCTION refuse_retired_key()"
        )
        return
    found = "SELECT 1 FROM retired_keys WHERE key_id = substr(NEW.seal, 3, 4)"
    op.execute(
        f"{made} WHEN EXISTS ({found}) BEGIN SELECT RAISE(ABORT, 'sealed to a key that was retired'); END"
    )
