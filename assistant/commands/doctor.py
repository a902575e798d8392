"""`klimapartner doctor`: does everything work, and if not, what is to be done."""

from typing import Annotated

import typer

from klimapartner.assistant.commands.common import show_table, workplace_of
from klimapartner.assistant.doctor import Finding, examine
from klimapartner.assistant.doctor_deep import examine_deeply


def doctor(
    context: typer.Context,
    test_mail: Annotated[
        bool, typer.Option("--test-mail", help="Auch eine Testmail an `administrator` senden")
    ] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Auch den ganzen Datenbestand auf Widersprüche prüfen (liest alles)")
    ] = False,
) -> None:
    """Prüft Einstellungen, Postfach, Versand, Datenbank, Speicherplatz, Modell, Aufruf und Geheimnisse."""
    with workplace_of(context) as work:
        findings = list(examine(work, send_test_mail=test_mail))
        if deep:
            findings += examine_deeply(work)
    show_table("Befund", ("", "Prüfung", "Ergebnis"), [(_mark(found), found.name, found.text) for found in findings])
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


def _mark(found: Finding) -> str:
    if not found.well:
        return "FEHLER"
    return "HINWEIS" if found.hint else "ok"
