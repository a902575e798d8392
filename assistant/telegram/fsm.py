"""aiogram's storage in our database: durable, so that a restart in the middle changes nothing.

The dialogue's own state is kept with the chat. Here lies only what is Telegram's: which message has the keyboard that
counts.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from klimapartner.assistant.telegram.channels import channel_of
from klimapartner.storage.channel_notes import get_note, set_note
from klimapartner.storage.chats import find_chat, open_chat
from klimapartner.storage.engine import Database


class SqlStorage(BaseStorage):
    """BaseStorage on the notes of a chat. A chat that nobody wrote in yet has no state and no data."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Keep the state's name, or None."""
        name = state.state if isinstance(state, State) else state
        await asyncio.to_thread(self._write, key, "state", name or "")

    async def get_state(self, key: StorageKey) -> str | None:
        """The state's name, None where none is kept."""
        kept = await asyncio.to_thread(self._read, key, "state")
        return kept if isinstance(kept, str) and kept else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Keep the data, in the place of what was there."""
        await asyncio.to_thread(self._write, key, "data", dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """A copy of the data."""
        kept = await asyncio.to_thread(self._read, key, "data")
        return dict(kept) if isinstance(kept, dict) else {}

    async def close(self) -> None:
        """Nothing is to be closed: the database is its owner's."""

    def _read(self, key: StorageKey, part: str) -> Any:
        with self._database.reading() as session:
            chat = find_chat(session, channel_of(key.chat_id), str(key.chat_id))
            return get_note(session, chat.id, _name(key, part)) if chat else None

    def _write(self, key: StorageKey, part: str, value: Any) -> None:
        now, channel, address = self._clock(), channel_of(key.chat_id), str(key.chat_id)
        with self._database.session() as session:
            chat = open_chat(session, channel=channel, address=address, language="de", now=now)
            set_note(session, chat.id, _name(key, part), value, now=now)


def _name(key: StorageKey, part: str) -> str:
    return f"{key.bot_id}:{key.user_id}:{key.thread_id or ''}:{key.business_connection_id or ''}:{key.destiny}:{part}"
