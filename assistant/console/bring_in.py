"""Bringing a sheet in: send it, say what its columns mean, see what each row would do, then take it over."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from klimapartner.assistant.console.entry_view import CHOICES
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Lead, Visit
from klimapartner.assistant.console.words import text
from klimapartner.assistant.sheets.bring import Kind, Result, take_rows, try_rows
from klimapartner.assistant.sheets.columns import guess, header_row, headings
from klimapartner.assistant.sheets.read import Sheet, SheetError, read_sheet
from klimapartner.assistant.sheets.rows import Faulty, Row, understood
from klimapartner.storage.stored_files import drop_file, get_file, keep_file

router = APIRouter(prefix="/import")
KINDS: tuple[Kind, ...] = get_args(Kind)
_SHEET = "sheet"
_SHOWN = 300
_NOTHING = "-"
# Fields that a list for choosing a column's meaning names otherwise than the register does.
_OWN_WORDS = frozenset({"ags", "sub_body", "partner_country", "status", "received", "reference", "partner"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet: its heading, a value for an example, and the field that it means."""

    index: int
    heading: str
    example: str
    field: str


@router.get("")
def form(visit: Lead) -> HTMLResponse:
    """Where a file is sent."""
    return page(visit, "import.html.j2", problem="")


@router.post("")
def take(visit: Lead, file: Annotated[UploadFile, File()]) -> Response:
    """Keep the file for the next step, if it is a sheet."""
    content = file.file.read()
    try:
        read_sheet(content)
    except SheetError as error:
        return page(visit, "import.html.j2", status=422, problem=error.problem)
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2][:120]
    with visit.work.database.session() as session:
        kept = keep_file(session, visit.user.id, kind=_SHEET, name=name, content=content, now=visit.now())
    return go(f"/import/{kept}")


@router.get("/{file_id}")
def preview(visit: Lead, file_id: int) -> HTMLResponse:
    """What each row would do; the meaning of the columns stands in the address."""
    name, sheet = _kept(visit, file_id)
    at = header_row(sheet)
    columns = _columns(sheet, at, dict(visit.request.query_params))
    meaning = _meaning(columns)
    ready = "municipality" in meaning.values() or "ags" in meaning.values()
    results = _tried(visit, _rows(visit, sheet, at, meaning)) if ready else []
    counts = Counter(result.kind for result in results)
    return page(
        visit, "import_preview.html.j2", file_id=file_id, name=name, columns=columns, ready=ready, counts=counts,
        kinds=[kind for kind in KINDS if counts[kind]], results=sorted(results, key=_faults_first)[:_SHOWN],
        more=max(0, len(results) - _SHOWN), to_do=counts["new"] + counts["adds"], said=_said(visit),
        fields=[("-", text("exchange.column_none", visit.language)), *((one, _name(visit, one)) for one in headings())],
        field_name=lambda one: _name(visit, one), names_of=lambda many: ", ".join(_name(visit, one) for one in many),
    )  # fmt: skip


@router.post("/{file_id}")
async def execute(visit: Lead, file_id: int) -> Response:
    """Take the rows over, as the preview showed them."""
    given = {name: str(value) for name, value in (await visit.request.form()).items()}
    return await run_in_threadpool(_execute, visit, file_id, given)


def _execute(visit: Visit, file_id: int, given: Mapping[str, str]) -> Response:
    _, sheet = _kept(visit, file_id)
    at = header_row(sheet)
    rows = _rows(visit, sheet, at, _meaning(_columns(sheet, at, given)))
    results = take_rows(visit.work.database, visit.work.chat_office, rows, who=visit.who, now=visit.now())
    with visit.work.database.session() as session:
        drop_file(session, file_id, user_id=visit.user.id)
    counts = Counter(result.kind for result in results)
    left = counts["unknown"] + counts["invalid"]
    said = text("exchange.imported", visit.language, new=counts["new"], adds=counts["adds"], left=left)
    visit.say(said, "warning" if left else "success")
    return go("/entries", order="updated")


def _kept(visit: Visit, file_id: int) -> tuple[str, Sheet]:
    with visit.work.database.reading() as session:
        file = get_file(session, file_id, user_id=visit.user.id, kind=_SHEET, now=visit.now())
    return file.name, read_sheet(file.content)


def _columns(sheet: Sheet, at: int, given: Mapping[str, str]) -> list[Column]:
    """The columns as chosen, or as guessed where nothing was."""
    header, guessed = sheet.rows[at][1], guess(sheet.rows[at][1])
    below = [cells for _, cells in sheet.rows[at + 1 :]]
    found = []
    for index, heading in enumerate(header):
        example = next((cells[index] for cells in below if cells[index]), "")
        field = given.get(f"c{index}", guessed.get(index, _NOTHING))
        if heading or example:
            found.append(Column(index, heading, example[:60], field if field in headings() else _NOTHING))
    return found


def _meaning(columns: list[Column]) -> dict[int, str]:
    """The field of each column; the first column of a field counts."""
    chosen: dict[int, str] = {}
    for column in columns:
        if column.field != _NOTHING and column.field not in chosen.values():
            chosen[column.index] = column.field
    return chosen


def _rows(visit: Visit, sheet: Sheet, at: int, meaning: Mapping[int, str]) -> list[Row | Faulty]:
    return understood(sheet.rows[at + 1 :], meaning, visit.work.chat_office, visit.desk.zone)


def _tried(visit: Visit, rows: list[Row | Faulty]) -> list[Result]:
    return try_rows(visit.work.database, visit.work.chat_office, rows, who=visit.who, now=visit.now())


def _faults_first(result: Result) -> tuple[bool, int]:
    return result.fault is None, result.line


def _said(visit: Visit) -> Any:
    """Writes a field with its value in words."""

    def said(field: str, value: Any) -> str:
        values = value if isinstance(value, list) else [value]
        words = (label(field, str(one), visit.language) if field in CHOICES else str(one) for one in values)
        return f"{_name(visit, field)}: {', '.join(words)}"

    return said


def _name(visit: Visit, field: str) -> str:
    if field in _OWN_WORDS:
        return text(f"exchange.column_{field}", visit.language)
    return label("field", field, visit.language)
