"""`klimapartner register`: the structured register of expressions of interest."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from klimapartner.assistant.by_hand import add_by_hand
from klimapartner.assistant.commands.common import german_time, show_table, table_of, wide_console, workplace_of
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.export import write_xlsx
from klimapartner.storage.engine import Session
from klimapartner.storage.history import list_history
from klimapartner.storage.search import Entry, entry_by_reference, list_entries

app = typer.Typer(name="register", help="Das Register der Interessenbekundungen.", no_args_is_help=True)
_COLUMNS = ("Zeichen", "Kommune", "AGS", "Region", "Partner", "Stand", "Kontakt", "Status", "Hinweise")


@app.command("list")
def list_(context: typer.Context) -> None:
    """Zeigt alle Einträge."""
    with workplace_of(context) as work, work.database.reading() as session:
        table = register_table(list_entries(session))
    wide_console().print(table)


def register_table(entries: Iterable[Entry]) -> Table:
    """The register as a table."""
    return table_of("Register", _COLUMNS, map(_row, entries))


def _row(entry: Entry) -> tuple[object, ...]:
    flags = {"zu spät": entry.late, "unzustellbar": entry.undeliverable, "unsicher": entry.uncertain}
    partner = ", ".join(filter(None, (entry.partner_name, entry.partner_country)))
    body = " / ".join(filter(None, (entry.body_name or "unbekannt", entry.sub_body)))
    return (
        entry.reference, body, entry.ags, entry.value("world_region"), partner, entry.value("partnership_status"),
        entry.value("contact.name"), entry.status, ", ".join(name for name, value in flags.items() if value),
    )  # fmt: skip


@app.command()
def show(context: typer.Context, reference: Annotated[str, typer.Argument(help="Zeichen, z. B. KP9-7F3K2M")]) -> None:
    """Zeigt einen Eintrag mit Herkunft, Beleg und Verlauf."""
    with workplace_of(context) as work, work.database.reading() as session:
        entry = _entry(session, reference)
        history = list_history(session, "entry", entry.id)
    show_table(
        f"{entry.reference}: {entry.body_name or 'unbekannt'}",
        ("Feld", "Wert", "Herkunft", "Sicherheit", "Beleg"),
        _fields(entry),
    )
    lines = [(german_time(h.at), h.who, h.action, h.field, h.old, h.new) for h in history]
    show_table("Verlauf", ("Wann", "Wer", "Was", "Feld", "Vorher", "Nachher"), lines)


def _entry(session: Session, reference: str) -> Entry:
    entry = entry_by_reference(session, reference)
    if entry is None:
        raise UsageError(f"Einen Eintrag {reference} gibt es nicht; `klimapartner register list` zeigt alle.")
    return entry


def _fields(entry: Entry) -> Iterable[tuple[object, ...]]:
    for name, field in entry.fields.items():
        quotes = " | ".join(str(item.get("text", "")) for item in field.evidence if isinstance(item, dict))
        confidence = "" if field.confidence is None else f"{field.confidence:.2f}"
        yield name, field.value, field.provenance, confidence, quotes


@app.command()
def add(
    context: typer.Context,
    municipality: Annotated[
        str, typer.Argument(help="Kommune, wie sie sich nennt, am besten mit Postleitzahl oder Kreis")
    ],
    region: Annotated[str, typer.Option(help="africa, latin_america oder open")] = "",
    partner: Annotated[str, typer.Option(help="Partnerkommune")] = "",
    country: Annotated[str, typer.Option(help="Land des Partners, zwei Buchstaben nach ISO 3166")] = "",
    status: Annotated[str, typer.Option(help="existing, planned oder none")] = "",
    contact: Annotated[str, typer.Option(help="Kontaktperson")] = "",
    mail: Annotated[str, typer.Option(help="E-Mail-Adresse der Kontaktperson")] = "",
    phone: Annotated[str, typer.Option(help="Telefon der Kontaktperson")] = "",
) -> None:
    """Trägt eine Interessenbekundung von Hand ein (Telefon, Post, Fax)."""
    given = {
        "world_region": region, "partnership_status": status,
        "contact.name": contact, "contact.email": mail, "contact.phone": phone,
    }  # fmt: skip
    with workplace_of(context) as work, work.database.session() as session:
        change = add_by_hand(session, work, municipality, partner, country, given)
    typer.echo(f"{change.reference} ist {'angelegt' if change.created else 'ergänzt'}.")


@app.command()
def export(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="Datei, z. B. register.xlsx")],
) -> None:
    """Schreibt das Register als Excel-Datei."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError("Bitte einen Dateinamen mit der Endung .xlsx angeben.")
    with workplace_of(context) as work, work.database.reading() as session:
        count = write_xlsx(list_entries(session), path, ZoneInfo(work.settings.timezone))
    typer.echo(f"{count} Einträge nach {path} geschrieben.")
