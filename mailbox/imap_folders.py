"""Names of IMAP folders: the server's prefix and delimiter against the slashes of our settings, and special uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Where servers without RFC 6154 and their users' programs keep what was sent.
SENT_NAMES = frozenset(
    {"sent", "sent items", "sent messages", "gesendet", "gesendete elemente", "gesendete objekte"}
    | {"envoyés", "éléments envoyés", "enviados", "elementos enviados", "itens enviados"}
)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the server names it, and its special uses (RFC 6154: \\Sent, \\Junk, ...)."""

    name: str
    special: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Namespace:
    """Prefix and delimiter of one's own folders (RFC 2342): "INBOX." and "." on many Courier and cPanel servers."""

    prefix: str = ""
    delimiter: str = "/"

    def path(self, folder: str) -> str:
        """The server's name of a folder that settings write with slashes."""
        path = folder.replace("/", self.delimiter)
        outside = path.upper() != "INBOX" and not path.startswith(self.prefix)
        return self.prefix + path if outside else path


def ask_namespace(client: Any, *, offered: bool) -> Namespace:
    """What the server says about its namespace, by NAMESPACE or else by LIST."""
    personal = client.namespace().personal if offered else None
    if personal:
        prefix, delimiter = personal[0]
        return Namespace(str(prefix), str(delimiter or "/"))
    rows = client.list_folders("", "")
    return Namespace("", rows[0][1].decode("ascii")) if rows and rows[0][1] else Namespace()


def sent_folder(folders: Sequence[Folder], delimiter: str) -> str | None:
    """The folder for sent mail: the one marked \\Sent, else one of a usual name, else None."""
    marked = [folder.name for folder in folders if "\\Sent" in folder.special]
    usual = [folder.name for folder in folders if folder.name.rpartition(delimiter)[2].casefold() in SENT_NAMES]
    return next(iter(marked + usual), None)
