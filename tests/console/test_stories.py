"""Whole stories in Chromium: a new mail is reviewed, answered, matched, exported, erased; once by keyboard alone."""

import csv
import re

import pytest
from console_desk import PASSWORD, Console
from playwright.sync_api import Browser, Page, expect

from klimapartner.assistant.reading_work import read_waiting
from klimapartner.storage.messages import message_raw, messages_of_entry, store_message
from klimapartner.storage.offers import add_offer
from klimapartner.storage.outbox_edit import mails_of_entry
from klimapartner.storage.search import get_entry

pytestmark = pytest.mark.chromium
MAIL = """From: Kim Muster <kim.muster@tuebingen.example>
To: office@engagement-global.example
Subject: Interesse an einer Klimapartnerschaft
Date: Thu, 10 Feb 2022 08:00:00 +0100
Message-ID: <new@tuebingen.example>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Sehr geehrte Damen und Herren,

die Universitätsstadt Tübingen bekundet ihr Interesse an der neunten Phase. Eine Partnerkommune haben wir noch
nicht; wir wünschen uns eine in Afrika und möchten zum Thema Wasser arbeiten.

Mit freundlichen Grüßen
Kim Muster
Stabsstelle Umwelt und Klimaschutz
Tel. 07071 204-1800
"""


def _arrive(console: Console) -> None:
    now = console.work.clock()
    with console.session() as session:
        store_message(
            session, mailbox="box", uidvalidity=9, uid=1, raw=MAIL.replace("\n", "\r\n").encode(),
            message_id="<new@tuebingen.example>", received_at=now, now=now,
        )  # fmt: skip
        add_offer(
            session, call="phase09", name="Mwanza", country="TZ", message_id=1, contact_name="Asha Juma",
            contact_email="asha@mwanza.example", topics=["water"], now=now,
        )  # fmt: skip
    read_waiting(console.work, lambda handled: None)


def _sign_in(browser: Browser, address: str, role: str = "lead") -> Page:
    page = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{address}/console/")
    page.get_by_label("Anmeldename").fill(role)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Guten Tag, {role}")
    return page


def test_from_a_new_mail_to_the_export(any_site: tuple[str, Console], chromium: Browser) -> None:
    address, console = any_site
    _arrive(console)
    entry = console.entry("Tübingen")
    page = _sign_in(chromium, address)

    page.get_by_role("link", name="Register").click()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^Afrika")).check()
    expect(page.locator("#live")).to_have_text(re.compile("Einträgen"))
    expect(page).to_have_url(re.compile("region=africa"))
    page.get_by_role("link", name="Tübingen").click()

    expect(page.locator("mark", has_text="07071 204-1800")).to_have_count(1)
    field = page.locator("#field-contact-phone")
    field.get_by_text("Ändern").click()
    field.get_by_role("textbox").fill("07071 204-1801")
    field.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Telefon ist gespeichert.")).to_be_visible()
    expect(page.locator(".diff ins")).to_have_text("- Telefon: 07071 204-1801")
    page.get_by_role("button", name="Antwort so anpassen").click()
    page.get_by_role("button", name="Alle sicheren Angaben bestätigen").click()
    page.get_by_role("button", name="vollständig").click()
    expect(page.get_by_text("Bearbeitung: vollständig.")).to_be_visible()
    with console.session() as session:
        assert get_entry(session, entry.id).status == "complete"
        answer = mails_of_entry(session, entry.id)[0]
    assert [line for line in answer.body_text.splitlines() if "Telefon" in line] == ["- Telefon: 07071 204-1801"]

    page.get_by_role("link", name="Matching").click()
    page.get_by_role("button", name="Mwanza für Tübingen vorschlagen").click()
    expect(page.get_by_text("2 Briefe warten im Postausgang.")).to_be_visible()
    page.get_by_role("link", name="Postausgang").click()
    page.get_by_role("link", name=re.compile("^angehalten")).click()
    page.get_by_role("checkbox", name=re.compile("Vorschlag für eine Klimapartnerschaft")).check()
    page.get_by_role("button", name="Freigeben").click()
    expect(page.get_by_text("1 freigegeben.")).to_be_visible()
    with console.session() as session:
        assert [mail.state for mail in mails_of_entry(session, entry.id) if mail.kind == "letter"] == ["queued"]

    page.get_by_role("link", name="Register").click()
    page.get_by_label("Suche in Namen und Angaben").fill("tübingen")
    page.get_by_role("button", name="Suchen").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    assert [row[1:3] for row in rows[1:]] == [["Tübingen", "'08416041"]]

    page.get_by_role("link", name="Datenschutz").first.click()
    page.get_by_role("searchbox").fill("kim.muster@tuebingen.example")
    page.get_by_role("button", name="Suchen").click()
    page.get_by_role("button", name=re.compile("kim", re.IGNORECASE)).first.click()
    page.get_by_role("button", name=re.compile("^Löschen")).click()
    page.get_by_label("Zum Löschen bitte LÖSCHEN eingeben").fill("LÖSCHEN")
    page.get_by_role("button", name="Endgültig löschen").click()
    expect(page.get_by_text("Gelöscht. Das ist der Nachweis.")).to_be_visible()
    with console.session() as session:
        left = get_entry(session, entry.id)
        assert {name: left.value(name) for name in ("contact.name", "contact.email", "contact.phone")} == {
            "contact.name": None, "contact.email": None, "contact.phone": None,
        }  # fmt: skip
        assert message_raw(session, messages_of_entry(session, entry.id)[0].id) == b""
    page.context.close()


