"""One step of a dialogue."""

from dataclasses import replace
from datetime import datetime

from klimapartner.assistant.dialogue.buttons import press
from klimapartner.assistant.dialogue.commands import command_of, obey
from klimapartner.assistant.dialogue.contract import Event, Reply
from klimapartner.assistant.dialogue.forms import correct_last
from klimapartner.assistant.dialogue.free_text import hear_text
from klimapartner.assistant.dialogue.questions import ORDER
from klimapartner.assistant.dialogue.state import state_json, state_of
from klimapartner.assistant.dialogue.tongue import in_its_language
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.assistant.intake import Office
from klimapartner.storage.chats import Chat, save_chat
from klimapartner.storage.engine import Session


def converse(session: Session, office: Office, chat: Chat, event: Event, *, now: datetime) -> tuple[Reply, ...]:
    """What is said to an event; what the dialogue remembers is kept with the chat, within the transaction."""
    turn = in_its_language(Turn(session, office, chat, event, state_of(chat), now))
    said = _step(turn)
    # Whoever does not begin with a greeting is told all the same that a machine answers.
    first = () if turn.state.greeted or said.state.greeted else (turn.reply("machine"),)
    _keep(session, chat, replace(said, state=replace(said.state, greeted=True)), now)
    return (*first, *said.replies)


def _step(turn: Turn) -> Said:
    event, form = turn.event, turn.state.form
    if event.kind == "button":
        return press(turn, event.text)
    slash = event.kind == "command" or event.text.startswith("/")
    if command := command_of(event.text, slash=slash):
        return obey(turn, *command)
    if slash:
        return turn.says(turn.reply("unknown_command"))
    if event.kind == "edit" and form and form.name in ORDER:
        return correct_last(turn, form, event.text)
    return hear_text(turn, event.text) if event.text.strip() else turn.says(turn.reply("empty"))


def _keep(session: Session, chat: Chat, said: Said, now: datetime) -> None:
    state = said.state
    save_chat(
        session, chat.id, state=state_json(state), language=state.language,
        conversation_id=state.conversation_id, entry_id=state.entry_id, now=now,
    )  # fmt: skip
