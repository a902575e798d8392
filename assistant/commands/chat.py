"""`klimapartner chat` and `klimapartner chats`: talk to the assistant in the terminal; see chats and answer in them."""

import getpass
import secrets
from collections.abc import Iterable
from typing import Annotated

import typer

from klimapartner.assistant.chat_expiry import forget_old_chats
from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.commands.common import german_time, show_table, workplace_of
from klimapartner.assistant.dialogue.contract import Button, Event, reply_of
from klimapartner.assistant.staff_chat import answer_in_chat, end_hand_over
from klimapartner.assistant.workplace import Workplace
from klimapartner.storage.chat_lines import ChatLine, lines_of
from klimapartner.storage.chats import find_chat, get_chat, list_chats
from klimapartner.storage.states import LineState
from klimapartner.storage.tasks import list_tasks

CHANNEL = "terminal"
_WHO = {"person": "Person", "assistant": "Assistent", "staff": "Team"}
_ARRIVAL: dict[LineState, str] = {
    "queued": " (wartet auf den Versand)",
    "sending": " (wird gesendet)",
    "uncertain": " (unsicher, ob angekommen)",
    "failed": " (nicht angekommen)",
    "skipped": " (nicht gesendet)",
}
app = typer.Typer(name="chats", help="Chats: ansehen und beantworten.", no_args_is_help=True)
_Number = Annotated[int, typer.Argument(help="Nummer des Chats, siehe `klimapartner chats list`")]


def chat(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name des Gesprächs; derselbe Name setzt es fort")] = "",
) -> None:
    """Spricht mit dem Assistenten im Terminal. Knöpfe werden mit ihrer Nummer gedrückt; Ende mit Strg+D."""
    address = f"{getpass.getuser()}:{name or secrets.token_hex(4)}"
    with workplace_of(context) as work:
        buttons = _begin(work, address)
        while (text := _read()) is not None:
            if text.strip():
                buttons = _step(work, address, event_of_line(text, buttons)) or buttons


def _begin(work: Workplace, address: str) -> list[Button]:
    """The greeting; in a chat that is known already what was said last, by the team too."""
    with work.database.reading() as session:
        known = find_chat(session, CHANNEL, address)
        lines = lines_of(session, known.id) if known else []
    if not lines:
        return _step(work, address, Event("command", "start"))
    said = max((line.id for line in lines if line.who == "person"), default=0)
    return _show(line for line in lines if line.id > said)


def _read() -> str | None:
    try:
        return input("> ")
    except EOFError:
        typer.echo("")
        return None


def event_of_line(text: str, buttons: list[Button]) -> Event:
    """What a typed line is: the number of a button, a command, or text."""
    plain = text.strip()
    if plain.isdigit() and 1 <= int(plain) <= len(buttons):
        return Event("button", buttons[int(plain) - 1].value)
    return Event("command", plain[1:]) if plain.startswith("/") else Event("text", text)


def _step(work: Workplace, address: str, event: Event) -> list[Button]:
    """Say something and show what comes back; returns the buttons that may be pressed now."""
    update, _ = receive(work, channel=CHANNEL, address=address, key=secrets.token_hex(16), event=event)
    answer_waiting(work, chat_id=update.chat_id)
    with work.database.reading() as session:
        lines = lines_of(session, update.chat_id)
    # Nothing of the person's own is left where the chat was forgotten.
    said = max((line.id for line in lines if line.who == "person"), default=0)
    return _show(line for line in lines if line.id > said)


def _show(lines: Iterable[ChatLine]) -> list[Button]:
    buttons: list[Button] = []
    for line in lines:
        reply = reply_of(line.text, line.extras)
        typer.echo(f"\n{line.text}")
        for button in (button for row in reply.buttons for button in row):
            buttons.append(button)
            typer.echo(f"  [{len(buttons)}] {button.label}")
        if reply.document:
            typer.echo(f"  Datei: {reply.document.name}")
    return buttons


@app.command("list")
def list_(context: typer.Context) -> None:
    """Zeigt die Chats, in denen zuletzt etwas geschah."""
    with workplace_of(context) as work, work.database.reading() as session:
        wanted = {task.chat_id: task.text for task in list_tasks(session) if task.chat_id is not None}
        rows = [
            (item.id, item.channel, item.language, german_time(item.updated_at), wanted.get(item.id, ""))
            for item in list_chats(session)
        ]
    show_table("Chats", ("Nr.", "Kanal", "Sprache", "Zuletzt", "Zu tun"), rows)


@app.command()
def forget(context: typer.Context) -> None:
    """Löscht, was älter ist als chat.transcript_days; `klimapartner run` tut das von selbst."""
    with workplace_of(context) as work:
        done = forget_old_chats(work)
    typer.echo(f"Gelöscht: {done.lines} Zeilen, {done.chats} Chats ganz.")


@app.command()
def show(context: typer.Context, number: _Number) -> None:
    """Zeigt einen Chat im Wortlaut."""
    with workplace_of(context) as work, work.database.reading() as session:
        lines = lines_of(session, get_chat(session, number).id)
    labels: dict[str, str] = {}
    for line in lines:
        labels |= {button.value: button.label for row in reply_of("", line.extras).buttons for button in row}
        pressed = line.extras.get("kind") == "button"
        text = f"[{labels.get(line.text, line.text)}]" if pressed else line.text
        typer.echo(f"{german_time(line.created_at)} {_WHO[line.who]}{_ARRIVAL.get(line.state, '')}: {text}")


@app.command()
def answer(
    context: typer.Context,
    number: _Number,
    text: Annotated[str, typer.Argument(help="Die Antwort")],
    end: Annotated[bool, typer.Option("--end", help="Danach antwortet wieder der Assistent allein")] = False,
) -> None:
    """Antwortet als Team im Chat; wer ihn verlassen hat und eine Adresse angab, bekommt die Antwort per E-Mail."""
    with workplace_of(context) as work, work.database.session() as session:
        done = answer_in_chat(session, work.chat_office, number, text, who="kommandozeile", now=work.clock())
        if end:
            end_hand_over(session, number, now=work.clock())
    typer.echo("Die Antwort steht im Chat" + (f" und geht per E-Mail an {done.mail.to_addr}." if done.mail else "."))
