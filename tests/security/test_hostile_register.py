"""A database in which every free text is hostile: all pages of the console are opened, and nothing of it works."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from console_desk import Console, Staff, copied_console
from lxml import html
from sqlalchemy import select

from klimapartner.assistant.reading_work import read_waiting
from klimapartner.storage import history
from klimapartner.storage.engine import Session
from klimapartner.storage.messages import store_message
from klimapartner.storage.tables import (
    AccessRow,
    ChatLineRow,
    CommentRow,
    EntryRow,
    FieldRow,
    MessageRow,
    OfferRow,
    OutboxRow,
    ParticipantRow,
    ReminderRow,
    SavedViewRow,
    SessionRow,
    StoredFileRow,
    TaskRow,
    UnansweredRow,
    UserRow,
)

# As an element, out of an attribute, out of a script, as a template of three kinds.
HOSTILE = "<kpx>\"'><kpx onload=kpx>&lt;kpx {{1337*1337}} ${1337*1337} #{1337*1337} %{1337*1337} </script><!--"
SOLVED = "1787569"  # 1337 * 1337
FREE = {
    EntryRow: ("body_name", "sub_body", "partner_name"),
    OfferRow: ("name", "contact_name", "contact_email", "contact_phone"),
    ParticipantRow: ("name", "body", "email"),
    OutboxRow: ("subject", "body_text", "to_name", "to_addr", "last_error", "hold_reason"),
    UnansweredRow: ("reason",),
    TaskRow: ("text",),
    CommentRow: ("text", "who"),
    ReminderRow: ("text", "who"),
    AccessRow: ("detail", "who"),
    SavedViewRow: ("name",),
    SessionRow: ("agent",),
    StoredFileRow: ("name",),
    ChatLineRow: ("text",),
    MessageRow: ("state_reason",),
}
PAGES = ("/", "/entries", "/outbox", "/unanswered", "/tasks", "/decide", "/match", "/events", "/call", "/log", "/users",
         "/log/changes", "/log/access", "/people", "/people/retention", "/import", "/account", "/compose?entry=1",
         "/entries/new", "/privacy", "/accessibility")  # fmt: skip
MOST_PAGES = 150


def poison(session: Session) -> int:
    """Put the hostile text into every free text there is; returns how many places there are."""
    count = 0
    for table, columns in FREE.items():
        for row in session.scalars(select(table)):
            for column in columns:
                setattr(row, column, HOSTILE)
                count += 1
    for field in session.scalars(select(FieldRow)):
        field.value, field.evidence = poisoned(field.value), poisoned(field.evidence)
        count += 2
    return count


def poisoned(value: Any) -> Any:
    """Every text in a JSON value that is free; keys, codes and short words stay."""
    if isinstance(value, dict):
        return {key: poisoned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item) for item in value]
    return f"{HOSTILE} {value}" if isinstance(value, str) and len(value) > 12 else value


def _mail(number: int) -> bytes:
    body = f"<html><body>{HOSTILE}<script>kpx()</script><img src=x onerror=kpx()></body></html>"
    lines = (f"From: \"{HOSTILE.replace(chr(34), '')}\" <a{number}@example.org>", f"Subject: {HOSTILE}",
             f"Message-ID: <kpx{number}@x>", "Content-Type: text/html; charset=utf-8", "", body)  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.fixture
def hostile(filled_sqlite: Path, tmp_path: Path) -> Iterator[tuple[Console, int]]:
    with copied_console(filled_sqlite, tmp_path) as console:
        with console.session() as session:
            _add_more(session, console)
        read_waiting(console.work)
        with console.session() as session:
            places = poison(session)
        yield console, places


def _add_more(session: Session, console: Console) -> None:
    """A row of each kind that the demo's mails leave empty."""
    now, entry, user = console.work.clock(), console.entries()[0], session.scalars(select(UserRow)).first()
    assert user is not None
    session.add(CommentRow(entry_id=entry.id, who="x", text="x", created_at=now))
    session.add(ReminderRow(entry_id=entry.id, who="x", text="x", due_at=now, created_at=now))
    session.add(SavedViewRow(user_id=user.id, name="x", query="text=x", shared=True, created_at=now))
    history.record(
        session, now=now, who=HOSTILE, subject="entry", subject_id=entry.id, action="changed", field=HOSTILE,
        old=HOSTILE, new=HOSTILE,
    )  # fmt: skip
    for number in range(100, 110):
        store_message(
            session, mailbox="box", uidvalidity=1, uid=number, raw=_mail(number), message_id=HOSTILE, received_at=now,
            now=now,
        )  # fmt: skip


def visible_faults(page: str) -> list[str]:
    """What of the hostile text became markup, code or a number."""
    tree = html.fromstring(page)
    elements = [element.tag for element in tree.iter() if isinstance(element.tag, str)]
    attributes = [f"{element.tag}@{name}" for element in tree.iter() if isinstance(element.tag, str)
                  for name, value in element.attrib.items() if name.startswith("on") or value == "kpx()"]  # fmt: skip
    solved = [SOLVED] if SOLVED in page else []
    return [tag for tag in elements if "kpx" in tag] + attributes + solved


def crawl(staff: Staff) -> dict[str, list[str]]:
    """The faults of every page that can be reached by links from the menu, by address."""
    waiting, found = [f"/console{page}" for page in PAGES], {}
    while waiting and len(found) < MOST_PAGES:
        address = waiting.pop(0)
        shape = _shape(address)
        if shape in found:
            continue
        response = staff.client.get(address)
        kind = response.headers.get("content-type", "")
        if not kind.startswith("text/html"):
            continue
        found[shape] = visible_faults(response.text)
        assert response.status_code < 500, address
        links = [link.get("href", "") for link in html.fromstring(response.text).cssselect("a[href]")]
        waiting += [urljoin(address, link) for link in links if urljoin(address, link).startswith("/console")]
    return found


def _shape(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query[:40]}"


def test_no_page_of_the_console_lets_a_hostile_text_become_markup_or_code(
    hostile: tuple[Console, int], none_through: Callable[[str, dict[Any, bool]], None], tally: Any
) -> None:
    console, places = hostile
    found = crawl(console.sign_in("administrator")) | crawl(console.sign_in("lead"))
    assert len(found) > 40
    tally.add("hostile texts in the register", places)
    none_through("pages with hostile texts", {(page, *faults): bool(faults) for page, faults in found.items()})
