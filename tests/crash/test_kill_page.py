"""kill -9 around every transaction of the web chat's own requests, start again, send them again: said once."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from chat_desk import NOW, chat_settings
from crash_office import Changes, CrashOffice, Result, changes, in_database, new_name
from crash_points import FORGETTING, points
from crash_worker import EVERY_COMMIT
from postgres_server import new_database

from klimapartner.assistant.settings import Settings
from klimapartner.assistant.web.chat_session import begin_visit
from klimapartner.assistant.workplace import open_workplace

SAID = (("k1-a-key", "Bis wann ist Zeit?"), ("k2-a-key", "Die Stadt Herzogenaurach bekundet ihr Interesse."))

HOUR = 3600.0

NewUrl = Callable[[], str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/{new_name()}.db"
    return lambda: new_database(request.getfixturevalue("postgres_server"), new_name())


def begun(url: str) -> tuple[Settings, str]:
    """A chat that somebody has begun: settings, and the token that the browser holds."""
    settings = chat_settings(url, now=NOW, web={"port": 0})
    with open_workplace(settings) as work:
        return settings, begin_visit(work, "de").token


def said(office: CrashOffice, url: str, die_at: int) -> tuple[int, Result]:
    """The browser says its lines, perhaps with a death at a transaction, and then all of them again."""
    settings, token = begun(url)
    ended = office.run("say", settings, EVERY_COMMIT if die_at else "", die_at or 1, given=(token, *SAID))
    if die_at:
        assert ended.code == -signal.SIGKILL
        ended = office.run("say", settings, ahead=HOUR, given=(token, *SAID))
    assert ended.code == 0
    return len(ended.commits), in_database(url)


def test_killed_around_any_transaction_of_a_message_it_is_said_and_answered_once(
    crash_office: CrashOffice, new_url: NewUrl
) -> None:
    commits, before = said(crash_office, new_url(), 0)
    found: dict[int, Changes] = {}
    for number in range(1, commits + 1):
        _, after = said(crash_office, new_url(), number)
        if differs := changes(before, after):
            found[number] = differs
    assert (commits >= 4 * len(SAID), found) == (True, {})


@pytest.mark.parametrize("point", points(*FORGETTING))
def test_killed_as_a_chat_is_deleted_it_is_gone_when_asked_again(
    crash_office: CrashOffice, new_url: NewUrl, point: str
) -> None:
    quiet, quiet_token = begun(new_url())
    assert crash_office.run("forget", quiet, given=(quiet_token,)).code == 0
    settings, token = begun(new_url())
    assert crash_office.run("forget", settings, point, given=(token,)).code == -signal.SIGKILL
    assert crash_office.run("forget", settings, given=(token,)).code == 0
    assert changes(in_database(quiet.database), in_database(settings.database)) == {}
