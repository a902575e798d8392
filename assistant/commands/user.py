"""`klimapartner user`: the people who may work with the register."""

from typing import Annotated

import typer

from klimapartner.assistant.commands.common import german_time, show_table, workplace_of
from klimapartner.assistant.errors import UsageError
from klimapartner.storage.accesses import last_sign_ins
from klimapartner.storage.errors import NotFound, Refused
from klimapartner.storage.sessions import end_sessions
from klimapartner.storage.states import ROLES
from klimapartner.storage.users import SHORTEST_PASSWORD, User, add_user, change_user, find_user, list_users
from klimapartner.storage.users import set_password as set_password_of

app = typer.Typer(name="user", help="Personen, die mit dem Register arbeiten.", no_args_is_help=True)
_WHO = "system"
Name = Annotated[str, typer.Argument(help="Anmeldename")]
Password = Annotated[
    str,
    typer.Option(
        prompt="Passwort",
        confirmation_prompt="Passwort noch einmal",
        hide_input=True,
        envvar="KLIMAPARTNER_NEW_PASSWORD",
    ),
]


@app.command()
def add(
    context: typer.Context,
    name: Name,
    mail: Annotated[str, typer.Option(help="E-Mail-Adresse")],
    role: Annotated[str, typer.Option(help=f"Rolle: {', '.join(ROLES)}")] = "editor",
    password: Password = "",
) -> None:
    """Legt eine Person an, auch die erste der Administration. Das Passwort wird abgefragt."""
    known = next((known for known in ROLES if known == role), None)
    if known is None:
        raise UsageError(f"Die Rolle „{role}“ gibt es nicht; möglich sind: {', '.join(ROLES)}.")
    _long_enough(password)
    with workplace_of(context) as work, work.database.session() as session:
        user = add_user(session, name=name, mail=mail, role=known, password=password, now=work.clock())
    typer.echo(f"{user.name} ist als {user.role} angelegt.")


@app.command("list")
def list_all(context: typer.Context) -> None:
    """Zeigt alle Personen."""
    with workplace_of(context) as work, work.database.reading() as session:
        users, last = list_users(session), last_sign_ins(session)
    columns = ("Anmeldename", "E-Mail", "Rolle", "Zustand", "Zweiter Faktor", "Zuletzt angemeldet")
    rows = [
        (u.name, u.mail, u.role, _state(u), "ja" if u.second_factor else "nein", german_time(last.get(u.id)))
        for u in users
    ]
    show_table("Personen", columns, rows)


@app.command()
def password(context: typer.Context, name: Name, password: Password = "") -> None:
    """Setzt ein neues Passwort und beendet alle Sitzungen der Person."""
    _long_enough(password)
    with workplace_of(context) as work, work.database.session() as session:
        user = _known(find_user(session, name), name)
        set_password_of(session, name, password, who=_WHO, now=work.clock())
        end_sessions(session, user.id)
    typer.echo(f"Das neue Passwort von {name} gilt; alle Sitzungen sind beendet.")


@app.command()
def deactivate(context: typer.Context, name: Name) -> None:
    """Lässt eine Person nicht mehr hinein. Ihr Name bleibt im Verlauf."""
    with workplace_of(context) as work, work.database.session() as session:
        user = _known(find_user(session, name), name)
        try:
            change_user(session, user.id, mail=user.mail, role=user.role, active=False, who=_WHO, now=work.clock())
        except Refused as error:
            raise UsageError(
                f"{name} ist die letzte aktive Person der Administration; bitte zuerst eine andere anlegen."
            ) from error
        end_sessions(session, user.id)
    typer.echo(f"{name} kommt nicht mehr hinein; alle Sitzungen sind beendet.")


def _known(user: User | None, name: str) -> User:
    if user is None:
        raise NotFound(f"Es gibt niemanden mit dem Anmeldenamen {name}; `klimapartner user list` zeigt alle.")
    return user


def _long_enough(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"Das Passwort braucht mindestens {SHORTEST_PASSWORD} Zeichen.")


def _state(user: User) -> str:
    if not user.active:
        return "nicht aktiv"
    return "eingeladen" if user.invited and not user.linked else "aktiv"
