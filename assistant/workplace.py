"""Everything opened once: settings, database, reader, and one office per mailbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from klimapartner.assistant.bell import Bell
from klimapartner.assistant.call import Call, call_from, find_folder, load_call
from klimapartner.assistant.clock import Clock, clock_from
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.identity import identity_of
from klimapartner.assistant.intake import Office
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.templates import Texts
from klimapartner.assistant.totp_secrets import seal_all
from klimapartner.intents.reader import Reader, load_reader
from klimapartner.storage.call_versions import CallVersion, newest_number, newest_version
from klimapartner.storage.engine import Database, Session, open_database


@dataclass(frozen=True)
class Workplace:
    """Settings, clock and database; the reader is loaded when the first mail needs it."""

    settings: Settings
    clock: Clock
    database: Database

    @cached_property
    def bells(self) -> dict[str, Bell]:
        """A bell for each part that others make work for."""
        return {"read": Bell(), "send": Bell()}

    @cached_property
    def _offices(self) -> dict[str, tuple[int, Office]]:
        return {}

    @cached_property
    def _readers(self) -> dict[str, tuple[int, Reader]]:
        return {}

    def _office(self, name: str, version: CallVersion | None) -> Office:
        box, number = self.settings.mailboxes[name], version.id if version else 0
        call = self._call(box.call, version)
        identity = identity_of(self.settings, call)
        if self._readers.get(call.id, (-1,))[0] != number:
            # The reader knows the office's own people and addresses, which staff may just have changed.
            self._readers[call.id] = number, load_reader(identity.office)
        texts = Texts(self.settings.answers.templates)
        return Office(self.settings, box, call, identity, self._readers[call.id][1], texts)

    def _call(self, call_id: str, version: CallVersion | None) -> Call:
        folder = find_folder(call_id, tuple(self.settings.call_folders))
        return load_call(folder) if version is None else call_from(version.files, folder)

    def office(self, name: str) -> Office:
        """The office of a mailbox, with the call as staff last changed it.

        Raises:
            SettingsError: no mailbox of that name is set (any more).
        """
        with self.database.reading() as session:
            return self.office_of(session, name)

    def office_of(self, session: Session, name: str) -> Office:
        """The same within a transaction that is open."""
        if name not in self.settings.mailboxes:
            raise SettingsError(f"Das Postfach „{name}“ steht nicht (mehr) in den Einstellungen; bitte dort ergänzen.")
        call = self.settings.mailboxes[name].call
        number = newest_number(session, call)
        known = self._offices.get(name)
        if known is not None and known[0] == number:
            return known[1]
        version = newest_version(session, call)
        office = self._office(name, version)
        self._offices[name] = version.id if version else 0, office
        return office

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
        work = Workplace(settings, clock or clock_from(settings.now), database)
        seal_all(settings, database, work.clock)
        yield work
    finally:
        database.close()
