"""`klimapartner ask`: what a chat line asks, and the answer of the call."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from klimapartner.assistant.commands.parse import reading_tools, settings_or_default
from klimapartner.assistant.contract import answer_json
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.faq import answer_text
from klimapartner.intents.reader import Reader


def ask(
    context: typer.Context,
    line: Annotated[str, typer.Argument(help="Die Frage")] = "",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Liest {id, text} je Zeile von der Standardeingabe, schreibt JSON")
    ] = False,
) -> None:
    """Beantwortet eine Frage aus den FAQ des Aufrufs."""
    settings = settings_or_default(Path(context.obj))
    reader, _, call = reading_tools(settings)
    if jsonl:
        _stream(reader)
    elif line:
        typer.echo(answer_text(reader.ask(line), call, settings))
    else:
        raise UsageError('Was möchten Sie wissen? Beispiel: klimapartner ask "Bis wann ist die Frist?"')


def _stream(reader: Reader) -> None:
    for number, text in enumerate(sys.stdin, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
            asked = answer_json(row["id"], reader.ask(row["text"]))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f'Zeile {number} ist kein Objekt mit "id" und "text" ({error}).') from error
        typer.echo(json.dumps(asked, ensure_ascii=False))
