"""Limits hold when everybody comes at once, and cannot be got round by many addresses of one visitor."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chat_desk import chat_settings
from fastapi.testclient import TestClient

from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.web.limits import Limiter
from klimapartner.assistant.web.origins import one_visitor
from klimapartner.assistant.workplace import open_workplace

Check = Callable[[str, dict[Any, bool]], None]
NOW = datetime(2022, 3, 1, 9, tzinfo=UTC)


def test_exactly_as_many_as_allowed_get_through_at_once(tally: Any) -> None:
    limiter = Limiter(lambda: NOW)
    with ThreadPoolExecutor(32) as pool:
        waits = list(pool.map(lambda number: limiter.wait(f"key {number % 2}", 10), range(2000)))
    allowed = Counter(number % 2 for number, wait in enumerate(waits) if not wait)
    tally.add("requests over the limit", 1980, max(0, sum(allowed.values()) - 20))
    assert allowed == {0: 10, 1: 10}
    assert {wait for wait in waits if wait} == {61}


def test_ever_new_keys_cost_a_bounded_number_of_cleanings_and_are_forgotten() -> None:
    hands, times = [NOW], []

    class Counted(dict[str, Any]):
        def items(self) -> Any:
            times.append(len(self))
            return super().items()

    limiter = Limiter(lambda: hands[0])
    for number in range(50_000):
        hands[0] = NOW + timedelta(milliseconds=number)
        if not isinstance(limiter._times, Counted):
            limiter._times = Counted(limiter._times)
        limiter.wait(f"address {number}", 5)
    assert len(times) == 4  # every ten of the fifty seconds
    hands[0] = NOW + timedelta(minutes=5)
    limiter.wait("late", 5)
    assert list(limiter._times) == ["late"]


@pytest.mark.parametrize(
    ("address", "visitor"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("x" * 9999, "x" * 64),
    ],
)
def test_who_counts_as_one_visitor(address: str, visitor: str) -> None:
    assert one_visitor(address) == visitor


def test_two_hundred_addresses_of_one_network_begin_as_many_chats_as_one(tmp_path: Path, none_through: Check) -> None:
    web = {"port": 0, "messages_per_minute": 5, "behind_proxy": True}
    with open_workplace(chat_settings(f"sqlite:///{tmp_path}/chat.db", web=web), lambda: NOW) as work:
        client = TestClient(create_app(work), base_url="http://localhost", follow_redirects=False)

        def begin(number: int) -> int:
            headers = {"Origin": "http://localhost", "X-Forwarded-For": f"203.0.113.9, 2001:db8:0:1::{number:x}"}
            return client.post("/chat/start", data={"language": "de"}, headers=headers).status_code

        with ThreadPoolExecutor(8) as pool:
            begun = Counter(pool.map(begin, range(40)))
    assert begun == {303: 5, 429: 35}
    none_through("addresses of one IPv6 network", dict.fromkeys(range(35), begun[303] > 5))
