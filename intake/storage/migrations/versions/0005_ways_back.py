"""Ways back to saved drafts."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"

# A way back may be made anew, and is gone when the draft is.
APPEND_ONLY: tuple[str, ...] = ()


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "ways_back",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("link_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("by_link", sa.LargeBinary(), nullable=False),
        sa.Column("by_code", sa.LargeBinary(), nullable=False),
        sa.Column("draft_key", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.LargeBinary(), nullable=False),
        sa.Column("for_clinic", sa.LargeBinary(), nullable=False),
        sa.Column("with_code", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_visit", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(16), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_ways_back_draft_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ways_back"),
        sa.UniqueConstraint("draft_id", name="uq_ways_back_draft_id"),
        sa.UniqueConstraint("link_digest", name="uq_ways_back_link_digest"),
        sa.UniqueConstraint("code_digest", name="uq_ways_back_code_digest"),
    )
    op.create_index("ix_ways_back_last_visit", "ways_back", ["last_visit"])


def downgrade() -> None:
    """Remove it; drafts that are open in no browser can then be opened by nobody."""
    op.drop_table("ways_back")
