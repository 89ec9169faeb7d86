"""Publications of rules: who proposed, who countersigned, and which editions came of them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"

APPEND_ONLY = ("publications", "publication_decisions", "publication_editions")


def upgrade() -> None:
    """Make the three tables, and forbid what may never happen to them."""
    op.create_table(
        "publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("overlay", sa.String(64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        sa.UniqueConstraint("id", "proposed_by", name="uq_publications_id_proposed_by"),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff_members.id"], name="fk_publications_proposed_by"),
    )
    op.create_table(
        "publication_decisions",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("deed", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "number", name="pk_publication_decisions"),
        sa.ForeignKeyConstraint(
            ["publication_id", "proposed_by"],
            ["publications.id", "publications.proposed_by"],
            name="fk_publication_decisions_publication_id_proposed_by",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff_members.id"], name="fk_publication_decisions_decided_by"
        ),
        sa.CheckConstraint(
            "deed IN ('countersigned', 'withdrawn')", name=op.f("ck_publication_decisions_deed")
        ),
        sa.CheckConstraint(
            "deed = 'withdrawn' OR decided_by <> proposed_by",
            name=op.f("ck_publication_decisions_two_people"),
        ),
        sa.CheckConstraint(
            "(deed = 'countersigned') = (in_force_from IS NOT NULL)",
            name=op.f("ck_publication_decisions_first_day"),
        ),
    )
    op.create_table(
        "publication_editions",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("rules", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "rules", name="pk_publication_editions"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name="fk_publication_editions_publication_id"
        ),
    )
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    """Remove everything, triggers first; the function that refuses belongs to 0001."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in reversed(APPEND_ONLY):
        for event in ("update", "delete", *(("truncate",) if postgresql else ())):
            on = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER {table}_no_{event}{on}")
        op.drop_table(table)


def _forbid_changes(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    for event, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )
