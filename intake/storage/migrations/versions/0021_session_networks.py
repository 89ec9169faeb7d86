"""In which network a session of staff was last proved, and whether it was used from another one since."""

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"

APPEND_ONLY: dict[str, tuple[str, ...]] = {}


def upgrade() -> None:
    """Make the columns. Everybody signs in anew: nobody can tell where the sessions of before began."""
    op.execute("DELETE FROM staff_sessions")
    op.add_column("staff_sessions", sa.Column("network", sa.LargeBinary(32), nullable=True))
    op.add_column(
        "staff_sessions", sa.Column("moved", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Remove them; the seals of sessions were made with them, so that everybody signs in anew once more."""
    op.execute("DELETE FROM staff_sessions")
    op.drop_column("staff_sessions", "moved")
    op.drop_column("staff_sessions", "network")
