"""The menu: which pages there are, in which order, and who sees them."""

from dataclasses import dataclass

from klimapartner.assistant.console.roles import Right
from klimapartner.assistant.console.visit import Visit


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the menu; `word` is a key of texts/menu.toml."""

    word: str
    path: str
    right: Right
    current: bool = False


ITEMS = (
    Item("start", "/console/", "sign_in"),
    Item("entries", "/console/entries", "see"),
    Item("outbox", "/console/outbox", "see"),
    Item("unanswered", "/console/unanswered", "see"),
    Item("tasks", "/console/tasks", "see"),
    Item("decide", "/console/decide", "see"),
    Item("match", "/console/match", "see"),
    Item("events", "/console/events", "see"),
    Item("exchange", "/console/import", "lead"),
    Item("call", "/console/call", "lead"),
    Item("people", "/console/people", "lead"),
    Item("log", "/console/log", "lead"),
    Item("log", "/console/log/access", "admin"),
    Item("users", "/console/users", "admin"),
    Item("interfaces", "/console/interfaces", "admin"),
)


def menu_for(visit: Visit) -> tuple[Item, ...]:
    """The lines that the user may open; the one of the page is marked."""
    shown = [item for item in ITEMS if visit.can(item.right)]
    here = visit.request.url.path
    longest = max((item.path for item in shown if _is_below(here, item.path)), key=len, default="")
    return tuple(Item(item.word, item.path, item.right, item.path == longest) for item in shown)


def _is_below(here: str, path: str) -> bool:
    return here == path or here.startswith(f"{path}/")
