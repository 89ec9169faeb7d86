"""Further facts of a review, claims, what patients send more, counts of pages, the clinic's settings."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"

# Which columns may change; none may, of those with none.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "review_entries": (),
    "revisions": (),
    "same_person": (),
    "clinic_settings": (),
}
_TABLES = (
    "outgoing",
    "page_counts",
    "clinic_settings",
    "same_person",
    "reply_sessions",
    "replies",
    "patient_questions",
    "revisions",
    "claims",
    "review_entries",
)


def upgrade() -> None:
    """Make the tables, then forbid what may never happen to them."""
    _make_review_tables()
    _make_patient_tables()
    _index_the_orders_of_lists()
    op.create_table(
        "clinic_settings",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name="fk_clinic_settings_member_id"),
        sa.PrimaryKeyConstraint("number", name="pk_clinic_settings"),
    )
    op.create_table(
        "page_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("page", sa.String(64), nullable=False),
        sa.Column("event", sa.String(8), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("event IN ('shown', 'finished', 'stopped')", name=op.f("ck_page_counts_event")),
        sa.PrimaryKeyConstraint("day", "page", "event", name="pk_page_counts"),
    )
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    """Remove them, triggers first."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        for event in ("update", "delete", *(("truncate",) if postgresql else ())):
            on = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER {table}_no_{event}{on}")
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("ix_sign_offs_created_at", "sign_offs")
    op.drop_index("ix_submissions_created_at", "submissions")


def _index_the_orders_of_lists() -> None:
    # What is done and what is looked through goes by time; a page must not cost what all of them do.
    op.create_index("ix_sign_offs_created_at", "sign_offs", ["created_at"])
    op.create_index("ix_submissions_created_at", "submissions", ["created_at"])


def _make_review_tables() -> None:
    op.create_table(
        "review_entries",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _of_a_submission("review_entries"),
        sa.PrimaryKeyConstraint("submission_id", "number", name="pk_review_entries"),
    )
    op.create_table(
        "claims",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        _of_a_submission("claims"),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name="fk_claims_member_id"),
        sa.PrimaryKeyConstraint("submission_id", name="pk_claims"),
    )
    op.create_table(
        "same_person",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["submissions.id"], name="fk_same_person_first_id"),
        sa.ForeignKeyConstraint(["second_id"], ["submissions.id"], name="fk_same_person_second_id"),
        sa.PrimaryKeyConstraint("first_id", "second_id", "number", name="pk_same_person"),
    )
    op.create_index("ix_same_person_second_id", "same_person", ["second_id"])


def _make_patient_tables() -> None:
    op.create_table(
        "revisions",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        _of_a_submission("revisions"),
        sa.PrimaryKeyConstraint("submission_id", "revision", name="pk_revisions"),
    )
    op.create_table(
        "patient_questions",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id", "number"],
            ["review_entries.submission_id", "review_entries.number"],
            name="fk_patient_questions_submission_id_number",
        ),
        sa.PrimaryKeyConstraint("submission_id", "number", name="pk_patient_questions"),
        sa.UniqueConstraint("token_digest", name="uq_patient_questions_token_digest"),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        _of_a_submission("replies"),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
    )
    op.create_index("ix_replies_submission_id", "replies", ["submission_id"])
    op.create_index("ix_replies_revision", "replies", ["revision"])
    op.create_table(
        "reply_sessions",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        _of_a_submission("reply_sessions"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_reply_sessions"),
        sa.UniqueConstraint("id", name="uq_reply_sessions_id"),
    )
    op.create_index("ix_reply_sessions_submission_id", "reply_sessions", ["submission_id"])
    op.create_index("ix_reply_sessions_last_seen", "reply_sessions", ["last_seen"])
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing"),
    )
    op.create_index("ix_outgoing_next_try_at", "outgoing", ["next_try_at"])


def _of_a_submission(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=f"fk_{table}_submission_id")


def _forbid_changes(table: str) -> None:
    # PostgreSQL's function refuse_change() is of the first migration.
    postgresql = op.get_bind().dialect.name == "postgresql"
    for event in ("update", "delete"):
        refusal = (
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        op.execute(f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table} {refusal}")
    if postgresql:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
