"""Forks a process for each piece of work, so that it starts at once, and ends it by SIGKILL at the point it was told.

The product names its points by `sys.audit` (PEP 578); nothing listens to them but the hook that is set here.
Orders come pickled by standard input: (job, settings, point, which time it is reached, seconds the clock is ahead,
what the job has to know).
"""

import asyncio
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crash_points import DATABASE
from fastapi.testclient import TestClient

from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.dialogue.contract import Event, reply_of
from klimapartner.assistant.dispatch import send_due
from klimapartner.assistant.erasing import erase, scrub_when_due
from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.settings import Settings, make_settings
from klimapartner.assistant.staffbot import jobs
from klimapartner.assistant.staffbot.cards import deeds_of
from klimapartner.assistant.staffbot.serving import serve_staff_bot
from klimapartner.assistant.telegram.serving import serve_telegram
from klimapartner.assistant.tombstone_journal import replay_if_restored, write_journal
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_inbox import count_waiting
from klimapartner.storage.chat_lines import lines_of
from klimapartner.storage.chats import OFFICE as OFFICE_CHANNEL
from klimapartner.storage.chats import find_chat, list_chats
from klimapartner.storage.erasures import list_erasures
from klimapartner.storage.messages import store_message
from klimapartner.storage.search import list_entries

SERVER = {"host": "localhost", "port": 1, "tls": "none"}
BOXES = {"box": {"address": "office@engagement-global.example", "imap": SERVER, "smtp": SERVER}}
MAIL = b"""From: Kim Muster <kim@herzogenaurach.example>
Subject: Interesse

Guten Tag, die Stadt Herzogenaurach bekundet ihr Interesse. Unsere Partnerstadt ist Kaya in Burkina Faso.
Bis wann ist Zeit?

Kim Muster, Tel. 09132 901-128
"""

# What is said on the page; after a star stands the label of the button that is pressed.
TALK = (
    "Bis wann ist Zeit?",
    "Die Stadt Herzogenaurach bekundet ihr Interesse.",
    "Unsere Partnerstadt ist Kaya in Burkina Faso",
    "*Einverstanden, weiter",
    "Kim Muster, kim@herzogenaurach.example, 09132 901128",
    "Wasser",
    "*Ja, absenden",
)
UPDATES = 2
LONGEST_LIFE = 60  # seconds
EVERY_POINT, EVERY_COMMIT = "any", "any commit"

Browser = tuple[dict[str, str], str]  # cookies, and the guard of its forms
Form = tuple[str, dict[str, Any]]  # path below /console, fields
Step = tuple[str, str]  # key, line
WAITING = {"queued", "sending"}

Order = tuple[str, Settings, str, int, float, tuple[Any, ...]]


def name_of(event: str, arguments: tuple[Any, ...]) -> str:
    """The name of a point: the event, and what it says of itself."""
    return " ".join([event, *map(str, arguments)])


def listen(point: str, times: int, report: int) -> None:
    """Report every point that is reached, and die at the one that is named when it is reached for the nth time."""
    left = times

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if not event.startswith("klimapartner."):
            return
        name = name_of(event, arguments)
        os.write(report, f"{name}\n".encode())
        left -= name == point or (point == EVERY_POINT and not name.startswith(DATABASE))
        left -= point == EVERY_COMMIT and name.startswith(DATABASE)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def send_all(work: Workplace) -> None:
    """Whatever waits in the outbox goes."""
    while asyncio.run(send_due(work.settings, work.database, work.clock)):
        pass


def a_day(work: Workplace) -> None:
    """Poll, read, send; and once more, so that what is done is moved."""
    for _ in range(2):
        poll_once(work, "box")
        read_waiting(work)
        send_all(work)


def a_talk(work: Workplace) -> None:
    """What somebody says on the page, each under its own key; whoever starts again says all of it again."""
    for number, said in enumerate(TALK):
        event = Event("button", _value(work, said[1:])) if said[0] == "*" else Event("text", said)
        receive(work, channel="web", address="kim", key=str(number), event=event)
        answer_waiting(work)


def _value(work: Workplace, label: str) -> str:
    """What a button sends."""
    with work.database.reading() as session:
        chat = find_chat(session, "web", "kim")
        replies = [reply_of(line.text, line.extras) for line in lines_of(session, chat.id)] if chat else []
    buttons = [button for reply in replies[::-1] for row in reply.buttons for button in row]
    return next(button.value for button in buttons if button.label == label)


def a_bot(work: Workplace) -> None:
    """The bot, until all updates that wait are answered and no answer waits."""
    stop = threading.Event()
    threading.Thread(target=_stop_when_all_is_said, args=(work, stop), daemon=True).start()
    serve_telegram(work, stop)


