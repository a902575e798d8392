"""Which keyboard counts: the newest one, and once. What is kept of it lies in the chat's FSM data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Menu:
    """The newest message with buttons that we know of (0 for none), and whether one of them was pressed."""

    message_id: int = 0
    used: bool = False


def menu_of(data: Mapping[str, Any]) -> Menu:
    """The menu in FSM data."""
    kept = data.get("menu")
    return Menu(int(kept["message_id"]), bool(kept["used"])) if isinstance(kept, Mapping) else Menu()


def menu_data(menu: Menu) -> dict[str, Any]:
    """FSM data of the menu."""
    return {"menu": {"message_id": menu.message_id, "used": menu.used}}


def pressed(menu: Menu, message_id: int) -> Menu | None:
    """The menu after a button on this message was pressed; None where that keyboard does not count (any more).

    A message newer than what we know of counts: it was delivered, and noting it failed or is under way.
    """
    if message_id < menu.message_id or (message_id == menu.message_id and menu.used):
        return None
    return Menu(message_id, used=True)


def shown(menu: Menu, message_id: int) -> tuple[Menu, int]:
    """The menu after a message with buttons arrived, and the message whose buttons are dead now (0 for none)."""
    if message_id <= menu.message_id:
        return menu, 0
    return Menu(message_id), 0 if menu.used else menu.message_id
