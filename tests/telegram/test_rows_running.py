"""What is broken in practice in other bots, row by row of the notes (B3): two workers, webhooks, the end."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from bot_office import SECRET, Office, Running, Say, staff_says
from chat_desk import NOW, OFFICE, chat_settings
from typer.testing import CliRunner

from klimapartner.assistant.alarms import alarms_now
from klimapartner.assistant.commands.chat import app
from klimapartner.assistant.errors import SettingsError
from klimapartner.assistant.fakes import botapi_faults as faults
from klimapartner.assistant.fakes.botapi_values import Chat
from klimapartner.assistant.telegram import inbound
from klimapartner.assistant.telegram.hearing import TelegramError, heard_at
from klimapartner.assistant.telegram.webhook import SECRET_HEADER
from klimapartner.assistant.trouble import trouble_of
from klimapartner.storage.errors import DatabaseUnavailable

CONFLICT = (
    "Ein anderes Programm ruft die Nachrichten dieses Bots ab (409); bitte nur eines laufen lassen, und wenn es kein "
    "eigenes ist, bei @BotFather einen neuen Token holen."
)


def test_row_17_a_second_worker_waits_and_takes_over(any_office: Office) -> None:
    fake = any_office.fake
    ada = fake.private(any_office.bot, fake.add_user("Ada", language="de"))
    with any_office.run() as first, any_office.run(wait=False):
        fake.say(ada, "/start")
        fake.wait_sent(ada, 1, timeout=15)
        first.end()
        fake.say(ada, "Danke!")
        fake.wait_sent(ada, 2, timeout=30)
    assert {call.code for call in fake.calls("getUpdates")} <= {0, 200}
    assert len(fake.sent(ada)) == 2


def test_row_17_a_stranger_who_polls_is_told_of_and_the_bot_goes_on(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        httpx.get(f"{office.fake.url}/bot{office.bot.token}/getUpdates", params={"timeout": 0})
        office.fake.wait_for(lambda: trouble(running) == CONFLICT, timeout=15)
        say(ada, "/start")
        office.ahead = office.ahead.__class__(minutes=1)
        say(ada, "Danke!")
        office.fake.wait_for(lambda: trouble(running) == "", timeout=15)
    assert running.errors == []


def trouble(running: Running) -> str:
    with running.work.database.reading() as session:
        return trouble_of(session, "bots:public")


def test_row_17_a_webhook_that_is_still_set_is_taken_away_and_nothing_is_lost(office: Office, ada: Chat) -> None:
    httpx.get(f"{office.fake.url}/bot{office.bot.token}/setWebhook", params={"url": "http://127.0.0.1:9/old"})
    office.fake.say(ada, "/start")
    with office.run():
        office.fake.wait_sent(ada, 1, timeout=15)
    assert office.fake.webhook_url(office.bot) is None


def test_row_18_the_end_by_sigterm_is_quick_and_clean(office: Office, ada: Chat, tmp_path: Path) -> None:
    settings = tmp_path / "klimapartner.toml"
    settings.write_text(toml_of(office), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("klimapartner")), "run", "--only", "bots"]
    process = subprocess.Popen(
        command, env={**os.environ, "KLIMAPARTNER_CONFIG": str(settings)}, stderr=subprocess.PIPE, text=True
    )
    office.fake.wait_for(lambda: office.fake.polling(office.bot), timeout=60)
    office.fake.say(ada, "/start")
    office.fake.wait_sent(ada, 1, timeout=15)
    process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    _, told = process.communicate(timeout=30)
    assert (process.returncode, time.monotonic() - begun < 8, "Traceback" in told) == (0, True, False)


def toml_of(office: Office) -> str:
    server = 'host = "localhost"\nport = 1\ntls = "none"\n'
    return f"""database = "{office.url}"
