"""What a load balancer asks: does it live, and may it be sent visitors."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.dispatch import open_gate
from klimapartner.assistant.settings import make_settings
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage import schema
from klimapartner.storage.engine import open_database


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workplace]:
    """An office without mailbox, chat and console."""
    data = {
        "database": f"sqlite:///{tmp_path}/office.db", "web": {"chat": False}, "console": {"enabled": False},
    }  # fmt: skip
    with open_workplace(make_settings(data, where="test", base=tmp_path), clock_from(None)) as opened:
        yield opened


def asked(work: Workplace) -> list[tuple[int, object]]:
    with TestClient(create_app(work)) as client:
        return [(answer.status_code, answer.json()) for answer in map(client.get, ("/healthz", "/readyz"))]


def test_alive_and_ready_before_and_after_the_outbox_was_released(work: Workplace) -> None:
    assert asked(work) == [(200, {"status": "ok", "waiting": 0}), (200, {"status": "ready", "outbox": "closed"})]
    with work.database.session() as session:
        open_gate(session, now=work.clock())
    assert asked(work)[1] == (200, {"status": "ready", "outbox": "open"})


def test_not_ready_where_the_schema_is_another(work: Workplace) -> None:
    with work.database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert asked(work)[1] == (503, {"status": "schema not up to date", "revision": "0001"})
    assert schema.head() != "0001"


def test_neither_where_the_database_is_away(work: Workplace) -> None:
    nowhere = Workplace(work.settings, work.clock, open_database("postgresql://office@127.0.0.1:1/office"))
    gone = (503, {"status": "database not reachable"})
    assert asked(nowhere) == [gone, gone]
