"""One line on its way: noted as begun, sent piece by piece, noted as what came of it. Never sent twice on a guess."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiogram.exceptions import AiogramError

from klimapartner.assistant.telegram.budget import Budget
from klimapartner.assistant.telegram.desk import Desk
from klimapartner.assistant.telegram.menus import menu_data, menu_of, shown
from klimapartner.assistant.telegram.outcome import Outcome, outcome_of
from klimapartner.assistant.telegram.pieces import Piece, pieces_of, send_piece
from klimapartner.assistant.trouble import task_once
from klimapartner.storage.channel_notes import get_note, set_note
from klimapartner.storage.chat_lines import ChatLine, begin_line, line_failed, line_later, line_sent, line_uncertain
from klimapartner.storage.chats import Chat, get_chat, move_chat, set_active
from klimapartner.storage.engine import Session
from klimapartner.storage.errors import LeaseLost, NotFound, StorageError

PIECE_SECONDS = 60
_SETTLE_TRIES = 5
# Of a chat one line at a time is on its way, so that one note will do.
_PROGRESS = "pieces"
_SLOWEST_SECONDS = 300
# The rest goes when the bot is started again: how far it came is kept.
_STOPPED = Outcome("later", text="stopped", wait=timedelta())
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """A line that is being sent: `done` pieces have gone before, `gap` names those of them that may be missing."""

    line: ChatLine
    chat: Chat
    pieces: tuple[Piece, ...]
    done: int = 0
    gap: str = ""

    @property
    def chat_id(self) -> int:
        """Telegram's number of the chat."""
        return int(self.chat.address)


async def deliver(desk: Desk, budget: Budget, line: ChatLine) -> None:
    """Send a line that was claimed, and keep what came of it."""
    try:
        begun = await asyncio.to_thread(_begin, desk, line)
        sys.audit("klimapartner.line.begun")
        outcome = await _send(desk, budget, begun)
        sys.audit("klimapartner.line.called")
        await _settle(desk, begun, outcome)
        sys.audit("klimapartner.line.settled")
    except (LeaseLost, NotFound):
        log.info("line is gone or in other hands", line=line.id)
    except StorageError as error:
        # It stays "sending", and is uncertain when its time is over.
        log.warning("line not noted", line=line.id, error=type(error).__name__)


def _begin(desk: Desk, line: ChatLine) -> Begun:
    # A generous guess of how many messages it will be, since the line is begun before anything can go wrong with it.
    lease = timedelta(seconds=PIECE_SECONDS * (len(line.text) // 1000 + 3))
    with desk.work.database.session() as session:
        begun = begin_line(session, line.id, owner=desk.owner, now=desk.work.clock(), lease=lease)
        chat, kept = get_chat(session, line.chat_id), get_note(session, line.chat_id, _PROGRESS)
    kept = kept if isinstance(kept, dict) and kept.get("line") == line.id else {}
    return Begun(begun, chat, pieces_of(begun, chat.language), int(str(kept.get("done", 0))), str(kept.get("gap", "")))


async def _send(desk: Desk, budget: Budget, begun: Begun) -> Outcome:
    """Send the pieces that have not gone yet; after one that may be missing the others follow all the same."""
    gap, last, count = begun.gap, Outcome("sent"), len(begun.pieces)
    for number, piece in enumerate(begun.pieces[begun.done :], begun.done + 1):
        if desk.ending.is_set():
            return _STOPPED
        await budget.wait(begun.chat_id)
        last = await _attempt(desk, begun.chat_id, piece)
        if last.kind not in ("sent", "uncertain"):
            return last
        if last.kind == "uncertain":
            gap = f"{gap}, {number}" if gap else f"{last.text}: may be missing of {count}: {number}"
        if number < count:
            await asyncio.to_thread(_keep_done, desk, begun, number, gap)
    return Outcome("uncertain", last.message_id, gap) if gap else last


async def _attempt(desk: Desk, chat_id: int, piece: Piece) -> Outcome:
    outcome = await _call(desk, chat_id, piece)
    if outcome.kind == "refused" and piece != piece.bare:
        outcome = await _call(desk, chat_id, piece.bare)
    if outcome.kind == "sent" and piece.buttons and outcome.message_id:
        await _show_menu(desk, chat_id, outcome.message_id)
    return outcome


async def _call(desk: Desk, chat_id: int, piece: Piece) -> Outcome:
    try:
        return Outcome("sent", await send_piece(desk.bot, chat_id, piece))
    except AiogramError as error:
        return outcome_of(error)
    # Whatever else it is, it may have gone, and must not stop the chat.
    except Exception as error:
        log.error("call failed in an unknown way", error=type(error).__name__)
        return Outcome("uncertain", text=type(error).__name__)


async def _show_menu(desk: Desk, chat_id: int, message_id: int) -> None:
    """Note that this keyboard counts now, and take the one before it away."""
    async with desk.isolation.lock(desk.key(chat_id)):
        context = desk.context(chat_id)
        data = await context.get_data()
        menu, dead = shown(menu_of(data), message_id)
        await context.set_data(data | menu_data(menu))
    if dead:
        desk.background.take_keyboard(chat_id, dead)


def _keep_done(desk: Desk, begun: Begun, done: int, gap: str) -> None:
    with desk.work.database.session() as session:
        kept = {"line": begun.line.id, "done": done, "gap": gap}
        set_note(session, begun.chat.id, _PROGRESS, kept, now=desk.work.clock())


async def _settle(desk: Desk, begun: Begun, outcome: Outcome) -> None:
    """Keep the outcome, even where the database is away for a moment: else a line that arrived looks uncertain."""
    for wait in range(_SETTLE_TRIES):
        try:
            return await asyncio.to_thread(_keep, desk, begun, outcome)
        except (LeaseLost, NotFound):
            raise
        except StorageError:
            await asyncio.sleep(wait)
    return await asyncio.to_thread(_keep, desk, begun, outcome)


def _keep(desk: Desk, begun: Begun, outcome: Outcome) -> None:
    with desk.work.database.session() as session:
        _settle_line(session, desk, begun, outcome)


def _settle_line(session: Session, desk: Desk, begun: Begun, outcome: Outcome) -> None:
    line_id, owner, now = begun.line.id, desk.owner, desk.work.clock()
    match outcome.kind:
        case "sent":
            line_sent(session, line_id, owner=owner, channel_key=str(outcome.message_id or ""), now=now)
        case "uncertain":
            line_uncertain(session, line_id, owner=owner, error=outcome.text)
        case "later":
            at = now + (back_off(begun.line.attempts) if outcome.wait is None else outcome.wait)
            line_later(session, line_id, owner=owner, error=outcome.text, next_try_at=at)
        case "moved":
            move_chat(session, begun.chat.id, str(outcome.chat_id), now=now)
            line_later(session, line_id, owner=owner, error=outcome.text, next_try_at=now)
        case "gone":
            line_failed(session, line_id, owner=owner, error=outcome.text)
            set_active(session, begun.chat.id, False, now=now)
        case "refused":
            line_failed(session, line_id, owner=owner, error=outcome.text)
            task_once(session, kind="telegram:refused", text="Telegram nimmt eine Chat-Zeile nicht an", now=now)


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts in vain: 1, 2, 4, ... seconds, five minutes at the most."""
    return timedelta(seconds=min(2 ** min(attempts - 1, 20), _SLOWEST_SECONDS))
