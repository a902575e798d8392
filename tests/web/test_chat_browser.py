"""The web chat in a real Chromium, at a desk and on a phone, by mouse and by keyboard, with and without JavaScript."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chat_desk import Desk, Hands, chat_settings, entered
from playwright.sync_api import Browser, BrowserContext, Page, expect
from web_chat import foreign_page, web_site

from klimapartner.assistant.chat_links import links_into_chat
from klimapartner.assistant.chat_work import say
from klimapartner.assistant.web.server import running
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chats import list_chats
from klimapartner.storage.search import entry_by_reference

pytestmark = pytest.mark.chromium
SIZES = {"desk": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
TARGET = 44
HOSTILE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Stadt</title><style>
html { font-size: 4px; }
* { color: red !important; font: 40px cursive !important; text-transform: uppercase !important; }
klimapartner-chat { display: none !important; position: absolute; opacity: 1; letter-spacing: 1em; line-height: 4; }
button, section, p, li { display: none !important; background: lime !important; }
</style></head><body><main><h1>Stadt</h1><a href="/">Seite</a></main>
<script src="CHAT/chat/widget.js"></script></body></html>"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[str, Workplace]]:
    """A site of its own."""
    with web_site(tmp_path) as opened:
        yield opened


@pytest.fixture(params=sorted(SIZES))
def visitor(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in the size of a desk or a phone, and fails on any error in the browser's console."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def opens(**more: Any) -> Page:
        context = chromium.new_context(viewport=SIZES[request.param], locale="de-DE", **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if _is_policy(message.text) else None)
        return page

    yield opens
    for context in contexts:
        context.close()
    assert problems == []


def _is_policy(text: str) -> bool:
    return "Content Security Policy" in text or "CORS" in text


def begin(page: Page, address: str) -> None:
    page.goto(f"{address}/chat")
    start(page)
    expect(page.locator(".assistant")).to_have_count(1)


def start(page: Page) -> None:
    """Agree to the notice: the component's where there is one by now, since it takes the form's place."""
    if page.evaluate("Boolean(globalThis.customElements?.get('klimapartner-chat'))"):
        page.locator(".panel").wait_for()
    page.get_by_role("button", name="Einverstanden").click()


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Ihre Nachricht").fill(text)
    page.get_by_role("button", name="Senden").click()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {[node['html'][:120] for node in item['nodes']]}" for item in found]


def settled(page: Page, text: str) -> None:
    """Wait until the next page is there with its style: axe would judge one that is still coming."""
    expect(page.get_by_text(text).first).to_be_visible()
    page.wait_for_load_state("load")


def small_targets(page: Page) -> list[str]:
    """What can be pressed and is smaller than 44 by 44 px; links in running text may be (WCAG 2.2, 2.5.8)."""
    found = [item for item in page.locator("button, select, textarea").all() if item.is_visible()]
    boxes = [(item.inner_text(), item.bounding_box()) for item in found]
    return [name for name, box in boxes if box and min(box["width"], box["height"]) < TARGET - 0.01]


def test_a_conversation(place: tuple[str, Workplace], visitor: Callable[..., Page]) -> None:
    page = visitor()
    begin(page, place[0])
    ask(page, "Bis wann ist die Frist?")
    expect(page.locator(".assistant").last).to_contain_text("31. März 2022")
    expect(page.locator(".person .text")).to_have_text(["Bis wann ist die Frist?"])
    expect(page.get_by_role("textbox", name="Ihre Nachricht")).to_be_focused()
    expect(page.get_by_role("textbox", name="Ihre Nachricht")).to_have_value("")
    page.reload()
    expect(page.locator(".person .text")).to_have_text(["Bis wann ist die Frist?"])


def test_a_conversation_without_javascript(place: tuple[str, Workplace], visitor: Callable[..., Page]) -> None:
    page = visitor(java_script_enabled=False)
    begin(page, place[0])
    ask(page, "Bis wann ist die Frist?")
    expect(page.locator(".assistant").last).to_contain_text("31. März 2022")
    page.locator("select").select_option("en")
    page.get_by_role("button", name="Sprache wechseln").click()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert small_targets(page) == []
    page.get_by_role("link", name="Delete chat").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_role("status")).to_have_text("Your chat has been deleted.")


def test_buttons_are_buttons(place: tuple[str, Workplace], visitor: Callable[..., Page]) -> None:
    page = visitor()
    begin(page, place[0])
    page.get_by_role("button", name="Zum Workshop anmelden").click()
    expect(page.locator(".person .text")).to_have_text(["Zum Workshop anmelden"])
    expect(page.get_by_role("textbox", name="Ihre Nachricht")).to_be_focused()


def test_the_keyboard_alone(place: tuple[str, Workplace], visitor: Callable[..., Page], tmp_path: Path) -> None:
    page = visitor()
    with foreign_page() as (origin, html):
        html["html"] = HOSTILE.partition("<style>")[0] + HOSTILE.partition("</style>")[2].replace("CHAT", place[0])
        with web_site(tmp_path, embed=[origin]) as (address, _):
            html["html"] = html["html"].replace(place[0], address)
            page.goto(origin)
            expect(page.get_by_role("button", name="Chat öffnen")).to_be_visible()
            press(page, "Tab", "Tab", "Enter")
            expect(page.get_by_role("button", name="Einverstanden")).to_be_focused()
            press(page, "Escape")
            expect(page.get_by_role("button", name="Chat öffnen")).to_be_focused()
            press(page, "Enter", "Enter")
            expect(page.get_by_role("textbox", name="Ihre Nachricht")).to_be_focused()
            page.keyboard.type("Bis wann ist die Frist?")
            press(page, "Enter")
            expect(page.locator(".assistant").last).to_contain_text("31. März 2022")
            press(page, "Escape")
            expect(page.get_by_role("button", name="Chat öffnen")).to_be_focused()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_in_a_foreign_page_with_hostile_styles(chromium: Browser, tmp_path: Path, visitor: Callable[..., Page]) -> None:
    page = visitor()
    with foreign_page() as (origin, html), web_site(tmp_path, embed=[origin]) as (address, _):
        html["html"] = HOSTILE.replace("CHAT", address)
        page.goto(origin)
        page.get_by_role("button", name="Chat öffnen").click()
        page.get_by_role("button", name="Einverstanden").click()
        text = page.locator(".assistant .text")
        expect(text).to_be_visible()
        expect(text).to_have_css("color", "rgb(26, 34, 48)")
        expect(text).to_have_css("font-size", "16px")
        expect(text).to_have_css("letter-spacing", "normal")
        expect(text).to_have_css("text-transform", "none")
        expect(page.locator("h1")).to_have_css("color", "rgb(255, 0, 0)")
        assert small_targets(page) == []


def test_a_page_of_another_origin_is_not_served(chromium: Browser, place: tuple[str, Workplace]) -> None:
    page = chromium.new_page()
    with foreign_page() as (origin, html):
        html["html"] = HOSTILE.replace("CHAT", place[0])
        page.goto(origin)
        page.wait_for_function("Boolean(customElements.get('klimapartner-chat'))")
        page.wait_for_timeout(500)
        assert page.evaluate("document.querySelector('klimapartner-chat').shadowRoot") is None
    page.close()


def test_the_chat_goes_on_after_the_server_was_started_anew(tmp_path: Path, visitor: Callable[..., Page]) -> None:
    page, url = visitor(), f"sqlite:///{tmp_path}/chat.db"
    with open_workplace(chat_settings(url, web={"port": 0})) as work, running(work) as (address, _):
        begin(page, address)
        ask(page, "Bis wann ist die Frist?")
        expect(page.locator(".person")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("Verbindung unterbrochen")
    port = int(address.rpartition(":")[2])
    with open_workplace(chat_settings(url, web={"port": port})) as work, running(work):
        with work.database.session() as session:
            say(session, list_chats(session)[0], "Hier ist das Team.", now=work.clock())
        expect(page.locator(".staff .text")).to_have_text(["Hier ist das Team."], timeout=20_000)
        ask(page, "Wer darf teilnehmen?")
        expect(page.locator(".person .text")).to_have_text(["Bis wann ist die Frist?", "Wer darf teilnehmen?"])


def test_a_message_that_cannot_be_sent_stays_in_the_field(
    place: tuple[str, Workplace], visitor: Callable[..., Page]
) -> None:
    page = visitor()
    begin(page, place[0])
    page.route("**/messages", lambda route: route.abort())
    ask(page, "Bis wann ist die Frist?")
    expect(page.get_by_role("alert")).to_contain_text("nicht gesendet", timeout=15_000)
    expect(page.get_by_role("textbox", name="Ihre Nachricht")).to_have_value("Bis wann ist die Frist?")
    page.unroute("**/messages")
    page.get_by_role("button", name="Senden").click()
    expect(page.locator(".person .text")).to_have_text(["Bis wann ist die Frist?"])


def test_transcript_language_and_deletion(place: tuple[str, Workplace], visitor: Callable[..., Page]) -> None:
    page = visitor()
    begin(page, place[0])
    page.get_by_role("button", name="Einstellungen").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Verlauf als Text").click()
    assert download.value.suggested_filename == "Chatverlauf.txt"
    page.locator("select").select_option("fr")
    expect(page.get_by_role("button", name="Envoyer")).to_be_visible()
    page.get_by_role("button", name="Réglages").click()
    page.get_by_role("button", name="Supprimer le chat").click()
    page.get_by_role("button", name="Oui, supprimer").click()
    expect(page.get_by_role("status")).to_have_text("Votre chat est supprimé.")
    assert page.evaluate("sessionStorage.length") == 0


def test_nothing_is_stored_before_consent(place: tuple[str, Workplace], visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto(f"{place[0]}/chat")
    expect(page.get_by_role("button", name="Einverstanden")).to_be_visible()
    assert (page.context.cookies(), page.evaluate("sessionStorage.length + localStorage.length")) == ([], 0)


def test_the_live_region_gets_each_line_once(place: tuple[str, Workplace], visitor: Callable[..., Page]) -> None:
    page = visitor()
    begin(page, place[0])
    page.evaluate(
        "window.added = 0; new MutationObserver((all) => { for (const one of all) added += one.addedNodes.length; })"
        ".observe(document.querySelector('klimapartner-chat').shadowRoot.querySelector('ol'), {childList: true})"
    )
    ask(page, "Bis wann ist die Frist?")
    expect(page.locator(".panel li")).to_have_count(3)
    page.wait_for_timeout(1500)
    assert page.evaluate("added") == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations_in_any_state(place: tuple[str, Workplace], visitor: Callable[..., Page], scheme: str) -> None:
    page = visitor(color_scheme=scheme)
    page.goto(f"{place[0]}/chat")
    page.locator(".panel").wait_for()
    states = {"notice": violations(page)}
    begin(page, place[0])
    states["greeting"] = violations(page)
    ask(page, "Wer ist meine Ansprechperson?")
    expect(page.locator(".assistant")).to_have_count(2)
    states["answer"] = violations(page)
    page.get_by_role("button", name="Senden").click()
    states["error"] = violations(page)
    page.get_by_role("button", name="Einstellungen").click()
    states["options"], small = violations(page), small_targets(page)
    page.get_by_role("button", name="Chat löschen").click()
    states["deletion"] = violations(page)
    assert (states, small) == ({name: [] for name in states}, [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violations_without_javascript(
    place: tuple[str, Workplace], visitor: Callable[..., Page], scheme: str
) -> None:
    """The pages as the forms make them; axe itself needs JavaScript, so only the component's script is kept away."""
    page = visitor(color_scheme=scheme)
    page.route("**/widget.js", lambda route: route.abort())
    page.goto(f"{place[0]}/chat")
    states = {"notice": violations(page)}
    page.get_by_role("button", name="Einverstanden").click()
    settled(page, "Ihre Nachricht")
    states["greeting"] = violations(page)
    page.get_by_role("button", name="Senden").click()
    settled(page, "Bitte schreiben Sie etwas")
    states["error"] = violations(page)
    page.get_by_role("link", name="Chat löschen").click()
    settled(page, "Chat wirklich löschen?")
    states["deletion"] = violations(page)
    page.goto(f"{place[0]}/chat/privacy")
    states["privacy"] = violations(page)
    assert states == {name: [] for name in states}


