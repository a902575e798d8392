"""A line in messages that Telegram takes: plain text without any markup, so that there is nothing to escape."""

from dataclasses import dataclass, replace

import structlog
from aiogram import Bot
from aiogram.methods import SendDocument, SendMessage
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)

from klimapartner.assistant.dialogue.contract import Button, Document, reply_of
from klimapartner.assistant.languages import language_of
from klimapartner.assistant.telegram.splitting import CAPTION_LIMIT, split_text, utf16_length
from klimapartner.assistant.telegram.texts import text
from klimapartner.storage.chat_lines import ChatLine

DATA_LIMIT = 64
"""Bytes of a button's value. Source: Bot API, section "InlineKeyboardButton"."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: a text, or a document with the text as its caption; `reply_to` is a message's number, 0 for none."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None
    reply_to: int = 0

    @property
    def bare(self) -> "Piece":
        """The same with nothing that Telegram could object to but the text itself."""
        return replace(self, buttons=(), reply_to=0)


def pieces_of(line: ChatLine, language: str) -> tuple[Piece, ...]:
    """The messages of a line, in order; the buttons stand under the last one, and the first is a reply."""
    reply = reply_of(line.text, line.extras)
    words = f"{text('by_staff', language_of(language))}\n{reply.text}" if line.who == "staff" else reply.text
    parts = [Piece(part) for part in split_text(words)]
    if document := reply.document:
        caption = parts.pop().text if parts and utf16_length(parts[-1].text) <= CAPTION_LIMIT else ""
        parts.append(Piece(caption, document=document))
    if not parts:
        return ()
    parts[-1] = replace(parts[-1], buttons=reply.buttons)
    origin = line.extras.get("origin") or {}
    parts[0] = replace(parts[0], reply_to=int(origin.get("reply_to", 0)))
    return tuple(parts)


async def send_piece(bot: Bot, chat_id: int, piece: Piece) -> int:
    """Send one message; returns its number. Raises AiogramError."""
    return (await bot(_with_file(chat_id, piece) if piece.document else _with_text(chat_id, piece))).message_id


def _with_text(chat_id: int, piece: Piece) -> SendMessage:
    return SendMessage(
        chat_id=chat_id, text=piece.text, parse_mode=None, link_preview_options=_NO_PREVIEW,
        reply_markup=_keyboard(piece), reply_parameters=_reply(piece),
    )  # fmt: skip


def _with_file(chat_id: int, piece: Piece) -> SendDocument:
    assert piece.document
    return SendDocument(
        chat_id=chat_id, document=BufferedInputFile(piece.document.content, piece.document.name),
        caption=piece.text or None, parse_mode=None, reply_markup=_keyboard(piece), reply_parameters=_reply(piece),
    )  # fmt: skip


def _keyboard(piece: Piece) -> InlineKeyboardMarkup | None:
    rows = [[_button(each) for each in row if _fits(each)] for row in piece.buttons]
    rows = [row for row in rows if row]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=button.label, callback_data=button.value)


def _fits(button: Button) -> bool:
    fits = 0 < len(button.value.encode()) <= DATA_LIMIT
    if not fits:
        log.error("button left out, its value is too long", length=len(button.value.encode()))
    return fits


def _reply(piece: Piece) -> ReplyParameters | None:
    if not piece.reply_to:
        return None
    return ReplyParameters(message_id=piece.reply_to, allow_sending_without_reply=True)
