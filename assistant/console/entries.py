"""The register's list: filter, counts, order, pages, saved views, and one step for many entries."""

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.bulk import change_many
from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import fragment, go, page
from klimapartner.assistant.console.register_filter import (
    FACETS,
    ORDERS,
    Filter,
    choices,
    filter_from,
    matching,
    page_of,
    pages,
)
from klimapartner.assistant.console.visit import Lead, See, Visit
from klimapartner.assistant.console.words import text
from klimapartner.storage.register_list import Line, list_lines
from klimapartner.storage.saved_views import drop_view, list_views, save_view
from klimapartner.storage.sessions import user_names
from klimapartner.storage.states import ENTRY_STATUSES

router = APIRouter()
Field = Annotated[str, Form()]


@router.get("/entries")
def entries(visit: See) -> HTMLResponse:
    """The list; htmx gets the results alone."""
    wanted = filter_from(visit.request.query_params.multi_items())
    lines = lines_of(visit, wanted)
    left = matching(lines, wanted)
    values: dict[str, Any] = {
        "wanted": wanted, "lines": page_of(left, wanted.page), "shown": len(left), "all": len(lines),
        "pages": pages(len(left)), "facets": choices(lines, wanted), "orders": ORDERS, "names": list(FACETS),
        "label": lambda group, value: label(group, value, visit.language),
    }  # fmt: skip
    if visit.is_swap:
        return fragment(visit, "entries_results.html.j2", **values, **_bulk_choices(visit))
    with visit.work.database.reading() as session:
        views = list_views(session, visit.user.id)
    return page(visit, "entries.html.j2", **values, **_bulk_choices(visit), views=views)


@router.post("/entries/bulk")
def bulk(
    visit: Lead,
    ids: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI copies defaults
    all_matching: Field = "",
    query: Field = "",
    status: Field = "",
    assign_to: Field = "",
) -> Response:
    """One step for the chosen entries, or for all that meet the filter."""
    wanted = filter_from(parse_qsl(query))
    chosen = [line.id for line in matching(lines_of(visit, wanted), wanted)] if all_matching else ids
    known = next((one for one in ENTRY_STATUSES if one == status), None)
    changed, refused = change_many(visit, chosen, status=known, assign_to=assign_to)
    words = "bulk_refused" if refused else "bulk_done" if changed else "bulk_nothing"
    said = text(f"register.{words}", visit.language, n=changed, refused=refused)
    visit.say(said, "success" if changed and not refused else "warning")
    return go(f"/entries?{wanted.query(page=wanted.page)}")


@router.post("/views")
def keep_view(visit: See, name: Field, query: Field = "", shared: Field = "") -> Response:
    """Keep the filter under a name."""
    clean = filter_from(parse_qsl(query)).query()
    if name := " ".join(name.split())[:80]:
        with visit.work.database.session() as session:
            save_view(session, visit.user.id, name=name, query=clean, shared=bool(shared), now=visit.now())
        visit.say(text("register.view_saved", visit.language, name=name))
    return go(f"/entries?{clean}")


@router.post("/views/{view_id}/drop")
def forget_view(visit: See, view_id: int) -> Response:
    """Forget one of one's own views."""
    with visit.work.database.session() as session:
        drop_view(session, view_id, user_id=visit.user.id)
    visit.say(text("register.view_dropped", visit.language))
    return go("/entries")


def lines_of(visit: Visit, wanted: Filter) -> list[Line]:
    """All lines of the register that have the filter's words."""
    with visit.work.database.reading() as session:
        return list_lines(session, text=wanted.text)


def _bulk_choices(visit: Visit) -> dict[str, Any]:
    if not visit.can("lead"):
        return {"statuses": (), "users": ()}
    with visit.work.database.reading() as session:
        return {"statuses": ENTRY_STATUSES, "users": user_names(session)}