def test_four_hundred_percent_zoom(chromium: Browser, place: tuple[str, Workplace]) -> None:
    """1280 by 1024 px at 400 % are 320 by 256 px (WCAG 2.2, 1.4.10)."""
    context = chromium.new_context(viewport={"width": 320, "height": 256}, locale="de-DE")
    page = context.new_page()
    begin(page, place[0])
    ask(page, "Bis wann ist die Frist?")
    expect(page.locator(".assistant").last).to_contain_text("31. März 2022")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="Senden").scroll_into_view_if_needed()
    box = page.get_by_role("button", name="Senden").bounding_box()
    assert box is not None and box["x"] + box["width"] <= 320
    context.close()


def test_less_motion_where_that_is_wished(chromium: Browser, place: tuple[str, Workplace]) -> None:
    context = chromium.new_context(reduced_motion="reduce", locale="de-DE")
    page = context.new_page()
    begin(page, place[0])
    expect(page.locator(".panel")).to_have_css("animation-name", "none")
    context.close()


def test_the_heading_names_the_page(place: tuple[str, Workplace], visitor: Callable[..., Page]) -> None:
    page = visitor()
    begin(page, place[0])
    assert re.fullmatch("Chat .+", page.title())
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_a_link_from_the_mail_opens_the_entry_on_a_click(tmp_path: Path, visitor: Callable[..., Page]) -> None:
    with web_site(tmp_path, public_url="http://127.0.0.1") as (address, work):
        reference, link = _mailed_link(work)
        page = visitor()
        page.goto(address + link)
        start(page)
        expect(page.locator(".assistant").last).to_contain_text(reference)
        assert page.url == f"{address}/chat"
        page.reload()
        expect(page.locator(".assistant")).to_have_count(2)


