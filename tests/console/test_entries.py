"""The register's list as staff see it: rows, filters in the address, saved views, bulk steps."""

from console_desk import Console, Staff, said, texts, values
from httpx import Response
from lxml import html

from klimapartner.storage.register import EntryStatus
from klimapartner.storage.status_flow import take_step


def _names(page: Response) -> list[str]:
    return texts(page, ".list__name")


def _counts(page: Response, facet: str) -> dict[str, int]:
    boxes = values(page, f"input[name={facet}]", "value")
    return dict(zip(boxes, map(int, texts(page, f"input[name={facet}] ~ .facet__count")), strict=True))


def test_rows_are_newest_first_and_filters_stand_in_the_address(any_console: Console) -> None:
    reader = any_console.staff("reader")
    names = _names(reader.get("/entries"))
    expected = [entry.body_name or "Kommune nicht erkannt" for entry in any_console.entries()[::-1]]
    assert names == expected
    some = _names(reader.get("/entries?region=latin_america"))
    wanted = [
        e.body_name or "Kommune nicht erkannt"
        for e in any_console.entries()[::-1]
        if e.value("world_region") == "latin_america"
    ]
    assert (some, len(some) > 0) == (wanted, True)


def test_words_are_looked_for_in_names_and_values(any_console: Console) -> None:
    reader = any_console.staff("reader")
    assert _names(reader.get("/entries?q=kaya")) == ["Herzogenaurach"]
    assert _names(reader.get("/entries?q=HERZOGENaurach+kaya")) == ["Herzogenaurach"]
    assert _names(reader.get("/entries?q=kaya+husum")) == []


def test_a_swap_brings_the_rows_and_the_new_counts_only(console: Console) -> None:
    reader = console.staff("reader")
    whole, part = reader.get("/entries?region=africa"), reader.swap("/entries?region=africa")
    assert (_names(part), "<html" in part.text) == (_names(whole), False)
    told = {e.get("id"): e.text_content() for e in html.fromstring(part.text).cssselect("[hx-swap-oob].facet__count")}
    assert told["count-status-new"] == str(_counts(whole, "status")["new"])


def test_a_view_is_kept_shared_and_forgotten(console: Console) -> None:
    editor, reader = console.sign_in("editor"), console.sign_in("reader")

    def views(staff: Staff) -> list[tuple[str, str]]:
        page = staff.get("/entries")
        return list(zip(texts(page, ".views__list a"), values(page, ".views__list a", "href"), strict=True))

    page = editor.post("/views", name="Afrika <neu>", query="region=africa&evil=1", shared="1")
    assert (said(page), str(page.url.query)) == (
        ["Die Ansicht „Afrika <neu>“ ist gespeichert."],
        "b'region=africa'",
    )
    editor.post("/views", name="meine", query="status=new")
    assert views(editor) == [
        ("Afrika <neu>", "/console/entries?region=africa"),
        ("meine", "/console/entries?status=new"),
    ]
    assert views(reader) == [("Afrika <neu>", "/console/entries?region=africa")]
    reader.post("/views/1/drop")
    assert len(views(editor)) == 2
    editor.post("/views/1/drop")
    assert views(reader) == []


def _statuses(console: Console) -> list[EntryStatus]:
    return [entry.status for entry in console.entries()]


def test_a_bulk_step_for_all_that_match_is_more_than_the_page(console: Console) -> None:
    lead = console.staff("lead")
    lead.get("/entries")
    africa = [entry.id for entry in console.entries() if entry.value("world_region") == "africa"]
    page = lead.post("/entries/bulk", query="region=africa", all_matching="1", status="in_review", assign_to="editor")
    assert said(page) == [f"{len(africa)} Einträge geändert."]
    changed = [(e.status, e.assigned_to) for e in console.entries() if e.id in africa]
    assert changed == [("in_review", "editor")] * len(africa)
    assert [e.status for e in console.entries() if e.id not in africa] == ["new"] * (
        len(_statuses(console)) - len(africa)
    )


def test_a_step_that_is_not_allowed_for_one_does_not_stop_the_others(console: Console) -> None:
    first, second, *_ = console.entries()
    with console.session() as session:
        take_step(session, entry_id=second.id, status="declined", actor="lead", now=console.hands.now)
    lead = console.staff("lead")
    lead.get("/entries")
    page = lead.post("/entries/bulk", ids=[first.id, second.id], status="complete")
    assert said(page) == ["1 Einträge geändert, 1 nicht: Dieser Schritt ist von ihrem Stand aus nicht erlaubt."]
    assert _statuses(console)[:2] == ["complete", "declined"]


def test_only_the_lead_changes_in_bulk(console: Console) -> None:
    for role in ("reader", "editor"):
        staff = console.staff(role)
        assert texts(staff.get("/entries"), ".bulk") == []
        assert staff.post("/entries/bulk", ids=[1], status="declined").status_code == 403
    assert set(_statuses(console)) == {"new"}


def test_the_start_page_says_what_waits_and_where(any_console: Console) -> None:
    page = any_console.staff("reader").get("/")
    tiles = dict(zip(values(page, ".tile", "href"), texts(page, ".tile__number"), strict=True))
    new = sum(entry.status == "new" for entry in any_console.entries())
    assert tiles["/console/entries?status=new"] == str(new)
    assert len(texts(page, ".feed li")) == 8
    assert texts(any_console.staff("administrator").get("/"), ".tile") == []
