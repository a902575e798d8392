"""How much space is left where the office's data lies."""

import shutil
from pathlib import Path

from klimapartner.assistant.settings import Settings

_FILE = "sqlite:///"


def data_folder(settings: Settings) -> Path:
    """The folder of the database file, the working folder where the database is a server."""
    return Path(settings.database.removeprefix(_FILE)).parent if settings.database.startswith(_FILE) else Path()


def free_bytes(settings: Settings) -> int:
    """Free space in that folder; raises OSError where it is gone."""
    return shutil.disk_usage(data_folder(settings)).free
