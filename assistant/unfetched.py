"""Mails that the server lists and does not give: counted by UID, then kept as a placeholder: the rest goes on."""

from datetime import datetime

from klimapartner.storage.engine import Session
from klimapartner.storage.leases import bury_message
from klimapartner.storage.messages import StoredMessage, store_message
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tasks import add_task

NO_BODY, BREAKS_LINE = "no-body", "breaks-connection"
REASONS = {
    NO_BODY: "Der Server nennt die Nachricht, gibt aber ihren Text nicht heraus",
    BREAKS_LINE: "Beim Abrufen der Nachricht bricht jedes Mal die Verbindung ab",
}


def is_placeholder(stored: StoredMessage) -> bool:
    """Whether the bytes stand for a mail that could not be fetched."""
    return stored.problem in REASONS


def failed_fetches(session: Session, name: str, uidvalidity: int) -> dict[int, int]:
    """How often each UID of the mailbox failed so far."""
    kept = get_state(session, _key(name))
    if not isinstance(kept, dict) or kept.get("uidvalidity") != uidvalidity:
        return {}
    counts = kept.get("uids")
    return {int(uid): int(str(n)) for uid, n in counts.items()} if isinstance(counts, dict) else {}


def count_failure(
    session: Session, name: str, uidvalidity: int, uid: int, problem: str, *, most: int, now: datetime
) -> bool:
    """Count one more failure of a UID; after `most` a placeholder is a dead letter in its stead (then True)."""
    counts = failed_fetches(session, name, uidvalidity)
    counts[uid] = counts.get(uid, 0) + 1
    spent = counts[uid] >= most
    if spent:
        _bury(session, name, uidvalidity, uid, problem, counts.pop(uid), now)
    _keep(session, name, uidvalidity, counts, now)
    return spent


def settle(session: Session, name: str, uidvalidity: int, waiting: set[int], now: datetime) -> None:
    """Forget the failures of all UIDs but those that still wait to be fetched."""
    counts = failed_fetches(session, name, uidvalidity)
    left = {uid: n for uid, n in counts.items() if uid in waiting}
    if left != counts:
        _keep(session, name, uidvalidity, left, now)


def _bury(session: Session, name: str, uidvalidity: int, uid: int, problem: str, times: int, now: datetime) -> None:
    raw = f"X-Klimapartner-Placeholder: {name}; uidvalidity={uidvalidity}; uid={uid}\r\n\r\n".encode()
    stored, _ = store_message(
        session, mailbox=name, uidvalidity=uidvalidity, uid=uid, raw=raw, message_id="", received_at=now, now=now,
        size=0, problem=problem,
    )  # fmt: skip
    reason = f"{REASONS[stored.problem]} ({times} Versuche, UID {uid})"
    bury_message(session, stored.id, reason=reason, now=now)
    add_task(session, kind="deadletter", text=reason, message_id=stored.id, now=now)


def _keep(session: Session, name: str, uidvalidity: int, counts: dict[int, int], now: datetime) -> None:
    value = {"uidvalidity": uidvalidity, "uids": {str(uid): n for uid, n in counts.items()}}
    set_state(session, _key(name), value, now=now)


def _key(name: str) -> str:
    return f"fetch.{name}"
