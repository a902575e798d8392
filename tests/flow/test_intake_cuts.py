"""Dovecot behind a line that is cut anywhere, or dies without a word: every mail is stored and moved exactly once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from dovecot_server import Dovecot
from post_office import Post, letter

from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.mailbox.errors import ConnectionLost, MailboxError
from klimapartner.mailbox.fakes.proxy import CuttingProxy
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.mailbox.imap import connect
from klimapartner.storage.messages import list_messages

pytestmark = pytest.mark.dovecot

COUNT = 5
EACH_ONCE = {f"<{number}@town.example>": 1 for number in range(COUNT)}
MOST_POLLS = 8


@dataclass
class Line:
    """A mailbox with mails, seen through a proxy."""

    post: Post
    proxy: CuttingProxy
    direct: Post


@pytest.fixture
def line(dovecot: Dovecot, user: str, sink: SmtpSink, tmp_path: Path) -> Iterator[Line]:
    url, login = f"sqlite:///{tmp_path}/klimapartner.db", dovecot.login(user)
    direct = Post(dovecot.server, login, sink, url)
    direct.deliver(*(letter(f"Frage {n}", Message_ID=f"<{n}@town.example>") for n in range(COUNT)))
    with CuttingProxy(dovecot.server) as proxy:
        imap = {
            "host": "127.0.0.1", "port": proxy.server.port, "tls": "none", "user": login.user, "timeout": 1,
            "auth": {"secret": {"value": login.password}},
        }  # fmt: skip
        box = {"imap": imap, "done_folder": "Erledigt", "fetch_attempts": 3}
        yield Line(Post(proxy.server, login, sink, url, box=box), proxy, direct)


def work_until_quiet(line: Line) -> None:
    """Poll and read until a poll goes well and neither finds nor moves anything."""
    with line.post.workplace() as work:
        for _ in range(MOST_POLLS):
            try:
                polled = poll_once(work, "box")
            except MailboxError:
                continue
            finally:
                read_waiting(work)
            if not (polled.new or polled.moved):
                return
    raise AssertionError(f"not quiet after {MOST_POLLS} polls")


def stored(line: Line) -> dict[str, int]:
    with line.direct.workplace() as work, work.database.reading() as session:
        return dict(Counter(message.message_id for message in list_messages(session)))


def moved(line: Line) -> tuple[int, int]:
    return line.direct.folder("INBOX"), line.direct.folder("Erledigt")


@pytest.mark.parametrize("count", range(1, 4800, 300))
def test_a_cut_after_so_many_bytes(line: Line, count: int) -> None:
    line.proxy.cut_after(count)
    work_until_quiet(line)
    assert (line.proxy.cuts, stored(line), moved(line)) == (1, EACH_ONCE, (0, COUNT))


@pytest.mark.parametrize("pattern", [b"OK Fetch", b"COPYUID", b"OK Move", b"UIDVALIDITY", b"* SEARCH"])
def test_a_cut_at_an_answer(line: Line, pattern: bytes) -> None:
    line.proxy.cut_at(pattern)
    work_until_quiet(line)
    assert (stored(line), moved(line)) == (EACH_ONCE, (0, COUNT))


def test_a_line_that_dies_without_a_word_is_given_up(line: Line) -> None:
    line.proxy.hold_at(b"<2@town.example>")
    with line.post.workplace() as work, pytest.raises(ConnectionLost):
        poll_once(work, "box")
    line.proxy.release()
    work_until_quiet(line)
    assert (stored(line), moved(line)) == (EACH_ONCE, (0, COUNT))


def test_two_pollers_at_one_mailbox(line: Line) -> None:
    with line.post.workplace() as one, line.post.workplace() as other, ThreadPoolExecutor(2) as both:
        polled = list(both.map(lambda work: poll_once(work, "box"), (one, other)))
    assert (sum(found.new for found in polled), stored(line)) == (COUNT, EACH_ONCE)


def test_a_mail_that_somebody_removed_before_it_was_fetched_is_no_fault(line: Line) -> None:
    with connect(line.direct.imap, line.direct.login) as session:
        session.select("INBOX")
        session.move(session.uids()[:1], "Papierkorb")
    work_until_quiet(line)
    assert (len(stored(line)), moved(line)) == (COUNT - 1, (0, COUNT - 1))
