"""kill -9 at every step of a chat's update and of the answer's way, start again, and compare with a quiet talk."""

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_desk import NOW, chat_settings
from crash_office import Changes, CrashOffice, Ended, Result, changes, in_database, new_name
from crash_points import CHAT, LINE, LINE_GAP, points
from postgres_server import new_database

from klimapartner.assistant.fakes.botapi import FakeBotApi
from klimapartner.assistant.fakes.botapi_values import Chat
from klimapartner.assistant.settings import Settings

HOUR = 3600.0
QUESTIONS = ("Bis wann ist Zeit?", "Ist das verbindlich?")
TOLD = "Unklar, ob eine Chat-Antwort angekommen ist: das sendende Programm ist dabei beendet worden"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/klimapartner.db"
    return new_database(request.getfixturevalue("postgres_server"), new_name())


@pytest.fixture(scope="module")
def quiet_talk(crash_office: CrashOffice, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Result]:
    """An expression of interest on the page, from the first question to the acknowledgement."""
    url = f"sqlite:///{tmp_path_factory.mktemp('talk')}/klimapartner.db"
    return crash_office.run("talk", chat_settings(url, now=NOW)), in_database(url)


def bot_settings(fake: FakeBotApi, url: str, token: str) -> Settings:
    telegram = {"mode": "intake", "token": {"value": token}, "api_url": fake.url, "messages_per_second": 1000}
    return chat_settings(url, now=NOW, telegram=telegram)


def asked(fake: FakeBotApi, url: str) -> tuple[Chat, Settings]:
    """Somebody's chat with a new bot, which has been asked already, and the bot's settings."""
    bot = fake.add_bot()
    ada = fake.private(bot, fake.add_user("Ada", language="de"))
    for question in QUESTIONS:
        fake.say(ada, question)
    return ada, bot_settings(fake, url, bot.token)


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as server:
        yield server


def result_of(fake: FakeBotApi, chat: Chat, url: str) -> Result:
    return {"telegram": sorted(message.text for message in fake.sent(chat)), **in_database(url)}


@pytest.fixture(scope="module")
def quiet_bot(crash_office: CrashOffice, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Two questions that waited for the bot, answered."""
    url = f"sqlite:///{tmp_path_factory.mktemp('bot')}/klimapartner.db"
    with FakeBotApi() as fake:
        ada, settings = asked(fake, url)
        assert crash_office.run("bot", settings).code == 0
        return result_of(fake, ada, url)


def killed_and_started_again(office: CrashOffice, job: str, settings: Settings, point: str, times: int = 1) -> None:
    assert office.run(job, settings, point, times).code == -signal.SIGKILL
    assert office.run(job, settings, ahead=HOUR).code == 0


def test_the_talk_is_what_it_should_be(quiet_talk: tuple[Ended, Result]) -> None:
    ended, result = quiet_talk
    assert (ended.code, [len(result[name]) for name in ("entries", "outbox", "chat_updates")]) == (0, [1, 1, 7])


@pytest.mark.parametrize("point", points(*CHAT))
def test_killed_in_a_talk_on_the_page_nothing_differs(
    crash_office: CrashOffice, quiet_talk: tuple[Ended, Result], url: str, point: str
) -> None:
    """The last time that the point is reached: as the entry is made."""
    times = quiet_talk[0].points.count(point)
    killed_and_started_again(crash_office, "talk", chat_settings(url, now=NOW), point, times)
    assert changes(quiet_talk[1], in_database(url)) == {}


@pytest.mark.parametrize("point", points(*CHAT, *LINE))
def test_killed_outside_the_gap_the_bot_says_all_once(
    crash_office: CrashOffice, quiet_bot: Result, fake: FakeBotApi, url: str, point: str
) -> None:
    ada, settings = asked(fake, url)
    killed_and_started_again(crash_office, "bot", settings, point)
    assert changes(quiet_bot, result_of(fake, ada, url)) == {}


@pytest.mark.parametrize("point", points(*LINE_GAP))
def test_killed_in_the_gap_the_line_is_uncertain_staff_are_told_and_it_is_not_said_again(
    crash_office: CrashOffice, quiet_bot: Result, fake: FakeBotApi, url: str, point: str
) -> None:
    ada, settings = asked(fake, url)
    killed_and_started_again(crash_office, "bot", settings, point)
    found: Changes = changes(quiet_bot, result_of(fake, ada, url))
    lost, extra = found.pop("telegram", ([], []))
    assert (len(lost), extra) == (LINE_GAP[point], [])
    assert found.keys() == {"chat_lines", "tasks", "rows"}
    (gone,), (come,) = found["chat_lines"]
    assert come == gone.replace("'sent')", "'uncertain')")
    assert found["tasks"] == ([], [f"('chat:uncertain', '{TOLD}')"])
    assert Counter(dict(found["rows"][1])) == {"tasks": "1"}
