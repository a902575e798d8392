"""`klimapartner corrections`: entries that the model may learn from, after a person approved each of them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from klimapartner.assistant.commands.common import show_table, workplace_of
from klimapartner.assistant.corrections import training_cases
from klimapartner.assistant.errors import UsageError
from klimapartner.storage.approvals import approve, approved_entries, take_back
from klimapartner.storage.errors import NotFound, WrongState

app = typer.Typer(name="corrections", help="Berichtigungen, aus denen das Modell lernen darf.", no_args_is_help=True)
_Numbers = Annotated[list[int], typer.Argument(help="Nummern der Einträge")]
_WHO = "kommandozeile"


@app.command("list")
def list_(context: typer.Context) -> None:
    """Zeigt die freigegebenen Einträge."""
    with workplace_of(context) as work, work.database.reading() as session:
        rows = [(entry.id, entry.reference, entry.body_name) for entry in approved_entries(session)]
    show_table("Für das Training freigegeben", ("Nr.", "Zeichen", "Kommune"), rows)


@app.command("approve")
def approve_(context: typer.Context, numbers: _Numbers) -> None:
    """Gibt Einträge frei, nachdem das Team sie geprüft hat. Ohne Freigabe lernt kein Modell daraus."""
    with workplace_of(context) as work, work.database.session() as session:
        for number in numbers:
            try:
                approve(session, number, who=_WHO, now=work.clock())
            except WrongState as error:
                raise UsageError(f"In Eintrag {number} hat das Team noch nichts bestätigt oder berichtigt.") from error
            except NotFound as error:
                raise UsageError(f"Den Eintrag {number} gibt es nicht.") from error
    typer.echo(f"{len(numbers)} freigegeben.")


@app.command("revoke")
def revoke(context: typer.Context, numbers: _Numbers) -> None:
    """Nimmt Freigaben zurück."""
    with workplace_of(context) as work, work.database.session() as session:
        for number in numbers:
            take_back(session, number, who=_WHO, now=work.clock())
    typer.echo("Zurückgenommen.")


@app.command()
def export(context: typer.Context, file: Annotated[Path, typer.Argument(help="Datei (.mails.jsonl)")]) -> None:
    """Schreibt die freigegebenen Nachrichten mit ihren richtigen Werten; `make train EXTRA=DATEI` lernt daraus.

    Die Datei enthält Personendaten: Sie gehört nicht in ein Repositorium und wird nach dem Training gelöscht.
    """
    with workplace_of(context) as work, work.database.reading() as session:
        cases = training_cases(session)
    file.touch(0o600)
    file.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), encoding="utf-8")
    typer.echo(f"{len(cases)} Nachrichten in {file}.")
