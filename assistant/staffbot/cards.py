"""A card: what is told of an entry, and the buttons below it. No personal data unless switched on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from klimapartner.assistant.settings import Settings
from klimapartner.assistant.staffbot.texts import StaffLanguage, moment, text
from klimapartner.assistant.templates import plain
from klimapartner.storage.engine import Session
from klimapartner.storage.entries import Entry
from klimapartner.storage.errors import NotFound
from klimapartner.storage.history import HistoryLine, list_history
from klimapartner.storage.search import get_entry

# What the history says of a button that was pressed, and the name of its text.
DEEDS = {"confirm": "confirmed", "ask": "asked", "hold": "held"}
_CONTACT = ("contact.name", "contact.email", "contact.phone")
# Later than this, an entry is decided on in the console.
OPEN = ("new", "in_review")


@dataclass(frozen=True, slots=True)
class CardButton:
    """A button: `data` is sent back when it is pressed, or `url` is opened."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Plain text and rows of buttons, as Telegram shows them."""

    text: str
    rows: tuple[tuple[CardButton, ...], ...] = ()

    @property
    def digest(self) -> str:
        """A short sign of what is shown, to tell whether anything has to be edited."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def card_of(session: Session, settings: Settings, entry_id: int, *, group: bool) -> Card:
    """The card as it should stand now; `group` says where it is shown."""
    language = settings.staff_bot.language
    try:
        entry = get_entry(session, entry_id)
    except NotFound:
        return Card(text("card.gone", language))
    deeds = deeds_of(session, entry_id)
    lines = [_kind(entry, language), _body(entry, language), _number(entry, language)]
    if settings.staff_bot.personal_data == "everywhere" or (
        settings.staff_bot.personal_data == "private" and not group
    ):
        lines += _contact(entry, language)
    link = console_link(settings, entry_id)
    lines += [] if link else [text("card.look", language, reference=entry.reference)]
    lines += _done(deeds, settings)
    return Card("\n".join(lines), _rows(entry, deeds, link, language))


def deeds_of(session: Session, entry_id: int) -> list[HistoryLine]:
    """What was done with an entry by buttons, oldest first."""
    lines = list_history(session, "entry", entry_id)
    # With a field, it is that one value which somebody confirmed elsewhere.
    return [line for line in lines if line.action in DEEDS.values() and not line.field]


def unconfirmed(entry: Entry) -> bool:
    """Whether somebody still has to say that the entry was read rightly."""
    return entry.status == "new" or entry.uncertain


def console_link(settings: Settings, entry_id: int) -> str:
    """Where the console shows an entry; '' where no address is set that another machine could open."""
    base = settings.web.public_url.rstrip("/")
    host = urlsplit(base).hostname or ""
    # Telegram refuses buttons with hosts that only this machine knows.
    return f"{base}/console/entries/{entry_id}" if "." in host and not host.startswith("127.") else ""


def _kind(entry: Entry, language: StaffLanguage) -> str:
    flags = {"uncertain": entry.uncertain, "late": entry.late, "undeliverable": entry.undeliverable}
    kind = text("card.new" if entry.status == "new" else "card.known", language)
    told = [text(f"card.{name}", language) for name, value in flags.items() if value]
    return f"{kind}: {', '.join(told)}" if told else kind


def _body(entry: Entry, language: StaffLanguage) -> str:
    names = [plain(name) for name in (entry.body_name, entry.sub_body) if name]
    return " / ".join(names) or text("card.nobody", language)


def _number(entry: Entry, language: StaffLanguage) -> str:
    return text("card.number", language, number=entry.id, status=text(f"status.{entry.status}", language))


def _contact(entry: Entry, language: StaffLanguage) -> list[str]:
    values = [" ".join(str(value).split()) for name in _CONTACT if (value := entry.value(name))]
    return [text("card.contact", language, contact=", ".join(values))] if values else []


def _done(deeds: Sequence[HistoryLine], settings: Settings) -> list[str]:
    zone, language = ZoneInfo(settings.timezone), settings.staff_bot.language
    told = [text(f"card.done_{deed.action}", language, who=deed.who, at=moment(deed.at, zone)) for deed in deeds]
    return ["", *told] if told else []


def _rows(
    entry: Entry, deeds: Sequence[HistoryLine], link: str, language: StaffLanguage
) -> tuple[tuple[CardButton, ...], ...]:
    done = {deed.action for deed in deeds}
    open_ = {"confirm": unconfirmed(entry), "ask": "asked" not in done, "hold": "held" not in done}
    names = [name for name, free in open_.items() if free and entry.status in OPEN]
    # A version of its own on every button: a press on what stood there before is told apart.
    steps = tuple(CardButton(text(f"button.{name}", language), f"{name}:{entry.id}:{entry.version}") for name in names)
    console = (CardButton(text("button.open", language), url=link),) if link else ()
    return tuple(row for row in (steps, console) if row)
