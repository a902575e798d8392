"""The chat: chats, their inbox and lines, one-time tokens; a task may be about a chat."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    _create_chats()
    _create_updates()
    _create_lines()
    _create_tokens()
    op.add_column("tasks", sa.Column("chat_id", Big, nullable=True))
    op.create_index(op.f("ix_tasks_chat_id"), "tasks", ["chat_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_tasks_chat_id"), "tasks")
    op.drop_column("tasks", "chat_id")
    for table in ("tokens", "chat_lines", "chat_updates", "chats"):
        op.drop_table(table)


def _create_chats() -> None:
    op.create_table(
        "chats",
        sa.Column("id", Big, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("conversation_id", Big, nullable=True),
        sa.Column("entry_id", Big, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_chats_conversation_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_chats_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_chats_channel_address")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_chats_conversation_id"), "chats", ["conversation_id"])
    op.create_index(op.f("ix_chats_entry_id"), "chats", ["entry_id"])


def _create_updates() -> None:
    op.create_table(
        "chat_updates",
        sa.Column("id", Big, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("update_key", sa.Text(), nullable=False),
        sa.Column("chat_id", Big, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("done_at", Moment, nullable=True),
        sa.CheckConstraint("state IN ('received', 'done', 'parked')", name=op.f("ck_chat_updates_state")),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_updates_chat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_updates")),
        sa.UniqueConstraint("channel", "update_key", name=op.f("uq_chat_updates_channel_update_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_chat_updates_state_next_try_at"), "chat_updates", ["state", "next_try_at"])
    op.create_index(op.f("ix_chat_updates_chat_id_state"), "chat_updates", ["chat_id", "state"])


def _create_lines() -> None:
    op.create_table(
        "chat_lines",
        sa.Column("id", Big, nullable=False),
        sa.Column("chat_id", Big, nullable=False),
        sa.Column("update_id", Big, nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("extras", Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment, nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("channel_key", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sent_at", Moment, nullable=True),
        sa.CheckConstraint("who IN ('person', 'assistant', 'staff')", name=op.f("ck_chat_lines_who")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'uncertain', 'failed', 'skipped')",
            name=op.f("ck_chat_lines_state"),
        ),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_chat_lines_chat_id")),
        sa.ForeignKeyConstraint(["update_id"], ["chat_updates.id"], name=op.f("fk_chat_lines_update_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_lines")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_chat_lines_update_id"), "chat_lines", ["update_id"])
    op.create_index(op.f("ix_chat_lines_chat_id_state"), "chat_lines", ["chat_id", "state"])
    op.create_index(op.f("ix_chat_lines_state_next_try_at"), "chat_lines", ["state", "next_try_at"])


def _create_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", Big, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("attempts", Big, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_tokens_kind_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tokens_kind_subject"), "tokens", ["kind", "subject"])
