"""When the overview and the reminders are due, on the office's clock; pure, whatever was missed comes once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from klimapartner.assistant.call import Step


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose moment has come: `days` before `day`, on which the step begins or ends."""

    step: Step
    day: date
    days: int


def last_digest_day(now: datetime, hour: int, zone: ZoneInfo) -> date:
    """The day whose overview is the newest that is due: today from that hour on, else yesterday."""
    today = now.astimezone(zone).date()
    return today if now >= moment_of(today, hour, zone) else today - timedelta(days=1)


def moment_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """That hour on that day, in UTC; one that the change to summer time leaves out comes an hour later."""
    return datetime.combine(day, time(hour), zone).astimezone(UTC)


def reminders_due(
    steps: Iterable[Step], days_before: Iterable[int], *, now: datetime, hour: int, zone: ZoneInfo
) -> list[Due]:
    """All reminders whose moment has come, of steps that are not over; each step's nearest one comes last."""
    today = now.astimezone(zone).date()
    return [
        Due(step, day, days)
        for step in steps
        if (day := day_of(step)) is not None and day >= today
        for days in sorted(set(days_before), reverse=True)
        if moment_of(day - timedelta(days=days), hour, zone) <= now
    ]


def day_of(step: Step) -> date | None:
    """The day that matters: the last one of a deadline, the first one of an event; None for fuzzy dates."""
    return step.on or step.until or step.from_
