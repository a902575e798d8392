"""The last net against loops: how many automatic answers may still go out. What is over is held, not lost."""

from datetime import datetime, timedelta

from klimapartner.assistant.settings import Limits
from klimapartner.storage.engine import Session
from klimapartner.storage.outbox import count_answers


def over_limit(
    session: Session, limits: Limits, *, kind: str, conversation_id: int, address: str, now: datetime
) -> str:
    """The reason why one more answer of that kind must wait, '' where it may go."""
    domain = address.rpartition("@")[2].lower()
    thread = now - timedelta(hours=limits.thread_hours)
    day, hour = now - timedelta(days=1), now - timedelta(hours=1)
    if count_answers(session, since=thread, conversation_id=conversation_id, kind=kind):
        return f"Grenze: schon eine Antwort dieser Art in diesem Verlauf binnen {limits.thread_hours} Stunden"
    if count_answers(session, since=day, address=address) >= limits.address_per_day:
        return f"Grenze: {limits.address_per_day} Antworten am Tag an eine Adresse"
    if domain not in limits.freemail and count_answers(session, since=hour, domain=domain) >= limits.domain_per_hour:
        return f"Grenze: {limits.domain_per_hour} Antworten in der Stunde an eine Domain"
    if count_answers(session, since=hour) >= limits.total_per_hour:
        return f"Grenze: {limits.total_per_hour} Antworten in der Stunde insgesamt"
    return ""
