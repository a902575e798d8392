"""The smaller records: history, readings, tasks, unanswered, offers, participants, users, state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from klimapartner.storage.engine import Database
from klimapartner.storage.errors import NotFound, Refused, StorageError
from klimapartner.storage.history import latest_history, list_history, record
from klimapartner.storage.messages import store_message
from klimapartner.storage.offers import add_offer, list_offers, set_offer_status
from klimapartner.storage.participants import list_participants, register_participant
from klimapartner.storage.readings import add_reading, latest_reading
from klimapartner.storage.sql import lock
from klimapartner.storage.state import get_state, set_state
from klimapartner.storage.tables import PermitRow
from klimapartner.storage.tasks import add_task, finish_task, list_tasks
from klimapartner.storage.unanswered import add_unanswered, list_unanswered, mark_answered
from klimapartner.storage.users import add_user, list_users, set_password, verify


@pytest.mark.parametrize(
    "statement",
    ["UPDATE history SET who = 'nobody'", "DELETE FROM history", "UPDATE history SET new = NULL WHERE id = 1"],
)
def test_history_is_only_added_to(database: Database, now: datetime, statement: str) -> None:
    with database.session() as session:
        record(session, now=now, who="maria", subject="entry", subject_id=1, action="changed", old=1, new={"a": [2]})
    with pytest.raises(Refused), database.session() as session:
        session.execute(text(statement))
    with database.reading() as session:
        [line] = list_history(session, "entry", 1)
        assert (line.at, line.who, line.old, line.new) == (now, "maria", 1, {"a": [2]})
        assert latest_history(session) == [line]


def test_replacing_a_line_is_no_way_around(sqlite_database: Database, now: datetime) -> None:
    with sqlite_database.session() as session:
        record(session, now=now, who="maria", subject="entry", subject_id=1, action="changed")
    with pytest.raises(Refused), sqlite_database.session() as session:
        session.execute(text("INSERT OR REPLACE INTO history SELECT id, at, 'x', 'x', 1, 'x', 'x', 1, 1 FROM history"))


@pytest.mark.postgres
@pytest.mark.parametrize("statement", ["TRUNCATE history", "TRUNCATE messages CASCADE"])
def test_truncating_is_no_way_around(postgres_database: Database, statement: str) -> None:
    with pytest.raises(Refused), postgres_database.session() as session:
        session.execute(text(statement))


def test_a_permit_to_erase_cannot_be_committed(database: Database) -> None:
    with pytest.raises(Refused), database.session() as session:
        session.add(PermitRow())


def test_the_newest_reading_counts_and_a_version_reads_once(database: Database, shop: Any, now: datetime) -> None:
    number = shop.mail()
    with database.session() as session:
        assert latest_reading(session, number) is None
        add_reading(session, message_id=number, model_version="1", body={"a": 1}, now=now)
        add_reading(session, message_id=number, model_version="2", body={"ä": [None]}, now=now + timedelta(1))
        again = add_reading(session, message_id=number, model_version="1", body={"a": 2}, now=now + timedelta(2))
        latest = latest_reading(session, number)
    assert (latest and latest.body, again.body) == ({"ä": [None]}, {"a": 1})


def test_one_task_a_message_and_kind(database: Database, shop: Any, now: datetime) -> None:
    number = shop.mail()
    with database.session() as session:
        task, new = add_task(session, kind="partner", text="Partner klären", message_id=number, now=now)
        same, again = add_task(session, kind="partner", text="noch einmal", message_id=number, now=now)
        add_task(session, kind="general", text="ohne Nachricht", now=now)
        add_task(session, kind="general", text="ohne Nachricht", now=now)
        assert (new, again, same) == (True, False, task)
        finish_task(session, task.id, who="maria", now=now)
        done = finish_task(session, task.id, who="paul", now=now)
        assert (len(list_tasks(session)), len(list_tasks(session, open_only=False)), done.done_by) == (2, 3, "maria")


def test_unanswered_messages_are_listed_until_answered(database: Database, shop: Any, now: datetime) -> None:
    first, second = shop.mails(2)
    with database.session() as session:
        add_unanswered(session, message_id=first, code="auto-submitted", reason="Abwesenheitsnotiz", now=now)
        add_unanswered(session, message_id=second, code="limit", reason="Zu viele Antworten", now=now)
        kept, new = add_unanswered(session, message_id=second, code="other", reason="?", now=now)
        assert (kept.code, new) == ("limit", False)
        mark_answered(session, second, who="maria", now=now)
        assert [item.message_id for item in list_unanswered(session)] == [first]
        assert [item.answered_by for item in list_unanswered(session, open_only=False)] == [None, "maria"]


def test_marking_what_is_not_listed(database: Database, now: datetime) -> None:
    with pytest.raises(NotFound), database.session() as session:
        mark_answered(session, 1, who="maria", now=now)


def test_an_offer_is_kept_once_and_completed(database: Database, shop: Any, now: datetime) -> None:
    first, second = shop.mails(2)
    given: dict[str, Any] = {"call": "phase09", "country": "BJ", "now": now}
    with database.session() as session:
        offer, _ = add_offer(session, name="Commune de Ouidah", message_id=first, topics=["water"], **given)
        more, new = add_offer(
            session, name="OUIDAH", message_id=second, contact_email="maire@ouidah.example", topics=["waste"], **given
        )
        assert (more.id, new, more.topics, more.contact_email) == (
            offer.id,
            False,
            ["water", "waste"],
            "maire@ouidah.example",
        )
        set_offer_status(session, offer.id, status="matched", actor="maria", now=now)
        assert [item.status for item in list_offers(session, "phase09")] == ["matched"]


def test_offers_without_a_name_are_one_a_message(database: Database, now: datetime) -> None:
    with database.session() as session:
        for number in _two_mails(session, now):
            add_offer(session, call="phase09", name="", country="", message_id=number, now=now)
        assert len(list_offers(session)) == 2


def _two_mails(session: Any, now: datetime) -> list[int]:
    given: dict[str, Any] = {"mailbox": "INBOX", "uidvalidity": 1, "message_id": "", "received_at": now, "now": now}
    return [store_message(session, uid=uid, raw=b"%d" % uid, **given)[0].id for uid in (1, 2)]


def test_a_person_is_registered_once_an_event(database: Database, now: datetime) -> None:
    given: dict[str, Any] = {"call": "phase09", "event": "workshop", "message_id": None, "now": now}
    with database.session() as session:
        _, new = register_participant(session, name="", email="Anna@Koeln.example", body="Köln", **given)
        person, again = register_participant(session, name="Anna Berg", email="anna@koeln.example", body="", **given)
        assert (new, again, person.name, person.body) == (True, False, "Anna Berg", "Köln")
        assert len(list_participants(session, "phase09", "workshop")) == 1
        assert list_participants(session, "phase09", "kickoff") == []


def test_users_and_passwords(database: Database, now: datetime) -> None:
    given: dict[str, Any] = {"name": "maria", "mail": "m@office.example", "role": "editor", "now": now}
    with database.session() as session:
        user = add_user(session, password="correct horse battery", **given)
        assert verify(session, "maria", "correct horse battery", now=now) == user
        assert verify(session, "maria", "wrong horse battery", now=now) is None
        assert verify(session, "paul", "correct horse battery", now=now) is None
        set_password(session, "maria", "another long password", who="maria", now=now)
        assert verify(session, "maria", "correct horse battery", now=now) is None
        assert list_users(session) == [user]
        stored = session.execute(text("SELECT password_hash FROM users")).scalar_one()
        assert stored.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"name": "maria"}, Refused), ({"role": "king"}, StorageError), ({"password": "short"}, StorageError)],
)
def test_users_that_are_refused(
    database: Database, now: datetime, changes: dict[str, Any], error: type[Exception]
) -> None:
    given: dict[str, Any] = {"mail": "", "role": "reader", "password": "correct horse battery", "now": now}
    with database.session() as session:
        add_user(session, name="maria", **given)
    with pytest.raises(error), database.session() as session:
        add_user(session, **{"name": "paul", **given, **changes})


def test_state_is_kept(database: Database, now: datetime) -> None:
    with database.session() as session:
        assert get_state(session, "polled", "never") == "never"
        set_state(session, "polled", {"uid": 1}, now=now)
        set_state(session, "polled", {"uid": 2}, now=now)
    with database.reading() as session:
        assert get_state(session, "polled") == {"uid": 2}


def test_counting_under_a_lock_lets_no_one_slip_through(
    database: Database, now: datetime, race: Callable[..., list[Any]]
) -> None:
    def take_one_of_three(number: int) -> bool:
        with database.session() as session:
            lock(session, "limit")
            taken = get_state(session, "taken", 0)
            if taken < 3:
                set_state(session, "taken", taken + 1, now=now)
            return bool(taken < 3)

    assert sum(race(take_one_of_three, 8)) == 3
