"""What a person has to do: tasks, reminders that are due, and chats that were handed over."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from klimapartner.assistant.console.labels import label
from klimapartner.assistant.console.pages import go, page
from klimapartner.assistant.console.visit import Edit, See
from klimapartner.assistant.console.words import text
from klimapartner.assistant.dialogue.contract import reply_of
from klimapartner.assistant.staff_chat import answer_in_chat, end_hand_over, has_left
from klimapartner.storage.chat_lines import lines_of
from klimapartner.storage.chats import get_chat
from klimapartner.storage.entry_notes import due_reminders, finish_reminder
from klimapartner.storage.search import get_entry
from klimapartner.storage.tasks import finish_task, list_tasks

router = APIRouter()
Field = Annotated[str, Form()]


@router.get("/tasks")
def tasks(visit: See) -> HTMLResponse:
    """All open tasks and due reminders."""
    with visit.work.database.reading() as session:
        due = [(item, get_entry(session, item.entry_id)) for item in due_reminders(session, now=visit.now())]
        found = list_tasks(session)
    return page(
        visit, "tasks.html.j2", tasks=found, due=due, label=lambda group, value: label(group, value, visit.language)
    )


@router.post("/tasks/{task_id}/done")
def done(visit: Edit, task_id: int) -> Response:
    """A task is done."""
    with visit.work.database.session() as session:
        finish_task(session, task_id, who=visit.who, now=visit.now())
    visit.say(text("tasks.finished", visit.language))
    return go("/tasks")


@router.post("/reminders/{reminder_id}/done")
def reminded(visit: Edit, reminder_id: int) -> Response:
    """A reminder is done."""
    with visit.work.database.session() as session:
        finish_reminder(session, reminder_id, who=visit.who, now=visit.now())
    visit.say(text("tasks.finished", visit.language))
    return go("/tasks")


@router.get("/chats/{chat_id}")
def chat_page(visit: See, chat_id: int) -> HTMLResponse:
    """A chat in words, and a way to answer."""
    with visit.work.database.session() as session:
        visit.note(session, "read", "chat", chat_id)
        chat, lines = get_chat(session, chat_id), lines_of(session, chat_id)
        gone = has_left(session, chat, now=visit.now())
    names: dict[str, str] = {}
    for line in lines:
        names |= {b.value: b.label for row in reply_of("", line.extras).buttons for b in row}
    shown = [
        (line, names.get(line.text, line.text) if line.extras.get("kind") == "button" else line.text) for line in lines
    ]
    return page(visit, "chat_staff.html.j2", chat=chat, lines=shown, gone=gone)


@router.post("/chats/{chat_id}/answer")
def answer(visit: Edit, chat_id: int, said: Field = "") -> Response:
    """Answer in the chat; by mail, too, where the person has left."""
    if said.strip():
        with visit.work.database.session() as session:
            if not visit.first_time(session):
                return go(f"/chats/{chat_id}")
            done = answer_in_chat(session, visit.work.chat_office, chat_id, said, who=visit.who, now=visit.now())
        visit.say(text("tasks.answered_by_mail" if done.mail else "tasks.answered", visit.language))
    return go(f"/chats/{chat_id}")


@router.post("/chats/{chat_id}/end")
def end(visit: Edit, chat_id: int) -> Response:
    """Let the assistant answer alone again."""
    with visit.work.database.session() as session:
        end_hand_over(session, chat_id, now=visit.now())
    visit.say(text("tasks.ended", visit.language))
    return go(f"/chats/{chat_id}")
