"""The line to the mailbox breaks: every mail is stored exactly once all the same."""

import threading
import time
from collections.abc import Callable

import pytest
from dovecot_server import Dovecot
from post_office import Post, letter

from klimapartner.assistant.service import serve
from klimapartner.mailbox.errors import ConnectionLost
from klimapartner.mailbox.fakes.proxy import CuttingProxy
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.storage.engine import Database
from klimapartner.storage.messages import count_by_state

pytestmark = pytest.mark.dovecot

PATIENCE = 60.0


def mails(count: int) -> list[object]:
    return [
        letter(
            f"Frage {n}: bis wann ist die Frist?",
            Message_ID=f"<{n}@town.example>",
            date="Thu, 10 Mar 2022 10:00:00 +0100",
        )
        for n in range(count)
    ]


def wait_for(there: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if there():
            return True
        time.sleep(0.05)
    return False


def stored(post: Post) -> int:
    with post.workplace() as work:
        return stored_in(work.database)


def stored_in(database: Database) -> int:
    with database.reading() as session:
        return sum(count_by_state(session).values())


def test_a_cut_in_the_middle_of_fetch_loses_and_doubles_nothing(
    dovecot: Dovecot, user: str, sink: SmtpSink, flow_url: str
) -> None:
    Post(dovecot.server, dovecot.login(user), sink, flow_url).deliver(*mails(8))  # type: ignore[arg-type]
    with CuttingProxy(dovecot.server) as proxy:
        post = Post(proxy.server, dovecot.login(user), sink, flow_url)
        proxy.cut_at(b"<4@town.example>")
        with pytest.raises(ConnectionLost):
            post.work()
        before = stored(post)
        post.work()
    assert (proxy.cuts, 0 < before < 8, stored(post)) == (1, True, 8)


def test_a_cut_in_idle_is_followed_by_a_new_connection(
    dovecot: Dovecot, user: str, sink: SmtpSink, flow_url: str
) -> None:
    direct = Post(dovecot.server, dovecot.login(user), sink, flow_url)
    direct.deliver(*mails(1))  # type: ignore[arg-type]
    with CuttingProxy(dovecot.server) as proxy:
        post, stop = Post(proxy.server, dovecot.login(user), sink, flow_url), threading.Event()
        with post.workplace() as work:
            service = threading.Thread(target=serve, args=(work, ["poll"], stop))
            service.start()
            try:
                assert wait_for(lambda: stored_in(work.database) == 1)
                proxy.cut()
                direct.deliver(letter("Noch eine Frage: kostet es etwas?"))
                assert wait_for(lambda: stored_in(work.database) == 2)
            finally:
                stop.set()
                service.join(PATIENCE)
    assert not service.is_alive()
