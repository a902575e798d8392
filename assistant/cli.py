"""The command line: `klimapartner --help`. Exit codes: 0 done, 1 something failed, 2 wrong use."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import click
import typer

from klimapartner.assistant.commands import (
    ask,
    backup,
    call,
    chat,
    corrections,
    deadletter,
    demo,
    doctor,
    erase,
    explain,
    gazetteer,
    init,
    outbox,
    parse,
    poll,
    register,
    retention,
    run,
    unanswered,
    user,
    web,
)
from klimapartner.assistant.errors import AssistantError, UsageError
from klimapartner.assistant.logs import set_up_logs
from klimapartner.mailbox.errors import MailboxError
from klimapartner.storage.errors import StorageError

app = typer.Typer(
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


for group in (
    register, outbox, chat, deadletter, unanswered, call, gazetteer, user, erase, retention, corrections,
):  # fmt: skip
    app.add_typer(group.app)
app.command()(init.init)
app.command()(run.run)
app.command()(poll.poll)
app.command()(web.web)
app.command()(parse.parse)
app.command()(ask.ask)
app.command()(chat.chat)
app.command()(explain.explain)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(backup.backup)
app.command()(backup.backup_check)
app.command()(backup.restore)
app.command()(backup.migrate)


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
