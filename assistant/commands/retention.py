"""`klimapartner retention`: what goes by itself when its time is up."""

from collections.abc import Sequence

import typer

from klimapartner.assistant.commands.common import show_table, workplace_of
from klimapartner.assistant.retention import Period, run_retention
from klimapartner.assistant.retention import preview as preview_periods

app = typer.Typer(name="retention", help="Aufbewahrungsfristen.", no_args_is_help=True)
_KINDS = {
    "messages": "Wortlaut der Nachrichten", "chats": "Verläufe der Chats", "outbox": "Gesendete Mails",
    "closed_contacts": "Kontakte abgelehnter und zurückgezogener Einträge", "accesses": "Protokoll der Zugriffe",
    "sessions": "Beendete Anmeldungen", "stored_files": "Zwischengespeicherte Dateien",
}  # fmt: skip


@app.command()
def preview(context: typer.Context) -> None:
    """Zeigt, was jetzt gelöscht würde."""
    with workplace_of(context) as work:
        _show("Würde gelöscht", preview_periods(work))


@app.command()
def run(context: typer.Context) -> None:
    """Löscht, was seine Frist überschritten hat; im Betrieb geschieht das täglich von selbst."""
    with workplace_of(context) as work:
        _show("Gelöscht", run_retention(work))


def _show(title: str, periods: Sequence[Period]) -> None:
    rows = [(_KINDS[one.kind], f"{one.days} Tag(e)" if one.days else "bleibt", one.count) for one in periods]
    show_table(title, ("Art", "Frist", "Anzahl"), rows)
