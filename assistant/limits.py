"""The last net against loops: how many automatic answers may still go out. What is over is held, not lost."""

from datetime import datetime, timedelta

from klimapartner.assistant.settings import Limits
from klimapartner.storage.answer_counts import Counted, Since, count_for_limits
from klimapartner.storage.engine import Session


def over_limit(
    session: Session, limits: Limits, *, kind: str, conversation_id: int, address: str, now: datetime
) -> tuple[str, Counted]:
    """The reason why one more answer of that kind must wait, '' where it may go; and what was counted for it."""
    since = Since(now - timedelta(hours=limits.thread_hours), now - timedelta(days=1), now - timedelta(hours=1))
    found = count_for_limits(session, since, conversation_id=conversation_id, kind=kind, address=address)
    return _reason(limits, found, address.rpartition("@")[2].lower()), found


def _reason(limits: Limits, found: Counted, domain: str) -> str:
    if found.thread:
        return f"Grenze: schon eine Antwort dieser Art in diesem Verlauf binnen {limits.thread_hours} Stunden"
    if found.address >= limits.address_per_day:
        return f"Grenze: {limits.address_per_day} Antworten am Tag an eine Adresse"
    if domain not in limits.freemail and found.domain >= limits.domain_per_hour:
        return f"Grenze: {limits.domain_per_hour} Antworten in der Stunde an eine Domain"
    if found.total >= limits.total_per_hour:
        return f"Grenze: {limits.total_per_hour} Antworten in der Stunde insgesamt"
    return ""
