"""Pollers, readers and senders in processes of their own on one PostgreSQL and one Dovecot: nothing lost or doubled.

What goes wrong on the way: a reader is killed with mails in hand, PostgreSQL is restarted, a poller dies.
"""

import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from dovecot_server import Dovecot
from post_office import Post, letter
from postgres_server import Postgres, new_database
from postgres_server import running as running_postgres
from sqlalchemy import func, select

from klimapartner.assistant.dispatch import open_gate
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.storage.engine import Database, open_database
from klimapartner.storage.invariants import broken_rules
from klimapartner.storage.messages import count_by_state
from klimapartner.storage.outbox import count_outbox
from klimapartner.storage.tables import EntryRow, HistoryRow, LocationRow, MessageRow, OutboxRow, UnansweredRow
from machines import Machines, wait_until

pytestmark = pytest.mark.postgres
TOWNS = ("Herzogenaurach", "Gersthofen", "Ingelheim am Rhein", "Würzburg", "Ludwigsburg")


def mails(count: int, begin: int = 0) -> list[EmailMessage]:
    """Letters of as many people; every other one is only a question."""
    return [_mail(number) for number in range(begin, begin + count)]


def _mail(number: int) -> EmailMessage:
    town, sender = TOWNS[number % len(TOWNS)], f"Kim Muster <kim.muster.{number}@stadt{number}.example>"
    if number % 2:
        return letter("Guten Tag, bis wann ist die Frist?\n\nKim Muster\n", sender=sender, subject=f"Frage {number}")
    body = f"Guten Tag,\n\ndie Stadt {town} bekundet ihr Interesse. Region: Afrika.\n\nKim Muster\n"
    return letter(body, sender=sender, subject=f"Interesse {number}")


@pytest.fixture(scope="module")
def restartable() -> Iterator[Postgres]:
    """A server that only these tests restart."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def office(restartable: Postgres, dovecot: Dovecot, user: str, sink: SmtpSink) -> Post:
    url = new_database(restartable.url, f"machines_{secrets.token_hex(4)}")
    limits = {"domain_per_hour": 10**6, "total_per_hour": 10**6, "address_per_day": 10**6}
    post = Post(dovecot.server, dovecot.login(user), sink, url, more={"limits": limits, "now": None})
    with post.workplace() as work, work.database.session() as session:
        open_gate(session, now=work.clock())
    return post


@pytest.fixture
def database(office: Post) -> Iterator[Database]:
    database = open_database(office.url)
    yield database
    database.close()


def done(database: Database, count: int) -> Callable[[], bool]:
    """Whether as many messages are done and nothing waits in the outbox."""

    def look() -> bool:
        with database.reading() as session:
            left = count_outbox(session).keys() & {"queued", "sending"}
            return count_by_state(session) == {"done": count} and not left

    return look


def ledger(database: Database, post: Post) -> dict[str, int]:
    """What is there, and how much of it is there twice."""
    with database.reading() as session:
        answered = session.scalars(select(OutboxRow.message_id).where(OutboxRow.step == "1")).all()
        closed = select(HistoryRow.subject_id).where(HistoryRow.subject == "message", HistoryRow.action == "done")
        readings = Counter(session.scalars(closed))
        found = {
            "messages": session.scalar(select(func.count()).select_from(MessageRow)) or 0,
            "places": session.scalar(select(func.count()).select_from(LocationRow)) or 0,
            "towns": session.scalar(select(func.count(EntryRow.body_key.distinct()))) or 0,
            "entries": session.scalar(select(func.count()).select_from(EntryRow)) or 0,
            "silent": session.scalar(select(func.count()).select_from(UnansweredRow)) or 0,
            "answered": len(set(answered)),
            "answered twice": len(answered) - len(set(answered)),
            "read twice": sum(readings.values()) - len(readings),
            "broken rules": len(list(broken_rules(session, now=datetime.now(UTC)))),
        }
    to = Counter(mail.recipients[0] for mail in post.sink.received)
    return found | {"arrived": len(to), "arrived twice": sum(to.values()) - len(to)}


def expected(count: int) -> dict[str, int]:
    """Each mail stored, read, answered and delivered once; one entry a town."""
    return {
        "messages": count, "places": count, "towns": len(TOWNS), "entries": len(TOWNS), "silent": 0,
        "answered": count, "answered twice": 0, "read twice": 0, "broken rules": 0, "arrived": count,
        "arrived twice": 0,
    }  # fmt: skip


def in_hand(database: Database, process: int) -> int:
    """How many messages are lent to a process."""
    mine = MessageRow.lease_owner.like(f"%:{process}")
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(MessageRow).where(mine)) or 0


def stored(database: Database) -> int:
    with database.reading() as session:
        return sum(count_by_state(session).values())


def read(database: Database) -> int:
    with database.reading() as session:
        return count_by_state(session).get("done", 0)


def say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """A figure for whoever runs the tests."""
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_reader_is_killed_and_postgresql_restarted_and_nothing_is_lost_or_doubled(
    count: int,
    machines: Machines,
    office: Post,
    database: Database,
    restartable: Postgres,
    capsys: pytest.CaptureFixture[str],
) -> None:
    office.deliver(*mails(count))
    patience = 60.0 + count
    machines.start(office.settings, "poll")
    machines.start(office.settings, "poll")
    readers = [machines.start(office.settings, "read") for _ in range(4)]
    for _ in range(2):
        machines.start(office.settings, "send")
    wait_until(lambda: in_hand(database, readers[0]) > 0, "the first reader has work in hand")
    machines.kill(readers[0])
    wait_until(lambda: read(database) >= count // 4, "a quarter is read", patience)
    restartable.restart()
    wait_until(done(database, count), f"{count} mails are done", patience)
    assert ledger(database, office) == expected(count)
    fetched = machines.reached("klimapartner.poll.fetched")
    say(capsys, f"{count} mails, read by process: {sorted(machines.reached('klimapartner.read.finished').values())}")
    assert len(fetched) == 1  # one of the two pollers, also over the restart


def test_another_poller_takes_over_from_one_that_is_killed(
    machines: Machines, office: Post, database: Database
) -> None:
    office.deliver(*mails(10))
    pollers = [machines.start(office.settings, "poll") for _ in range(2)]
    wait_until(lambda: stored(database) == 10, "the first ten are stored")
    [first] = machines.reached("klimapartner.poll.fetched")
    machines.kill(first)
    office.deliver(*mails(10, begin=10))
    wait_until(lambda: stored(database) == 20, "the next ten are stored")
    [second] = set(pollers) - {first}
    assert machines.reached("klimapartner.poll.fetched") == {first: 10, second: 10}


@pytest.mark.long
def test_four_readers_are_faster_than_one(
    machines: Machines, office: Post, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    speeds = []
    for number, readers in enumerate((1, 4)):
        machines.stop()
        office.deliver(*mails(400, begin=number * 400))
        machines.start(office.settings, "poll")
        wait_until(lambda number=number: stored(database) == 400 * (number + 1), "all are stored")
        machines.stop()
        begun = time.monotonic()
        for _ in range(readers):
            machines.start(office.settings, "read")
        wait_until(lambda number=number: read(database) == 400 * (number + 1), "all are read", 600)
        speeds.append(400 / (time.monotonic() - begun))
    cores = len(os.sched_getaffinity(0))
    say(capsys, f"one reader {speeds[0]:.0f}/s, four {speeds[1]:.0f}/s: {speeds[1] / speeds[0]:.2f}x on {cores} cores")
    if cores >= 4:
        assert speeds[1] > 1.8 * speeds[0]
