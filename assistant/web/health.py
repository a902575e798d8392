"""Whether the service lives (`/healthz`) and whether it may be sent visitors (`/readyz`); neither names a person."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from klimapartner.assistant.dispatch import gate_is_open
from klimapartner.assistant.web.desk import TheDesk
from klimapartner.storage.chat_inbox import count_waiting
from klimapartner.storage.errors import StorageError

router = APIRouter(include_in_schema=False)
_AWAY = "database not reachable"


@router.get("/healthz")
def health(desk: TheDesk) -> Response:
    """Whether the service and its database are there."""
    try:
        with desk.work.database.reading() as session:
            waiting = count_waiting(session)
    except StorageError:
        return JSONResponse({"status": _AWAY}, 503)
    return JSONResponse({"status": "ok", "waiting": waiting})


@router.get("/readyz")
def ready(desk: TheDesk) -> Response:
    """Ready where the database answers and has this program's schema.

    That the outbox is still closed is told too, and does not count: chat and console work before it is released.
    """
    try:
        state = desk.work.database.check()
        if state.revision != state.head:
            return JSONResponse({"status": "schema not up to date", "revision": state.revision}, 503)
        with desk.work.database.reading() as session:
            outbox = "open" if gate_is_open(session) else "closed"
    except StorageError:
        return JSONResponse({"status": _AWAY}, 503)
    return JSONResponse({"status": "ready", "outbox": outbox})
