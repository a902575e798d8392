"""`klimapartner unanswered`: mails that got no answer, and why."""

from typing import Annotated

import typer

from klimapartner.assistant.after_all import answer_after_all
from klimapartner.assistant.commands.common import german_time, show_table, workplace_of
from klimapartner.storage.messages import get_message
from klimapartner.storage.unanswered import list_unanswered

app = typer.Typer(name="unanswered", help="Nachrichten ohne Antwort.", no_args_is_help=True)


@app.command("list")
def list_(context: typer.Context) -> None:
    """Zeigt, was nicht beantwortet wurde und warum."""
    with workplace_of(context) as work, work.database.reading() as session:
        rows = [
            (item.message_id, german_time(get_message(session, item.message_id).received_at), item.code, item.reason)
            for item in list_unanswered(session)
        ]
    show_table("Ohne Antwort", ("Nr.", "Eingang", "Grund", "Erklärung"), rows)


@app.command()
def answer(context: typer.Context, number: Annotated[int, typer.Argument(help="Nummer der Nachricht")]) -> None:
    """Bereitet doch noch eine Antwort vor. Sie wird angehalten und erst nach Freigabe gesendet."""
    with workplace_of(context) as work:
        row = answer_after_all(work, number)
    typer.echo(f"Antwort {row.id} ist vorbereitet und angehalten; ansehen mit `klimapartner outbox show {row.id}`.")
