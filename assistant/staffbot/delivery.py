"""Lines going out and cards being kept up to date; what may have arrived is never sent a second time."""

import asyncio
import sys
from datetime import datetime, timedelta

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import TelegramError

from klimapartner.assistant.staffbot.cards import Card, card_of
from klimapartner.assistant.staffbot.chats import note_moved, served_chats
from klimapartner.assistant.staffbot.desk import StaffDesk
from klimapartner.assistant.staffbot.outcome import Outcome, outcome_of
from klimapartner.assistant.trouble import task_once
from klimapartner.storage.channel_notes import set_note
from klimapartner.storage.chat_lines import (
    ChatLine,
    begin_line,
    claim_lines,
    expire_lines,
    line_failed,
    line_later,
    line_sent,
    line_uncertain,
)
from klimapartner.storage.chats import OFFICE, Chat, get_chat, move_chat, set_active
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import LeaseLost, NotFound, StorageError

LEASE = timedelta(seconds=90)
_SETTLE_TRIES = 5
_SLOWEST = timedelta(minutes=5)
_UNCERTAIN = "Unklar, ob eine Nachricht des Team-Bots angekommen ist: das sendende Programm ist dabei beendet worden"
log = structlog.get_logger(__name__)


async def send_lines(desk: StaffDesk) -> None:
    """Send all that is due, of every chat one line at a time, at the pace that Telegram allows."""
    pause = 60 / desk.work.settings.staff_bot.messages_per_minute
    while not desk.ending.is_set():
        lines = await asyncio.to_thread(_claim, desk)
        for line in lines:
            await _deliver(desk, line)
        if not lines:
            return
        await desk.rest(pause)


def markup_of(card: Card) -> InlineKeyboardMarkup | None:
    """The card's buttons as Telegram's."""
    rows = [
        [InlineKeyboardButton(b.label, url=b.url or None, callback_data=b.data or None) for b in row]
        for row in card.rows
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def _claim(desk: StaffDesk) -> list[ChatLine]:
    with desk.work.database.session() as session:
        # A chat that left the list gets nothing more, also of what was queued before.
        served = {chat.id for chat in served_chats(session, desk.work.settings.staff_bot, now=desk.work.clock())}
        if expire_lines(session, channel=OFFICE, now=desk.work.clock()):
            task_once(session, kind="staffbot:uncertain", text=_UNCERTAIN, now=desk.work.clock())
        lines = claim_lines(session, channel=OFFICE, owner=desk.owner, now=desk.work.clock(), lease=LEASE, limit=50)
        return [line for line in lines if line.chat_id in served]


async def _deliver(desk: StaffDesk, line: ChatLine) -> None:
    try:
        chat, card = await asyncio.to_thread(_begin, desk, line)
        sys.audit("klimapartner.card.begun")
        outcome = await _send(desk, int(chat.address), card)
        sys.audit("klimapartner.card.called")
        await _settle(desk, line, card, outcome)
        sys.audit("klimapartner.card.settled")
    except (LeaseLost, NotFound):
        log.info("line is gone or in other hands", line=line.id)
    except StorageError as error:
        # It stays "sending", and is uncertain when its time is over.
        log.warning("line not noted", line=line.id, error=type(error).__name__)


def _begin(desk: StaffDesk, line: ChatLine) -> tuple[Chat, Card]:
    with desk.work.database.session() as session:
        begin_line(session, line.id, owner=desk.owner, now=desk.work.clock(), lease=LEASE)
        chat = get_chat(session, line.chat_id)
        return chat, _card(session, desk, chat, line)


def _card(session: Session, desk: StaffDesk, chat: Chat, line: ChatLine) -> Card:
    if entry_id := line.extras.get("card"):
        return card_of(session, desk.work.settings, int(entry_id), group=is_group(chat))
    return Card(line.text)


def is_group(chat: Chat) -> bool:
    """Whether others read along: Telegram gives groups negative numbers."""
    return int(chat.address) < 0


async def _send(desk: StaffDesk, chat_id: int, card: Card) -> Outcome:
    try:
        sent = await desk.bot.send_message(
            chat_id, card.text, reply_markup=markup_of(card), link_preview_options=LinkPreviewOptions(is_disabled=True)
        )
    except TelegramError as error:
        return outcome_of(error)
    # Whatever else it is, it may have gone, and must not stop the others.
    except Exception as error:
        log.error("call failed in an unknown way", error=type(error).__name__)
        return Outcome("uncertain", text=type(error).__name__)
    return Outcome("sent", message_id=sent.message_id)


async def _settle(desk: StaffDesk, line: ChatLine, card: Card, outcome: Outcome) -> None:
    """Keep the outcome, even where the database is away for a moment: else a line that arrived looks uncertain."""
    for wait in range(_SETTLE_TRIES):
        try:
            return await asyncio.to_thread(_keep, desk, line, card, outcome)
        except (LeaseLost, NotFound):
            raise
        except StorageError:
            await asyncio.sleep(wait)
    return await asyncio.to_thread(_keep, desk, line, card, outcome)


def _keep(desk: StaffDesk, line: ChatLine, card: Card, outcome: Outcome) -> None:
    owner, now = desk.owner, desk.work.clock()
    with desk.work.database.session() as session:
        match outcome.kind:
            case "sent":
                line_sent(session, line.id, owner=owner, channel_key=str(outcome.message_id), now=now)
                _note_shown(session, line, card, outcome.message_id, now)
            case "uncertain":
                line_uncertain(session, line.id, owner=owner, error=outcome.text)
            case "later" | "moved":
                at = now + (outcome.wait or _back_off(line.attempts)) if outcome.kind == "later" else now
                line_later(session, line.id, owner=owner, error=outcome.text, next_try_at=at)
                _follow(session, line.chat_id, outcome, now)
            case "gone" | "refused":
                line_failed(session, line.id, owner=owner, error=outcome.text)
                _follow(session, line.chat_id, outcome, now)


def _note_shown(session: Session, line: ChatLine, card: Card, message_id: int, now: datetime) -> None:
    if entry_id := line.extras.get("card"):
        set_note(session, line.chat_id, f"card:{entry_id}", {"message": message_id, "shown": card.digest}, now=now)


def _follow(session: Session, chat_id: int, outcome: Outcome, now: datetime) -> None:
    """What an outcome says of the chat itself: that it moved, or that nobody is reached there any more."""
    if outcome.kind == "moved":
        old = get_chat(session, chat_id).address
        note_moved(session, int(old), outcome.chat_id, now=now)
        move_chat(session, chat_id, str(outcome.chat_id), now=now)
    elif outcome.kind == "gone":
        set_active(session, chat_id, False, now=now)
        task_once(session, kind="staffbot:gone", text="Ein Chat des Team-Bots ist nicht mehr erreichbar", now=now)
    elif outcome.kind == "refused":
        task_once(
            session, kind="staffbot:refused", text="Telegram nimmt eine Nachricht des Team-Bots nicht an", now=now
        )


def _back_off(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(attempts, 10)), _SLOWEST)
