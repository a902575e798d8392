"""`klimapartner explain`: why a mail is read as it is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from klimapartner.assistant.commands.common import show_table
from klimapartner.assistant.commands.parse import reading_tools, settings_or_default
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.explain import discarded, marked_text, page, reasons
from klimapartner.assistant.mail_reading import read_mail


def explain(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="E-Mail (.eml)")],
    html: Annotated[Path | None, typer.Option(help="Als HTML-Seite in diese Datei schreiben")] = None,
) -> None:
    """Zeigt eine E-Mail mit allen Belegen, ihren Gründen und den verworfenen Möglichkeiten."""
    if not file.is_file():
        raise UsageError(f"{file} gibt es nicht; bitte eine E-Mail als .eml-Datei nennen.")
    reader, identity, call = reading_tools(settings_or_default(Path(context.obj)))
    mail = read_mail(file.read_bytes(), reader=reader, identity=identity, call=call)
    if html:
        html.write_text(page(mail, file.name), encoding="utf-8")
        typer.echo(f"{html} ist geschrieben.")
        return
    Console().print(marked_text(mail))
    show_table("Werte und Gründe", ("Feld", "Wert", "Sicherheit", "Grund", "Worte"), reasons(mail))
    show_table("Nicht gewählt", ("Körperschaft", "Schlüssel", "Kreis", "Punkte", "Grund"), discarded(mail))
