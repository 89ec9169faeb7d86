"""Pages that were sent after their session ended."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"

# None of its rows is kept for good.
APPEND_ONLY: dict[str, tuple[str, ...]] = {}
_INDEXED = ("secret_digest", "draft_id", "created_at")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "held_pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_held_pages"),
    )
    for column in _INDEXED:
        op.create_index(f"ix_held_pages_{column}", "held_pages", [column])


def downgrade() -> None:
    """Remove it; pages held at that moment are lost."""
    op.drop_table("held_pages")
