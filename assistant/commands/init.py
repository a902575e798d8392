"""`klimapartner init`: writes the settings and asks what it must."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from jinja2 import Environment, StrictUndefined

from klimapartner.assistant.clock import system_clock
from klimapartner.assistant.errors import UsageError
from klimapartner.assistant.settings import load_settings

_TEMPLATE = Path(__file__).parent.parent / "settings.toml.j2"
_KNOWN_HOSTS = {
    "microsoft": ("outlook.office365.com", "smtp.office365.com"),
    "gmail": ("imap.gmail.com", "smtp.gmail.com"),
}
FACTOR_KEY = "geheim/zweiter-faktor"
_AUTH = {
    "password": 'method = "password"\nsecret = { file = "geheim/passwort" }',
    "microsoft": 'method = "microsoft"\ntenant = ""\nclient_id = ""\nsecret = { file = "geheim/client-secret" }\n'
    "# secret_expires = 2027-01-01T00:00:00Z",
    "gmail": 'method = "gmail"\nclient_id = ""\nsecret = { file = "geheim/client-secret" }\n'
    'refresh_token = { file = "geheim/refresh-token" }',
}


def init(
    context: typer.Context,
    address: Annotated[str, typer.Option(prompt="E-Mail-Adresse des Postfachs", help="E-Mail-Adresse des Postfachs")],
    controller: Annotated[
        str, typer.Option(prompt="Verantwortliche Stelle (Datenschutz)", help="Verantwortliche Stelle")
    ],
    auth: Annotated[
        str, typer.Option(prompt="Anmeldung (password, microsoft, gmail)", help="password, microsoft oder gmail")
    ] = "password",
    imap_host: Annotated[str, typer.Option(help="IMAP-Server; bei microsoft und gmail bekannt")] = "",
    smtp_host: Annotated[str, typer.Option(help="SMTP-Server; bei microsoft und gmail bekannt")] = "",
    administrator: Annotated[str, typer.Option(help="E-Mail-Adresse für Alarme")] = "",
) -> None:
    """Schreibt die Einstellungen. Eine vorhandene Datei wird nie überschrieben."""
    path = Path(context.obj)
    if path.exists():
        raise UsageError(f"{path} gibt es schon; bitte dort ändern oder mit --config eine andere Datei nennen.")
    if auth not in _AUTH:
        raise UsageError(f"Die Anmeldung „{auth}“ gibt es nicht; möglich sind: {', '.join(_AUTH)}.")
    imap_known, smtp_known = _KNOWN_HOSTS.get(auth, ("", ""))
    path.write_text(
        settings_text(
            address=address,
            user=address,
            controller=controller,
            administrator=administrator or address,
            imap_host=imap_host or imap_known or typer.prompt("IMAP-Server"),
            smtp_host=smtp_host or smtp_known or typer.prompt("SMTP-Server"),
            auth=_AUTH[auth],
        ),
        encoding="utf-8",
    )
    _make_key(path.parent / FACTOR_KEY)
    load_settings(path)
    typer.echo(
        f"{path} ist geschrieben. Als Nächstes: das Geheimnis in die Datei unter geheim/ legen, den Datenschutztext "
        "unter [controller.privacy_text] eintragen, dann `klimapartner doctor`."
    )


def _make_key(path: Path) -> None:
    """A new key in a file that only its owner reads; one that is there stays: what it encrypted needs it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"{secrets.token_urlsafe(32)}\n", encoding="utf-8")


def settings_text(*, auth: str, now: datetime | None = None, **values: str) -> str:
    """The settings file with these values; `answer_since` is the beginning of today."""
    today = (
        (now or system_clock()).astimezone(ZoneInfo("Europe/Berlin")).replace(hour=0, minute=0, second=0, microsecond=0)
    )
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    template = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True).from_string(
        _TEMPLATE.read_text(encoding="utf-8")
    )
    return template.render(**quoted, auth=auth, answer_since=today.isoformat())
