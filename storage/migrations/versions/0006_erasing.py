"""Erasing: copies in mailboxes that are still to be deleted, and the key of the tombstones.

The key is made here and not at the first erasure, so that every backup from now on holds it.
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mailbox_deletions",
        sa.Column("id", Big, nullable=False),
        sa.Column("erasure_id", Big, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("message_id", Big, nullable=True),
        sa.Column("id_digest", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.Text(), nullable=False),
        sa.Column("size", Big, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found", Big, nullable=False),
        sa.Column("attempts", Big, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("next_try_at", Moment, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("done_at", Moment, nullable=True),
        sa.CheckConstraint("state IN ('queued', 'failed', 'done')", name=op.f("ck_mailbox_deletions_state")),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name=op.f("fk_mailbox_deletions_erasure_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_mailbox_deletions_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_deletions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mailbox_deletions_erasure_id"), "mailbox_deletions", ["erasure_id"])
    op.create_index(op.f("ix_mailbox_deletions_mailbox_state"), "mailbox_deletions", ["mailbox", "state"])
    _make_key()


def downgrade() -> None:
    op.drop_table("mailbox_deletions")


def _make_key() -> None:
    state = sa.table("state", sa.column("key", sa.Text), sa.column("value", sa.JSON), sa.column("updated_at", Moment))
    row = {"key": "tombstone.key", "value": secrets.token_hex(32), "updated_at": datetime.now(UTC)}
    op.bulk_insert(state, [row])