def test_by_keyboard_alone(console_site: tuple[str, Console], chromium: Browser) -> None:
    address, console = console_site
    page = chromium.new_context(locale="de-DE", viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{address}/console/entries")
    _tab_to(page, "#name")
    page.keyboard.type("editor")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Register")
    page.wait_for_load_state()
    first = page.locator("[data-row] .list__name").nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".is-here .list__name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    page.wait_for_load_state()
    page.keyboard.press("c")
    expect(page.get_by_text("Angaben bestätigt.")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("e")
    expect(page.locator("#field-municipality .change summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#in-municipality")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    assert console.entry(first).fields["contact.name"].provenance == "staff"
    page.context.close()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by the Tab key")


def test_marking_text_in_the_message_fills_a_field(console_site: tuple[str, Console], chromium: Browser) -> None:
    address, console = console_site
    page = _sign_in(chromium, address, "editor")
    entry = console.entry("Herzogenaurach")
    page.goto(f"{address}/console/entries/{entry.id}")
    page.evaluate(
        """() => {
            const all = [...document.querySelectorAll('.stretch')];
            const stretch = all.find((one) => one.textContent.includes('Marktplatz'));
            const node = stretch.firstChild, at = node.data.indexOf('Marktplatz');
            const range = document.createRange();
            range.setStart(node, at); range.setEnd(node, at + 'Marktplatz 11'.length);
            const selection = getSelection();
            selection.removeAllRanges(); selection.addRange(range);
        }"""
    )
    marker = page.locator("#marker")
    expect(marker).to_be_visible()
    marker.get_by_label("Markierten Text übernehmen als").select_option("contact.role")
    marker.get_by_role("button").click()
    expect(page.get_by_text("Funktion ist gespeichert.")).to_be_visible()
    stored = console.entry("Herzogenaurach").fields["contact.role"]
    assert (stored.value, stored.evidence[0]["text"]) == ("Marktplatz 11", "Marktplatz 11")
    expect(page.locator("mark", has_text="Marktplatz 11")).to_have_count(1)
    page.context.close()


def test_the_main_path_works_without_javascript(console_site: tuple[str, Console], chromium: Browser) -> None:
    address, console = console_site
    context = chromium.new_context(locale="de-DE", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/console/entries")
    page.get_by_label("Anmeldename").fill("editor")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^Lateinamerika")).check()
    page.get_by_role("button", name="Filter anwenden").click()
    page.get_by_role("link", name="Nürnberg").click()
    page.get_by_role("button", name="in Prüfung").click()
    expect(page.get_by_text("Bearbeitung: in Prüfung.")).to_be_visible()
    assert console.entry("Nürnberg").status == "in_review"
    context.close()
