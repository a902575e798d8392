"""What several commands need: the settings, the workplace, tables on the terminal."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from klimapartner.assistant.settings import Settings, load_settings
from klimapartner.assistant.workplace import Workplace, open_workplace


def settings_of(context: typer.Context) -> Settings:
    """The settings that the command was called with."""
    return load_settings(Path(context.obj))


@contextmanager
def workplace_of(context: typer.Context) -> Iterator[Workplace]:
    """The workplace by the settings that the command was called with."""
    with open_workplace(settings_of(context)) as work:
        yield work


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on the terminal; a stranger's text is shown as it is, never as markup."""
    wide_console().print(table_of(title, columns, rows))


def wide_console() -> Console:
    """A console as wide as the terminal, and wide enough for tables where there is none."""
    return Console(width=None if Console().is_terminal else 160)


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table with plain cells."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def escape(cell: object) -> str:
    """A cell without markup and control characters."""
    text = "" if cell is None else str(cell)
    return "".join(c if c.isprintable() else " " for c in text).replace("[", r"\[")


def german_time(value: object) -> str:
    """A time as date and minute, empty for None."""
    return f"{value:%d.%m.%Y %H:%M}" if value else ""
