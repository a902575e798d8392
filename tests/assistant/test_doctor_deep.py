"""What an administrator reads when a rule of the database is broken, and when none is."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from post_office import Post, letter
from sqlalchemy import text

from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.dispatch import open_gate
from klimapartner.assistant.doctor import Finding
from klimapartner.assistant.doctor_deep import examine_deeply
from klimapartner.assistant.erasing import erase
from klimapartner.assistant.settings import make_settings
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.engine import open_database
from klimapartner.storage.messages import store_message

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
    said = "26 Regeln an 0 Einträgen, Nachrichten und Antworten erfüllt"
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


def test_mail_that_waits_for_hours_is_found_where_it_may_go(post: Post) -> None:
    """While the outbox is shut, mail rightly waits."""
    post.deliver(letter("Guten Tag, bis wann ist die Frist?\n\nKim Muster\n"))
    post.work(release=False)
    with post.workplace() as work:
        later = Workplace(work.settings, lambda: work.clock() + timedelta(hours=3), work.database)
        assert [finding.well for finding in examine_deeply(later)] == [True]
        with work.database.session() as session:
            open_gate(session, now=work.clock())
        (found,) = examine_deeply(later)
    assert found.text.startswith("Antworten, die seit Stunden gesendet sein müssten: 1 (Nr. 1).")


def test_a_mail_of_somebody_who_was_erased_is_found(post: Post) -> None:
    """As after a restore of a backup that is older than the erasure, whose journal was forgotten."""
    mail = letter("Guten Tag, bis wann ist die Frist?\n\nKim Muster\n").as_bytes()
    post.deliver(mail)
    post.work(release=False)
    with post.workplace() as work:
        erase(work, "kim.muster@herzogenaurach.example", who="maria")
        assert [finding.well for finding in examine_deeply(work)] == [True]
        now = work.clock()
        with work.database.session() as session:
            store_message(
                session,
                mailbox="box",
                uidvalidity=1,
                uid=77,
                raw=mail,
                message_id="",
                received_at=now - timedelta(hours=1),
                now=now,
            )
        (found,) = examine_deeply(work)
    assert found.text.startswith("Nachrichten von Personen, die gelöscht sind: 1 (Nr. 2).")
