"""`klimapartner run`: everything that is configured, until it is stopped."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from klimapartner.assistant.commands.common import workplace_of
from klimapartner.assistant.dispatch import gate_is_open
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.metrics import HOST, serve_metrics
from klimapartner.assistant.reader_processes import cores, count_of, megabytes, readers_beside
from klimapartner.assistant.service import PARTS, has_bot, serve
from klimapartner.assistant.workplace import Workplace


def run(
    context: typer.Context,
    only: Annotated[
        str, typer.Option("--only", help=f"Nur diese Teile, durch Komma getrennt: {', '.join(PARTS)}")
    ] = "",
    metrics_port: Annotated[
        int, typer.Option("--metrics-port", min=0, max=65535, help="Kennzahlen für Prometheus; 0: keine")
    ] = 0,
    metrics_host: Annotated[
        str, typer.Option("--metrics-host", help="Adresse dafür; sie sind ohne Anmeldung zu lesen")
    ] = HOST,
) -> None:
    """Ruft ab, liest und sendet, bis das Programm beendet wird (Strg+C oder SIGTERM)."""
    parts = [part.strip() for part in only.split(",") if part.strip()] or list(PARTS)
    if unknown := sorted(set(parts) - set(PARTS)):
        raise UsageError(f"Den Teil „{unknown[0]}“ gibt es nicht; möglich sind: {', '.join(PARTS)}.")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with workplace_of(context) as work:
        if parts == ["bots"] and not has_bot(work.settings):
            raise UsageError("Es ist kein Bot eingerichtet; bitte telegram.mode und telegram.token setzen.")
        _tell(work, parts)
        if metrics_port:
            serve_metrics(work, metrics_port, metrics_host)
        with readers_beside(_further_readers(work, parts), Path(context.obj), stop):
            serve(work, parts, stop)


def _further_readers(work: Workplace, parts: list[str]) -> int:
    """The service's own reading thread is one of them."""
    return count_of(work.settings, cores=cores(), megabytes=megabytes()) - 1 if "read" in parts else 0


def _tell(work: Workplace, parts: list[str]) -> None:
    console = Console(stderr=True)
    console.print(
        f"Läuft: {', '.join(parts)}; Postfächer: {', '.join(work.settings.mailboxes) or 'keine'}. Ende mit Strg+C."
    )
    if missing := work.settings.missing_to_send():
        console.print(f"Es wird nichts gesendet, bis gesetzt ist: {', '.join(missing)}.")
    with work.database.reading() as session:
        if not gate_is_open(session):
            console.print("Der Ausgang ist noch zu; `klimapartner outbox release --all` öffnet ihn.")
