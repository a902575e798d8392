"""`klimapartner backup`, `backup-check`, `restore` and `migrate`: the office's data saved, checked, back, elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.commands.common import settings_of, workplace_of
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.saving import amount_of, bring_back, move, save, unpack_files
from klimapartner.assistant.tombstone_journal import replay_if_restored
from klimapartner.storage.backup import check_backup
from klimapartner.storage.errors import BadBackup

Backup = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Datei von `klimapartner backup`")]


def backup(
    context: typer.Context, target: Annotated[Path, typer.Argument(help="neue Datei, oder Ordner für eine solche")]
) -> None:
    """Sichert Datenbank, Einstellungen (ohne Geheimnisse) und Aufrufe in eine Datei, im laufenden Betrieb."""
    settings = settings_of(context)
    path, manifest = save(settings, target, clock_from(settings.now))
    amount = amount_of(manifest)
    typer.echo(
        f"{path}: {amount.rows} Zeilen aus {amount.tables} Tabellen, geprüft. Sie enthält personenbezogene Daten."
    )


def backup_check(path: Backup) -> None:
    """Liest eine Sicherung ganz und vergleicht Zahlen und Prüfsummen."""
    try:
        manifest = check_backup(path)
    except BadBackup as error:
        raise UsageError(f"{path} ist keine unversehrte Sicherung. {error}") from error
    amount = amount_of(manifest)
    typer.echo(
        f"Unversehrt: {amount.rows} Zeilen aus {amount.tables} Tabellen, Schema {manifest.revision}, "
        f"vom {manifest.created_at:%d.%m.%Y %H:%M} Uhr (UTC{manifest.created_at:%z})."
    )


def restore(
    context: typer.Context,
    path: Backup,
    files: Annotated[
        Path | None, typer.Option("--files", help="Ordner, in den Einstellungen und Aufrufe ausgepackt werden")
    ] = None,
) -> None:
    """Füllt die Datenbank der Einstellungen, die leer sein muss, aus einer Sicherung und löscht Gelöschtes wieder."""
    amount = amount_of(bring_back(settings_of(context), path))
    typer.echo(f"Zurückgespielt und verglichen: {amount.rows} Zeilen in {amount.tables} Tabellen.")
    if files is not None:
        typer.echo(f"{len(unpack_files(path, files))} Dateien in {files}; Geheimnisse sind nicht dabei.")
    with workplace_of(context) as work:
        looked = replay_if_restored(work)
    typer.echo(
        "Was seit der Sicherung gelöscht wurde, ist wieder gelöscht."
        if looked
        else "Ein Verzeichnis der Löschungen (erasure.journal) gibt es hier nicht: Was seit der Sicherung gelöscht "
        "wurde, steht wieder in der Datenbank. `klimapartner erase replay` holt es nach."
    )


def migrate(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", help="leere Datenbank: sqlite:///datei.db oder postgresql://…")],
) -> None:
    """Zieht alles in eine andere, leere Datenbank um und vergleicht jede Tabelle. Der Dienst muss angehalten sein."""
    amount = move(settings_of(context), to)
    typer.echo(
        f"Umgezogen und verglichen: {amount.rows} Zeilen in {amount.tables} Tabellen. Bitte jetzt `database` in den "
        "Einstellungen ändern (und `erasure.journal` setzen, wenn die neue Datenbank keine Datei ist)."
    )
