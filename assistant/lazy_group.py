"""A group of commands whose modules are imported when one is called: `parse` needs no web server to start.

The way click describes under "Lazily Loading Subcommands" (Complex Applications).
"""

from importlib import import_module
from typing import ClassVar, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


class LazyGroup(TyperGroup):
    """Commands by name, each from `module:attribute`; the attribute is a function or a group of its own."""

    places: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: object) -> list[str]:
        """The names in the order of the help."""
        return list(self.places)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """The command of a name, its module imported; None where there is none."""
        return load_command(cmd_name, self.places[cmd_name]) if cmd_name in self.places else None


def load_command(name: str, place: str) -> TyperCommand | TyperGroup:
    """Import `module:attribute` and make a command of it."""
    module, attribute = place.split(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return cast(TyperCommand, get_command(alone))
