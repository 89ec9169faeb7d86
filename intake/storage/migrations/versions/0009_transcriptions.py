"""Papers that staff are typing in."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0007"

# Drafts of staff: they change until they are signed in.
APPEND_ONLY: dict[str, tuple[str, ...]] = {}


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "transcriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=False),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("first_done", sa.Boolean(), nullable=False),
        sa.Column("second_done", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["first_by"], ["staff_members.id"], name="fk_transcriptions_first_by"),
        sa.ForeignKeyConstraint(["second_by"], ["staff_members.id"], name="fk_transcriptions_second_by"),
        sa.PrimaryKeyConstraint("id", name="pk_transcriptions"),
        sa.UniqueConstraint("reference", name="uq_transcriptions_reference"),
    )
    op.create_index("ix_transcriptions_created_at", "transcriptions", ["created_at"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("transcriptions")
