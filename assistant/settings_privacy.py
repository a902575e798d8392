"""The settings of data protection: how long each kind is kept, and by what erased things are known again."""

from pathlib import Path

from pydantic import Field

from klimapartner.assistant.settings_secret import Secret
from klimapartner.assistant.strict import Strict


class RetentionSettings(Strict):
    """Days after which each kind goes by itself; 0 keeps it."""

    messages: int = Field(0, ge=0, description="wording of handled mails, and the words of it in the register")
    chats: int = Field(0, ge=0, description="transcripts of chats; at most chat.transcript_days")
    outbox: int = Field(0, ge=0, description="wording and recipients of mails that were sent or discarded")
    closed_contacts: int = Field(0, ge=0, description="contacts of entries that were declined or withdrawn")
    accesses: int = Field(0, ge=0, description="who read personal data")
    sessions: int = Field(30, ge=0, description="signed-in browsers after their end")
    stored_files: int = Field(1, ge=0, description="files between preview and import")


class ErasureSettings(Strict):
    """The memory of erasures outside the database, which a restored backup does not have."""

    key: Secret = Field(Secret(), description="key of the tombstones; empty: one that lies in the database")
    journal: Path | None = Field(None, description="file of tombstones; empty: beside the SQLite file")
