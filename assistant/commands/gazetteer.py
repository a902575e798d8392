"""`klimapartner gazetteer`: the official register of municipalities that places are read by."""

from pathlib import Path
from typing import Annotated

import typer
from klimapartner.intents.gazetteer_build import build_from

app = typer.Typer(
    name="gazetteer", help="Das amtliche Verzeichnis, nach dem Orte gelesen werden.", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    """Keeps `build` a command of its own."""


@app.command()
def build(
    register: Annotated[Path, typer.Argument(help="Amtliches Gemeindeverzeichnis GV100AD (Textdatei von Destatis)")],
    out: Annotated[Path | None, typer.Option(help="Zielordner; ohne Angabe der des Programms")] = None,
) -> None:
    """Erneuert das Ortsverzeichnis aus der neuesten amtlichen Datei."""
    typer.echo(build_from(register, out))
