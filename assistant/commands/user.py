"""`klimapartner user`: the people who may work with the register."""

from typing import Annotated

import typer

from klimapartner.assistant.commands.common import workplace_of
from klimapartner.assistant.errors import UsageError
from klimapartner.storage.states import ROLES
from klimapartner.storage.users import add_user

app = typer.Typer(name="user", help="Personen, die mit dem Register arbeiten.", no_args_is_help=True)
_SHORTEST = 12


@app.callback()
def _group() -> None:
    """Keeps `add` a command of its own."""


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Anmeldename")],
    mail: Annotated[str, typer.Option(help="E-Mail-Adresse")],
    role: Annotated[str, typer.Option(help=f"Rolle: {', '.join(ROLES)}")] = "editor",
    password: Annotated[
        str,
        typer.Option(
            prompt="Passwort",
            confirmation_prompt="Passwort noch einmal",
            hide_input=True,
            envvar="KLIMAPARTNER_NEW_PASSWORD",
        ),
    ] = "",
) -> None:
    """Legt eine Person an. Das Passwort wird abgefragt."""
    known = next((known for known in ROLES if known == role), None)
    if known is None:
        raise UsageError(f"Die Rolle „{role}“ gibt es nicht; möglich sind: {', '.join(ROLES)}.")
    if len(password) < _SHORTEST:
        raise UsageError(f"Das Passwort braucht mindestens {_SHORTEST} Zeichen.")
    with workplace_of(context) as work, work.database.session() as session:
        user = add_user(session, name=name, mail=mail, role=known, password=password, now=work.clock())
    typer.echo(f"{user.name} ist als {user.role} angelegt.")
