"""What a channel has to remember of a chat by itself."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "channel_notes",
        sa.Column("id", Big, nullable=False),
        sa.Column("chat_id", Big, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_channel_notes_chat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_notes")),
        sa.UniqueConstraint("chat_id", "key", name=op.f("uq_channel_notes_chat_id_key")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("channel_notes")
