"""The pages about people and their accounts in Chromium: axe, narrow and dark, and by keyboard alone."""

from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from console_desk import PASSWORD, Console
from playwright.sync_api import Browser, Page

from klimapartner.storage.users import find_user

pytestmark = pytest.mark.chromium
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PUBLIC = ("/login", "/accessibility", "/privacy", "/invite", "/invite/done")
OF_ADMIN = ("/account", "/account/second-factor", "/users", "/users/2", "/log/access", "/log/access/people")
OF_LEAD = ("/log", "/log/changes")
LOOKS: dict[str, dict[str, Any]] = {
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}


def troubles(page: Page, address: str, paths: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is wrong with pages: axe's rules, errors in the browser's console, and what sticks out to the side."""
    found: list[tuple[str, str]] = []
    page.on("console", lambda message: found.append(("console", message.text)) if message.type == "error" else None)
    for path in paths:
        page.goto(f"{address}/console{path}")
        found += [(path, rule["id"]) for rule in Axe().run(page, options=RULES).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((path, "overflow"))
    # The page of a link that is no longer valid says so with its status, which the browser reports as an error.
    return [trouble for trouble in found if not ("410" in trouble[1] and trouble[0] == "console")]


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/console/login")
    page.get_by_label("Anmeldename").fill(name)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_barrier_that_a_program_can_find(
    console_site: tuple[str, Console], chromium: Browser, look: str
) -> None:
    address, _ = console_site
    found = []
    for name, paths in (("", PUBLIC), ("administrator", OF_ADMIN), ("lead", OF_LEAD)):
        with chromium.new_context(locale="de-DE", **LOOKS[look]) as context:
            page = context.new_page()
            if name:
                sign_in(page, address, name)
            found += troubles(page, address, paths)
    assert found == []


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()") == name:
            return
    raise AssertionError(f"{name} is not reached by keyboard")


def test_a_second_factor_is_set_up_and_used_by_keyboard_alone(
    console_site: tuple[str, Console], chromium: Browser
) -> None:
    address, console = console_site
    with chromium.new_context(locale="de-DE") as context:
        page = context.new_page()
        page.goto(f"{address}/console/login")
        tab_to(page, "Anmeldename")
        page.keyboard.type("editor")
        tab_to(page, "Passwort")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/")
        tab_to(page, "editor")
        page.keyboard.press("Enter")
        page.wait_for_url("**/account")
        tab_to(page, "Zweiten Faktor einrichten")
        page.keyboard.press("Enter")
        page.wait_for_url("**/second-factor")
        secret = page.locator(".otp-key").inner_text().replace(" ", "")
        tab_to(page, "Code (sechs Ziffern)")
        page.keyboard.type(pyotp.TOTP(secret).at(console.hands.now))
        page.keyboard.press("Enter")
        page.wait_for_selector(".codes")
        assert [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]] == []
        code = page.locator(".codes code").first.inner_text()
        tab_to(page, "Abmelden")
        page.keyboard.press("Enter")
        page.wait_for_url("**/login")
        sign_in(page, address, "editor")
        page.wait_for_url("**/login/code**")
        assert [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]] == []
        tab_to(page, "Code")
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/")
        assert page.get_by_role("status").first.inner_text().startswith("Sie haben einen Wiederherstellungscode")
    with console.session() as session:
        user = find_user(session, "editor")
    assert user and user.second_factor
