"""The parts of the bot that need no server: splitting, keyboards, pace, outcomes, the lending of duties."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aiogram import exceptions
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import StorageKey
from aiogram.methods import GetMe
from aiohttp import ClientConnectorError
from bot_office import Office
from chat_desk import NOW

from klimapartner.assistant.telegram.budget import Budget
from klimapartner.assistant.telegram.fsm import SqlStorage
from klimapartner.assistant.telegram.menus import Menu, menu_data, menu_of, pressed, shown
from klimapartner.assistant.telegram.outcome import Outcome, outcome_of
from klimapartner.assistant.telegram.splitting import split_text, utf16_length
from klimapartner.storage.duties import leave_duty, take_duty


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, ()),
        ("  \n ", 10, ()),
        ("kurz", 10, ("kurz",)),
        ("erster\n\nzweiter", 10, ("erster", "zweiter")),
        ("erste Zeile\nzweite Zeile", 15, ("erste Zeile", "zweite Zeile")),
        ("Ein Satz. Noch ein Satz.", 15, ("Ein Satz.", "Noch ein Satz.")),
        ("viele kleine Worte", 13, ("viele kleine", "Worte")),
        ("ohneeinzigenleerraum", 8, ("ohneeinz", "igenleer", "raum")),
        ("😀😀😀", 4, ("😀😀", "😀")),
        ("ae\u0301ae\u0301", 4, ("ae\u0301a", "e\u0301")),
        ("xx👩\u200d💻", 5, ("xx", "👩\u200d💻")),
        ("x😀", 1, ("x", "😀")),
    ],
)
def test_a_text_is_cut_at_the_best_place(text: str, limit: int, parts: tuple[str, ...]) -> None:
    assert split_text(text, limit) == parts


def test_a_sign_outside_the_basic_plane_counts_twice() -> None:
    assert [utf16_length(text) for text in ("", "ö", "😀", "a😀")] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("menu", "message_id", "after"),
    [
        (Menu(), 5, Menu(5, used=True)),
        (Menu(5), 5, Menu(5, used=True)),
        (Menu(5, used=True), 5, None),
        (Menu(5), 4, None),
        (Menu(5, used=True), 6, Menu(6, used=True)),
    ],
)
def test_only_the_newest_keyboard_counts_and_once(menu: Menu, message_id: int, after: Menu | None) -> None:
    assert pressed(menu, message_id) == after


@pytest.mark.parametrize(
    ("menu", "message_id", "after"),
    [
        (Menu(), 5, (Menu(5), 0)),
        (Menu(5), 6, (Menu(6), 5)),
        (Menu(5, used=True), 6, (Menu(6), 0)),
        (Menu(6, used=True), 5, (Menu(6, used=True), 0)),
    ],
)
def test_a_new_keyboard_ends_the_one_before_unless_that_was_used(
    menu: Menu, message_id: int, after: tuple[Menu, int]
) -> None:
    assert shown(menu, message_id) == after


def test_a_menu_survives_the_storage() -> None:
    assert [menu_of(menu_data(menu)) for menu in (Menu(), Menu(7, used=True))] == [Menu(), Menu(7, used=True)]
    assert menu_of({}) == Menu()


def delays(chat_ids: list[int], per_second: float = 1000) -> list[float]:
    budget = Budget(per_second, clock=lambda: 100.0)
    return [round(budget.delay(chat_id), 3) for chat_id in chat_ids]


def test_a_person_gets_three_messages_at_once_and_then_one_a_second() -> None:
    assert delays([7] * 5) == [0, 0, 0, 1, 2]


def test_a_group_gets_twenty_a_minute() -> None:
    assert delays([-7] * 5) == [0, 0, 0, 3, 6]


def test_one_chat_does_not_use_up_what_another_may() -> None:
    assert delays([7, 7, 7, 7, 8]) == [0, 0, 0, 1, 0]


def test_all_chats_together_keep_the_pace_of_the_bot() -> None:
    assert delays([1, 2, 3, 4], per_second=2) == [0, 0, 0.5, 1]


def test_what_was_waited_for_is_there_again() -> None:
    moment = [100.0]
    budget = Budget(1000, clock=lambda: moment[0])
    first = [budget.delay(7) for _ in range(4)]
    moment[0] += 10
    assert (first, [budget.delay(7) for _ in range(4)]) == ([0, 0, 0, 1], [0, 0, 0, 1])


def network(cause: BaseException) -> exceptions.TelegramNetworkError:
    error = exceptions.TelegramNetworkError(GetMe(), "x")
    error.__cause__ = cause
    return error


def unreadable(data: Any) -> exceptions.ClientDecodeError:
    return exceptions.ClientDecodeError("x", ValueError(), data)


REFUSED = ClientConnectorError(None, OSError(111, "refused"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.TelegramRetryAfter(GetMe(), "x", 7), "later"),
        (exceptions.TelegramMigrateToChat(GetMe(), "x", -5), "moved"),
        (exceptions.TelegramForbiddenError(GetMe(), "Forbidden: bot was blocked by the user"), "gone"),
        (exceptions.TelegramBadRequest(GetMe(), "Bad Request: chat not found"), "gone"),
        (exceptions.TelegramBadRequest(GetMe(), "Bad Request: BUTTON_DATA_INVALID"), "refused"),
        (exceptions.TelegramUnauthorizedError(GetMe(), "Unauthorized"), "later"),
        (exceptions.TelegramServerError(GetMe(), "Internal Server Error"), "uncertain"),
        (exceptions.RestartingTelegram(GetMe(), "restart"), "later"),
        (network(TimeoutError()), "uncertain"),
        (network(REFUSED), "later"),
        (unreadable("<html>502 Bad Gateway</html>"), "later"),
        (unreadable("<html>504 Gateway Time-out</html>"), "uncertain"),
        (unreadable({"ok": True, "result": {"message_id": 5, "date": "new form"}}), "sent"),
        (unreadable({"ok": False}), "uncertain"),
    ],
)
def test_only_what_surely_did_not_arrive_may_go_again(error: exceptions.AiogramError, kind: str) -> None:
    assert outcome_of(error).kind == kind


def test_the_wish_of_telegram_and_the_new_number_are_kept() -> None:
    assert outcome_of(exceptions.TelegramRetryAfter(GetMe(), "x", 7)).wait == timedelta(seconds=7)
    assert outcome_of(exceptions.TelegramMigrateToChat(GetMe(), "x", -5)).chat_id == -5
    assert outcome_of(unreadable({"ok": True, "result": {"message_id": 5}})) == Outcome("sent", 5)


async def test_the_state_of_aiogram_outlives_the_process(any_office: Office) -> None:
    key, other = StorageKey(1, 2, 2), StorageKey(1, 3, 3)
    with any_office.work() as work:
        storage = SqlStorage(work.database, work.clock)
        await storage.set_state(key, State("asked", group_name="form"))
        await storage.set_data(key, {"a": [1]})
    with any_office.work() as work:
        storage = SqlStorage(work.database, work.clock)
        kept = await storage.get_state(key), await storage.get_data(key)
        nothing = await storage.get_state(other), await storage.get_data(other)
        await storage.set_state(key, None)
        await storage.set_data(key, {})
        cleared = await storage.get_state(key), await storage.get_data(key)
    assert (kept, nothing, cleared) == (("form:asked", {"a": [1]}), (None, {}), (None, {}))


def test_a_duty_has_one_holder_until_it_is_given_back_or_overdue(any_office: Office) -> None:
    def take(owner: str, now: datetime) -> bool:
        with work.database.session() as session:
            return take_duty(session, "bot", owner=owner, now=now, lease=timedelta(seconds=30))

    with any_office.work() as work:
        later = NOW + timedelta(seconds=20)
        told = [take("a", NOW), take("b", NOW), take("a", later), take("b", NOW + timedelta(seconds=40))]
        overdue = take("b", NOW + timedelta(seconds=50))
        for owner in ("a", "b"):
            with work.database.session() as session:
                leave_duty(session, "bot", owner=owner, now=NOW)
        assert (told, overdue, take("c", NOW)) == ([True, False, True, False], True, True)
