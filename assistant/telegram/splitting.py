"""Long texts in messages that Telegram takes: cut at paragraphs, then lines, sentences, words, never inside a sign."""

import re
import unicodedata

TEXT_LIMIT = 4096
"""UTF-16 units of a message. Source: Bot API, section "sendMessage"."""
CAPTION_LIMIT = 1024
"""UTF-16 units of a caption. Source: Bot API, section "sendDocument"."""

# Best place first; each matches the white space at which a text may be cut.
_PLACES = tuple(map(re.compile, (r"\n[ \t]*\n\s*", r"\n\s*", r"(?<=[.!?…:;])\s+", r"\s+")))
_JOINER = "\u200d"


def utf16_length(text: str) -> int:
    """Length in the units in which Telegram counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def split_text(text: str, limit: int = TEXT_LIMIT) -> tuple[str, ...]:
    """The text in parts of at most `limit` UTF-16 units; none of them is empty, and only white space is lost."""
    parts, rest = [], text.strip()
    while utf16_length(rest) > limit:
        head, rest = _cut(rest, _fitting(rest, limit))
        parts.append(head)
    return tuple(part for part in (*parts, rest) if part)


def _fitting(text: str, limit: int) -> int:
    """How many characters fit; at least one."""
    units = 0
    for index, char in enumerate(text):
        units += 2 if char > "\uffff" else 1
        if units > limit:
            return max(index, 1)
    return len(text)


def _cut(text: str, most: int) -> tuple[str, str]:
    for place in _PLACES:
        # A cut in the first half would leave a stump, for the sake of a better place.
        ends = [found for found in place.finditer(text, 0, min(most + 1, len(text))) if found.start() >= most // 2]
        if ends:
            return text[: ends[-1].start()].rstrip(), text[ends[-1].end() :].lstrip()
    at = _before_sign(text, most)
    return text[:at], text[at:]


def _before_sign(text: str, at: int) -> int:
    """The last place up to `at` that is not inside a sign of several code points (letter and accent, joined emoji)."""
    place = at
    while place > 1 and (_joins(text[place]) or text[place - 1] == _JOINER):
        place -= 1
    return place if place > 1 else at


def _joins(char: str) -> bool:
    return char == _JOINER or unicodedata.combining(char) > 0 or unicodedata.category(char) in ("Mn", "Me", "Sk")