def _stop_when_all_is_said(work: Workplace, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        with work.database.reading() as session:
            lines = [line for chat in list_chats(session) for line in lines_of(session, chat.id)]
            heard = sum(line.who == "person" for line in lines)
            if heard == UPDATES and not count_waiting(session) and not any(line.state in WAITING for line in lines):
                stop.set()


def an_erasure(work: Workplace) -> None:
    """Start as the service does, erase a person unless that is done, and let the mailbox follow."""
    replay_if_restored(work)
    with work.database.reading() as session:
        done = list_erasures(session)
    if not done:
        erase(work, "kim.muster@herzogenaurach.example", who="maria")
    scrub_when_due(work)
    write_journal(work)
    a_day(work)


def press_buttons(work: Workplace, browser: Browser, *forms: Form) -> None:
    """Send the forms of pages of the console, in a browser that is signed in."""
    with_ours = {"Origin": "http://localhost"}
    client = TestClient(
        create_app(work), base_url="http://localhost", headers=with_ours, cookies=browser[0], follow_redirects=False
    )
    for path, data in forms:
        answer = client.post(f"/console{path}", data={"guard": browser[1], "once": path, **data})
        assert answer.status_code in (303, 404, 409, 410, 422), answer.text
        assert not answer.headers.get("Location", "").endswith("/login")


def say_on_page(work: Workplace, token: str, *steps: Step) -> None:
    """What a browser's component sends about one chat, each under its own key; or the form that deletes the chat."""
    client = TestClient(create_app(work), base_url="http://localhost", headers={"Origin": "http://localhost"})
    for key, said in steps:
        sent = {"json": {"kind": "text", "text": said}, "headers": {"X-Chat-Token": token, "Idempotency-Key": key}}
        answer = client.post("/chat/api/messages", **sent)
        assert answer.status_code == 200, answer.text


def forget_on_page(work: Workplace, token: str) -> None:
    """The visitor wants the chat deleted; whoever finds it gone has what was wanted."""
    client = TestClient(create_app(work), base_url="http://localhost", headers={"Origin": "http://localhost"})
    answer = client.delete("/chat/api/session", headers={"X-Chat-Token": token})
    assert answer.status_code in (200, 204, 401), answer.text


def a_staff_bot(work: Workplace, cards: int, deeds: int) -> None:
    """The bot for staff, until so many cards went and so many presses were done, and all cards show it."""
    jobs.TICK_SECONDS, jobs.LOOK_SECONDS = 0.05, 3600.0
    stop = threading.Event()
    threading.Thread(target=_stop_when_staff_are_told, args=(work, cards, deeds, stop), daemon=True).start()
    serve_staff_bot(work, stop)


def _stop_when_staff_are_told(work: Workplace, cards: int, deeds: int, stop: threading.Event) -> None:
    calm = 0
    while not stop.wait(0.1):
        calm = calm + 1 if _told(work, cards, deeds) else 0
        if calm == 5:
            stop.set()


def _told(work: Workplace, cards: int, deeds: int) -> bool:
    with work.database.reading() as session:
        chats = [find_chat(session, OFFICE_CHANNEL, str(number)) for number in work.settings.staff_bot.chats]
        lines = [line for chat in chats if chat for line in lines_of(session, chat.id)]
        done = sum(len(deeds_of(session, entry.id)) for entry in list_entries(session))
    return len(lines) == cards and not any(line.state in WAITING for line in lines) and done == deeds


JOBS: dict[str, Callable[..., None]] = {
    "day": a_day,
    "talk": a_talk,
    "bot": a_bot,
    "erasure": an_erasure,
    "send": send_all,
    "press": press_buttons,
    "say": say_on_page,
    "forget": forget_on_page,
    "staff": a_staff_bot,
}


def live(order: Order, report: int) -> int:
    """The life of one process; its exit code."""
    job, settings, point, times, ahead, given = order
    clock = clock_from(settings.now)
    # Whoever hangs dies another death than the one that a test expects.
    signal.alarm(LONGEST_LIFE)
    listen(point, times, report)
    try:
        with open_workplace(settings, lambda: clock() + timedelta(seconds=ahead)) as work:
            JOBS[job](work, *given)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def carry_out(order: Order) -> tuple[int, list[str]]:
    """Fork, wait, and say how the process ended and which points it reached."""
    incoming, outgoing = os.pipe()
    process = os.fork()
    if process == 0:
        os._exit(live(order, outgoing))
    os.close(outgoing)
    with os.fdopen(incoming) as reached:
        names = reached.read().splitlines()
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), names


def warm_up() -> None:
    """Load what is loaded at the first mail, once for all processes; the database of it is closed and gone."""
    with TemporaryDirectory() as folder:
        settings = make_settings(
            {"database": f"sqlite:///{folder}/warm.db", "mailboxes": BOXES}, where="test", base=Path()
        )
        with open_workplace(settings) as work:
            now = work.clock()
            with work.database.session() as session:
                store_message(
                    session, mailbox="box", uidvalidity=1, uid=1, raw=MAIL, message_id="", received_at=now, now=now
                )  # fmt: skip
            assert read_waiting(work) == 1


def main() -> None:
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    warm_up()
    while True:
        try:
            order = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(carry_out(order), answers)
        answers.flush()


if __name__ == "__main__":
    main()
