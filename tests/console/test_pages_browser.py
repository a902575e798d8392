"""Every page in Chromium: axe in light and dark, no overflow at 400 % zoom, no error in the browser's console."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from console_desk import PASSWORD, Console, open_console
from playwright.sync_api import Browser, Page

from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.console.menu import ITEMS
from klimapartner.assistant.dialogue.contract import Event
from klimapartner.assistant.web.server import running
from klimapartner.storage.states import Role

pytestmark = pytest.mark.chromium
# 1280 pixels at 400 %: WCAG 2.2, 1.4.10.
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MORE: dict[str, Role] = {
    "/console/login": "reader", "/console/accessibility": "reader", "/console/privacy": "reader",
    "/console/entries?region=africa&q=a": "lead", "/console/entries/1": "editor", "/console/entries/4": "reader",
    "/console/entries/new": "editor", "/console/outbox/1": "editor", "/console/messages/3": "editor",
    "/console/compose?letter=refusal": "lead", "/console/compose?letter=missing&entry=4": "editor",
    "/console/call?part=contacts": "lead", "/console/call?part=faq&language=fr": "lead",
    "/console/call?part=files": "lead", "/console/call?part=versions": "lead", "/console/chats/1": "editor",
    "/console/account": "reader", "/console/nothing": "reader",
}  # fmt: skip
PAGES: dict[str, Role] = {item.path: "administrator" if item.right == "admin" else "lead" for item in ITEMS} | MORE


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with open_console(f"sqlite:///{tmp_path_factory.mktemp('pages')}/console.db") as console:
        _chat(console)
        with running(console.work) as (address, _):
            yield address


def _chat(console: Console) -> None:
    event = Event("text", "Ich will einen Menschen")
    update, _ = receive(console.work, channel="web", address="abc", key="1", event=event)
    answer_waiting(console.work, chat_id=update.chat_id)


@pytest.fixture(scope="module")
def browsers(site: str, chromium: Browser) -> Iterator[dict[Role, Page]]:
    """A signed-in browser for each role that a page needs."""
    pages: dict[Role, Page] = {}
    for role in dict.fromkeys(PAGES.values()):
        page = chromium.new_context(locale="de-DE").new_page()
        page.goto(f"{site}/console/login")
        page.fill("#name", role)
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        pages[role] = page
    yield pages
    for page in pages.values():
        page.context.close()


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_is_accessible_and_fits(site: str, browsers: dict[Role, Page], path: str) -> None:
    page = browsers[PAGES[path]]
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.goto(f"{site}{path}")
        found[scheme] = [item["id"] for item in Axe().run(page, options=RULES).response["violations"]]
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    # A page that is not there says so by its status, which the browser writes down.
    expected = 2 if path.endswith("/nothing") else 0
    assert (found, max(wider, 0), len(problems)) == ({"light": [], "dark": []}, 0, expected)
