"""Dead letters: told to staff, and tried once more whenever another version of the program reads."""

from importlib.metadata import PackageNotFoundError, version

from klimapartner.assistant.unfetched import is_placeholder
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.engine import Session
from klimapartner.storage.leases import list_dead, retry_dead
from klimapartner.storage.messages import StoredMessage, forget_places
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tasks import add_task

_VERSION = "deadletters.version"


def retry_for_version(work: Workplace) -> int:
    """Try all dead letters again where the version differs from the one they failed under; once a version."""
    name, now = next(iter(work.settings.mailboxes), None), work.clock()
    if name is None:
        return 0
    current = f"{_program()} {work.office(name).reader.version}"
    with work.database.session() as session:
        earlier = get_state(session, _VERSION)
        if earlier == current:
            return 0
        set_state(session, _VERSION, current, now=now)
        return retry_dead(session, None, now=now) if earlier else 0


def fetch_anew(session: Session, stored: StoredMessage) -> str:
    """Let the next poll ask for the mail that a placeholder stands for; returns the reason to close the placeholder."""
    assert is_placeholder(stored)
    forget_places(session, stored.id)
    return "Wird beim nächsten Abruf noch einmal geholt"


def tell_staff(work: Workplace) -> None:
    """A task for each dead letter that has none, such as one whose reading ended the process."""
    with work.database.reading() as session:
        dead = list_dead(session)
    for stored in dead:
        with work.database.session() as session:
            add_task(
                session, kind="deadletter", text=f"Nachricht nicht verarbeitbar: {stored.state_reason}",
                message_id=stored.id, now=work.clock(),
            )  # fmt: skip


def _program() -> str:
    try:
        return version("klimapartner")
    except PackageNotFoundError:
        return "unbekannt"
