"""What kind of sender a name and an address speak of: a person, an office, a service, one word, or nothing known."""

import re
import tomllib
from pathlib import Path
from typing import Literal

from klimapartner.intents.fold import folded
from klimapartner.intents.person_name import is_given

Sender = Literal["person", "office", "service", "brand", "unknown"]
_WORDS = tomllib.loads(Path(__file__).with_name("machine_words.toml").read_text(encoding="utf-8"))["sender"]
_SERVICE, _OFFICE = (re.compile(_WORDS[name]) for name in ("service", "office"))
_PERSONAL_LOCAL = re.compile(r"(?:[a-z]{1,3}[._-]?)?[a-z]+(?:[._-][a-z]+)*\d{0,4}")
_NAME_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def sender_kind(name: str, addr: str) -> Sender:
    """The kind of a sender by the display name and the part of the address before the @."""
    plain, local = folded(name), folded(addr.rpartition("@")[0])
    if _SERVICE.search(plain) or _SERVICE.search(local):
        return "service"
    words = [word for word in _NAME_WORD.findall(name) if word[:1].isupper() and len(word) > 1]
    if _is_person(words, local) and not _OFFICE.search(plain):
        return "person"
    if _OFFICE.search(plain) or _OFFICE.search(local):
        return "office"
    return "brand" if len(words) == 1 else "unknown"


def _is_person(words: list[str], local: str) -> bool:
    """Whether a name has a given name in it, or stands in an address of the form that people have."""
    mine = any(len(word) > 2 and folded(word) in local for word in words)
    if 2 <= len(words) <= 5 and any(is_given(word) for word in words):
        return mine or not _OFFICE.search(local)
    return mine and 2 <= len(words) <= 4 and bool(_PERSONAL_LOCAL.fullmatch(local))