[telegram]
mode = "faq"
token = {{ value = "{office.bot.token}" }}
api_url = "{office.fake.url}"
[mailboxes.box]
address = "{OFFICE}"
[mailboxes.box.imap]
{server}
[mailboxes.box.smtp]
{server}"""


@contextmanager
def hooked(office: Office) -> Iterator[str]:
    """The bot behind a webhook; the address that Telegram calls."""
    url = f"http://127.0.0.1:{free_port()}/telegram"
    port = int(url.split(":")[2].split("/")[0])
    with office.run(wait=False, webhook_url=url, webhook_port=port, webhook_secret={"value": SECRET}):
        office.fake.wait_for(lambda: office.fake.webhook_url(office.bot) == url, timeout=20)
        yield url


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_conversation_by_webhook(office: Office, ada: Chat, say: Say) -> None:
    with hooked(office):
        (greeting,) = say(ada, "/start")
        office.fake.press(ada, "Interesse bekunden")
        office.fake.wait_sent(ada, 2, timeout=15)
        say(ada, "Herzogenaurach")
    assert greeting.labels[0] == "Interesse bekunden"
    assert office.fake.webhook_error(office.bot) is None


@pytest.mark.parametrize(
    "header",
    [
        {},
        {SECRET_HEADER: ""},
        {SECRET_HEADER: "falsch"},
        {SECRET_HEADER: SECRET + "x"},
        {SECRET_HEADER: b"\xc3\xa4\xff"},
    ],
)
def test_row_24_a_forged_update_is_turned_away(office: Office, ada: Chat, header: dict[str, Any]) -> None:
    with hooked(office) as url:
        forged = {"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": {"id": ada.id, "type": "private"}}}
        assert httpx.post(url, json=forged, headers=header).status_code == 401
    assert office.fake.sent(ada) == ()


def test_row_24_what_is_no_update_does_no_harm(office: Office, ada: Chat, say: Say) -> None:
    with hooked(office) as url:
        for body in (b"", b"{", b"[]", b"\xff", b'{"update_id": "x"}'):
            assert httpx.post(url, content=body, headers={SECRET_HEADER: SECRET}).status_code == 200
        say(ada, "/start")


@pytest.mark.parametrize("secret", [{}, {"webhook_secret": {}}])
def test_row_24_no_webhook_without_a_secret(office: Office, secret: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="webhook_secret"):
        chat_settings(office.url, telegram=office.settings_of(webhook_url="https://bot.example/hook", **secret))


@pytest.mark.parametrize("secret", ["", "kurz", "mit Leerzeichen und so", "ä" * 20])
def test_row_24_no_webhook_with_a_poor_secret(office: Office, secret: str) -> None:
    with office.run(
        wait=False, webhook_url="http://127.0.0.1:1/x", webhook_port=0, webhook_secret={"value": secret}
    ) as running:
        running.thread.join(timeout=15)
    assert [type(error) for error in running.errors] == [TelegramError]


def test_row_07_a_slow_answer_to_a_webhook_is_not_answered_twice(office: Office, ada: Chat, say: Say) -> None:
    with hooked(office):
        number = office.fake.say(ada, "/start")
        office.fake.wait_sent(ada, 1, timeout=15)
        office.fake.repeat(office.bot, number)
        say(ada, "Danke!")
    assert len(office.fake.sent(ada)) == 2


@pytest.mark.parametrize("token", ["", "kein Token", "12:falsch"])
def test_a_wrong_token_is_told(office: Office, token: str) -> None:
    with office.run(wait=False, token={"value": token}) as running:
        running.thread.join(timeout=15)
    assert [type(error) for error in running.errors] == [TelegramError]


def test_without_a_token_there_is_no_bot(office: Office) -> None:
    with pytest.raises(SettingsError, match="Token"):
        chat_settings(office.url, telegram={"mode": "faq"})


def test_two_webhooks_at_the_same_moment_keep_one_update_each(office: Office, ada: Chat) -> None:
    with hooked(office) as url:
        chat = {"id": ada.id, "type": "private", "first_name": "Ada"}
        body = {"update_id": 77, "message": {"message_id": 1, "date": 0, "chat": chat, "from": chat, "text": "/start"}}
        body["message"]["from"] = {"id": ada.id, "is_bot": False, "first_name": "Ada"}
        threads = [
            threading.Thread(target=lambda: httpx.post(url, json=body, headers={SECRET_HEADER: SECRET}))
            for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        office.fake.wait_sent(ada, 1, timeout=15)
        time.sleep(0.5)
    assert len(office.fake.sent(ada)) == 1


def test_row_22_a_deaf_bot_is_an_alarm(office: Office, ada: Chat, say: Say) -> None:
    with office.run() as running:
        say(ada, "/start")
        office.fake.wait_for(lambda: heard(running))
    office.ahead = timedelta(minutes=31)
    alarms = {alarm.kind: alarm.text for alarm in alarms_now(running.work, since=NOW)}
    assert alarms["bots:deaf"] == (
        "Der Telegram-Bot hat seit 31 Minuten nichts von Telegram gehört; läuft `klimapartner run`?"
    )


def heard(running: Running) -> bool:
    with running.work.database.reading() as session:
        return heard_at(session) is not None


def test_run_says_that_no_bot_is_set_up(tmp_path: Path) -> None:
    settings = tmp_path / "klimapartner.toml"
    settings.write_text(f'database = "sqlite:///{tmp_path}/a.db"\n', encoding="utf-8")
    command = [str(Path(sys.executable).with_name("klimapartner")), "run", "--only", "bots"]
    done = subprocess.run(
        command, env={**os.environ, "KLIMAPARTNER_CONFIG": str(settings)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode != 0, "Es ist kein Bot eingerichtet" in " ".join(done.stderr.split())) == (True, True)


def test_row_23_a_webhook_whose_update_cannot_be_kept_is_called_again(
    office: Office, ada: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = inbound.receive, [DatabaseUnavailable("away")]

    def receive(*given: Any, **named: Any) -> Any:
        if failures:
            raise failures.pop()
        return real(*given, **named)

    monkeypatch.setattr(inbound, "receive", receive)
    with hooked(office):
        office.fake.say(ada, "/start")
        office.fake.wait_sent(ada, 1, timeout=20)
    assert (len(office.fake.sent(ada)), failures) == (1, [])


def test_row_18_a_long_line_stops_between_two_parts_and_goes_on_there(office: Office, ada: Chat, say: Say) -> None:
    text = "\n\n".join(f"Absatz {number}: " + "Wörter und Zeichen. " * 150 for number in range(8)).strip()
    with office.run() as running:
        say(ada, "/start")
        staff_says(running, ada, text)
        office.fake.wait_sent(ada, 4, timeout=15)
    assert running.states(ada) == ["sent", "queued"]
    with office.run() as running:
        running.until_settled(ada, "sent", "sent", timeout=30)
    told = "".join("".join(office.fake.texts(ada)[1:]).split())
    assert told == "".join(f"Eine Person aus dem Team schreibt:{text}".split())


def test_row_08_staff_see_in_the_transcript_what_may_not_have_arrived(
    office: Office, ada: Chat, say: Say, tmp_path: Path
) -> None:
    settings = tmp_path / "klimapartner.toml"
    settings.write_text(toml_of(office), encoding="utf-8")
    with office.run() as running:
        say(ada, "/start")
        office.fake.fail(faults.lost(), method="sendMessage")
        staff_says(running, ada, "Guten Tag")
        running.until_settled(ada, "sent", "uncertain")
        office.fake.fail(faults.forbidden(), method="sendMessage")
        staff_says(running, ada, "Guten Abend")
        running.until_settled(ada, "sent", "uncertain", "failed")
    shown = CliRunner().invoke(app, ["show", "1"], obj=settings).output
    assert [line.split(" ", 2)[2] for line in shown.splitlines() if "Guten" in line][-2:] == [
        "Team (unsicher, ob angekommen): Guten Tag",
        "Team (nicht angekommen): Guten Abend",
    ]
