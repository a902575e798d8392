"""The correct small server under the hostile one: folders in memory and the answer to each command (RFC 3501).

Knows what a client of this package sends, by UID; no flags but system flags, no search but by UID.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(\((?:[^()]|\([^()]*\))*\))|(\S+)')
WHEN = "05-Mar-2022 12:00:00 +0100"


@dataclass
class Mail:
    uid: int
    raw: bytes
    received: str = WHEN
    flags: set[str] = field(default_factory=set)


@dataclass
class Folder:
    validity: int
    mails: list[Mail] = field(default_factory=list)
    uid_next: int = 1

    def add(self, raw: bytes, received: str = WHEN, flags: Iterable[str] = ()) -> None:
        self.mails.append(Mail(self.uid_next, raw, received, set(flags)))
        self.uid_next += 1


class Box:
    """The folders of the one user; INBOX is there from the start."""

    def __init__(self, mails: Iterable[bytes] = ()) -> None:
        self._validity = 1000
        self.folders = {"INBOX": self._new_folder()}
        for raw in mails:
            self.deliver(raw)

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        self.folders[folder].add(raw)

    def renumber(self, folder: str = "INBOX") -> None:
        """What a migration does: a new UIDVALIDITY, and the old UIDs now name other mails."""
        old = self.folders[folder]
        self.folders[folder] = self._new_folder()
        for mail in reversed(old.mails):
            self.folders[folder].add(mail.raw, mail.received, mail.flags)

    def raws(self, folder: str = "INBOX") -> list[bytes]:
        return [mail.raw for mail in self.folders[folder].mails] if folder in self.folders else []

    def create(self, name: str) -> None:
        self.folders.setdefault(name, self._new_folder())

    def _new_folder(self) -> Folder:
        self._validity += 1
        return Folder(self._validity)


@dataclass
class Client:
    """What the server knows of one connection."""

    capabilities: str = ""
    selected: str = ""
    told: int = 0  # how many messages it knows of in the open folder


@dataclass(frozen=True)
class Answer:
    """Untagged lines without their line ends, then the words after the tag."""

    lines: Sequence[bytes] = ()
    tagged: str = "OK done"


def answer(line: str, literal: bytes, box: Box, client: Client, twist: str = "") -> tuple[str, Answer]:
    """The name of the command in `line` (tag removed) and its answer; `twist` is a fault in what the answer says."""
    words = [quoted or group or atom for quoted, group, atom in TOKEN.findall(line)]
    name = words.pop(0).upper()
    if name == "UID":
        name = words.pop(0).upper()
    handler = HANDLERS.get(name)
    if handler is None:
        return name, Answer(tagged="BAD unknown command")
    try:
        return name, handler(words, literal, box, client, twist)
    except (KeyError, IndexError):
        return name, Answer(tagged="NO [NONEXISTENT] no such folder")


def command_name(line: str) -> str:
    """The command in a line without its tag, as faults name it."""
    words = line.upper().split()
    return (words[1] if words[:1] == ["UID"] and len(words) > 1 else words[0]) if words else ""


Handler = Callable[[list[str], bytes, Box, Client, str], Answer]


def _capability(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    return Answer([f"* CAPABILITY {client.capabilities}".encode()])


def _fine(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    return Answer()


def _login(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    return Answer(tagged="OK welcome" if words == ["demo", "demo"] else "NO [AUTHENTICATIONFAILED] no")


def _logout(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    return Answer([b"* BYE"])


def _list(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    pattern = words[1] if len(words) > 1 else ""
    if not pattern:
        return Answer([b'* LIST (\\Noselect) "/" ""'])
    names = [name for name in box.folders if pattern in ("*", name)]
    return Answer([f'* LIST () "/" "{name}"'.encode() for name in names])


def _create(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    box.create(words[0])
    return Answer()


def _select(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    folder = box.folders[words[0]]
    client.selected = words[0]
    client.told = len(folder.mails)
    count = len(folder.mails) + (1000 if twist == "wrong-count" else 0)
    lines = [f"* {count} EXISTS", "* 0 RECENT", "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted)"]
    lines += [f"* OK [UIDNEXT {folder.uid_next}] next"]
    lines += [] if twist == "no-validity" else [f"* OK [UIDVALIDITY {folder.validity}] valid"]
    return Answer([line.encode() for line in lines], "OK [READ-WRITE] selected")


def _search(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    folder = box.folders[client.selected]
    client.told = len(folder.mails)
    found = [mail.uid for mail in _named(folder, words[-1])]
    if twist == "ghosts":
        found += [folder.uid_next + 5, folder.uid_next + 6]
    if twist == "vanish" and folder.mails:
        folder.mails.pop()
    return Answer([f"* SEARCH {' '.join(map(str, found))}".encode()])


def _fetch(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    folder = box.folders[client.selected]
    chosen = [] if twist == "missing" else _named(folder, words[0])
    lines = []
    for mail in chosen:
        facts = [] if twist == "flags-only" else _facts(mail, words[1].upper(), twist)
        uid = mail.uid + 7 if twist == "wrong-uid" else mail.uid
        flags = f"FLAGS ({' '.join(sorted(mail.flags))})".encode()
        sequence = folder.mails.index(mail) + 1
        said = b" ".join([f"UID {uid}".encode(), flags, *facts])
        lines.append(b"* %d FETCH (%b)" % (sequence, said))
    return Answer(lines)


def _facts(mail: Mail, asked: str, twist: str) -> list[bytes]:
    facts = []
    if "RFC822.SIZE" in asked:
        facts.append(b"RFC822.SIZE %d" % (len(mail.raw) * (10 if twist == "wrong-size" else 1)))
    if "INTERNALDATE" in asked and twist != "no-date":
        facts.append(f'INTERNALDATE "{mail.received}"'.encode())
    if "BODY.PEEK[HEADER]" in asked:
        facts.append(_literal(b"BODY[HEADER]", mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"))
    if "BODY.PEEK[]" in asked:
        text = mail.raw[: len(mail.raw) // 2] if twist == "short-body" else mail.raw
        facts.append(b"BODY[] NIL" if twist == "nil-body" else _literal(b"BODY[]", text))
    return facts


def _literal(name: bytes, text: bytes) -> bytes:
    return b"%b {%d}\r\n%b" % (name, len(text), text)


def _store(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    for mail in _named(box.folders[client.selected], words[0]):
        mail.flags |= set(words[2].strip("()").split())
    return Answer()


def _copy(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    for mail in _named(box.folders[client.selected], words[0]):
        box.folders[words[1]].add(mail.raw, mail.received, mail.flags)
    return Answer()


def _move(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    _copy(words, literal, box, client, twist)
    folder = box.folders[client.selected]
    return _remove(folder, _named(folder, words[0]), client)


def _expunge(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    folder = box.folders[client.selected]
    chosen = _named(folder, words[0]) if words else folder.mails
    return _remove(folder, [mail for mail in chosen if "\\Deleted" in mail.flags], client)


def _remove(folder: Folder, doomed: list[Mail], client: Client) -> Answer:
    lines = []
    client.told -= len(doomed)
    for mail in doomed:
        lines.append(b"* %d EXPUNGE" % (folder.mails.index(mail) + 1))
        folder.mails.remove(mail)
    return Answer(lines)


def _append(words: list[str], literal: bytes, box: Box, client: Client, twist: str) -> Answer:
    flags = next((word.strip("()").split() for word in words if word.startswith("(")), [])
    when = next((word for word in words[1:] if re.match(r"[ \d]\d-\w{3}-\d{4}", word)), WHEN)
    box.folders[words[0]].add(literal, when, flags)
    return Answer()


def _named(folder: Folder, uid_set: str) -> list[Mail]:
    last = folder.mails[-1].uid if folder.mails else 0
    spans = [tuple(last if end == "*" else int(end) for end in span.split(":")) for span in uid_set.split(",")]
    return [m for m in folder.mails if any(min(span) <= m.uid <= max(span) for span in spans)]


HANDLERS: dict[str, Handler] = {
    "CAPABILITY": _capability,
    "LOGIN": _login,
    "LOGOUT": _logout,
    "NOOP": _fine,
    "LIST": _list,
    "CREATE": _create,
    "SELECT": _select,
    "SEARCH": _search,
    "FETCH": _fetch,
    "STORE": _store,
    "COPY": _copy,
    "MOVE": _move,
    "EXPUNGE": _expunge,
    "APPEND": _append,
}
