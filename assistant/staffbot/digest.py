"""The daily overview: what waits, and the call's next dates. Numbers only, no names."""

from datetime import datetime
from zoneinfo import ZoneInfo

from klimapartner.assistant.call import Call
from klimapartner.assistant.faq import step_in_words
from klimapartner.assistant.staffbot.texts import StaffLanguage, short_day, text
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.engine import Session
from klimapartner.storage.entry_notes import due_reminders
from klimapartner.storage.outbox import count_outbox
from klimapartner.storage.search import EntryFilter, count_entries
from klimapartner.storage.states import EntryStatus
from klimapartner.storage.tasks import list_tasks

OPEN: tuple[EntryStatus, ...] = ("new", "in_review")
_DATES = 3


def digest_text(session: Session, work: Workplace, *, now: datetime) -> str:
    """The overview as it stands now."""
    language, zone = work.settings.staff_bot.language, ZoneInfo(work.settings.timezone)
    waiting = [*_counts(session, language, now), *_tasks(session, language, zone)]
    lines = [text("digest.title", language, day=short_day(now.astimezone(zone).date())), ""]
    lines += [f"• {line}" for line in waiting] or [text("digest.nothing", language)]
    if dates := _dates(work, now, language):
        lines += ["", text("digest.dates", language), *(f"• {line}" for line in dates)]
    return "\n".join(lines)


def calls_of(work: Workplace) -> list[Call]:
    """The calls of all mailboxes, each once."""
    found = (work.office(name).call for name in work.settings.mailboxes)
    return list({call.id: call for call in found}.values())


def _counts(session: Session, language: StaffLanguage, now: datetime) -> list[str]:
    outbox = count_outbox(session)
    counts = {
        "new": count_entries(session, EntryFilter(statuses=("new",))),
        "uncertain": count_entries(session, EntryFilter(statuses=OPEN, flags=("uncertain",))),
        "late": count_entries(session, EntryFilter(statuses=OPEN, flags=("late",))),
        "held": outbox.get("held", 0),
        "stuck": sum(outbox.get(state, 0) for state in ("failed", "uncertain", "undeliverable")),
        "reminders": len(due_reminders(session, now=now)),
    }
    return [text(f"digest.{name}", language, count=count) for name, count in counts.items() if count]


def _tasks(session: Session, language: StaffLanguage, zone: ZoneInfo) -> list[str]:
    tasks = list_tasks(session)
    if not tasks:
        return []
    oldest = short_day(min(task.created_at for task in tasks).astimezone(zone).date())
    return [text("digest.tasks", language, count=len(tasks)) + " " + text("digest.since", language, day=oldest)]


def _dates(work: Workplace, now: datetime, language: StaffLanguage) -> list[str]:
    steps = [step_in_words(step, language) for call in calls_of(work) for step in call.steps_ahead(now)[:_DATES]]
    return [f"{step['when']}: {step['title']}" for step in steps]
