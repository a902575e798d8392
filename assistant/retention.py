"""The office's periods of keeping: what would go now, and letting it go once a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from klimapartner.assistant.settings import Settings
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.retention import RULES, count_old, forget_kind
from klimapartner.storage.state import get_state, set_state

EVERY = timedelta(days=1)
_LAST = "retention.last"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Period:
    """A kind, after how many days it goes (0: never), and how much is older than that."""

    kind: str
    days: int
    count: int


def days_of(settings: Settings, kind: str) -> int:
    """After how many days a kind goes; 0 for never."""
    days: int = getattr(settings.retention, kind)
    if kind == "chats":  # what the chat promises holds in any case
        return min(days or settings.chat.transcript_days, settings.chat.transcript_days)
    return days


def preview(work: Workplace) -> list[Period]:
    """Every kind with what a run would take now."""
    with work.database.reading() as session:
        return [
            Period(kind, days, count_old(session, kind, before=_before(work, days)) if days else 0)
            for kind, days in _periods(work)
        ]


def run_retention(work: Workplace) -> list[Period]:
    """Let go of what is due, one transaction a kind; returns how much went."""
    done = [Period(kind, days, _forget(work, kind, days) if days else 0) for kind, days in _periods(work)]
    with work.database.session() as session:
        set_state(session, _LAST, work.clock().isoformat(), now=work.clock())
    log.info("retention", **{one.kind: one.count for one in done if one.count})
    return done


def _forget(work: Workplace, kind: str, days: int) -> int:
    with work.database.session() as session:
        return forget_kind(session, kind, before=_before(work, days), now=work.clock())


def retain_when_due(work: Workplace) -> bool:
    """The same, at most once a day; whether it was time."""
    last = last_run(work)
    due = last is None or work.clock() - last >= EVERY
    if due:
        run_retention(work)
    return due


def last_run(work: Workplace) -> datetime | None:
    """When the last run was, None where there was none."""
    with work.database.reading() as session:
        last = get_state(session, _LAST)
    return datetime.fromisoformat(last) if isinstance(last, str) else None


def _periods(work: Workplace) -> list[tuple[str, int]]:
    return [(kind, days_of(work.settings, kind)) for kind in RULES]


def _before(work: Workplace, days: int) -> datetime:
    return work.clock() - timedelta(days=days)
