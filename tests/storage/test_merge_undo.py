"""Two entries made one and parted again: both are as they were, with all that hung on them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from klimapartner.storage.engine import Database, Session
from klimapartner.storage.entry_notes import add_comment, comments_of
from klimapartner.storage.errors import WrongState
from klimapartner.storage.merges import merge_with_undo, open_merges, similar_entries, undo_merge
from klimapartner.storage.register import BodyRef, FieldValue, PartnerRef, set_status, upsert_entry
from klimapartner.storage.search import get_entry, list_entries
from klimapartner.storage.tasks import add_task, list_tasks


def _enter(session: Session, now: datetime, name: str, reference: str, **values: Any) -> int:
    return upsert_entry(
        session, call="phase09", body=BodyRef(name), partner=PartnerRef(), message_id=None, reference=reference,
        fields={key: FieldValue(value, "staff") for key, value in values.items()}, received_at=now, actor="a", now=now,
    ).entry_id  # fmt: skip


def _two(session: Session, now: datetime) -> tuple[int, int]:
    keep = _enter(session, now, "Köln", "KP9-A", world_region="africa", topics=["water"])
    drop = _enter(session, now, "Koeln Stadtverwaltung", "KP9-B", world_region="open", topics=["energy"])
    add_comment(session, drop, "Bitte anrufen", who="a", now=now)
    add_task(session, kind="question", text="?", entry_id=drop, now=now)
    return keep, drop


def test_parted_again_both_are_as_they_were(database: Database, now: datetime) -> None:
    with database.session() as session:
        keep, drop = _two(session, now)
        before = [get_entry(session, keep), get_entry(session, drop)]
    with database.session() as session:
        merge_with_undo(session, keep=keep, drop=drop, actor="lead", now=now)
    with database.reading() as session:
        merged = get_entry(session, keep)
        assert [entry.id for entry in list_entries(session)] == [keep]
        assert (merged.value("topics"), merged.value("world_region")) == (["water", "energy"], "africa")
        assert [comment.text for comment in comments_of(session, keep)] == ["Bitte anrufen"]
        merge = open_merges(session, keep)[0]
        assert (merge.dropped_name, merge.dropped_reference) == ("Koeln Stadtverwaltung", "KP9-B")
    with database.session() as session:
        undo_merge(session, merge.id, actor="lead", now=now)
    with database.reading() as session:
        after = [get_entry(session, keep), get_entry(session, drop)]
        assert [replace(entry, version=0) for entry in after] == [replace(entry, version=0) for entry in before]
        assert [comment.text for comment in comments_of(session, drop)] == ["Bitte anrufen"]
        assert [task.entry_id for task in list_tasks(session)] == [drop]
        assert open_merges(session, keep) == []


def test_what_has_changed_since_is_not_parted(database: Database, now: datetime) -> None:
    with database.session() as session:
        keep, drop = _two(session, now)
        merge_with_undo(session, keep=keep, drop=drop, actor="lead", now=now)
        merge = open_merges(session, keep)[0]
        set_status(session, entry_id=keep, status="complete", actor="lead", now=now)
    with pytest.raises(WrongState), database.session() as session:
        undo_merge(session, merge.id, actor="lead", now=now)


def test_a_second_undo_is_refused(database: Database, now: datetime) -> None:
    with database.session() as session:
        keep, drop = _two(session, now)
        merge_with_undo(session, keep=keep, drop=drop, actor="lead", now=now)
        merge = open_merges(session, keep)[0]
        undo_merge(session, merge.id, actor="lead", now=now)
    with pytest.raises(WrongState), database.session() as session:
        undo_merge(session, merge.id, actor="lead", now=now)


def test_like_names_of_one_call_are_similar(database: Database, now: datetime) -> None:
    with database.session() as session:
        keep, drop = _two(session, now)
        _enter(session, now, "Bonn", "KP9-C")
        assert [entry.id for entry in similar_entries(session, get_entry(session, keep))] == [drop]
