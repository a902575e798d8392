"""Everything opened once: settings, database, reader, and one office per mailbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from klimapartner.assistant.call import find_call
from klimapartner.assistant.clock import Clock, clock_from
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.identity import identity_of
from klimapartner.assistant.intake import Office
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.templates import Texts
from klimapartner.intents.reader import Reader, load_reader
from klimapartner.storage.engine import Database, open_database


@dataclass(frozen=True)
class Workplace:
    """Settings, clock and database; the reader is loaded when the first mail needs it."""

    settings: Settings
    clock: Clock
    database: Database

    @cached_property
    def offices(self) -> dict[str, Office]:
        """An office for each mailbox, by its name."""
        return {name: self._office(name) for name in self.settings.mailboxes}

    @cached_property
    def _readers(self) -> dict[str, Reader]:
        return {}

    def _office(self, name: str) -> Office:
        box = self.settings.mailboxes[name]
        call = find_call(box.call, tuple(self.settings.call_folders))
        identity = identity_of(self.settings, call)
        reader = self._readers.setdefault(call.id, load_reader(identity.office))
        return Office(self.settings, box, call, identity, reader, Texts(self.settings.answers.templates))

    def office(self, name: str) -> Office:
        """The office of a mailbox.

        Raises:
            SettingsError: no mailbox of that name is set (any more).
        """
        if name not in self.offices:
            raise SettingsError(f"Das Postfach „{name}“ steht nicht (mehr) in den Einstellungen; bitte dort ergänzen.")
        return self.offices[name]

    @property
    def chat_office(self) -> Office:
        """The office that answers in chats.

        Raises:
            SettingsError: no mailbox is set, or not the one that the chat names.
        """
        name = self.settings.chat.mailbox or next(iter(self.settings.mailboxes), "")
        return self.office(name)


@contextmanager
def open_workplace(settings: Settings, clock: Clock | None = None) -> Iterator[Workplace]:
    """Open the database, bring its schema up to date, and close it at the end; `clock` is by the settings' `now`."""
    database = open_database(settings.database)
    try:
        database.migrate()
        yield Workplace(settings, clock or clock_from(settings.now), database)
    finally:
        database.close()