def test_a_link_goes_on_in_the_chat_of_this_tab(tmp_path: Path, visitor: Callable[..., Page]) -> None:
    with web_site(tmp_path, public_url="http://127.0.0.1") as (address, work):
        reference, link = _mailed_link(work)
        page = visitor()
        begin(page, address)
        page.goto(address + link)
        expect(page.locator(".assistant").last).to_contain_text(reference)


def _mailed_link(work: Workplace) -> tuple[str, str]:
    reference = entered(Desk(work, Hands()), "Herzogenaurach")
    with work.database.session() as session:
        entry = entry_by_reference(session, reference)
        assert entry is not None
        (link,) = links_into_chat(session, work.settings, entry.id, now=work.clock())
    return reference, link.removeprefix(work.settings.web.public_url)


def test_where_streams_are_refused_the_answer_of_the_team_is_fetched(
    place: tuple[str, Workplace], visitor: Callable[..., Page]
) -> None:
    address, work = place
    page = visitor()
    refused = {"error": "busy"}
    page.route("**/chat/api/events", lambda route: route.fulfill(status=503, json=refused))
    begin(page, address)
    with work.database.session() as session:
        (chat,) = list_chats(session)
        say(session, chat, "Hier ist das Team.", now=work.clock())
    page.reload()
    expect(page.locator(".staff .text")).to_have_text(["Hier ist das Team."])
    expect(page.get_by_role("status")).to_have_text("")


