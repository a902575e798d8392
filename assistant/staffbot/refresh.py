"""Cards that are shown already follow their entries: what a press, the console or a mail changed is edited in."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from telegram.error import TelegramError

from klimapartner.assistant.staffbot.cards import Card, card_of
from klimapartner.assistant.staffbot.chats import kept_chat, served_chats
from klimapartner.assistant.staffbot.delivery import is_group, markup_of
from klimapartner.assistant.staffbot.desk import StaffDesk
from klimapartner.assistant.staffbot.outcome import Outcome, outcome_of
from klimapartner.storage.channel_notes import get_note, set_note
from klimapartner.storage.chats import Chat, set_active
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.watching import entries_changed

# What was committed late may lie a little before the moment that was looked up to.
_OVERLAP = timedelta(minutes=1)
_SEEN = "staffbot.refreshed"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A card that is shown in a chat and should look like `card`."""

    chat: Chat
    entry_id: int
    message_id: int
    card: Card


async def refresh_cards(desk: StaffDesk) -> None:
    """Edit the cards of all entries that changed since the last time; what fails for now is looked at again."""
    now = desk.work.clock()
    since, ids = await asyncio.to_thread(_changed, desk, now)
    done = [await refresh_entry(desk, entry_id) for entry_id in ids]
    if all(done) and (ids or now - since > _OVERLAP):
        await asyncio.to_thread(_seen, desk, now)


async def refresh_entry(desk: StaffDesk, entry_id: int) -> bool:
    """Edit an entry's cards in all chats where they look otherwise; False where one has to be tried again."""
    async with desk.editing:
        outdated = await asyncio.to_thread(_outdated, desk, entry_id)
        return all([await _edit(desk, shown) for shown in outdated])


def adopt_card(desk: StaffDesk, number: int, entry_id: int, message_id: int) -> None:
    """Learn from a press where the card stands: the call that sent it may have ended in doubt."""
    with desk.work.database.session() as session:
        chat = kept_chat(session, number)
        note = get_note(session, chat.id, f"card:{entry_id}") if chat else None
        if chat and not (isinstance(note, dict) and note.get("message")):
            set_note(session, chat.id, f"card:{entry_id}", {"message": message_id}, now=desk.work.clock())


def _changed(desk: StaffDesk, now: datetime) -> tuple[datetime, list[int]]:
    with desk.work.database.reading() as session:
        kept = get_state(session, _SEEN)
        since = datetime.fromisoformat(kept) if isinstance(kept, str) else now - _OVERLAP
        return since, entries_changed(session, since=since - _OVERLAP)


def _seen(desk: StaffDesk, now: datetime) -> None:
    with desk.work.database.session() as session:
        set_state(session, _SEEN, now.isoformat(), now=now)


def _outdated(desk: StaffDesk, entry_id: int) -> list[Shown]:
    with desk.work.database.session() as session:
        found = []
        for chat in served_chats(session, desk.work.settings.staff_bot, now=desk.work.clock()):
            note = get_note(session, chat.id, f"card:{entry_id}")
            if chat.active and isinstance(note, dict) and note.get("message"):
                card = card_of(session, desk.work.settings, entry_id, group=is_group(chat))
                if card.digest != note.get("shown"):
                    found.append(Shown(chat, entry_id, int(str(note["message"])), card))
        return found


async def _edit(desk: StaffDesk, shown: Shown) -> bool:
    if asyncio.get_running_loop().time() < desk.quiet_until:
        return False
    outcome = await _call(desk, shown)
    sys.audit("klimapartner.card.edited")
    if outcome.wait:
        desk.quiet_until = asyncio.get_running_loop().time() + outcome.wait.total_seconds()
    # An edit that may have been done is simply done again: it adds nothing.
    if outcome.kind in ("later", "uncertain", "moved"):
        return False
    await asyncio.to_thread(_keep, desk, shown, outcome)
    return True


async def _call(desk: StaffDesk, shown: Shown) -> Outcome:
    try:
        await desk.bot.edit_message_text(
            shown.card.text, chat_id=int(shown.chat.address), message_id=shown.message_id,
            reply_markup=markup_of(shown.card),
        )  # fmt: skip
    except TelegramError as error:
        return outcome_of(error)
    return Outcome("sent")


def _keep(desk: StaffDesk, shown: Shown, outcome: Outcome) -> None:
    """Note what is shown now; a message that is gone or cannot be edited is left alone from now on."""
    now = desk.work.clock()
    kept = {"message": shown.message_id, "shown": shown.card.digest} if outcome.kind == "sent" else {}
    with desk.work.database.session() as session:
        set_note(session, shown.chat.id, f"card:{shown.entry_id}", kept, now=now)
        if outcome.kind == "gone":
            set_active(session, shown.chat.id, False, now=now)
    if outcome.kind != "sent":
        log.info("card cannot be edited", error=outcome.text)
