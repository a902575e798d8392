"""`klimapartner demo`: the main job, to be seen in a minute."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import track

from klimapartner.assistant.commands.common import escape, table_of, wide_console
from klimapartner.assistant.commands.register import register_table
from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.export import write_xlsx
from klimapartner.assistant.intake import Handled
from klimapartner.assistant.settings import Settings
from klimapartner.assistant.web.server import running
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.outbox import OutboxMail, list_outbox
from klimapartner.storage.search import list_entries
from klimapartner.storage.unanswered import list_unanswered


def demo(
    folder: Annotated[Path, typer.Option(help="Ordner für Datenbank und Excel-Datei")] = Path("demo"),
    chat: Annotated[bool, typer.Option("--chat", help="Stattdessen den Chat im Browser, bis Strg+C")] = False,
) -> None:
    """Zeigt die Hauptaufgabe mit Beispielmails auf einem eingebetteten Mailserver. Endet von selbst."""
    try:
        from klimapartner.assistant import demo as parts
    except ImportError as error:
        raise AssistantError("Die Vorführung braucht das Extra `demo`: pip install 'klimapartner[demo]'.") from error
    folder.mkdir(parents=True, exist_ok=True)
    console = wide_console()
    if chat:
        _chat(console, parts.chat_settings(folder))
    else:
        _mails(console, folder)


def _chat(console: Console, settings: Settings) -> None:
    """The web chat on the demo's database, on any free port."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_workplace(settings) as work, running(work) as (address, _):
        console.print(f"Der Chat ist bereit: {address}/chat (Ende mit Strg+C)")
        stop.wait()


def _mails(console: Console, folder: Path) -> None:
    from klimapartner.assistant import demo as parts

    with parts.embedded_servers() as (imap, sink):
        for sample in track(list(parts.samples()), "Beispielmails zustellen", console=console):
            imap.append(sample.raw, sample.received)
        with open_workplace(parts.demo_settings(folder, imap, sink)) as work:
            handled: list[Handled] = []
            with console.status("Postfach abrufen und lesen …"):
                polled = parts.receive(work, handled)
            with console.status("Antworten senden …"):
                sent = parts.answer(work)
            console.print(f"Abgerufen: {polled.new} neu, {polled.known} schon bekannt. Gesendet: {sent}.\n")
            _show(console, work, folder)


def _show(console: Console, work: Workplace, folder: Path) -> None:
    with work.database.reading() as session:
        entries, outbox = list_entries(session), list_outbox(session)
        silent: list[tuple[object, str]] = [
            (item.message_id, item.reason) for item in list_unanswered(session, open_only=False)
        ]
        held: list[tuple[object, str]] = [
            (row.message_id, f"Angehalten: {row.hold_reason}") for row in outbox if row.state == "held"
        ]
        written = write_xlsx(entries, folder / "register.xlsx")
    console.print(register_table(entries))
    if answer := _best(outbox):
        title = f"Eine Eingangsbestätigung im Wortlaut: An {answer.to_addr}, Betreff: {answer.subject}"
        console.print(Panel(answer.body_text.replace("[", r"\["), title=escape(title)))
    console.print(table_of("Nicht (gleich) beantwortet", ("Nachricht", "Warum"), silent + held))
    console.print(f"\n{written} Einträge in {folder / 'register.xlsx'}; Datenbank: {folder / 'klimapartner.db'}")


def _best(outbox: list[OutboxMail]) -> OutboxMail | None:
    """The longest acknowledgement: the one that shows the most."""
    return max((row for row in outbox if row.kind == "interest"), key=lambda row: len(row.body_text), default=None)
