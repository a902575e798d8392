"""`klimapartner erase`: erasing a person, and erasing once more after the restore of a backup."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from klimapartner.assistant.commands.common import german_time, show_table, workplace_of
from klimapartner.assistant.erasing import erase, number_of, person_of
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.tombstone_journal import replay as replay_journal
from klimapartner.storage.deletions import count_deletions
from klimapartner.storage.erasures import Certificate, list_erasures
from klimapartner.storage.states import DeletionState
from klimapartner.storage.traces import counts_of, find_traces

app = typer.Typer(name="erase", help="Löschen nach Art. 17 DSGVO.", no_args_is_help=True)
_STATES: Mapping[DeletionState, str] = MappingProxyType(
    {"queued": "wartet", "failed": "nicht gelungen", "done": "erledigt"}
)


@app.command()
def person(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="E-Mail-Adresse der Person")],
    yes: Annotated[bool, typer.Option("--yes", help="Ohne Rückfrage")] = False,
) -> None:
    """Löscht eine Person überall; im Postfach beim nächsten Abruf."""
    with workplace_of(context) as work:
        with work.database.reading() as session:
            counts = counts_of(find_traces(session, person_of(session, address)))
        show_table("Wird gelöscht", ("Art", "Anzahl"), [(kind, n) for kind, n in counts.items() if n])
        if not yes and typer.prompt("Zum Löschen bitte LÖSCHEN eingeben").strip().upper() != "LÖSCHEN":
            raise UsageError("Nichts wurde gelöscht.")
        done = erase(work, address, who="console")
        typer.echo(f"Gelöscht; Nachweis {number_of(done.id, work.clock().year)}.")


@app.command()
def replay(
    context: typer.Context,
    journal: Annotated[Path | None, typer.Argument(help="Verzeichnis der Löschungen; sonst das eingestellte")] = None,
) -> None:
    """Löscht nach dem Einspielen einer Sicherung noch einmal, was seit der Sicherung gelöscht wurde."""
    with workplace_of(context) as work:
        done = replay_journal(work, journal, who="console")
    typer.echo(f"{done.stones} Löschvermerke nachgeholt: {done.people} Personen, {done.rows} Angaben.")


@app.command("list")
def list_(context: typer.Context) -> None:
    """Zeigt die Löschungen und wie weit die Postfächer sind."""
    with workplace_of(context) as work, work.database.reading() as session:
        rows = [_row(one, count_deletions(session, one.id)) for one in list_erasures(session)]
    show_table("Löschungen", ("Nummer", "Wann", "Von", "Angaben", "Im Postfach"), rows)


def _row(one: Certificate, boxes: Mapping[DeletionState, int]) -> tuple[object, ...]:
    there = ", ".join(f"{count} {_STATES[state]}" for state, count in sorted(boxes.items()))
    return number_of(one.id, one.at.year), german_time(one.at), one.who, sum(one.counts.values()), there
