"""The text of a body part, and the choice between the plain and the HTML version of a mail."""

import re
from dataclasses import dataclass

from klimapartner.mailbox.bounds import HTML_TYPES
from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.cleaning import clean_text
from klimapartner.mailbox.flowed import unfold
from klimapartner.mailbox.html_text import html_bytes_to_text, html_to_text
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.pgp import is_encrypted, open_signed, without_armour
from klimapartner.mailbox.structure import Entity

_LOOKS_LIKE_HTML = re.compile(
    r"^\s*(?:<!doctype html|<html|<\?xml|<body|<div|<p>|<table|<style|<head|<meta)", re.IGNORECASE
)
_TAG = re.compile(r"</?(?:p|br|div|span|b|i|a|td|tr|table|font|ul|li)\b[^<>]{0,300}>", re.IGNORECASE)
_LOST_UMLAUT = re.compile(r"(?<=[a-zA-Z])\?(?=[a-z])|\ufffd")
_ENRICHED_TYPES = {"text/enriched", "text/richtext"}
_IN_LINKS = set("/=&")
_WORD = re.compile(r"\w{2,}")
_ENOUGH_WORDS, _STUB_WORDS, _RICHER = 150, 60, 3


@dataclass(frozen=True, slots=True)
class BodyText:
    """The text of one body part; `html` where it came from HTML.

    `problems` are codes: bad_charset (the label was wrong or missing), encrypted (a stretch of the text is; it is left
    out).
    """

    text: str
    html: bool = False
    problems: tuple[str, ...] = ()


def body_text(entity: Entity, limits: Limits) -> BodyText:
    """The text of a text part, cleaned."""
    if entity.content_type in HTML_TYPES:
        return BodyText(html_bytes_to_text(entity.data, entity.charset, max_bytes=limits.html_bytes), html=True)
    decoded = decode(entity.data, entity.charset)
    text = clean_text(decoded.text)
    problems = {"bad_charset": not decoded.sure, "encrypted": is_encrypted(text)}
    codes = tuple(code for code, found in problems.items() if found)
    if is_really_html(text) or entity.content_type in _ENRICHED_TYPES:
        return BodyText(html_to_text(text[: limits.html_bytes]), html=True, problems=codes)
    if entity.params.get("format", "").lower() == "flowed":
        text = unfold(text, delsp=entity.params.get("delsp", "").lower() == "yes")
    return BodyText(without_armour(open_signed(text)).strip("\n"), problems=codes)


def is_really_html(text: str) -> bool:
    """Whether a part that calls itself plain text is HTML."""
    head = text[:5_000]
    if _LOOKS_LIKE_HTML.match(head):
        return True
    return len(_TAG.findall(head)) >= max(3, head.count("\n") // 2) and "</" in head


def is_complete(plain: BodyText) -> bool:
    """Whether a plain version needs no look at its HTML twin: long, and nothing in it is lost."""
    return len(_WORD.findall(plain.text[:20_000])) >= _ENOUGH_WORDS and not _damage(plain)


def prefers_html(plain: BodyText, html: BodyText) -> bool:
    """Whether the plain version is a stub beside the HTML one ("please view in HTML"), empty, or has lost letters."""
    plain_words, html_words = len(_WORD.findall(plain.text)), len(_WORD.findall(html.text))
    if not html_words:
        return False
    if not plain_words or _damage(plain) > _damage(html):
        return True
    return plain_words < _STUB_WORDS and html_words >= _RICHER * plain_words and _adds_much(plain, html)


def same_words(first: BodyText, second: BodyText) -> bool:
    """Whether two texts say the same: the words of the shorter one stand in the other."""
    one, two = set(_WORD.findall(first.text)), set(_WORD.findall(second.text))
    smaller = min(len(one), len(two))
    return smaller > 0 and len(one & two) >= 0.9 * smaller


def _adds_much(plain: BodyText, html: BodyText) -> bool:
    return len(_WORD.findall(html.text)) - len(_WORD.findall(plain.text)) >= 10


def _damage(body: BodyText) -> int:
    """How many letters were lost on the way ("f?r"); question marks in links are none."""
    words = (word for word in body.text[:20_000].split() if not _IN_LINKS & set(word))
    return sum(len(_LOST_UMLAUT.findall(word)) for word in words)
