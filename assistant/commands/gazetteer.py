"""`klimapartner gazetteer`: the official register of municipalities that places are read by."""

from pathlib import Path
from typing import Annotated

import typer

from klimapartner.assistant.errors import AssistantError, UsageError

app = typer.Typer(
    name="gazetteer", help="Das amtliche Verzeichnis, nach dem Orte gelesen werden.", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    """Keeps `build` a command of its own."""


@app.command()
def build(
    register: Annotated[Path, typer.Argument(help="Amtliches Gemeindeverzeichnis GV100AD (Textdatei in UTF-8)")],
    earlier: Annotated[
        Path | None, typer.Option(help="Frühere Liste (CSV: id, name): was weggefallen ist, bleibt mit Datum bekannt")
    ] = None,
    counties: Annotated[Path | None, typer.Option(help="Liste der Kreise (CSV) zum Abgleich")] = None,
) -> None:
    """Erneuert das Ortsverzeichnis des Programms aus der neuesten amtlichen Datei."""
    try:
        from klimapartner.intents.gazetteer.build import build as compile_tables
    except ImportError as error:
        raise AssistantError("Dafür fehlt das Extra `build`: pip install 'klimapartner[build]'.") from error
    if not register.is_file():
        raise UsageError(f"{register} gibt es nicht; die Datei gibt es beim Statistischen Bundesamt (GV100AD).")
    try:
        counts = compile_tables(register, earlier=earlier, counties=counties)
    except ValueError as error:
        raise AssistantError(f"{register} ist kein lesbares Gemeindeverzeichnis: {error}.") from error
    typer.echo("; ".join(f"{name}: {count}" for name, count in counts.items()))
