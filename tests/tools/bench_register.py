"""`make bench`, third table: what pages of the register cost as it grows, chat turns, and memory over many messages.

Seconds are CPU seconds of one process; `growth` is against the smallest register of the same run.
"""

import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from klimapartner.assistant.console.register_filter import Filter, choices, matching
from klimapartner.assistant.decision import outcome
from klimapartner.assistant.export_text import csv_lines
from klimapartner.assistant.settings import make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.entry_batches import entries_by_ids
from klimapartner.storage.register_list import list_lines
from klimapartner.storage.search import get_entry

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "servers"), str(ROOT / "tests" / "tools")]
SEEDED, LARGEST = 1_000, int(os.environ.get("BENCH_ENTRIES", "100000"))
SIZES = tuple(size for size in (1_000, 10_000, 100_000) if size <= LARGEST)
NOW = datetime(2022, 3, 15, 9, tzinfo=UTC)
TURNS = 60


def grow(file: Path, size: int) -> None:
    """Copies of the seeded entries under other names, until there are `size`."""
    with sqlite3.connect(file) as database:
        for copy in range(1, size // SEEDED):
            entry_id = f"+ {copy * SEEDED}"
            own = {"id": f"id {entry_id}", "reference": f"reference || '-{copy}'", "body_key": f"body_key || '#{copy}'"}
            fields = {"id": f"id + {copy} * 1000000", "entry_id": f"entry_id {entry_id}"}
            for table, changed in (("entries", own), ("entry_fields", fields)):
                columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
                chosen = ", ".join(changed.get(column, column) for column in columns)
                where = f"id <= {SEEDED}" if table == "entries" else f"entry_id <= {SEEDED}"
                names = ", ".join(columns)
                database.execute(f"INSERT OR IGNORE INTO {table} ({names}) SELECT {chosen} FROM {table} WHERE {where}")


def pages(work: Workplace) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""

    def lines(text: str = "") -> list[object]:
        with work.database.reading() as session:
            return list(list_lines(session, text=text))

    def listed() -> object:
        found, wanted = lines(), Filter(chosen={"region": ("africa",)})
        return matching(found, wanted), choices(found, wanted)  # type: ignore[arg-type]

    def entry() -> object:
        with work.database.reading() as session:
            return get_entry(session, 500)

    def exported() -> object:
        with work.database.reading() as session:
            return list(csv_lines(entries_by_ids(session, range(1, 501)), work.chat_office.call.zone))

    return {
        "list with filter and counts": listed,
        "search by words": lambda: lines("koeln"),
        "one entry": entry,
        "what-if of the decision": lambda: outcome(lines(), "africa", {}, least=0, places=10),  # type: ignore[arg-type]
        "export of 500 entries": exported,
    }


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of a call, the second one."""
    work()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def register(folder: Path) -> None:
    from seed_register import seed

    figures: dict[str, list[float]] = {}
    for size in SIZES:
        file = folder / f"r{size}.db"
        with workplace(file) as work:
            seed(work.database, SEEDED, now=NOW)
        grow(file, size)
        with workplace(file) as work:
            for name, page in pages(work).items():
                figures.setdefault(name, []).append(seconds(page))
        file.unlink()
    sys.stdout.write(f"\n{'CPU seconds at':34}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'growth':>10}\n")
    for name, row in figures.items():
        sys.stdout.write(f"{name:34}" + "".join(f"{one:>12.3f}" for one in row) + f"{row[-1] / row[0]:>10.1f}\n")


def workplace(file: Path):  # type: ignore[no-untyped-def]
    server = {"host": "localhost", "port": 1, "tls": "none"}
    data = {
        "database": f"sqlite:///{file}",
        "controller": {"name": "Beispielstelle", "privacy_text": {"de": "Zweck: Klimapartnerschaften."}},
        "mailboxes": {"box": {"address": "office@engagement-global.example", "imap": server, "smtp": server}},
    }
    return open_workplace(make_settings(data, where="bench", base=file.parent), lambda: NOW)


def turns(folder: Path) -> None:
    """Chat turns: a question, a free line, a statement, answered one after the other by one process."""
    from klimapartner.assistant.chat_work import answer_waiting, receive
    from klimapartner.assistant.dialogue.contract import Event

    said = ("Bis wann ist die Frist?", "Wir sind die Stadt Köln und haben Interesse", "Danke, das hilft mir")
    with workplace(folder / "chat.db") as work:
        answer = lambda number: answer_waiting(  # noqa: E731 - one step, measured as a whole
            work, chat_id=receive(
                work, channel="web", address=f"a{number % 10}", key=str(number), event=Event("text", said[number % 3]),
            )[0].chat_id,
        )  # fmt: skip
        for number in range(6):
            answer(number)
        begun = time.process_time()
        for number in range(6, 6 + TURNS):
            answer(number)
        used = time.process_time() - begun
    sys.stdout.write(f"\nchat turns: {TURNS / used:.1f} a CPU second ({TURNS} turns in ten chats)\n")


def memory(folder: Path) -> None:
    """Resident memory after a first and after many more messages that are stored, read and answered."""
    from bench_intake import mails, warm

    from klimapartner.assistant.reading_work import read_waiting
    from klimapartner.storage.messages import store_message

    count = int(os.environ.get("BENCH_MESSAGES", "1500"))
    raws, peaks = mails(), []
    with workplace(folder / "memory.db") as work:
        warm(work)
        for number in range(count):
            raw = raws[number % len(raws)].replace(b"Message-ID: <", f"Message-ID: <{number}.".encode())
            with work.database.session() as session:
                store_message(
                    session, mailbox="box", uidvalidity=1, uid=number + 1, raw=raw, message_id=f"<{number}@x>",
                    received_at=NOW, now=NOW,
                )  # fmt: skip
            if number % 100 == 99:
                read_waiting(work)
                peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    half = peaks[len(peaks) // 2]
    sys.stdout.write(
        f"\nmemory over {count} messages: {peaks[0]:.0f} MB after 100, {half:.0f} MB after half, {peaks[-1]:.0f} MB "
        f"at the end (ratio of the second half {peaks[-1] / half:.3f})\n"
    )


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        register(Path(folder))
        turns(Path(folder))
        memory(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
