"""`klimapartner demo`: the main job, to be seen in a minute."""

import secrets
import signal
import threading
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

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
from klimapartner.storage.engine import Session
from klimapartner.storage.outbox import OutboxMail, list_outbox
from klimapartner.storage.search import list_entries
from klimapartner.storage.states import ROLES, Role
from klimapartner.storage.unanswered import list_unanswered
from klimapartner.storage.users import add_user, find_user, set_password


def demo(
    folder: Annotated[Path, typer.Option(help="Ordner für Datenbank und Excel-Datei")] = Path("demo"),
    chat: Annotated[bool, typer.Option("--chat", help="Stattdessen den Chat im Browser, bis Strg+C")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Danach die Oberfläche für das Team, bis Strg+C")] = False,
) -> None:
    """Zeigt die Hauptaufgabe mit Beispielmails auf einem eingebetteten Mailserver. Endet ohne --serve von selbst."""
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
    if serve and not chat:
        _serve(console, parts.chat_settings(folder))


def _chat(console: Console, settings: Settings) -> None:
    """The web chat on the demo's database, on any free port."""
    with open_workplace(settings) as work, running(work) as (address, _):
        console.print(f"Der Chat ist bereit: {address}/chat (Ende mit Strg+C)")
        _until_ended()


def _serve(console: Console, settings: Settings) -> None:
    """The console on the demo's database, for a user whose password is new every time."""
    with open_workplace(settings) as work, running(work) as (address, _):
        password = secrets.token_urlsafe(12)
        with work.database.session() as session:
            for role in ROLES:
                _demo_user(session, role, password, work)
        console.print(f"\nDie Oberfläche ist bereit: {address}/console/ (Ende mit Strg+C)")
        console.print(f"Anmelden als {', '.join(ROLES)}; Passwort für alle: {password}", highlight=False)
        _until_ended()


def _demo_user(session: Session, role: Role, password: str, work: Workplace) -> None:
    if find_user(session, role) is None:
        mail = f"{role}@vorfuehrung.example"
        add_user(session, name=role, mail=mail, role=role, password=password, now=work.clock())
    else:
        set_password(session, role, password, who="demo", now=work.clock())


def _until_ended() -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
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
        written = write_xlsx(entries, folder / "register.xlsx", ZoneInfo(work.settings.timezone))
    console.print(register_table(entries))
    if answer := _best(outbox):
        title = f"Eine Eingangsbestätigung im Wortlaut: An {answer.to_addr}, Betreff: {answer.subject}"
        console.print(Panel(answer.body_text.replace("[", r"\["), title=escape(title)))
    console.print(table_of("Nicht (gleich) beantwortet", ("Nachricht", "Warum"), silent + held))
    console.print(f"\n{written} Einträge in {folder / 'register.xlsx'}; Datenbank: {folder / 'klimapartner.db'}")


def _best(outbox: list[OutboxMail]) -> OutboxMail | None:
    """The longest acknowledgement: the one that shows the most."""
    return max((row for row in outbox if row.kind == "interest"), key=lambda row: len(row.body_text), default=None)
