"""Erasing a person for the office: database, journal of tombstones, files; the mailbox follows at the next poll."""

import sys

import structlog

from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.tombstone_journal import key_of, write_journal
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.engine import Session
from klimapartner.storage.erase import Erasure, erase_found
from klimapartner.storage.erase_find import Person, find_contact, find_person
from klimapartner.storage.errors import NotFound, StorageError
from klimapartner.storage.people import is_staff
from klimapartner.storage.state import get_state, set_state

_ENTRY = "entry:"
_SCRUB = "scrub.due"
log = structlog.get_logger(__name__)


class ProtectedAddress(AssistantError):
    """The address is the office's own."""


def person_of(session: Session, key: str) -> Person:
    """The person by a mail address, or `entry:NUMBER` for the contact of an entry without one; raises NotFound."""
    number = key.removeprefix(_ENTRY)
    if number != key:
        person = find_contact(session, int(number)) if number.isdecimal() and len(number) < 18 else Person("")
    else:
        person = find_person(session, key.strip().lower()) if all(key.strip().rpartition("@")[::2]) else Person("")
    if person == Person(""):
        raise NotFound("There is nobody with this address.")
    return person


def is_protected(work: Workplace, address: str) -> bool:
    """Whether the address is the office's or a user's own: it stands in nearly everything and is nobody's to erase."""
    settings = work.settings
    own = {*settings.own_addresses, settings.administrator.lower(), settings.controller.contact.lower()} - {""}
    with work.database.reading() as session:
        return address in own or is_staff(session, address)


def erase(work: Workplace, key: str, *, who: str) -> Erasure:
    """Erase the person behind a key as in `person_of`; raises NotFound, ProtectedAddress."""
    now = work.clock()
    if is_protected(work, key.strip().lower()):
        raise ProtectedAddress("Das ist eine Adresse des Büros: Sie steht in fast allem und wird hier nicht gelöscht.")
    secret = key_of(work.settings, work.database, now)
    with work.database.session() as session:
        done = erase_found(session, person_of(session, key), who=who, now=now, key=secret)
        set_state(session, _SCRUB, True, now=now)
        sys.audit("klimapartner.erase.erasing")
    sys.audit("klimapartner.erase.erased")
    log.info("person erased", number=done.id)
    write_journal(work)
    sys.audit("klimapartner.erase.journalled")
    scrub_when_due(work)
    return done


def scrub_when_due(work: Workplace) -> bool:
    """Rewrite the database's files after an erasure; whether nothing is left to do. What fails is tried again later."""
    with work.database.reading() as session:
        due = bool(get_state(session, _SCRUB, False))
    if not due:
        return True
    try:
        work.database.scrub()
    except StorageError as error:
        log.warning("files not rewritten yet", error=type(error).__name__)
        return False
    sys.audit("klimapartner.erase.scrubbed")
    with work.database.session() as session:
        set_state(session, _SCRUB, False, now=work.clock())
    return True


def number_of(erasure_id: int, year: int) -> str:
    """The number on the certificate."""
    return f"L-{year}-{erasure_id:04d}"
