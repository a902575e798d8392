"""Four processes, three thousand messages: each is taken by one of them, and none is left."""

import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from klimapartner.storage.engine import Database
from klimapartner.storage.messages import count_by_state, store_message

_WORKER = """
import sys
from datetime import datetime, timedelta
from klimapartner.storage.engine import open_database
from klimapartner.storage.leases import claim_messages, finish_message

database, owner, now = open_database(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
while True:
    with database.session() as session:
        batch = claim_messages(session, owner=owner, now=now, lease=timedelta(hours=1), limit=5)
    for message in batch:
        with database.session() as session:
            finish_message(session, message.id, owner=owner, now=now)
        print(message.id)
    if not batch:
        break
"""


@pytest.mark.long
def test_each_message_is_taken_once(database: Database, url: str, now: datetime) -> None:
    given: dict[str, Any] = {"mailbox": "INBOX", "uidvalidity": 1, "message_id": "", "received_at": now, "now": now}
    with database.session() as session:
        ids = [store_message(session, uid=uid, raw=b"%d" % uid, **given)[0].id for uid in range(3000)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _WORKER, url, f"worker {number}", now.isoformat()], stdout=subprocess.PIPE, text=True
        )
        for number in range(4)
    ]
    printed = [worker.communicate(timeout=300)[0] for worker in workers]
    assert sorted(int(line) for text in printed for line in text.split()) == ids
    with database.reading() as session:
        assert count_by_state(session) == {"done": 3000}
