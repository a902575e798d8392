"""Commands: what is given with a slash, or as one word. /start and /cancel win over everything."""

from collections.abc import Callable
from dataclasses import replace

from klimapartner.assistant.chat_links import entry_of_token
from klimapartner.assistant.dialogue.catalogue import command_texts, is_word
from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.handover import hand_over
from klimapartner.assistant.dialogue.own_entry import about_entry
from klimapartner.assistant.dialogue.questions import privacy_words
from klimapartner.assistant.dialogue.state import Form, State
from klimapartner.assistant.dialogue.tongue import choose, menu
from klimapartner.assistant.dialogue.turning import Row, Said, Turn
from klimapartner.storage.chats import forget_chat
from klimapartner.storage.search import get_entry

COMMANDS = ("start", "help", "cancel", "status", "privacy", "language", "human", "delete")


def command_of(text: str, *, slash: bool) -> tuple[str, str] | None:
    """The command and its argument; without a slash only a word that stands alone is one."""
    name, _, argument = text.strip().removeprefix("/").partition(" ")
    name = name.partition("@")[0]
    for command in COMMANDS:
        if (slash and (name.lower() == command or is_word(name, f"command_{command}"))) or (
            not slash and is_word(text, f"command_{command}")
        ):
            return command, argument.strip() if slash else ""
    return None


def obey(turn: Turn, command: str, argument: str) -> Said:
    """Do what the command says."""
    if command == "start":
        return _start(turn, argument)
    if command == "language" and (chosen := choose(turn, argument.lower())):
        return chosen.says(chosen.reply("language_chosen"))
    return _COMMANDS[command](turn)


def _start(turn: Turn, token: str) -> Said:
    fresh = turn.with_state(form=None, paused=None, greeted=True, handed_over="", told=False)
    number = entry_of_token(turn.session, token, now=turn.now) if token and turn.takes_intake else None
    if number is not None:
        entry = get_entry(turn.session, number)
        known = fresh.with_state(entry_id=entry.id)
        buttons = (turn.button("status", "go:status"), turn.button("correct", "go:correction"))
        return known.says(greeting(known), known.reply("linked", buttons, reference=entry.reference))
    return fresh.says(greeting(fresh))


def greeting(turn: Turn) -> Reply:
    """Who speaks here (a machine), and what it can do."""
    key = "greeting" if turn.takes_intake else "greeting_faq"
    return turn.reply(key, *menu_rows(turn), office=turn.office.box.display_name, call=turn.call_name)


def menu_rows(turn: Turn) -> tuple[Row, ...]:
    """The main menu."""
    own = (
        (turn.button("interest", "go:interest"),),
        (turn.button("workshop", "go:workshop"), turn.button("status", "go:status")),
    )
    rest = ((turn.button("human", "human"), turn.button("language", "lang")),)
    return (own if turn.takes_intake else ()) + rest


def _help(turn: Turn) -> Said:
    lines = "\n".join(f"/{name}: {text}" for name, text in command_texts(turn.language).items())
    return turn.says(turn.reply("help", *menu_rows(turn), lines=lines, mail=turn.office.box.address))


def cancel(turn: Turn) -> Said:
    """Leave what is being done; nothing of it is kept."""
    key = "cancelled" if turn.state.form or turn.state.paused else "nothing_to_cancel"
    return turn.says(turn.reply(key, *menu_rows(turn)), form=None, paused=None)


def _privacy(turn: Turn) -> Said:
    return turn.says(Reply(turn.text("privacy", who=privacy_words(turn))))


def _delete(turn: Turn) -> Said:
    buttons = (turn.button("yes_delete", "delete"), turn.button("cancel", "cancel"))
    return turn.says(turn.reply("sure_to_delete", buttons), form=Form("delete", asked="confirm"))


def delete_now(turn: Turn) -> Said:
    """Forget the chat: lines, form, everything but what is in the register."""
    return forget(turn, "deleted")


def forget(turn: Turn, key: str) -> Said:
    """Delete all that was said, and say so."""
    forget_chat(turn.session, turn.chat.id, now=turn.now)
    empty = replace(State(), language=turn.language, chosen=turn.state.chosen, greeted=True)
    return Said(empty, (turn.reply(key),))


_COMMANDS: dict[str, Callable[[Turn], Said]] = {
    "help": _help,
    "cancel": cancel,
    "status": lambda turn: about_entry(turn, "status"),
    "privacy": _privacy,
    "language": menu,
    "human": hand_over,
    "delete": _delete,
}
