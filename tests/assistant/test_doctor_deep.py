"""What an administrator reads when a rule of the database is broken, and when none is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.doctor import Finding
from klimapartner.assistant.doctor_deep import examine_deeply
from klimapartner.assistant.settings import make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.engine import open_database

MERGE = (
    "INSERT INTO merges (at, who, kept_id, dropped_id, before) "
    "VALUES ('2022-03-10 09:00:00', 'erika', 77, 78, '{}')"
)  # fmt: skip


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workplace]:
    """An empty office."""
    settings = make_settings({"database": f"sqlite:///{tmp_path}/office.db"}, where="test", base=tmp_path)
    with open_workplace(settings, clock_from(None)) as opened:
        yield opened


def test_all_is_well(work: Workplace) -> None:
    said = "16 Regeln an 0 Einträgen, Nachrichten und Antworten erfüllt"
    assert list(examine_deeply(work)) == [Finding("Bestand", True, said)]


def test_what_is_broken_is_named_with_its_numbers(work: Workplace) -> None:
    with work.database.session() as session:
        for _ in range(12):
            session.execute(text(MERGE))
    (found,) = examine_deeply(work)
    said = "Zusammenführungen, deren Eintrag es nicht gibt: 12 (Nr. 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …). Bitte melden"
    assert (found.well, found.text.partition(";")[0]) == (False, said)


def test_a_database_that_is_away_is_a_finding(work: Workplace) -> None:
    nowhere = Workplace(work.settings, work.clock, open_database("postgresql://office@127.0.0.1:1/office"))
    assert [found.well for found in examine_deeply(nowhere)] == [False]
