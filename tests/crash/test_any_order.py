"""The whole assistant in whatever order: mails, chats, staff, clock, erasure, and death at any point in between."""

import asyncio
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from unittest.mock import patch

import pytest
from chat_desk import NOW, chat_settings
from crash_office import new_name
from crash_points import CHAT, MAIL, SMTP_GAP
from crash_worker import TALK
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from post_office import letter
from postgres_server import new_database
from sqlalchemy import select

from klimapartner.assistant import dispatch, reading_work
from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.dialogue.contract import Event, reply_of
from klimapartner.assistant.dispatch import open_gate, send_due
from klimapartner.assistant.erased_mail import is_erased
from klimapartner.assistant.erasing import erase
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.tombstone_journal import key_of
from klimapartner.assistant.workplace import Workplace
from klimapartner.mailbox.smtp import Outcome
from klimapartner.storage.chat_lines import lines_of
from klimapartner.storage.chats import find_chat
from klimapartner.storage.engine import Session, open_database
from klimapartner.storage.messages import list_messages, store_message
from klimapartner.storage.outbox import OutboxMail, hold, list_outbox, release, requeue
from klimapartner.storage.register import staff_set, withdraw
from klimapartner.storage.search import Entry, list_entries
from klimapartner.storage.tables import Base, HistoryRow

TOWNS = {"Herzogenaurach": "Kim Muster", "Gersthofen": "Hedda Quast", "Bonn": "Ingo Harms"}
PEOPLE = {town: f"{name.replace(' ', '.').lower()}@{town.lower()}.example" for town, name in TOWNS.items()}
TEXTS = (
    "Guten Tag,\n\ndie Stadt {town} bekundet ihr Interesse. Unsere Partnerstadt ist Kaya in Burkina Faso.\n\n{name}\n",
    "Guten Tag,\n\nbis wann müssen wir die Interessenbekundung einreichen?\n\n{name}\n",
    "Guten Tag,\n\nwir ziehen unsere Interessenbekundung zurück.\n\n{name}\n",
)


def deaths(*parts: str) -> st.SearchStrategy[str | None]:
    """Where one of these parts of the product may die; often enough it lives."""
    reached = [name for name in (*MAIL, *SMTP_GAP, *CHAT) if name.split(".")[1] in parts and "accepted" not in name]
    return st.one_of(st.none(), st.sampled_from(reached))


# What may follow on a state of a mail in the outbox; two steps may lie between two looks.
NEXT = {
    "queued": {"queued", "held", "sending", "sent", "uncertain", "failed", "discarded"},
    "held": {"held", "queued", "discarded"},
    "sending": {"sending", "sent", "uncertain", "queued", "failed"},
    "uncertain": {"uncertain", "queued", "sent", "discarded"},
    "sent": {"sent"},
    "failed": {"failed", "queued", "discarded"},
    "discarded": {"discarded"},
}
SAID = {"queued": "queued", "sending": "queued", "released": "queued", "requeued": "queued"}


class Killed(BaseException):
    """The process is gone: whatever was open is rolled back, what was lent stays lent."""


class Death:
    """Listens to the points of the product, and lets one of them be the last."""

    point: str | None = None

    @classmethod
    def listen(cls, event: str, arguments: tuple[Any, ...]) -> None:
        if cls.point and event.startswith("klimapartner.") and " ".join([event, *map(str, arguments)]) == cls.point:
            cls.point = None
            raise Killed


sys.addaudithook(Death.listen)


@cache
def master() -> Path:
    """An empty database with its schema, to be copied."""
    path = Path(mkdtemp(prefix="klimapartner-any-")) / "empty.db"
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


