"""Tasks: one a message and kind; what happens once more is open once more."""

from datetime import datetime, timedelta
from typing import Any

from klimapartner.storage.engine import Database
from klimapartner.storage.history import list_history
from klimapartner.storage.tasks import add_task, finish_task, list_tasks, raise_task

LATER = timedelta(hours=1)


def test_a_second_task_of_the_same_kind_is_the_first_one(database: Database, shop: Any, now: datetime) -> None:
    message = shop.mail()
    with database.session() as session:
        first, _ = add_task(session, kind="outbox", text="eins", message_id=message, now=now)
        finish_task(session, first.id, who="maria", now=now)
        again, new = add_task(session, kind="outbox", text="zwei", message_id=message, now=now)
    assert (again.id, new, again.text, again.done_by) == (first.id, False, "eins", "maria")


def test_what_happens_again_is_open_again_and_the_history_says_so(database: Database, shop: Any, now: datetime) -> None:
    about = {"kind": "outbox", "message_id": shop.mail(), "entry_id": None}
    with database.session() as session:
        first = raise_task(session, text="eins", now=now, **about)
        raise_task(session, text="zwei", now=now, **about)
        finish_task(session, first.id, who="maria", now=now)
        raise_task(session, text="drei", now=now + LATER, **about)
    with database.reading() as session:
        assert [(task.id, task.text) for task in list_tasks(session)] == [(first.id, "drei")]
        assert [line.action for line in list_history(session, "task", first.id)] == ["done", "reopened"]
