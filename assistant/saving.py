"""Backup, restore and moving for the office: the database with the settings (without secrets), calls and templates."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from klimapartner.assistant.clock import Clock
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.settings import Settings
from klimapartner.storage.backup import Manifest, further_files, restore, write_backup
from klimapartner.storage.engine import open_database
from klimapartner.storage.errors import BadBackup, NotEmpty, TransferFailed
from klimapartner.storage.loading import copy_all


@dataclass(frozen=True, slots=True)
class Amount:
    """How many tables and rows were saved, restored or moved."""

    tables: int
    rows: int


def save(settings: Settings, target: Path, clock: Clock) -> tuple[Path, Manifest]:
    """Write a backup to a new file, or under a name with the time into a folder, while the service goes on.

    Raises:
        UsageError: the file exists, or its folder does not.
    """
    now = clock()
    path = target / f"klimapartner-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip" if target.is_dir() else target
    if not path.parent.is_dir():
        raise UsageError(f"Den Ordner {path.parent} gibt es nicht; bitte erst anlegen.")
    database = open_database(settings.database)
    try:
        return path, write_backup(database, path, files=office_files(settings), now=now)
    except NotEmpty as error:
        raise UsageError(f"{path} gibt es schon und wird nicht überschrieben; bitte einen anderen Namen.") from error
    finally:
        database.close()


def bring_back(settings: Settings, path: Path) -> Manifest:
    """Fill the settings' database, which must be empty, from a backup.

    Raises:
        UsageError: the database is not empty, or the file is no whole backup.
    """
    database = open_database(settings.database)
    try:
        return restore(database, path)
    except NotEmpty as error:
        raise UsageError(
            "Die Datenbank ist nicht leer; es wurde nichts geändert. Bitte unter `database` eine neue nennen."
        ) from error
    except (BadBackup, TransferFailed) as error:
        raise UsageError(f"{path} ist keine unversehrte Sicherung; es wurde nichts geändert. {error}") from error
    finally:
        database.close()


def unpack_files(path: Path, folder: Path) -> list[Path]:
    """Write the backup's settings, calls and templates into a folder; no file that is there is overwritten.

    Raises:
        UsageError: one of the files is there already.
    """
    found = {folder / name: content for name, content in further_files(path).items()}
    if there := [target for target in found if target.exists()]:
        raise UsageError(f"{there[0]} gibt es schon; bitte einen leeren Ordner nennen.")
    for target, content in found.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return list(found)


def move(settings: Settings, url: str) -> Amount:
    """Copy the settings' database into an empty one of whatever kind and compare every table.

    Raises:
        UsageError: the target is not empty, or somebody wrote in the meantime.
    """
    source, target = open_database(settings.database), open_database(url)
    try:
        source.migrate()
        sums = copy_all(source, target)
    except NotEmpty as error:
        raise UsageError("Die Zieldatenbank ist nicht leer; es wurde nichts geändert.") from error
    except TransferFailed as error:
        raise UsageError(
            "Während des Umzugs wurde geschrieben; bitte `klimapartner run` anhalten und in eine neue, leere "
            f"Datenbank umziehen. ({error})"
        ) from error
    finally:
        source.close()
        target.close()
    return Amount(len(sums), sum(item.rows for item in sums.values()))


def amount_of(manifest: Manifest) -> Amount:
    """How much a backup holds."""
    return Amount(len(manifest.sums), sum(item.rows for item in manifest.sums.values()))


def office_files(settings: Settings) -> dict[str, bytes]:
    """What a backup holds beside the tables: settings without secrets, call folders, own templates."""
    files = {"settings.json": json.dumps(without_secrets(settings), ensure_ascii=False, indent=1).encode()}
    for number, folder in enumerate(settings.call_folders):
        files |= dict(_files_of(folder, f"calls/{number}"))
    if settings.answers.templates:
        files |= dict(_files_of(settings.answers.templates, "templates"))
    return files


def without_secrets(settings: Settings) -> dict[str, object]:
    """The settings as they count, secrets as stars and the database's password left out."""
    data = settings.model_dump(mode="json")
    parts = urlsplit(settings.database)
    if parts.password:
        data["database"] = urlunsplit(
            parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":**********@"))
        )
    return data


def _files_of(folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes()
