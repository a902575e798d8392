"""kill -9 at the worst moments: before the commit nothing happened, after it all did."""

import signal
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from klimapartner.storage.engine import Database
from klimapartner.storage.leases import claim_messages
from klimapartner.storage.messages import known_uids
from klimapartner.storage.outbox import claim_due, get_outbox

_CHILD = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from klimapartner.storage.engine import open_database
from klimapartner.storage.leases import claim_messages
from klimapartner.storage.messages import store_message
from klimapartner.storage.outbox import claim_due, mark_sending

def die():
    os.kill(os.getpid(), signal.SIGKILL)

url, what, now = sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3])
lease, database = timedelta(minutes=1), open_database(sys.argv[1])
with database.session() as session:
    if what.startswith("store"):
        store_message(session, mailbox="INBOX", uidvalidity=7, uid=1, raw=b"x", message_id="", received_at=now, now=now)
    elif what == "claim":
        claim_messages(session, owner="child", now=now, lease=lease)
    else:
        [mail] = claim_due(session, owner="child", now=now, lease=lease)
        if what == "send":
            mark_sending(session, mail.id, owner="child", now=now, lease=lease)
    if what == "store, killed before the commit":
        session.flush()
        die()
die()
"""


def _kill_during(url: str, what: str, now: datetime) -> None:
    done = subprocess.run([sys.executable, "-c", _CHILD, url, what, now.isoformat()], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("what", "uids"), [("store, killed before the commit", set()), ("store, killed after the commit", {1})]
)
def test_storing(database: Database, url: str, shop: Any, now: datetime, what: str, uids: set[int]) -> None:
    _kill_during(url, what, now)
    with database.reading() as session:
        assert known_uids(session, "INBOX", 7) == uids
    shop.mail(b"x")
    with database.reading() as session:
        assert known_uids(session, "INBOX", 7) == {1}


def test_reading(database: Database, url: str, shop: Any, now: datetime) -> None:
    [number] = shop.mails(1)
    _kill_during(url, "claim", now)
    later = now + timedelta(minutes=1)
    with database.session() as session:
        assert claim_messages(session, owner="next", now=now, lease=timedelta(1)) == []
        assert [m.id for m in claim_messages(session, owner="next", now=later, lease=timedelta(1))] == [number]


@pytest.mark.parametrize(("what", "state", "again"), [("lend", "queued", 1), ("send", "uncertain", 0)])
def test_sending(database: Database, url: str, shop: Any, now: datetime, what: str, state: str, again: int) -> None:
    mail = shop.post(shop.conversation().id)
    _kill_during(url, what, now)
    with database.session() as session:
        lent = claim_due(session, owner="next", now=now + timedelta(minutes=1), lease=timedelta(1))
        assert (len(lent), get_outbox(session, mail.id).state) == (again, state)
