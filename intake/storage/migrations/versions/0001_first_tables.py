"""The first tables, and the triggers that let facts be added and never changed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None

# Which columns may not change; of audit events and the like, none may.
APPEND_ONLY = {
    "submissions": ("id", "reference", "created_at", "revision", "answers"),
    "summaries": (),
    "screenings": (),
    "acknowledgements": (),
    "sign_offs": (),
    "editions": (),
    "audit_events": (),
}


def upgrade() -> None:
    """Make every table, then forbid what may never happen to it."""
    _patients()
    _submissions()
    _reviews()
    _staff()
    _trail()
    for table, columns in APPEND_ONLY.items():
        _forbid_changes(table, columns)


def downgrade() -> None:
    """Remove everything, triggers first."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in APPEND_ONLY:
        for event in ("update", "delete", *(("truncate",) if postgresql else ())):
            on = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER {table}_no_{event}{on}")
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")
    for table in (
        "audit_head",
        "audit_events",
        "lockouts",
        "one_time_links",
        "staff_sessions",
        "staff_members",
        "editions",
        "sign_offs",
        "acknowledgements",
        "screenings",
        "summaries",
        "record_keys",
        "submissions",
        "patient_sessions",
        "drafts",
    ):
        op.drop_table(table)


def _patients() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_table(
        "patient_sessions",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("reference", sa.String(16), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_digest", name="pk_patient_sessions"),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name="fk_patient_sessions_draft_id"),
    )
    op.create_index("ix_patient_sessions_draft_id", "patient_sessions", ["draft_id"])
    op.create_index("ix_patient_sessions_last_seen", "patient_sessions", ["last_seen"])


def _submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("reference", name="uq_submissions_reference"),
        sa.CheckConstraint("state IN ('open', 'signed')", name=op.f("ck_submissions_state")),
    )
    op.create_index("ix_submissions_state", "submissions", ["state"])
    op.create_table(
        "record_keys",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", name="pk_record_keys"),
        _of_submission("record_keys"),
    )
    for table in ("summaries", "screenings"):
        op.create_table(
            table,
            sa.Column("submission_id", sa.Uuid(), nullable=False),
            sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("submission_id", "number", name=f"pk_{table}"),
            _of_submission(table),
        )


def _reviews() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("flag_tag", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "number", name="pk_acknowledgements"),
        sa.UniqueConstraint("submission_id", "flag_tag", name="uq_acknowledgements_submission_id_flag_tag"),
        _of_submission("acknowledgements"),
    )
    op.create_table(
        "sign_offs",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "number", name="pk_sign_offs"),
        _of_submission("sign_offs"),
    )


def _staff() -> None:
    op.create_table(
        "staff_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(254), nullable=False),
        sa.Column("printed_name", sa.String(200), nullable=False),
        sa.Column("roles", sa.String(100), nullable=False),
        sa.Column("auth_epoch", sa.Integer(), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_members"),
        sa.UniqueConstraint("username", name="uq_staff_members_username"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("auth_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_digest", name="pk_staff_sessions"),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name="fk_staff_sessions_member_id"),
    )
    op.create_index("ix_staff_sessions_member_id", "staff_sessions", ["member_id"])
    op.create_table(
        "one_time_links",
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_digest", name="pk_one_time_links"),
        sa.ForeignKeyConstraint(["member_id"], ["staff_members.id"], name="fk_one_time_links_member_id"),
    )
    op.create_table(
        "lockouts",
        sa.Column("who", sa.LargeBinary(32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("who", name="pk_lockouts"),
    )


def _trail() -> None:
    op.create_table(
        "editions",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("edition", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "edition", name="pk_editions"),
    )
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_mac", sa.LargeBinary(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_events"),
        sa.UniqueConstraint("prev_mac", name="uq_audit_events_prev_mac"),
    )
    op.create_index("ix_audit_events_object_id", "audit_events", ["object_id"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
    )
    # Before the first line: thirty-two zero bytes.
    op.bulk_insert(head, [{"id": 1, "seq": 0, "mac": bytes(32)}])


def _of_submission(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=f"fk_{table}_submission_id")


def _forbid_changes(table: str, columns: tuple[str, ...]) -> None:
    of_columns = f" OF {', '.join(columns)}" if columns else ""
    if op.get_bind().dialect.name == "sqlite":
        for event, clause in (("update", f"UPDATE{of_columns}"), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event} BEFORE {clause} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for event, clause, each in (
        ("update", f"UPDATE{of_columns}", "ROW"),
        ("delete", "DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event} BEFORE {clause} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )
