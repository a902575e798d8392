"""`klimapartner parse`: read mails without mailbox or database, for a look, for scoring and for tests."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from klimapartner.assistant.call import Call, find_call
from klimapartner.assistant.contract import Json, error_json, mail_json
from klimapartner.assistant.identity import Identity, identity_of
from klimapartner.assistant.mail_reading import read_mail
from klimapartner.assistant.settings import Settings, load_settings
from klimapartner.assistant.sources import Source, sources
from klimapartner.intents.reader import Reader, load_reader

_SHOWN = (
    "automated", "language", "intents", "municipality", "co_municipalities", "world_region", "partner",
    "partnership_status", "contact", "needs", "topics", "faq",
)  # fmt: skip


def parse(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(help="E-Mails (.eml), Ordner, mbox, Maildir oder - für die Standardeingabe")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Ein JSON-Objekt je Zeile")] = False,
) -> None:
    """Liest E-Mails und zeigt, was darin steht. Speichert und sendet nichts."""
    failed = False
    for result in _results(settings_or_default(Path(context.obj)), files):
        failed = failed or "error" in result
        typer.echo(json.dumps(result, ensure_ascii=False) if as_json else _for_people(result))
    if failed:
        raise typer.Exit(1)


def settings_or_default(path: Path) -> Settings:
    """The settings where there are any; reading alone needs none."""
    return load_settings(path) if path.is_file() else Settings()


def reading_tools(settings: Settings) -> tuple[Reader, Identity, Call]:
    """What reading needs, for the call of the first mailbox, or for the shipped one."""
    box = next(iter(settings.mailboxes.values()), None)
    call = find_call(box.call if box else "phase09", tuple(settings.call_folders))
    identity = identity_of(settings, call)
    return load_reader(identity.office), identity, call


def _results(settings: Settings, files: list[Path]) -> Iterator[Json]:
    reader, identity, call = reading_tools(settings)
    for source in sources(files):
        yield _one(source, reader, identity, call)


def _one(source: Source, reader: Reader, identity: Identity, call: Call) -> Json:
    try:
        return mail_json(read_mail(source.load(), reader=reader, identity=identity, call=call), source.name)
    # One unreadable file must not stop the rest; what happened stands in its place.
    except Exception as error:
        return error_json(source.name, f"{type(error).__name__}: {error}")


def _for_people(result: Json) -> str:
    if "error" in result:
        return f"{result['file']}\n  Fehler: {result['error']}\n"
    lines = [
        f"  {name}: {json.dumps(result[name], ensure_ascii=False)}"
        for name in _SHOWN
        if result[name] not in (None, [], False)
    ]
    message = result["message"]
    reply = message["reply_to"] or f"keine Antwort ({message['why_no_reply']})"
    return "\n".join([result["file"], f"  Betreff: {message['subject']}", *lines, f"  Antwort an: {reply}", ""])
