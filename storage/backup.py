"""A backup: one zip file with every table as lines of JSON, counts and hashes; the same from SQLite and PostgreSQL."""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from klimapartner.storage.engine import Database
from klimapartner.storage.errors import BadBackup, NotEmpty
from klimapartner.storage.loading import fill
from klimapartner.storage.snapshot import Snapshot, TableSum, snapshot
from klimapartner.storage.table_lines import TableShape

FORMAT = 1
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself; `files` are the further files in it with their SHA-256."""

    created_at: datetime
    revision: str
    tables: tuple[TableShape, ...]
    sums: Mapping[str, TableSum]
    files: Mapping[str, str]


def write_backup(database: Database, path: Path, *, files: Mapping[str, bytes], now: datetime) -> Manifest:
    """Write a new file, readable by its owner only, whole or not at all; writers of the database go on meanwhile.

    `files` are further files by their name in the backup. Raises NotEmpty where the file exists, OSError where the
    disk is full.
    """
    if path.exists():
        raise NotEmpty(f"{path} exists already and is not overwritten.")
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w+b") as stream, snapshot(database) as moment:
            manifest = _write(stream, moment, files, now)
            stream.flush()
            os.fsync(stream.fileno())
        check_backup(part)
        # A link, since a rename would silently replace a file that came in the meantime.
        os.link(part, path)
    finally:
        part.unlink()
    _sync_folder(path.parent)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What a backup says about itself; raises BadBackup."""
    with _opened(path) as archive:
        return _manifest(archive)


def check_backup(path: Path) -> Manifest:
    """Read all of a backup and compare counts and hashes; raises BadBackup."""
    with _opened(path) as archive:
        manifest = _manifest(archive)
        for shape in manifest.tables:
            for _ in _checked(archive, shape, manifest.sums[shape.name]):
                pass
        for name in manifest.files:
            _file(archive, manifest, name)
    return manifest


def restore(database: Database, path: Path) -> Manifest:
    """Fill an empty database from a backup, all or nothing, then bring its schema to this program's.

    Raises BadBackup, NotEmpty, SchemaMismatch.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive)
        lines = ((shape, _checked(archive, shape, manifest.sums[shape.name])) for shape in manifest.tables)
        fill(database, manifest.revision, lines, manifest.sums)
    database.migrate()
    return manifest


def further_files(path: Path) -> dict[str, bytes]:
    """The further files of a backup by name; raises BadBackup, also for a name that leads out of a folder."""
    with _opened(path) as archive:
        manifest = _manifest(archive)
        for name in manifest.files:
            if Path(name).is_absolute() or ".." in Path(name).parts or "\\" in name or ":" in name:
                raise BadBackup(f"The backup names a file {name!r}, which lies outside of it.")
        return {name: _file(archive, manifest, name) for name in manifest.files}


def _write(stream: IO[bytes], moment: Snapshot, files: Mapping[str, bytes], now: datetime) -> Manifest:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        sums = {shape.name: _write_table(archive, moment, shape) for shape in moment.tables}
        for name, content in files.items():
            archive.writestr(f"files/{name}", content)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        manifest = Manifest(now, moment.revision, moment.tables, sums, hashes)
        archive.writestr(_MANIFEST, json.dumps(_as_json(manifest), indent=1))
    return manifest


def _write_table(archive: zipfile.ZipFile, moment: Snapshot, shape: TableShape) -> TableSum:
    digest, rows = hashlib.sha256(), 0
    with archive.open(_member(shape.name), "w", force_zip64=True) as member:
        for line in moment.lines(shape):
            member.write(line)
            digest.update(line)
            rows += 1
    return TableSum(rows, digest.hexdigest())


def _checked(archive: zipfile.ZipFile, shape: TableShape, wanted: TableSum) -> Iterator[bytes]:
    """The lines of a table; raises BadBackup at the end where count or hash is another one."""
    digest, rows = hashlib.sha256(), 0
    with archive.open(_member(shape.name)) as member:
        for line in member:
            digest.update(line)
            rows += 1
            yield line
    if TableSum(rows, digest.hexdigest()) != wanted:
        raise BadBackup(f"The backup is damaged: the rows of {shape.name} are not those that were saved.")


def _file(archive: zipfile.ZipFile, manifest: Manifest, name: str) -> bytes:
    content = archive.read(f"files/{name}")
    if hashlib.sha256(content).hexdigest() != manifest.files[name]:
        raise BadBackup(f"The backup is damaged: the file {name} is not the one that was saved.")
    return content


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError) as error:
        raise BadBackup(f"{path} is no backup of klimapartner, or it is damaged.") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    data = json.loads(archive.read(_MANIFEST))
    if data["format"] != FORMAT:
        raise BadBackup(f"The backup has the format {data['format']}, this program reads {FORMAT}; update it.")
    shapes = tuple(_shape(name, item) for name, item in data["tables"].items())
    sums = {name: TableSum(item["rows"], item["sha256"]) for name, item in data["tables"].items()}
    return Manifest(datetime.fromisoformat(data["created_at"]), data["revision"], shapes, sums, data["files"])


def _shape(name: str, item: dict[str, Any]) -> TableShape:
    columns = tuple((column, kind) for column, kind in item["columns"])
    return TableShape(name, columns, tuple(item["key"]), item["last_id"])


def _as_json(manifest: Manifest) -> dict[str, Any]:
    tables = {
        shape.name: {
            "rows": manifest.sums[shape.name].rows,
            "sha256": manifest.sums[shape.name].sha256,
            "columns": shape.columns,
            "key": shape.key,
            "last_id": shape.last_id,
        }
        for shape in manifest.tables
    }
    return {
        "format": FORMAT,
        "created_at": manifest.created_at.isoformat(),
        "revision": manifest.revision,
        "tables": tables,
        "files": dict(manifest.files),
    }


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
