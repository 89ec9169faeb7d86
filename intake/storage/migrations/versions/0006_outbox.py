"""Notices to staff, and notices that could not be sent: kept, to be tried again or set aside."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"

APPEND_ONLY: dict[str, tuple[str, ...]] = {}


def upgrade() -> None:
    """Make the table of what staff are to be told of, and say more of each notice."""
    op.create_table(
        "news",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_news_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_news"),
    )
    op.create_index("ix_news_submission_id", "news", ["submission_id"])
    nobody = sa.false()
    op.add_column("outgoing", sa.Column("for_staff", sa.Boolean(), nullable=False, server_default=nobody))
    op.add_column("outgoing", sa.Column("tried_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outgoing", sa.Column("failure", sa.String(32), nullable=True))
    op.add_column("outgoing", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_outgoing_kept_until", "outgoing", ["kept_until"])
    op.create_index("ix_outgoing_for_staff_created_at", "outgoing", ["for_staff", "created_at"])


def downgrade() -> None:
    """Remove them; what could not be sent is then known by how it ended alone."""
    op.drop_index("ix_outgoing_for_staff_created_at", "outgoing")
    op.drop_index("ix_outgoing_kept_until", "outgoing")
    for column in ("kept_until", "failure", "tried_since", "for_staff"):
        op.drop_column("outgoing", column)
    op.drop_table("news")
