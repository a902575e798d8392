"""On paper: list and entry with their values, and nothing that can only be pressed."""

import io
from collections.abc import Iterator

import pytest
from console_desk import PASSWORD, Console
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

pytestmark = pytest.mark.chromium


@pytest.fixture
def sheet(console_site: tuple[str, Console], chromium: Browser) -> Iterator[Page]:
    """A page as it would be printed, with the lead signed in."""
    context = chromium.new_context(base_url=f"{console_site[0]}/console/", locale="de-DE", color_scheme="dark")
    page = context.new_page()
    page.goto("login")
    page.fill("#name", "lead")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.emulate_media(media="print")
    yield page
    context.close()


def printed(page: Page) -> str:
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages).split())


def shown(page: Page, *selectors: str) -> list[str]:
    """Those of the selectors that are on the sheet."""
    return [one for one in selectors if any(found.is_visible() for found in page.query_selector_all(one))]


def test_the_list_is_printed_with_its_rows_only(sheet: Page, console_site: tuple[str, Console]) -> None:
    sheet.goto("entries")
    assert shown(sheet, "h1", ".list", ".top", ".foot", ".bulk", ".finder", ".take-out", "input") == ["h1", ".list"]
    text = printed(sheet)
    missing = [entry.reference for entry in console_site[1].entries() if entry.reference not in text]
    assert (missing, "Herzogenaurach" in text) == ([], True)


def test_an_entry_is_printed_with_values_and_message(sheet: Page, console_site: tuple[str, Console]) -> None:
    entry = console_site[1].entry("Herzogenaurach")
    sheet.goto(f"entries/{entry.id}")
    assert shown(sheet, ".fields", ".message__text", "button", "select", ".top", ".crumbs") == [
        ".fields", ".message__text",
    ]  # fmt: skip
    text = printed(sheet)
    assert [name for name in ("contact.name", "contact.email") if str(entry.value(name)) not in text] == []
    inks = sheet.evaluate("[...new Set([...document.querySelectorAll('main *')].map(e => getComputedStyle(e).color))]")
    assert (inks, sheet.evaluate("getComputedStyle(document.body).backgroundColor")) == (
        ["rgb(0, 0, 0)"], "rgb(255, 255, 255)",
    )  # fmt: skip
