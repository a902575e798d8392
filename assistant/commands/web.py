"""`klimapartner web`: the web application alone."""

import signal
import threading

import typer
from rich.console import Console

from klimapartner.assistant.commands.common import workplace_of
from klimapartner.assistant.web.server import serve_web
from klimapartner.assistant.workplace import Workplace


def web(context: typer.Context) -> None:
    """Startet die Weboberfläche mit dem Chat, bis das Programm beendet wird (Strg+C oder SIGTERM)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with workplace_of(context) as work:
        _tell(work)
        serve_web(work, stop)


def _tell(work: Workplace) -> None:
    settings, console = work.settings, Console(stderr=True)
    console.print(f"Weboberfläche: http://{settings.web.host}:{settings.web.port}/chat. Ende mit Strg+C.")
    if settings.web.chat and not settings.controller.complete:
        console.print("Der Chat bleibt zu, bis gesetzt ist: controller.name, controller.privacy_text.de.")
