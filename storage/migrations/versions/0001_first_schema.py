"""The first schema: messages, readings, conversations, register, outbox, history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(JSONB(), "postgresql")

# The bytes of a message and the lines of the history stay as they are, except for a transaction that erases a person
# (see tables/office.py, PermitRow). This guards against mistakes, not against the owner of the database.
_PERMIT = "EXISTS (SELECT 1 FROM erase_permits)"

_SQLITE = (
    f"""
    CREATE TRIGGER messages_raw_fixed BEFORE UPDATE OF raw, sha256 ON messages
    WHEN (NEW.raw IS NOT OLD.raw OR NEW.sha256 IS NOT OLD.sha256) AND NOT {_PERMIT}
    BEGIN SELECT RAISE(ABORT, 'the bytes of a message never change'); END
    """,
    f"""
    CREATE TRIGGER messages_kept BEFORE DELETE ON messages WHEN NOT {_PERMIT}
    BEGIN SELECT RAISE(ABORT, 'a message is never deleted'); END
    """,
    f"""
    CREATE TRIGGER history_fixed BEFORE UPDATE ON history WHEN NOT {_PERMIT}
    BEGIN SELECT RAISE(ABORT, 'the history never changes'); END
    """,
    f"""
    CREATE TRIGGER history_kept BEFORE DELETE ON history WHEN NOT {_PERMIT}
    BEGIN SELECT RAISE(ABORT, 'the history is never deleted'); END
    """,
)

_POSTGRESQL = (
    f"""
    CREATE FUNCTION klimapartner_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'TRUNCATE' AND {_PERMIT} THEN
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'what % keeps never changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER messages_raw_fixed BEFORE UPDATE OF raw, sha256 ON messages FOR EACH ROW
    WHEN (NEW.raw IS DISTINCT FROM OLD.raw OR NEW.sha256 IS DISTINCT FROM OLD.sha256)
    EXECUTE FUNCTION klimapartner_refuse()
    """,
    "CREATE TRIGGER messages_kept BEFORE DELETE ON messages FOR EACH ROW EXECUTE FUNCTION klimapartner_refuse()",
    "CREATE TRIGGER messages_all_kept BEFORE TRUNCATE ON messages EXECUTE FUNCTION klimapartner_refuse()",
    "CREATE TRIGGER history_fixed BEFORE UPDATE OR DELETE ON history FOR EACH ROW EXECUTE FUNCTION klimapartner_refuse()",
    "CREATE TRIGGER history_all_kept BEFORE TRUNCATE ON history EXECUTE FUNCTION klimapartner_refuse()",
)


def upgrade() -> None:
    for create in _TABLES:
        create()
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("The first schema has nothing before it.")


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", Big, nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("body_name", sa.Text(), nullable=False),
        sa.Column("ags", sa.Text(), nullable=True),
        sa.Column("body_key", sa.Text(), nullable=False),
        sa.Column("sub_body", sa.Text(), nullable=False),
        sa.Column("sub_key", sa.Text(), nullable=False),
        sa.Column("partner_name", sa.Text(), nullable=False),
        sa.Column("partner_country", sa.Text(), nullable=False),
        sa.Column("partner_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("undeliverable", sa.Boolean(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'in_review', 'complete', 'invited', 'selected', 'waiting_list', 'declined', 'withdrawn')",
            name=op.f("ck_entries_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("call", "body_key", "sub_key", "partner_key", name="uq_entries_identity"),
        sa.UniqueConstraint("reference", name=op.f("uq_entries_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entries_ags"), "entries", ["ags"], unique=False)
    op.create_index(op.f("ix_entries_call_status"), "entries", ["call", "status"], unique=False)


def _create_erase_permits() -> None:
    op.create_table(
        "erase_permits",
        sa.Column("id", Big, nullable=False),
        sa.Column("never", Big, nullable=False),
        sa.CheckConstraint("id > 0 AND never = -1", name=op.f("ck_erase_permits_never")),
        sa.ForeignKeyConstraint(
            ["never"], ["erase_permits.id"], name=op.f("fk_erase_permits_never"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erase_permits")),
    )


def _create_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", Big, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sqlite_autoincrement=True,
    )


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column("id", Big, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", Big, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old", Json, nullable=True),
        sa.Column("new", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_history_subject_subject_id"), "history", ["subject", "subject_id"], unique=False)


def _create_state() -> None:
    op.create_table(
        "state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", Json, nullable=True),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_state")),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", Big, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.CheckConstraint("role IN ('reader', 'editor', 'lead', 'administrator')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sqlite_autoincrement=True,
    )


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", Big, nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("entry_id", Big, nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_conversations_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("reference", name=op.f("uq_conversations_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_conversations_entry_id"), "conversations", ["entry_id"], unique=False)


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", Big, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("size", Big, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("stored_at", Moment, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment, nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("conversation_id", Big, nullable=True),
        sa.CheckConstraint("state IN ('received', 'reading', 'done', 'dead')", name=op.f("ck_messages_state")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("mailbox", "sha256", name=op.f("uq_messages_mailbox_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_messages_conversation_id"), "messages", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_messages_message_id"), "messages", ["message_id"], unique=False)
    op.create_index(op.f("ix_messages_state_next_try_at"), "messages", ["state", "next_try_at"], unique=False)


def _create_entry_fields() -> None:
    op.create_table(
        "entry_fields",
        sa.Column("id", Big, nullable=False),
        sa.Column("entry_id", Big, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", Json, nullable=True),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("message_id", Big, nullable=True),
        sa.Column("updated_at", Moment, nullable=False),
        sa.CheckConstraint("provenance IN ('machine', 'sender', 'staff')", name=op.f("ck_entry_fields_provenance")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_fields_entry_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_entry_fields_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_fields")),
        sa.UniqueConstraint("entry_id", "field", name=op.f("uq_entry_fields_entry_id_field")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entry_fields_message_id"), "entry_fields", ["message_id"], unique=False)


def _create_entry_messages() -> None:
    op.create_table(
        "entry_messages",
        sa.Column("entry_id", Big, nullable=False),
        sa.Column("message_id", Big, nullable=False),
        sa.Column("linked_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_entry_messages_entry_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_entry_messages_message_id")),
        sa.PrimaryKeyConstraint("entry_id", "message_id", name=op.f("pk_entry_messages")),
    )
    op.create_index(op.f("ix_entry_messages_message_id"), "entry_messages", ["message_id"], unique=False)


def _create_message_locations() -> None:
    op.create_table(
        "message_locations",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("uidvalidity", Big, autoincrement=False, nullable=False),
        sa.Column("uid", Big, autoincrement=False, nullable=False),
        sa.Column("message_id", Big, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("moved_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_locations_message_id")),
        sa.PrimaryKeyConstraint("mailbox", "uidvalidity", "uid", name=op.f("pk_message_locations")),
    )
    op.create_index(op.f("ix_message_locations_message_id"), "message_locations", ["message_id"], unique=False)


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", Big, nullable=False),
        sa.Column("conversation_id", Big, nullable=False),
        sa.Column("message_id", Big, nullable=True),
        sa.Column("entry_id", Big, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("to_addr", sa.Text(), nullable=False),
        sa.Column("to_key", sa.Text(), nullable=False),
        sa.Column("to_domain", sa.Text(), nullable=False),
        sa.Column("from_addr", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("rfc_message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sent_at", Moment, nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'held', 'sending', 'sent', 'failed', 'uncertain', 'undeliverable', 'discarded')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_outbox_conversation_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_outbox_entry_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_outbox_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", "kind", "step", name=op.f("uq_outbox_message_id_kind_step")),
        sa.UniqueConstraint("rfc_message_id", name=op.f("uq_outbox_rfc_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_conversation_id"), "outbox", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_outbox_entry_id"), "outbox", ["entry_id"], unique=False)
    op.create_index(op.f("ix_outbox_state_next_try_at"), "outbox", ["state", "next_try_at"], unique=False)
    op.create_index(op.f("ix_outbox_to_domain_created_at"), "outbox", ["to_domain", "created_at"], unique=False)
    op.create_index(op.f("ix_outbox_to_key_created_at"), "outbox", ["to_key", "created_at"], unique=False)


def _create_participants() -> None:
    op.create_table(
        "participants",
        sa.Column("id", Big, nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("message_id", Big, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_participants_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("call", "event", "email", name=op.f("uq_participants_call_event_email")),
        sqlite_autoincrement=True,
    )


def _create_partner_offers() -> None:
    op.create_table(
        "partner_offers",
        sa.Column("id", Big, nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("message_id", Big, nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'in_review', 'matched', 'declined', 'withdrawn')", name=op.f("ck_partner_offers_status")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_partner_offers_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_offers")),
        sa.UniqueConstraint("call", "name_key", "country", name=op.f("uq_partner_offers_call_name_key_country")),
        sqlite_autoincrement=True,
    )


def _create_readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", Big, nullable=False),
        sa.Column("message_id", Big, nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_readings_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint("message_id", "model_version", name=op.f("uq_readings_message_id_model_version")),
        sqlite_autoincrement=True,
    )


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", Big, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message_id", Big, nullable=True),
        sa.Column("entry_id", Big, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("done_at", Moment, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_tasks_entry_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_tasks_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("message_id", "kind", name=op.f("uq_tasks_message_id_kind")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tasks_entry_id"), "tasks", ["entry_id"], unique=False)


def _create_unanswered() -> None:
    op.create_table(
        "unanswered",
        sa.Column("id", Big, nullable=False),
        sa.Column("message_id", Big, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("answered_at", Moment, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_unanswered_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sa.UniqueConstraint("message_id", name=op.f("uq_unanswered_message_id")),
        sqlite_autoincrement=True,
    )


_TABLES = (
    _create_entries,
    _create_erase_permits,
    _create_erasures,
    _create_history,
    _create_state,
    _create_users,
    _create_conversations,
    _create_messages,
    _create_entry_fields,
    _create_entry_messages,
    _create_message_locations,
    _create_outbox,
    _create_participants,
    _create_partner_offers,
    _create_readings,
    _create_tasks,
    _create_unanswered,
)
