"""Taking the register out: any filtered view as XLSX, CSV or JSON, in parts, noted before the first byte."""

from collections.abc import Callable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from klimapartner.assistant.console.entries import lines_of
from klimapartner.assistant.console.register_filter import filter_from, matching
from klimapartner.assistant.console.visit import Lead, Visit
from klimapartner.assistant.export import write_xlsx
from klimapartner.assistant.export_text import csv_lines, json_lines
from klimapartner.storage.engine import Database
from klimapartner.storage.entry_batches import entries_by_ids
from klimapartner.storage.search import Entry

router = APIRouter()
Kind = Literal["xlsx", "csv", "json"]
_TYPES: dict[Kind, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
_BATCH = 250
_CHUNK = 64 * 1024


@router.get("/export.{kind}")
def export(visit: Lead, kind: Kind) -> StreamingResponse:
    """The entries that the filter of the address leaves, in its order."""
    wanted = filter_from(visit.request.query_params.multi_items())
    ids = [line.id for line in matching(lines_of(visit, wanted), wanted)]
    with visit.work.database.session() as session:
        visit.note(session, "exported", "register", detail=f"{kind}: {len(ids)}")
    day = visit.now().astimezone(visit.desk.zone).date().isoformat()
    named = {"Content-Disposition": f'attachment; filename="register-{day}.{kind}"'}
    return StreamingResponse(_PARTS[kind](visit, ids), media_type=_TYPES[kind], headers=named)


def in_batches(database: Database, ids: Sequence[int]) -> Iterator[Entry]:
    """The entries one after the other; never more than a batch of them is in memory."""
    for start in range(0, len(ids), _BATCH):
        with database.reading() as session:
            found = entries_by_ids(session, ids[start : start + _BATCH])
        yield from found


def _xlsx(visit: Visit, ids: Sequence[int]) -> Iterator[bytes]:
    with TemporaryFile() as file:
        write_xlsx(in_batches(visit.work.database, ids), file, visit.desk.zone)
        file.seek(0)
        while part := file.read(_CHUNK):
            yield part


def _csv(visit: Visit, ids: Sequence[int]) -> Iterator[bytes]:
    return _joined(csv_lines(in_batches(visit.work.database, ids), visit.desk.zone))


def _json(visit: Visit, ids: Sequence[int]) -> Iterator[bytes]:
    return _joined(json_lines(in_batches(visit.work.database, ids)))


def _joined(lines: Iterator[str]) -> Iterator[bytes]:
    """Lines in parts of some size: every part costs a change of threads."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size > _CHUNK:
            yield "".join(waiting).encode("utf-8", "replace")
            waiting, size = [], 0
    yield "".join(waiting).encode("utf-8", "replace")


_PARTS: dict[Kind, Callable[[Visit, Sequence[int]], Iterator[bytes]]] = {"xlsx": _xlsx, "csv": _csv, "json": _json}