class Assistant(RuleBasedStateMachine):
    """One assistant that dies and starts again, three towns that write, somebody who chats, and staff."""

    def new_database(self) -> str:
        """The URL of an empty database with its schema."""
        shutil.copy(master(), f"{self.folder.name}/k.db")
        return f"sqlite:///{self.folder.name}/k.db"

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        url = self.new_database()
        self.now, self.life = NOW, 0
        self.work = Workplace(chat_settings(url), self.clock, open_database(url))
        self.places, self.letters, self.said = 0, set[tuple[str, int]](), 0
        self.sink: list[str] = []
        self.again = Counter[str]()
        self.states: dict[int, str] = {}
        self.versions: dict[int, int] = {}
        self.lines = 0
        self.erased: set[str] = set()
        with self.work.database.session() as session:
            open_gate(session, now=self.now)
        for town in TOWNS:
            self.a_mail_comes_or_comes_again(town, 0)

    def clock(self) -> Any:
        return self.now

    def teardown(self) -> None:
        if hasattr(self, "work"):
            try:
                self.in_the_end_nothing_waits_and_nothing_is_lost()
            finally:
                self.work.database.close()
                self.folder.cleanup()

    async def deliver(self, *mail: Any, before_end: Callable[[], None]) -> Outcome:
        """A mail server that always takes a mail, with the points of the real dialogue."""
        sys.audit("klimapartner.smtp.connected")
        sys.audit("klimapartner.smtp.written")
        before_end()
        self.sink.append(next(line for line in mail[4].decode().splitlines() if line.startswith("Message-ID:")))
        sys.audit("klimapartner.smtp.ended")
        sys.audit("klimapartner.smtp.answered")
        return Outcome("sent", 250, "OK")

    @contextmanager
    def alive(self, kill: str | None) -> Iterator[None]:
        """A life that ends at a point, if it comes to it; the next one has another name."""
        Death.point = kill
        try:
            with ExitStack() as changed:
                changed.enter_context(patch.object(dispatch, "send", self.deliver))
                for module in (dispatch, reading_work):
                    changed.enter_context(patch.object(module, "owner", self.owner))
                yield
        except Killed:
            self.life += 1
        finally:
            Death.point = None

    def owner(self) -> str:
        return f"life {self.life}"

    @rule(town=st.sampled_from(list(TOWNS)), text=st.integers(0, 2))
    def a_mail_comes_or_comes_again(self, town: str, text: int) -> None:
        sender, number = f"{TOWNS[town]} <{PEOPLE[town]}>", f"<{town}{text}@x.example>"
        mail = letter(TEXTS[text].format(town=town, name=TOWNS[town]), sender=sender, Message_ID=number)
        raw, key = mail.as_bytes(), key_of(self.work.settings, self.work.database, self.now)
        with self.work.database.reading() as session:
            if is_erased(session, raw, self.now, key):
                return
        # Whoever was erased writes no more in this story: what is new of them would be there rightly.
        if town in self.erased:
            assert (town, text) not in self.letters
            return
        self.places += 1
        with self.work.database.session() as session:
            store_message(
                session, mailbox="box", uidvalidity=1, uid=self.places, raw=raw, message_id=number,
                received_at=self.now, now=self.now,
            )  # fmt: skip
        self.letters.add((town, text))

    @rule(kill=deaths("read"))
    def the_reader_works(self, kill: str | None) -> None:
        with self.alive(kill):
            read_waiting(self.work)

    @rule(kill=deaths("send", "smtp"))
    def the_sender_works(self, kill: str | None) -> None:
        with self.alive(kill):
            while asyncio.run(send_due(self.work.settings, self.work.database, self.clock)):
                pass

    @precondition(lambda self: self.said < len(TALK) and not self.erased)
    @rule(kill=deaths("chat"))
    def somebody_chats(self, kill: str | None) -> None:
        """What was not confirmed is said again, under the same key."""
        before = self.life
        with self.alive(kill):
            said = TALK[self.said]
            event = Event("button", self._value(said[1:])) if said[0] == "*" else Event("text", said)
            receive(self.work, channel="web", address="kim", key=str(self.said), event=event)
            answer_waiting(self.work)
        self.said += before == self.life

    def _value(self, label: str) -> str:
        with self.work.database.reading() as session:
            chat = find_chat(session, "web", "kim")
            replies = [reply_of(line.text, line.extras) for line in lines_of(session, chat.id)] if chat else []
        buttons = [button for reply in replies[::-1] for row in reply.buttons for button in row]
        return next((button.value for button in buttons if button.label == label), "gone")

    @rule(minutes=st.integers(1, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(kill_reader=deaths("read"), kill_sender=deaths("send", "smtp"), minutes=st.sampled_from([0, 5, 20]))
    def a_round_of_work(self, kill_reader: str | None, kill_sender: str | None, minutes: int) -> None:
        self.time_passes(minutes)
        self.the_reader_works(kill_reader)
        self.the_sender_works(kill_sender)

    @rule(stop=st.booleans())
    def staff_hold_or_release(self, stop: bool) -> None:
        with self.work.database.session() as session:
            if stop:
                hold(session, None, reason="stop", who="maria", now=self.now)
            else:
                release(session, None, who="maria", now=self.now)

    @rule()
    def staff_send_an_uncertain_mail_again(self) -> None:
        with self.work.database.session() as session:
            for mail in list_outbox(session, states=("uncertain",)):
                requeue(session, [mail.id], who="maria", now=self.now)
                self.again[f"Message-ID: {mail.rfc_message_id}"] += 1

    @rule(which=st.integers(0, 9), value=st.sampled_from(["open", "latin_america"]))
    def staff_edit_an_entry(self, which: int, value: str) -> None:
        with self.work.database.session() as session:
            if entries := list_entries(session):
                entry = entries[which % len(entries)]
                staff_set(
                    session, entry_id=entry.id, field="world_region", value=value, expected_version=entry.version,
                    actor="maria", now=self.now,
                )  # fmt: skip

    @rule(which=st.integers(0, 9))
    def staff_withdraw_an_entry(self, which: int) -> None:
        with self.work.database.session() as session:
            if entries := list_entries(session):
                withdraw(
                    session, entry_id=entries[which % len(entries)].id, message_id=None, actor="maria", now=self.now
                )

    @rule(town=st.sampled_from(list(TOWNS)))
    def a_person_is_erased(self, town: str) -> None:
        if not any(sender == town for sender, _ in self.letters):
            return
        erase(self.work, PEOPLE[town], who="maria")
        self.erased.add(town)

    @invariant()
    def one_entry_an_interest(self) -> None:
        keys = [(entry.body_key, entry.partner_key) for entry in self.entries()]
        assert max(Counter(keys).values(), default=1) == 1

    @invariant()
    def no_answer_without_a_message_and_none_twice(self) -> None:
        mails = self.mails()
        answers = [(mail.message_id, mail.kind, mail.step) for mail in mails]
        assert (None not in [number for number, _, _ in answers], len(set(answers))) == (True, len(answers))
        once = Counter(self.sink) - self.again
        assert max(once.values(), default=1) == 1
        waiting = {f"Message-ID: {mail.rfc_message_id}" for mail in mails if mail.state in ("queued", "held")}
        assert not waiting & set(once)

    @invariant()
    def the_outbox_only_goes_where_it_may(self) -> None:
        for mail in self.mails():
            assert mail.state in NEXT[self.states.get(mail.id, mail.state)], mail
            self.states[mail.id] = mail.state

    @invariant()
    def versions_and_history_only_grow(self) -> None:
        versions = {entry.id: entry.version for entry in self.entries()}
        assert all(versions[number] >= version for number, version in self.versions.items())
        with self.work.database.reading() as session:
            lines = len(session.scalars(select(HistoryRow.id)).all())
        changed = sum(versions.values()) - sum(self.versions.values())
        assert lines - self.lines >= changed
        self.versions, self.lines = versions, lines

    @invariant()
    def the_history_says_how_things_stand(self) -> None:
        with self.work.database.reading() as session:
            last = {number: action for number, action in _actions(session, "outbox") if action != "edited"}
            done = Counter(number for number, action in _actions(session, "message") if action == "done")
            messages = list_messages(session, state="done")
        assert {number: SAID.get(action, action) for number, action in last.items()} == {
            mail.id: SAID.get(mail.state, mail.state) for mail in self.mails()
        }
        assert max(done.values(), default=1) == 1
        assert {message.id for message in messages} >= done.keys()

    @precondition(lambda self: self.erased)
    @invariant()
    def what_was_erased_is_nowhere(self) -> None:
        with self.work.database.reading() as session:
            rows = [row for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
        kept = [str(value).lower() for row in rows for value in row]
        for town in self.erased:
            for word in (PEOPLE[town], TOWNS[town].lower()):
                assert [value for value in kept if word in value] == []

    def in_the_end_nothing_waits_and_nothing_is_lost(self) -> None:
        self.staff_hold_or_release(False)
        for _ in range(3):
            self.now += timedelta(hours=7)
            self.the_reader_works(None)
            self.the_sender_works(None)
        with self.work.database.reading() as session:
            assert {message.state for message in list_messages(session)} <= {"done"}
        assert {mail.state for mail in self.mails()} <= {"sent", "uncertain", "held", "discarded"}
        towns = {town for town, text in self.letters if text == 0} - self.erased
        assert towns <= {entry.body_name for entry in self.entries()}
        self.no_answer_without_a_message_and_none_twice()

    def mails(self) -> list[OutboxMail]:
        with self.work.database.reading() as session:
            return list_outbox(session)

    def entries(self) -> list[Entry]:
        with self.work.database.reading() as session:
            return list(list_entries(session))


def _actions(session: Session, subject: str) -> list[tuple[int, str]]:
    chosen = select(HistoryRow.subject_id, HistoryRow.action).where(HistoryRow.subject == subject)
    return [(number, action) for number, action in session.execute(chosen.order_by(HistoryRow.id))]


_COMMON: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}


class OnPostgres(Assistant):
    """The same on PostgreSQL: a database of its own for every run, copied from one that has the schema."""

    server = ""

    def new_database(self) -> str:
        return new_database(self.server, new_name(), template=_postgres_master(self.server))


@cache
def _postgres_master(server: str) -> str:
    name = new_name()
    database = open_database(new_database(server, name))
    database.migrate()
    database.close()
    return name


class TestAnyOrder(Assistant.TestCase):  # type: ignore[misc, name-defined]
    """A few runs, the same each time."""

    settings = settings(max_examples=6, stateful_step_count=25, derandomize=True, **_COMMON)


@pytest.mark.long
class TestAnyOrderLonger(Assistant.TestCase):  # type: ignore[misc, name-defined]
    """More of them, and longer."""

    settings = settings(max_examples=40, stateful_step_count=50, **_COMMON)


@pytest.fixture(scope="module")
def server_for_all(postgres_server: str) -> None:
    OnPostgres.server = postgres_server


@pytest.mark.postgres
@pytest.mark.usefixtures("server_for_all")
class TestAnyOrderOnPostgres(OnPostgres.TestCase):  # type: ignore[misc, name-defined]
    """Fewer there, where each run takes longer."""

    settings = settings(max_examples=2, stateful_step_count=20, derandomize=True, **_COMMON)


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.usefixtures("server_for_all")
class TestAnyOrderOnPostgresLonger(OnPostgres.TestCase):  # type: ignore[misc, name-defined]
    """More of them, and longer."""

    settings = settings(max_examples=15, stateful_step_count=40, **_COMMON)
