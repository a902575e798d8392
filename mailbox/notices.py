"""Notices that machines send and no header names, by their wording: hints that count where the text looks the part."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from klimapartner.mailbox.facts import facts
from klimapartner.mailbox.identity import OwnIdentity
from klimapartner.mailbox.message import Message
from klimapartner.mailbox.phrases import any_of
from klimapartner.mailbox.rules_text import asks_or_wants, subject_says
from klimapartner.mailbox.triage import Hit

LONGEST = 1_500  # characters; a notice says one thing


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notice, what is said in it, and the reason for staff."""

    name: str
    reason: str
    phrase: re.Pattern[str]


def _read_notices() -> tuple[Notice, ...]:
    tables = tomllib.loads(Path(__file__).with_name("notice_phrases.toml").read_text(encoding="utf-8"))
    return tuple(
        Notice(f"{name}_notice", table["reason"], re.compile(any_of(table["phrases"]), re.MULTILINE))
        for name, table in tables.items()
    )


NOTICES = _read_notices()


def notices(message: Message, *, own: OwnIdentity) -> tuple[Hit, ...]:
    """The kinds of notice whose wording a short message has; none where it asks, wishes or passes something on."""
    known = facts(message, own)
    text = f"{known.subject}\n{known.body}"
    if len(known.body) > LONGEST or asks_or_wants(known) or subject_says(known, "forwarded"):
        return ()
    return tuple(Hit(notice.name, notice.reason) for notice in NOTICES if notice.phrase.search(text))
