"""The methods for what a bot shows of itself: commands by scope and language, name and descriptions by language.

Source: Bot API, sections "setMyCommands", "BotCommandScope", "setMyName", "setMyDescription", "setMyShortDescription".
"""

import re
from functools import partial
from typing import Any

from klimapartner.assistant.fakes.botapi_checks import bad_request, check_commands
from klimapartner.assistant.fakes.botapi_methods import Method, Turn
from klimapartner.assistant.fakes.botapi_values import Json

# The documentation gives the limits; the words of the refusal are not documented and are ours.
LIMITS = {"name": 64, "description": 512, "short_description": 120}


def scope_key(scope: Json | None) -> str:
    """A scope as a word: its type, and the ids that narrow it: "default", "chat:5", "chat_member:5:7"."""
    given = scope or {"type": "default"}
    return ":".join(str(given[name]) for name in ("type", "chat_id", "user_id") if name in given)


def _language(turn: Turn) -> str:
    language = turn.params.text("language_code")
    if not re.fullmatch(r"(?:[a-z]{2})?", language):
        raise bad_request("invalid language code specified")
    return language


def _commands_key(turn: Turn) -> tuple[str, str]:
    return scope_key(turn.params.structure("scope")), _language(turn)


def set_my_commands(turn: Turn) -> bool:
    """Source: Bot API, section "setMyCommands"."""
    commands = turn.params.structure("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    turn.state.profile.commands[_commands_key(turn)] = check_commands(commands)
    return True


def get_my_commands(turn: Turn) -> list[Json]:
    """Source: Bot API, section "getMyCommands": just what was set for this scope and language."""
    return turn.state.profile.commands.get(_commands_key(turn), [])


def delete_my_commands(turn: Turn) -> bool:
    """Source: Bot API, section "deleteMyCommands"."""
    turn.state.profile.commands.pop(_commands_key(turn), None)
    return True


def _set(field: str, turn: Turn) -> bool:
    text = turn.params.text(field)
    if len(text) > LIMITS[field]:
        raise bad_request(f"{field} is too long")
    _texts(turn, field)[_language(turn)] = text
    return True


def _get(field: str, turn: Turn) -> Json:
    texts = _texts(turn, field)
    own = turn.state.bot.name if field == "name" else ""
    return {field: texts.get(_language(turn)) or texts.get("") or own}


def _texts(turn: Turn, field: str) -> dict[str, str]:
    texts: dict[str, Any] = {
        "name": turn.state.profile.names,
        "description": turn.state.profile.descriptions,
        "short_description": turn.state.profile.short_descriptions,
    }
    found: dict[str, str] = texts[field]
    return found


METHODS: dict[str, Method] = {
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setmyname": partial(_set, "name"),
    "getmyname": partial(_get, "name"),
    "setmydescription": partial(_set, "description"),
    "getmydescription": partial(_get, "description"),
    "setmyshortdescription": partial(_set, "short_description"),
    "getmyshortdescription": partial(_get, "short_description"),
}
