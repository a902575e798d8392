"""What waits for a person: unanswered messages, tasks, reminders, chats handed over, entries by hand."""

from datetime import timedelta

from console_desk import Console, said, texts

from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.dialogue.contract import Event
from klimapartner.storage.chat_lines import lines_of
from klimapartner.storage.chats import find_chat
from klimapartner.storage.entry_notes import add_reminder, comments_of
from klimapartner.storage.outbox import list_outbox
from klimapartner.storage.tasks import list_tasks
from klimapartner.storage.unanswered import list_unanswered


def _unanswered(console: Console) -> list[int]:
    with console.work.database.reading() as session:
        return [item.message_id for item in list_unanswered(session)]


def test_what_got_no_answer_is_listed_with_the_reason(any_console: Console) -> None:
    page = any_console.staff("reader").get("/unanswered")
    with any_console.work.database.reading() as session:
        reasons = [item.reason for item in list_unanswered(session)[::-1]]
    assert texts(page, "tbody td:nth-of-type(1)") == [" ".join(reason.split()) for reason in reasons]


def test_answering_after_all_prepares_a_held_receipt(console: Console) -> None:
    editor = console.staff()
    editor.get("/unanswered")
    first = _unanswered(console)[0]
    page = editor.post(f"/unanswered/{first}/answer")
    assert page.url.path.startswith("/console/outbox/")
    with console.work.database.reading() as session:
        mail = list_outbox(session)[-1]
    assert (mail.kind, mail.state, mail.message_id) == ("receipt", "held", first)
    assert first not in _unanswered(console)


def test_a_free_reply_goes_to_the_sender_in_the_thread(any_console: Console) -> None:
    editor = any_console.staff()
    editor.get("/messages/1")
    assert editor.post("/messages/1/reply", subject="Re: Hallo", body=" ").status_code == 422
    editor.post("/messages/1/reply", subject="Re: Hallo", body="Danke!")
    with any_console.work.database.reading() as session:
        mail = list_outbox(session)[-1]
    assert (mail.kind, mail.state, mail.body_text, mail.to_addr) == (
        "letter", "queued", "Danke!\n", "m.tiede@zorneding.example",
    )  # fmt: skip
    assert mail.headers["In-Reply-To"] == mail.headers["References"]


def test_what_needs_no_answer_is_settled(console: Console) -> None:
    editor = console.staff()
    editor.get("/unanswered")
    first = _unanswered(console)[0]
    editor.post(f"/unanswered/{first}/done")
    assert first not in _unanswered(console)


def test_tasks_and_due_reminders_are_done_once(console: Console) -> None:
    entry = console.entry("Husum")
    with console.session() as session:
        tasks = [task.text for task in list_tasks(session)]
        due = console.hands.now + timedelta(days=1)
        add_reminder(session, entry.id, "Nachfassen", due_at=due, who="editor", now=console.hands.now)
    editor = console.staff()
    page = editor.get("/tasks")
    assert (texts(page, "tbody th"), texts(page, ".row-panel")) == (tasks, [])
    console.hands.now += timedelta(days=1)
    editor = console.sign_in()
    assert texts(editor.get("/tasks"), ".row-panel a") == ["Husum"]
    editor.post("/reminders/1/done")
    first = texts(editor.get("/tasks"), "tbody th")[0]
    with console.session() as session:
        number = next(task.id for task in list_tasks(session) if task.text == first)
    page = editor.post(f"/tasks/{number}/done")
    assert (texts(page, ".row-panel"), texts(page, "tbody th")) == ([], tasks[1:])


def test_a_chat_that_was_handed_over_is_answered_there(console: Console) -> None:
    update, _ = receive(
        console.work, channel="web", address="abc", key="1", event=Event("text", "Ich will einen Menschen")
    )
    answer_waiting(console.work, chat_id=update.chat_id)
    editor = console.staff()
    page = editor.get(f"/chats/{update.chat_id}")
    assert texts(page, ".talk__line--person .said") == ["Ich will einen Menschen"]
    editor.post(f"/chats/{update.chat_id}/answer", said="Guten Tag, hier ist Maria.")
    with console.session() as session:
        chat = find_chat(session, "web", "abc")
        assert chat
        last = lines_of(session, chat.id)[-1]
    assert (last.who, last.text) == ("staff", "Guten Tag, hier ist Maria.")


def test_an_entry_by_hand_is_staffs_and_says_how_it_came(any_console: Console) -> None:
    editor = any_console.staff()
    editor.get("/entries/new")
    assert editor.post("/entries/new", municipality="").status_code == 422
    page = editor.post(
        "/entries/new", municipality="Tübingen", world_region="africa", name="Kim Muster", phone="07071 1",
        source="fax", note="Kam am Freitag",
    )  # fmt: skip
    entry = any_console.entry("Tübingen")
    assert (page.url.path, said(page)) == (f"/console/entries/{entry.id}", ["Der Eintrag ist angelegt."])
    stored = {name: (f.value, f.provenance) for name, f in entry.fields.items()}
    assert (entry.ags, stored["world_region"], stored["contact.phone"]) == (
        "08416041", ("africa", "staff"), ("07071 1", "staff"),
    )  # fmt: skip
    with any_console.session() as session:
        assert [c.text for c in comments_of(session, entry.id)] == ["Fax. Kam am Freitag"]
    assert editor.post("/entries/new", municipality="Tübingen", world_region="mars").status_code == 422
