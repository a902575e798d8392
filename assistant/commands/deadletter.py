"""`klimapartner deadletter`: mails that could not be handled."""

from typing import Annotated

import typer

from klimapartner.assistant.commands.common import german_time, show_table, workplace_of
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.storage.leases import list_dead, retry_dead

app = typer.Typer(name="deadletter", help="Nachrichten, die nicht verarbeitet werden konnten.", no_args_is_help=True)


@app.command("list")
def list_(context: typer.Context) -> None:
    """Zeigt die liegen gebliebenen Nachrichten mit ihrem Grund."""
    with workplace_of(context) as work, work.database.reading() as session:
        rows = [(m.id, german_time(m.received_at), m.mailbox, m.attempts, m.state_reason) for m in list_dead(session)]
    show_table("Nicht verarbeitet", ("Nr.", "Eingang", "Postfach", "Versuche", "Grund"), rows)


@app.command()
def retry(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(help="Nummern; ohne Angabe alle")] = None,
) -> None:
    """Versucht es mit den genannten Nachrichten noch einmal."""
    with workplace_of(context) as work:
        with work.database.session() as session:
            count = retry_dead(session, numbers, now=work.clock())
        read_waiting(work)
        with work.database.reading() as session:
            left = len(list_dead(session))
    typer.echo(f"{count} noch einmal versucht, {left} liegen weiter.")
    if left:
        raise typer.Exit(1)
