"""Browsers that are known, wrong passwords in a row, where staff are told, and people who left."""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"

APPEND_ONLY: dict[str, tuple[str, ...]] = {}


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "known_browsers",
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.String(60), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name="fk_known_browsers_member_id"),
        sa.PrimaryKeyConstraint("digest", "member_id", name="pk_known_browsers"),
    )
    op.create_index("ix_known_browsers_member_id", "known_browsers", ["member_id"])
    op.create_table(
        "provider_identities",
        sa.Column("subject_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name="fk_provider_identities_member_id"),
        sa.PrimaryKeyConstraint("subject_digest", name="pk_provider_identities"),
        sa.UniqueConstraint("member_id", name="uq_provider_identities_member_id"),
    )
    op.create_table(
        "provider_sign_ins",
        sa.Column("state_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("browser_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name="fk_provider_sign_ins_member_id"),
        sa.PrimaryKeyConstraint("state_digest", name="pk_provider_sign_ins"),
    )
    op.create_index("ix_provider_sign_ins_created_at", "provider_sign_ins", ["created_at"])
    for column in (
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("notice_address", sa.LargeBinary(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("staff_members", column)
    op.add_column(
        "staff_sessions", sa.Column("browser", sa.String(60), nullable=False, server_default="A browser")
    )


def downgrade() -> None:
    """Remove them. Whoever left comes back as somebody who never chose a password."""
    op.drop_column("staff_sessions", "browser")
    for column in ("removed_at", "notice_address", "failures"):
        op.drop_column("staff_members", column)
    for table in ("provider_sign_ins", "provider_identities", "known_browsers"):
        op.drop_table(table)
