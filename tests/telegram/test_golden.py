"""The conversations that people can read (assistant/transcripts) go by Telegram as they are written down."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_office import Office
from chat_desk import REFERENCE

from klimapartner.assistant.fakes.botapi_values import Chat, Message

FOLDER = Path(__file__).parent.parent / "assistant" / "transcripts"
# What Telegram has beside the web: whose servers a message passes.
MESSENGER = "Telegram"


def plain(path: Path) -> bool:
    """Whether a conversation needs nothing but one person: no clock that jumps, no entry of somebody else."""
    return not any(line.startswith(("@ ", "+ ")) for line in path.read_text(encoding="utf-8").splitlines())


FILES = sorted(path.name for path in FOLDER.glob("*.txt") if plain(path))


def steps(written: str) -> Iterator[tuple[str, list[str]]]:
    """Each line of the person, with what is shown after it."""
    said, lines = "", list[str]()
    for line in written.splitlines():
        if line.startswith(("> ", "* ")):
            if said:
                yield said, lines
            said, lines = (line.removeprefix("> "), []) if line.startswith("> ") else ("", [])
        elif line and said:
            lines.append(line)
    if said:
        yield said, lines


def do(office: Office, chat: Chat, said: str) -> None:
    if said.startswith("["):
        office.fake.press(chat, said[1:-1])
    elif said.startswith("~ "):
        office.fake.edit(chat, said.removeprefix("~ "))
    else:
        office.fake.say(chat, said)


def shown(message: Message) -> Iterator[str]:
    text = "\n".join(line for line in message.text.splitlines() if MESSENGER not in line)
    first, *rest = REFERENCE.sub("{reference}", text).splitlines()
    yield f"< {first}"
    yield from (f"  {line}" for line in rest if line)
    if message.document:
        yield f"  ({message.document.name})"


@pytest.mark.parametrize("name", FILES)
def test_a_conversation_goes_by_telegram_as_it_is_written_down(name: str, office: Office) -> None:
    chat = office.fake.private(office.bot, office.fake.add_user("Ada"))
    written = (FOLDER / name).read_text(encoding="utf-8")
    with office.run():
        for said, expected in steps(written):
            before, count = len(office.fake.sent(chat)), sum(line.startswith("< ") for line in expected)
            do(office, chat, said)
            new = office.fake.wait_sent(chat, before + count, timeout=20)[before:]
            told = [line for message in new for line in shown(message)]
            assert (said, told) == (said, [line for line in expected if not line.startswith("  [")])


def test_conversations_in_several_languages_are_played() -> None:
    assert {name[:2] for name in FILES} == {"de", "en", "fr", "es", "pt"}
