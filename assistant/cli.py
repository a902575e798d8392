"""The command line: `klimapartner --help`. Exit codes: 0 done, 1 something failed, 2 wrong use."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import click
import typer

from klimapartner.assistant.errors import AssistantError, UsageError
from klimapartner.assistant.lazy_group import LazyGroup
from klimapartner.assistant.logs import set_up_logs
from klimapartner.mailbox.errors import MailboxError
from klimapartner.storage.errors import StorageError

COMMANDS = {
    "init": "init:init",
    "run": "run:run",
    "poll": "poll:poll",
    "web": "web:web",
    "parse": "parse:parse",
    "ask": "ask:ask",
    "chat": "chat:chat",
    "explain": "explain:explain",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "backup": "backup:backup",
    "backup-check": "backup:backup_check",
    "restore": "backup:restore",
    "migrate": "backup:migrate",
    "register": "register:app",
    "outbox": "outbox:app",
    "chats": "chat:app",
    "deadletter": "deadletter:app",
    "unanswered": "unanswered:app",
    "call": "call:app",
    "gazetteer": "gazetteer:app",
    "user": "user:app",
    "erase": "erase:app",
    "retention": "retention:app",
    "corrections": "corrections:app",
}


class Commands(LazyGroup):
    """All commands; a module of `commands` is imported when it is called."""

    places: ClassVar[dict[str, str]] = {
        name: f"klimapartner.assistant.commands.{place}" for name, place in COMMANDS.items()
    }


app = typer.Typer(
    cls=Commands,
    help="Assistent für das Postfach der Kommunalen Klimapartnerschaften: liest Interessenbekundungen, führt das "
    "Register, antwortet und fragt nach.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def _common(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", "-c", envvar="KLIMAPARTNER_CONFIG", help="Datei mit den Einstellungen")
    ] = Path("klimapartner.toml"),
    debug: Annotated[bool, typer.Option("--debug", help="Bei Fehlern alle Einzelheiten zeigen")] = False,
) -> None:
    context.obj = config
    set_up_logs(debug)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what goes wrong is one sentence on stderr, with all details only with --debug."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given)
    except (AssistantError, MailboxError, StorageError) as error:
        if "--debug" in given:
            raise
        click.echo(f"Fehler: {error}", err=True)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None


if __name__ == "__main__":
    main()
