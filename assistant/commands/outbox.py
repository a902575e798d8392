"""`klimapartner outbox`: what goes out, what waits, what failed."""

from typing import Annotated

import typer
from rich.console import Console

from klimapartner.assistant.commands.common import escape, german_time, show_table, workplace_of
from klimapartner.assistant.dispatch import gate_is_open, open_gate
from klimapartner.assistant.errors import UsageError
from klimapartner.storage.outbox import get_outbox, list_outbox
from klimapartner.storage.outbox import hold as hold_rows
from klimapartner.storage.outbox import release as release_rows

app = typer.Typer(name="outbox", help="Antworten: ansehen, anhalten, freigeben.", no_args_is_help=True)
_Numbers = Annotated[list[int] | None, typer.Argument(help="Nummern der Antworten")]
_WHO = "kommandozeile"


@app.command("list")
def list_(context: typer.Context) -> None:
    """Zeigt alle Antworten mit ihrem Zustand."""
    with workplace_of(context) as work, work.database.reading() as session:
        gate = gate_is_open(session)
        rows = [
            (r.id, german_time(r.created_at), r.kind, r.to_addr, r.subject, r.state, r.hold_reason or r.last_error)
            for r in list_outbox(session)
        ]
    show_table("Ausgang", ("Nr.", "Erstellt", "Art", "An", "Betreff", "Zustand", "Grund"), rows)
    if not gate:
        typer.echo("Der Ausgang ist noch zu; `klimapartner outbox release --all` gibt ihn frei.")


@app.command()
def show(context: typer.Context, number: Annotated[int, typer.Argument(help="Nummer der Antwort")]) -> None:
    """Zeigt eine Antwort im Wortlaut."""
    with workplace_of(context) as work, work.database.reading() as session:
        row = get_outbox(session, number)
    console = Console()
    console.print(
        f"An: {escape(row.to_addr)}\nBetreff: {escape(row.subject)}\nZustand: {row.state} {escape(row.hold_reason)}\n",
        highlight=False,
    )
    typer.echo(row.body_text)


@app.command()
def hold(
    context: typer.Context,
    numbers: _Numbers = None,
    everything: Annotated[bool, typer.Option("--all", help="Alle, die noch nicht gesendet sind")] = False,
) -> None:
    """Hält Antworten an."""
    _need(numbers, everything)
    with workplace_of(context) as work, work.database.session() as session:
        count = hold_rows(
            session, None if everything else numbers, reason="Von Hand angehalten", who=_WHO, now=work.clock()
        )
    typer.echo(f"{count} angehalten.")


@app.command()
def release(
    context: typer.Context,
    numbers: _Numbers = None,
    everything: Annotated[bool, typer.Option("--all", help="Alle angehaltenen, und den Ausgang öffnen")] = False,
) -> None:
    """Gibt Antworten frei. Mit --all wird auch der Ausgang geöffnet, der nach dem ersten Start zu ist."""
    _need(numbers, everything)
    with workplace_of(context) as work, work.database.session() as session:
        count = release_rows(session, None if everything else numbers, who=_WHO, now=work.clock())
        if everything:
            open_gate(session, now=work.clock())
        gate = gate_is_open(session)
    typer.echo(f"{count} freigegeben." + ("" if gate else " Der Ausgang ist noch zu; --all öffnet ihn."))


def _need(numbers: list[int] | None, everything: bool) -> None:
    if bool(numbers) == everything:
        raise UsageError("Bitte Nummern nennen (siehe `klimapartner outbox list`) oder --all.")