def test_forced_colours_keep_borders_and_stay_accessible(
    place: tuple[str, Workplace], visitor: Callable[..., Page]
) -> None:
    page = visitor(forced_colors="active")
    begin(page, place[0])
    ask(page, "Bis wann ist die Frist?")
    expect(page.locator(".assistant")).to_have_count(2)
    assert violations(page) == []
    expect(page.get_by_role("button", name="Senden")).to_have_css("border-top-width", "2px")
    expect(page.locator(".person .text")).to_have_css("border-top-width", "2px")


def test_where_the_component_does_not_come_the_form_appears(
    place: tuple[str, Workplace], visitor: Callable[..., Page]
) -> None:
    """It waits unseen, so that nothing flashes before the component takes its place."""
    page = visitor()
    page.route("**/chat/api/config*", lambda route: None)
    page.goto(f"{place[0]}/chat")
    expect(page.locator("klimapartner-chat > section")).to_have_css("animation-name", "late")
    expect(page.locator("klimapartner-chat form")).to_be_visible()


def test_without_javascript_the_form_is_there_at_once(
    place: tuple[str, Workplace], visitor: Callable[..., Page]
) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(f"{place[0]}/chat")
    expect(page.locator("klimapartner-chat > section")).to_have_css("animation-name", "none")
