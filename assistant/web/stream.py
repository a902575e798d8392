"""New lines as server-sent events (WHATWG HTML, section 9.2): an id per event, so that a reader can go on after it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from klimapartner.assistant.web.chat_session import note_fetch
from klimapartner.assistant.web.chat_view import LineView, views_after
from klimapartner.assistant.web.desk import Desk
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.chats import get_chat

LOOK_SECONDS = 1.0
HEARTBEAT_LOOKS = 15
PRESENCE_LOOKS = 60
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def stream_of(desk: Desk, address: str, chat_id: int, after: int) -> StreamingResponse:
    """A stream of the lines above `after` for a network address, until the browser or the service ends it."""
    events = _counted(desk, address, chat_id, after)
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def _counted(desk: Desk, address: str, chat_id: int, after: int) -> AsyncIterator[bytes]:
    with desk.streams.one_more(address):
        async for event in _events(desk.work, chat_id, after, desk.stop):
            yield event


async def _events(work: Workplace, chat_id: int, after: int, stop: threading.Event) -> AsyncIterator[bytes]:
    yield b": hello\n\n"
    looks = 0
    while not stop.is_set():
        if looks % PRESENCE_LOOKS == 0:
            await run_in_threadpool(note_fetch, work, chat_id)
        views = await run_in_threadpool(_look, work, chat_id, after)
        if views is None:
            yield b"event: ended\ndata: {}\n\n"
            return
        for view in views:
            after = view.id
            yield _event(view)
        looks += 1
        if looks % HEARTBEAT_LOOKS == 0:
            yield b": still here\n\n"
        await asyncio.sleep(LOOK_SECONDS)


def _look(work: Workplace, chat_id: int, after: int) -> list[LineView] | None:
    """The new lines; None where the chat was deleted."""
    with work.database.reading() as session:
        if not get_chat(session, chat_id).active:
            return None
        return views_after(session, chat_id, after, ZoneInfo(work.settings.timezone))


def _event(view: LineView) -> bytes:
    return f"id: {view.id}\nevent: line\ndata: {json.dumps(view.json(), ensure_ascii=False)}\n\n".encode()
