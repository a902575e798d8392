"""Where the disk is full nothing is accepted that cannot be kept: the mail stays in its mailbox, nobody is answered."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
import sqlalchemy
from dovecot_server import Dovecot
from post_office import Post, letter
from small_disk import can_mount, small_disk

from klimapartner.assistant.poll import Polled, poll_once
from klimapartner.mailbox.fakes.smtp_sink import SmtpSink
from klimapartner.storage.errors import DatabaseUnavailable, StorageError
from klimapartner.storage.messages import count_by_state
from klimapartner.storage.outbox import count_outbox

pytestmark = pytest.mark.dovecot

BIG = "Die Stadt Herzogenaurach bekundet Interesse an einer Klimapartnerschaft in Afrika.\n" + "-- \n" + "x\n" * 700_000


class Space(Protocol):
    """What may run out."""

    def fill_up(self) -> None: ...
    def free(self) -> None: ...


class Quota:
    """A limit on the pages of every SQLite file that is opened from now on."""

    def __init__(self) -> None:
        self.full = False

    def prepare(self, connection: Any, _record: object) -> None:
        # SQLite makes of 1 the number of pages that the file has.
        connection.execute(f"PRAGMA max_page_count={1 if self.full else 1_000_000}").close()

    def fill_up(self) -> None:
        self.full = True

    def free(self) -> None:
        self.full = False


@pytest.fixture(params=["quota", *(["disk"] if can_mount() else [])])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Space, Path]]:
    """Space that can run out, and the folder that it is for."""
    if request.param == "disk":
        with small_disk(tmp_path / "small", "24m") as disk:
            yield disk, disk.folder
        return
    quota = Quota()
    sqlalchemy.event.listen(sqlalchemy.Engine, "connect", quota.prepare)
    yield quota, tmp_path
    sqlalchemy.event.remove(sqlalchemy.Engine, "connect", quota.prepare)


@pytest.fixture
def office(dovecot: Dovecot, user: str, sink: SmtpSink, place: tuple[Space, Path]) -> Post:
    """An office at work, which moves what is done and has answered one mail already."""
    url = f"sqlite:///{place[1]}/office.db"
    post = Post(dovecot.server, dovecot.login(user), sink, url, box={"done_folder": "Erledigt"})
    post.deliver(letter("Bis wann läuft die Frist?", Message_ID="<1@town.example>"))
    post.work()
    post.work()
    assert (post.folder("Erledigt"), len(post.answers)) == (1, 1)
    return post


def kept(post: Post) -> dict[str, int]:
    with post.workplace() as work, work.database.reading() as session:
        return dict(count_by_state(session))


def test_a_mail_that_cannot_be_stored_stays_where_it_is(office: Post, place: tuple[Space, Path]) -> None:
    space, _ = place
    space.fill_up()
    office.deliver(letter(BIG, sender="Ida <ida@big.example>", Message_ID="<2@big.example>"))
    with pytest.raises(DatabaseUnavailable):
        office.work()
    assert (office.folder("INBOX"), office.folder("Erledigt"), len(office.answers)) == (1, 1, 1)
    space.free()
    assert kept(office) == {"done": 1}
    assert office.work()[0] == Polled(new=1)
    assert office.work()[0].moved == 1
    assert (office.folder("INBOX"), office.folder("Erledigt"), len(office.answers)) == (0, 2, 2)


@pytest.mark.long
def test_small_mail_before_a_big_one_is_kept_and_answered_once(office: Post, place: tuple[Space, Path]) -> None:
    space, _ = place
    small = letter("Wo finde ich das Formular?", sender="Ida <ida@other.example>", Message_ID="<2@other.example>")
    big = letter(BIG, sender="Uwe <uwe@big.example>", Message_ID="<3@big.example>")
    office.deliver(small, big)
    space.fill_up()
    for _ in range(3):
        with pytest.raises(StorageError):
            office.work()
    space.free()
    later = replace(office, more={"now": office.clock().replace(hour=23)})
    for _ in range(3):
        later.work()
    addresses = sorted(str(answer["To"]) for answer in office.answers)
    assert [address for address in addresses if "other" in address or "big" in address] == [
        "Ida <ida@other.example>",
        "Uwe <uwe@big.example>",
    ]
    assert (office.folder("INBOX"), kept(office)) == (0, {"done": 3})


def test_what_waits_in_the_outbox_leaves_once_there_is_space(office: Post, place: tuple[Space, Path]) -> None:
    space, _ = place
    office.deliver(
        letter("Wo finde ich das Formular?", sender="Ida <ida@other.example>", Message_ID="<2@other.example>")
    )
    with office.workplace() as work:
        poll_once(work, "box")
    space.fill_up()
    for _ in range(2):
        try:
            office.work()
        except StorageError:
            continue
    space.free()
    later = replace(office, more={"now": office.clock().replace(hour=23)})
    later.work()
    with office.workplace() as work, work.database.reading() as session:
        counted = count_outbox(session)
    assert (len(office.answers), counted) == (2, {"sent": 2})
