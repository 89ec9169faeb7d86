"""Passkeys, authenticator apps and recovery codes of staff, and how fresh a session is."""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"

APPEND_ONLY: tuple[str, ...] = ()


def upgrade() -> None:
    """Make the tables. Whoever is signed in signs in again: nobody was asked for a second factor."""
    op.execute("DELETE FROM staff_sessions")
    # SQLite adds no column without a default; a session that does not say when is never fresh.
    never, nothing = sa.text("'1970-01-01 00:00:00'"), sa.text("''")
    at, kind, state = sa.DateTime(timezone=True), sa.String(32), sa.String(16)
    op.add_column("staff_sessions", sa.Column("authenticated_at", at, nullable=False, server_default=never))
    op.add_column("staff_sessions", sa.Column("proven", kind, nullable=False, server_default=nothing))
    op.add_column("staff_sessions", sa.Column("due", state, nullable=False, server_default=nothing))
    nobody = sa.false()
    op.add_column(
        "staff_members", sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=nobody)
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("credential_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _of_a_member("passkeys"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_digest", name="uq_passkeys_credential_digest"),
    )
    op.create_index("ix_passkeys_member_id", "passkeys", ["member_id"])
    op.create_table(
        "authenticator_apps",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _of_a_member("authenticator_apps"),
        sa.PrimaryKeyConstraint("member_id", name="pk_authenticator_apps"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_a_member("recovery_codes"),
        sa.PrimaryKeyConstraint("member_id", "number", name="pk_recovery_codes"),
    )
    op.create_table(
        "passkey_challenges",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of_a_member("passkey_challenges"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_passkey_challenges"),
    )
    op.create_index("ix_passkey_challenges_member_id", "passkey_challenges", ["member_id"])
    op.create_index("ix_passkey_challenges_created_at", "passkey_challenges", ["created_at"])
    op.create_table(
        "unfinished_sign_ins",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("auth_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of_a_member("unfinished_sign_ins"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_unfinished_sign_ins"),
    )
    op.create_index("ix_unfinished_sign_ins_member_id", "unfinished_sign_ins", ["member_id"])


def downgrade() -> None:
    """Remove them. Passwords of people with a second factor do not open any more: they are invited anew."""
    for table in (
        "unfinished_sign_ins",
        "passkey_challenges",
        "recovery_codes",
        "authenticator_apps",
        "passkeys",
    ):
        op.drop_table(table)
    op.execute("UPDATE staff_members SET password = NULL WHERE second_factor")
    op.drop_column("staff_members", "second_factor")
    for column in ("due", "proven", "authenticated_at"):
        op.drop_column("staff_sessions", column)


def _of_a_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name=f"fk_{table}_member_id")
