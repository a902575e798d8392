"""Pages from templates: everything that is filled in is escaped, and no page allows code or hosts of others."""

import hashlib
import secrets
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from klimapartner.assistant.console.menu import menu_for
from klimapartner.assistant.console.visit import PageLanguage, Visit
from klimapartner.assistant.console.words import text
from klimapartner.storage.sessions import has_flash, take_flash

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HERE = Path(__file__).parent
STATIC = _HERE / "static"


def page(visit: Visit, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page: `template` names a file in templates/ that extends base.html.j2."""
    values |= {"visit": visit, "menu": menu_for(visit), "flash": _flash(visit), "guard": visit.sign_in.guard}
    return _respond(template, visit.language, visit.desk.zone, status, values)


def fragment(visit: Visit, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A part of a page, for htmx to put in its place."""
    values |= {"visit": visit, "guard": visit.sign_in.guard}
    return _respond(template, visit.language, visit.desk.zone, status, values)


def public_page(
    template: str, language: PageLanguage, zone: ZoneInfo, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page for somebody who is not signed in."""
    return _respond(template, language, zone, status, values | {"visit": None, "menu": (), "flash": None})


def go(path: str, **query: object) -> Response:
    """After a form: on to the next page (303), below /console."""
    return RedirectResponse(f"/console{path}{'?' + urlencode(query) if query else ''}", 303)


def render(template: str, language: PageLanguage, zone: ZoneInfo, **values: Any) -> str:
    """The text of a template; `t` gives words, `day` and `moment` write dates by the office's clock."""
    values |= {
        "t": partial(_text, language), "language": language, "day": partial(_day, language, zone),
        "moment": partial(_moment, language, zone), "number": partial(_number, language), "static": static,
    }  # fmt: skip
    return _environment().get_template(template).render(**values)


@lru_cache
def static(name: str) -> str:
    """The address of a file in static/, with a mark that changes when the file does."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]
    return f"/console/static/{name}?{mark}"


def _respond(
    template: str, language: PageLanguage, zone: ZoneInfo, status: int, values: dict[str, Any]
) -> HTMLResponse:
    body = render(template, language, zone, **values)
    return HTMLResponse(body, status, {"Content-Security-Policy": POLICY, "Vary": "HX-Request"})


def _flash(visit: Visit) -> Any:
    database = visit.work.database
    with database.reading() as session:
        waiting = has_flash(session, visit.sign_in.id)
    if not waiting:
        return None
    with database.session() as session:
        return take_flash(session, visit.sign_in.id)


def _text(language: PageLanguage, key: str, **values: object) -> str:
    return text(key, language, **values)


def _day(language: PageLanguage, zone: ZoneInfo, value: date | datetime | None) -> str:
    if value is None:
        return ""
    return format_date(value.astimezone(zone) if isinstance(value, datetime) else value, "medium", locale=language)


def _moment(language: PageLanguage, zone: ZoneInfo, value: datetime | None) -> str:
    form = "dd.MM.y, HH:mm" if language == "de" else "d MMM y, HH:mm"
    return "" if value is None else format_datetime(value.astimezone(zone), form, locale=language)


def _number(language: PageLanguage, value: float) -> str:
    return format_decimal(value, locale=language)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    # Every form has a key of its own, by which one that is sent twice is known.
    environment.globals["new_key"] = partial(secrets.token_urlsafe, 12)
    return environment
