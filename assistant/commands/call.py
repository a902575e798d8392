"""`klimapartner call`: the data of a call."""

from pathlib import Path
from typing import Annotated

import typer

from klimapartner.assistant.call import find_call, load_call
from klimapartner.assistant.commands.parse import settings_or_default
from klimapartner.assistant.faq import faq_texts
from klimapartner.assistant.languages import LANGUAGES
from klimapartner.assistant.templates import Texts

app = typer.Typer(name="call", help="Daten eines Aufrufs.", no_args_is_help=True)


@app.command()
def check(
    context: typer.Context,
    which: Annotated[str, typer.Argument(help="Kennung des Aufrufs, oder sein Ordner")] = "phase09",
) -> None:
    """Prüft Termine, Kontakte und FAQ-Texte eines Aufrufs in allen Sprachen."""
    settings = settings_or_default(Path(context.obj))
    folder = Path(which)
    call = load_call(folder) if (folder / "call.toml").is_file() else find_call(which, tuple(settings.call_folders))
    texts = Texts(settings.answers.templates)
    for language in LANGUAGES:
        faq_texts(call, texts, settings.controller, language, list(call.faq[language]))
    typer.echo(
        f"In Ordnung: {call.name['de']} (Stand {call.as_of:%d.%m.%Y}), {len(call.step)} Termine, "
        f"{len(call.contact)} Kontakte, {len(call.faq['de'])} Fragen in {len(LANGUAGES)} Sprachen."
    )
