"""A chat's updates are kept once, worked on in order by one worker at a time, and its lines leave in order and once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from klimapartner.storage.channel_notes import get_note, set_note
from klimapartner.storage.chat_inbox import (
    count_waiting,
    fail_update,
    finish_update,
    list_parked,
    store_update,
    take_update,
)
from klimapartner.storage.chat_lines import (
    add_line,
    begin_line,
    claim_lines,
    line_later,
    line_sent,
    line_uncertain,
    lines_of,
)
from klimapartner.storage.chats import find_chat, forget_chat, get_chat, move_chat, open_chat, save_chat, set_active
from klimapartner.storage.engine import Database
from klimapartner.storage.errors import LeaseLost
from klimapartner.storage.tokens import issue_code, issue_token, redeem_code, redeem_token

MINUTE = timedelta(minutes=1)


def _chat(database: Database, now: datetime, address: str = "7") -> int:
    with database.session() as session:
        return open_chat(session, channel="telegram", address=address, language="de", now=now).id


def _store(database: Database, chat: int, key: str, now: datetime) -> bool:
    with database.session() as session:
        body = {"kind": "text", "text": key, "language": ""}
        return store_update(session, channel="telegram", update_key=key, chat_id=chat, body=body, now=now)[1]


def _take(database: Database, now: datetime) -> str | None:
    with database.session() as session:
        taken = take_update(session, now=now)
        if taken:
            finish_update(session, taken.id, now=now)
        return taken.update_key if taken else None


def _queue(database: Database, chat: int, now: datetime, *texts: str) -> None:
    with database.session() as session:
        for text in texts:
            add_line(session, chat_id=chat, who="assistant", text=text, state="queued", now=now)


def _claim(database: Database, owner: str, now: datetime) -> list[tuple[int, str]]:
    with database.session() as session:
        lines = claim_lines(session, channel="telegram", owner=owner, now=now, lease=MINUTE)
        return [(line.id, line.text) for line in lines]


def _begin(database: Database, line: int, owner: str, now: datetime) -> None:
    with database.session() as session:
        begin_line(session, line, owner=owner, now=now, lease=MINUTE)


def test_an_update_that_comes_again_is_kept_once(database: Database, now: datetime) -> None:
    chat = _chat(database, now)
    assert [_store(database, chat, "100", now), _store(database, chat, "100", now)] == [True, False]
    with database.reading() as session:
        assert count_waiting(session) == 1


def test_updates_of_a_chat_are_taken_in_their_order(database: Database, now: datetime) -> None:
    chat = _chat(database, now)
    for key in ("3", "1", "2"):
        _store(database, chat, key, now)
    assert [_take(database, now) for _ in range(4)] == ["3", "1", "2", None]


def test_an_update_that_waits_for_its_next_try_holds_back_its_own_chat_only(database: Database, now: datetime) -> None:
    first, second = _chat(database, now, "7"), _chat(database, now, "8")
    for chat, key in ((first, "a"), (first, "b"), (second, "c")):
        _store(database, chat, key, now)
    with database.session() as session:
        taken = take_update(session, now=now, chat_id=first)
        assert taken is not None
        fail_update(session, taken.id, error="x", retry_after=MINUTE, now=now)
    assert [_take(database, now), _take(database, now)] == ["c", None]
    assert [_take(database, now + MINUTE) for _ in range(3)] == ["a", "b", None]


def test_a_poison_update_is_parked_after_its_last_try_and_the_chat_goes_on(database: Database, now: datetime) -> None:
    chat = _chat(database, now)
    _store(database, chat, "poison", now)
    _store(database, chat, "next", now)
    for _ in range(5):
        with database.session() as session:
            taken = take_update(session, now=now)
            assert taken is not None
            fail_update(session, taken.id, error="boom", retry_after=timedelta(0), now=now)
    assert [_take(database, now), _take(database, now)] == ["next", None]
    with database.reading() as session:
        assert [(u.update_key, u.attempts, u.error) for u in list_parked(session)] == [("poison", 5, "boom")]


def test_four_threads_take_every_update_once_and_each_chat_in_order(
    database: Database, now: datetime, race: Callable[..., list[Any]]
) -> None:
    chats = [_chat(database, now, str(number)) for number in range(5)]
    for step in range(8):
        for chat in chats:
            _store(database, chat, f"{chat}:{step}", now)

    def work(_: int) -> list[tuple[int, str]]:
        taken: list[tuple[int, str]] = []
        while True:
            with database.session() as session:
                update = take_update(session, now=now)
                if update is None:
                    if count_waiting(session) == 0:
                        return taken
                    continue
                add_line(session, chat_id=update.chat_id, who="person", text=update.update_key, now=now)
                finish_update(session, update.id, now=now)
            taken.append((update.chat_id, update.update_key))

    done = [key for worker in race(work, 4) for key in worker]
    assert sorted(done) == sorted((chat, f"{chat}:{step}") for chat in chats for step in range(8))
    with database.reading() as session:
        said = {chat: [line.text for line in lines_of(session, chat)] for chat in chats}
    assert said == {chat: [f"{chat}:{step}" for step in range(8)] for chat in chats}


def test_of_a_chat_only_the_first_line_is_lent(database: Database, now: datetime) -> None:
    chat, other = _chat(database, now, "7"), _chat(database, now, "8")
    _queue(database, chat, now, "one", "two")
    _queue(database, other, now, "three")
    claimed = _claim(database, "a", now)
    assert [text for _, text in claimed] == ["one", "three"]
    _begin(database, claimed[0][0], "a", now)
    assert _claim(database, "b", now) == []
    with database.session() as session:
        line_sent(session, claimed[0][0], owner="a", channel_key="55", now=now)
    assert [text for _, text in _claim(database, "b", now)] == ["two"]


def test_a_line_whose_sender_died_while_sending_is_uncertain_and_the_next_one_leaves(
    database: Database, now: datetime
) -> None:
    chat = _chat(database, now)
    _queue(database, chat, now, "one", "two")
    [(first, _)] = _claim(database, "a", now)
    _begin(database, first, "a", now)
    assert [text for _, text in _claim(database, "b", now + MINUTE)] == ["two"]
    with database.reading() as session:
        assert [line.state for line in lines_of(session, chat)] == ["uncertain", "queued"]
    with pytest.raises(LeaseLost), database.session() as session:
        line_uncertain(session, first, owner="a", error="late")


def test_a_line_put_off_keeps_its_place(database: Database, now: datetime) -> None:
    chat = _chat(database, now)
    _queue(database, chat, now, "one", "two")
    [(first, _)] = _claim(database, "a", now)
    _begin(database, first, "a", now)
    with database.session() as session:
        line_later(session, first, owner="a", error="429", next_try_at=now + MINUTE)
    assert _claim(database, "a", now) == []
    assert _claim(database, "a", now + MINUTE) == [(first, "one")]


def test_lines_for_somebody_who_cannot_be_reached_are_skipped(database: Database, now: datetime) -> None:
    chat = _chat(database, now)
    _queue(database, chat, now, "one")
    with database.session() as session:
        set_active(session, chat, False, now=now)
    assert _claim(database, "a", now) == []
    with database.reading() as session:
        assert [line.state for line in lines_of(session, chat)] == ["skipped"]


def test_the_state_outlives_the_session_and_a_moved_chat_keeps_it(database: Database, now: datetime) -> None:
    chat = _chat(database, now)
    with database.session() as session:
        state = {"step": "region", "slots": {"municipality": "Schwäbisch Gmünd"}}
        save_chat(session, chat, state=state, language="fr", conversation_id=None, entry_id=None, now=now)
        move_chat(session, chat, "-1009", now=now)
    with database.reading() as session:
        found = find_chat(session, "telegram", "-1009")
        assert found is not None and (found.id, found.state, found.language) == (chat, state, "fr")
        assert find_chat(session, "telegram", "7") is None


def test_a_forgotten_chat_holds_nothing_that_was_said(database: Database, now: datetime) -> None:
    chat = _chat(database, now)
    _store(database, chat, "my name is", now)
    _queue(database, chat, now, "one")
    with database.session() as session:
        forget_chat(session, chat, now=now)
        assert lines_of(session, chat) == [] and get_chat(session, chat).state == {}
        assert take_update(session, now=now) is None


def test_a_token_opens_once_and_only_in_time(database: Database, now: datetime) -> None:
    with database.session() as session:
        tokens = [issue_token(session, kind="link", subject="KP9-7F3K9M", now=now, valid=MINUTE) for _ in range(2)]
    with database.session() as session:
        assert redeem_token(session, kind="other", token=tokens[0], now=now) is None
        assert redeem_token(session, kind="link", token=tokens[0], now=now) == "KP9-7F3K9M"
        assert redeem_token(session, kind="link", token=tokens[0], now=now) is None
        assert redeem_token(session, kind="link", token=tokens[1], now=now + MINUTE) is None


def test_a_code_is_right_once_and_not_after_five_wrong_ones(database: Database, now: datetime) -> None:
    def wrong(code: str) -> str:
        return f"{(int(code) + 1) % 1_000_000:06}"

    with database.session() as session:
        code = issue_code(session, kind="status", subject="KP9-7F3K9M", now=now, valid=MINUTE)
        used = {"kind": "status", "subject": "KP9-7F3K9M", "now": now}
        assert not redeem_code(session, code=wrong(code), **used)
        assert redeem_code(session, code=f" {code} ", **used)
        assert not redeem_code(session, code=code, **used)
        again = issue_code(session, kind="status", subject="KP9-7F3K9M", now=now, valid=MINUTE)
        assert [redeem_code(session, code=wrong(again), **used) for _ in range(5)] == [False] * 5
        assert not redeem_code(session, code=again, **used)


def test_a_channels_note_is_replaced_and_goes_with_the_chat(database: Database, now: datetime) -> None:
    chat, other = _chat(database, now, "7"), _chat(database, now, "8")
    with database.session() as session:
        assert get_note(session, chat, "menu", {"none": True}) == {"none": True}
        set_note(session, chat, "menu", {"message": 5}, now=now)
        set_note(session, chat, "menu", {"message": 6}, now=now)
        set_note(session, other, "menu", {"message": 7}, now=now)
    with database.session() as session:
        assert [get_note(session, each, "menu") for each in (chat, other)] == [{"message": 6}, {"message": 7}]
        forget_chat(session, chat, now=now)
        assert [get_note(session, each, "menu") for each in (chat, other)] == [None, {"message": 7}]
