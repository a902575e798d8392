"""Hand-over to a person: a task for staff, who see the transcript; says when an answer comes."""

from dataclasses import replace
from datetime import datetime

from klimapartner.assistant.dialogue.answers import faq_reply
from klimapartner.assistant.dialogue.contract import Reply
from klimapartner.assistant.dialogue.turning import Said, Turn
from klimapartner.storage.engine import Session
from klimapartner.storage.tasks import add_task, list_tasks

KIND = "chat"
_TEXT = "Chat: eine Person wird gewünscht"
_AGAIN = "Chat: neue Nachricht an das Team"


def hand_over(turn: Turn, *lead: Reply) -> Said:
    """Call a person; a form that was open is kept and can be taken up again."""
    state = turn.state
    new = task_for_chat(turn.session, turn.chat.id, _TEXT, now=turn.now)
    form = state.form if state.form and state.form.name in ("interest", "correction", "workshop") else state.paused
    resume = ((turn.button("resume", "resume"),),) if form else ()
    key = "handed_over" if new or not state.handed_over else "handed_over_already"
    told = Reply(turn.text(key, answer_by=turn.answer_by), resume)
    more = () if key == "handed_over_already" else (faq_reply(turn, ["human"]),)
    return Said(
        replace(state, form=None, paused=form, handed_over=turn.now.isoformat(), told=False), (*lead, told, *more)
    )


def task_for_chat(session: Session, chat_id: int, text: str, *, now: datetime) -> bool:
    """See to it that staff have an open task for this chat; False where there is one already."""
    if any(task.chat_id == chat_id and task.kind == KIND for task in list_tasks(session)):
        return False
    add_task(session, kind=KIND, text=text, chat_id=chat_id, now=now)
    return True


def passed_on(turn: Turn) -> Said:
    """What is written to the team lies in the transcript; it is said once, then the assistant keeps quiet."""
    task_for_chat(turn.session, turn.chat.id, _AGAIN, now=turn.now)
    if turn.state.told:
        return turn.says()
    return turn.says(turn.reply("passed_on", answer_by=turn.answer_by), told=True)
