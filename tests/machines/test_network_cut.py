"""A poller whose lines go dead without a word: another takes over. By a holding proxy, and in network namespaces."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dovecot_server import Dovecot
from forwarder import Forwarder
from post_office import Post, letter
from postgres_server import new_database
from postgres_server import running as running_postgres
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import OperationalError

from klimapartner.assistant.settings import Settings
from klimapartner.mailbox.fakes.proxy import CuttingProxy
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.mailbox.server import Server
from klimapartner.storage.engine import Database, open_database
from klimapartner.storage.sql import lock
from klimapartner.storage.tables import LocationRow, MessageRow
from machines import Machines, Nets, wait_until

pytestmark = pytest.mark.postgres


@contextmanager
def passed_on(nets: Nets, port: int) -> Iterator[tuple[int, str]]:
    """A port of loopback, to be had at the gate: (port, gate's address)."""
    forwarder = Forwarder(nets.gate, port, "127.0.0.1", port)
    forwarder.start()
    yield port, nets.gate
    forwarder.close()


def through(nets: Nets, settings: Settings) -> Settings:
    """The same office, whose database is reached at the gate."""
    return settings.model_copy(update={"database": settings.database.replace("127.0.0.1", nets.gate)})


def test_a_poller_whose_lines_go_dead_is_replaced_where_namespaces_are_not_permitted(
    machines: Machines, postgres_server: str, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    there = make_url(postgres_server)
    assert there.host and there.port
    with CuttingProxy(dovecot.server) as imap, CuttingProxy(Server(there.host, there.port, security="none")) as sql:
        name = f"dead_{secrets.token_hex(4)}"
        post = Post(dovecot.server, dovecot.login(user), sink, new_database(postgres_server, name))
        far = Post(imap.server, dovecot.login(user), sink, post.url.replace(str(there.port), str(sql.server.port)))
        database = open_database(post.url)
        database.migrate()
        post.deliver(*(letter(f"Frage {number}: bis wann?") for number in range(5)))
        first = machines.start(far.settings, "poll")
        wait_until(lambda: _stored(database) == 5, "the first poller stores five")
        second = machines.start(post.settings, "poll")
        imap.hold()
        sql.hold()
        post.deliver(*(letter(f"Frage {number}: bis wann?") for number in range(5, 10)))
        wait_until(lambda: _stored(database) == 10, "the second poller takes over")
        assert machines.reached("klimapartner.poll.fetched") == {first: 5, second: 5}
        database.close()


def _stored(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(MessageRow)) or 0


@pytest.mark.long
def test_a_poller_whose_network_is_cut_is_replaced_and_nothing_is_fetched_twice(
    machines: Machines, nets: Nets, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    with running_postgres(nets.gate) as postgres, passed_on(nets, dovecot.server.port) as imap:
        post = Post(
            dovecot.server, dovecot.login(user), sink, new_database(postgres.url, f"cut_{secrets.token_hex(4)}")
        )
        database = open_database(post.url)
        database.migrate()

        def stored() -> tuple[int, int]:
            with database.reading() as session:
                count = session.scalar(select(func.count()).select_from(MessageRow))
                return count or 0, session.scalar(select(func.count()).select_from(LocationRow)) or 0

        def fetched() -> list[int]:
            counts = machines.reached("klimapartner.poll.fetched")
            return [counts[process] for process in pollers]

        def append(count: int, begin: int) -> None:
            post.deliver(*(letter(f"Frage {number}: bis wann?") for number in range(begin, begin + count)))

        settings = through(nets, post.settings)
        append(5, 0)
        pollers = [machines.start(settings, "poll", net=nets.names[0], forwards=(imap,))]
        wait_until(lambda: stored() == (5, 5), "the first poller stores five")
        pollers.append(machines.start(settings, "poll", net=nets.names[1], forwards=(imap,)))

        nets.cut(0)
        append(5, 5)
        wait_until(lambda: stored() == (10, 10), "the second poller takes over")
        assert fetched() == [5, 5]

        nets.mend(0)
        append(5, 10)
        wait_until(lambda: stored() == (15, 15), "the second poller goes on")
        nets.cut(1)
        append(5, 15)
        wait_until(lambda: stored() == (20, 20), "the first one comes back when the second is cut off")
        assert fetched() == [10, 10]
        nets.mend(1)
        database.close()


_HOLDER = """
import sys, time
from klimapartner.storage.engine import Database, open_database
from klimapartner.storage.sql import lock
from klimapartner.storage.sql import lock

with open_database(sys.argv[1]).session() as session:
    lock(session, "answers")
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.mark.long
def test_a_machine_that_vanishes_with_a_transaction_open_keeps_nothing_locked(nets: Nets) -> None:
    with running_postgres(nets.gate) as postgres:
        url = new_database(postgres.url, f"lock_{secrets.token_hex(4)}")
        command = ["ip", "netns", "exec", nets.names[0], sys.executable, "-c", _HOLDER]
        far = url.replace("127.0.0.1", nets.gate)
        with subprocess.Popen([*command, far], stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "locked\n"
            nets.cut(0)
            database = open_database(url)
            wait_until(lambda: _gets_the_lock(database), "the lock is free")
            database.close()
            holder.kill()


def _gets_the_lock(database: Database) -> bool:
    with database.session() as session:
        session.execute(text("SET LOCAL lock_timeout = '1s'"))
        try:
            lock(session, "answers")
        except OperationalError:
            session.rollback()
            return False
    return True
