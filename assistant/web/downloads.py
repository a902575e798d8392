"""Files for the visitor: always saved, never shown as a page of ours."""

from typing import Literal
from urllib.parse import quote

from starlette.responses import Response

from klimapartner.assistant.languages import language_of
from klimapartner.assistant.web.chat_session import Visit
from klimapartner.assistant.web.chat_view import document_of
from klimapartner.assistant.web.desk import Desk
from klimapartner.assistant.web.transcript import as_html, as_text, file_name

Ending = Literal["txt", "html"]
_KNOWN_TYPES = {"text/calendar", "text/plain", "application/pdf"}


def document(desk: Desk, visit: Visit, line_id: int) -> Response | None:
    """The file of a line of the visitor's own chat; None where there is none."""
    with desk.work.database.reading() as session:
        found = document_of(session, visit.chat.id, line_id)
    return _saved(found.content, found.name, found.media_type) if found else None


def transcript(desk: Desk, visit: Visit, ending: Ending) -> Response:
    """All that was said, as a file."""
    language, now = language_of(visit.chat.language), desk.now()
    write, media_type = (as_text, "text/plain") if ending == "txt" else (as_html, "text/html")
    content = write(desk.views(visit.chat.id), language, now).encode()
    return _saved(content, file_name(language, now, ending), media_type, known=True)


def _saved(content: bytes, name: str, media_type: str, *, known: bool = False) -> Response:
    """A file to be saved under its name (RFC 6266); a type that nobody foresaw is none that a browser runs."""
    kind = media_type if known or media_type.partition(";")[0] in _KNOWN_TYPES else "application/octet-stream"
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition})
