"""Forks a process for each piece of work, so that it starts at once, and ends it by SIGKILL at the point it was told.

The product names its points by `sys.audit` (PEP 578); nothing listens to them but the hook that is set here.
Orders come pickled by standard input: (job, settings, point, which time it is reached, seconds the clock is ahead).
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

from klimapartner.assistant.chat_work import answer_waiting, receive
from klimapartner.assistant.clock import clock_from
from klimapartner.assistant.dialogue.contract import Event, reply_of
from klimapartner.assistant.dispatch import send_due
from klimapartner.assistant.erasing import erase, scrub_when_due
from klimapartner.assistant.poll import poll_once
from klimapartner.assistant.reading_work import read_waiting
from klimapartner.assistant.settings import Settings, make_settings
from klimapartner.assistant.telegram.serving import serve_telegram
from klimapartner.assistant.tombstone_journal import replay_if_restored, write_journal
from klimapartner.assistant.workplace import Workplace, open_workplace
from klimapartner.storage.chat_inbox import count_waiting
from klimapartner.storage.chat_lines import lines_of
from klimapartner.storage.chats import find_chat, list_chats
from klimapartner.storage.erasures import list_erasures
from klimapartner.storage.messages import store_message

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
WAITING = {"queued", "sending"}

Order = tuple[str, Settings, str, int, float]


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
        left -= name == point or point == "any"
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def a_day(work: Workplace) -> None:
    """Poll, read, send; and once more, so that what is done is moved."""
    for _ in range(2):
        poll_once(work, "box")
        read_waiting(work)
        while asyncio.run(send_due(work.settings, work.database, work.clock)):
            pass


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


JOBS: dict[str, Callable[[Workplace], None]] = {"day": a_day, "talk": a_talk, "bot": a_bot, "erasure": an_erasure}


def live(order: Order, report: int) -> int:
    """The life of one process; its exit code."""
    job, settings, point, times, ahead = order
    clock = clock_from(settings.now)
    listen(point, times, report)
    try:
        with open_workplace(settings, lambda: clock() + timedelta(seconds=ahead)) as work:
            JOBS[job](work)
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
