"""What is told to staff, put into each chat's queue exactly once, whatever restarts and however many processes run."""

import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from klimapartner.assistant.alarms import Alarm, claim_alarm
from klimapartner.assistant.faq import step_in_words
from klimapartner.assistant.staffbot.cards import console_link
from klimapartner.assistant.staffbot.chats import served_chats
from klimapartner.assistant.staffbot.digest import calls_of, digest_text
from klimapartner.assistant.staffbot.schedule import Due, last_digest_day, reminders_due
from klimapartner.assistant.staffbot.texts import text
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.channel_notes import note_once, notes_of
from klimapartner.storage.chat_lines import add_line
from klimapartner.storage.chats import Chat
from klimapartner.storage.engine import Session
from klimapartner.storage.entry_notes import due_reminders
from klimapartner.storage.sql import lock
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tasks import list_tasks
from klimapartner.storage.watching import entries_to_look_at

# A chat that is new gets no cards of what is older: the overview counts it.
BACKLOG = timedelta(days=3)
_DIGEST = "staffbot.digest"
_WAY = "staffbot.alarm"


def post_cards(work: Workplace) -> int:
    """A card for every entry that is new or uncertain, one a chat; returns how many were queued."""
    return _with_chats(work, lambda session, chat: sum(_cards(session, work, chat)))


def post_tasks(work: Workplace) -> int:
    """A line for every chat that waits for a person; returns how many were queued."""
    return _with_chats(work, lambda session, chat: sum(_tasks(session, work, chat)))


def post_entry_reminders(work: Workplace) -> int:
    """A line for every reminder of an entry that is due; returns how many were queued. What it says stays inside."""
    return _with_chats(work, lambda session, chat: sum(_entry_reminders(session, work, chat)))


def post_digest(work: Workplace) -> bool:
    """The overview, where one is due that was not posted; of several that were missed only the newest."""
    now, settings = work.clock(), work.settings
    day = last_digest_day(now, settings.staff_bot.digest_hour, ZoneInfo(settings.timezone))
    with work.database.session() as session:
        lock(session, "staff bot")
        kept = get_state(session, _DIGEST)
        if isinstance(kept, str) and date.fromisoformat(kept) >= day:
            return False
        set_state(session, _DIGEST, day.isoformat(), now=now)
        # Before the very first one nothing was missed.
        if kept is None:
            return False
        _to_all(session, work, digest_text(session, work, now=now))
    return True


def post_reminders(work: Workplace) -> int:
    """The reminders of the call's dates that are due; of several for one date only the nearest, with what is left."""
    now, settings = work.clock(), work.settings
    zone, hour, days = ZoneInfo(settings.timezone), settings.staff_bot.digest_hour, settings.staff_bot.reminder_days
    posted = 0
    with work.database.session() as session:
        lock(session, "staff bot")
        for call in calls_of(work):
            due = reminders_due(call.step, days, now=now, hour=hour, zone=zone)
            fresh = [item for item in due if _first_time(session, call.id, item, now)]
            for item in {item.step.id: item for item in fresh}.values():
                _to_all(session, work, _reminder(work, item, now.astimezone(zone).date()))
                posted += 1
    return posted


def post_alarms(work: Workplace, alarms: Sequence[Alarm]) -> int:
    """What is wrong, as often as the administrator is told by mail."""
    posted = 0
    with work.database.session() as session:
        for alarm in alarms:
            if claim_alarm(session, alarm, _WAY, now=work.clock()):
                _to_all(session, work, text("notice.alarm", work.settings.staff_bot.language, text=alarm.text))
                posted += 1
    return posted


def _with_chats(work: Workplace, post: Callable[[Session, Chat], int]) -> int:
    with work.database.session() as session:
        lock(session, "staff bot")
        chats = served_chats(session, work.settings.staff_bot, now=work.clock())
        posted = sum(post(session, chat) for chat in chats if chat.active)
        sys.audit("klimapartner.card.posting", posted)
    return posted


def _cards(session: Session, work: Workplace, chat: Chat) -> list[bool]:
    known = notes_of(session, chat.id, "card:")
    ids = entries_to_look_at(session, since=chat.created_at - BACKLOG)
    return [_once(session, work, chat, f"card:{number}", "", number) for number in ids if f"card:{number}" not in known]


def _tasks(session: Session, work: Workplace, chat: Chat) -> list[bool]:
    language, since = work.settings.staff_bot.language, chat.created_at - BACKLOG
    tasks = [task for task in list_tasks(session) if task.chat_id is not None and task.created_at >= since]
    return [
        _once(
            session, work, chat, f"task:{task.id}",
            text("notice.task", language, number=task.id, text=task.text, chat=task.chat_id),
        )
        for task in tasks
    ]  # fmt: skip


def _entry_reminders(session: Session, work: Workplace, chat: Chat) -> list[bool]:
    language, since = work.settings.staff_bot.language, chat.created_at - BACKLOG
    due = [item for item in due_reminders(session, now=work.clock()) if item.due_at >= since]
    return [
        _once(
            session,
            work,
            chat,
            f"reminder:{item.id}",
            text(
                "reminder.entry", language, number=item.entry_id, link=console_link(work.settings, item.entry_id)
            ).strip(),
        )
        for item in due
    ]


def _once(session: Session, work: Workplace, chat: Chat, key: str, words: str, entry_id: int = 0) -> bool:
    """Queue a line unless the chat has it; a card's words are made when it is sent, none are kept."""
    if not note_once(session, chat.id, key, {}, now=work.clock()):
        return False
    extras = {"card": entry_id} if entry_id else {}
    add_line(session, chat_id=chat.id, who="assistant", text=words, extras=extras, state="queued", now=work.clock())
    return True


def _to_all(session: Session, work: Workplace, words: str) -> None:
    now = work.clock()
    for chat in served_chats(session, work.settings.staff_bot, now=now):
        if chat.active:
            add_line(session, chat_id=chat.id, who="assistant", text=words, state="queued", now=now)


def _first_time(session: Session, call: str, due: Due, now: datetime) -> bool:
    key = f"staffbot.reminder.{call}.{due.step.id}.{due.day.isoformat()}.{due.days}"
    if get_state(session, key):
        return False
    set_state(session, key, now.isoformat(), now=now)
    return True


def _reminder(work: Workplace, due: Due, today: date) -> str:
    language, left = work.settings.staff_bot.language, (due.day - today).days
    key = {0: "reminder.today", 1: "reminder.tomorrow"}.get(left, "reminder.days")
    return text(key, language, days=left, **step_in_words(due.step, language))
