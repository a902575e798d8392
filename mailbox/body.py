"""The text of a body part, and the choice between the plain and the HTML version of a mail."""

import re
from dataclasses import dataclass

from klimapartner.mailbox.charset import decode
from klimapartner.mailbox.cleaning import clean_text
from klimapartner.mailbox.flowed import unfold
from klimapartner.mailbox.html_text import html_bytes_to_text, html_to_text, without_pictures
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.pgp import is_encrypted, open_signed, without_armour
from klimapartner.mailbox.structure import Entity

_LOOKS_LIKE_HTML = re.compile(
    r"^\s*(?:<!doctype html|<html|<\?xml|<body|<div|<p>|<table|<style|<head|<meta)", re.IGNORECASE
)
_TAG = re.compile(r"</?(?:p|br|div|span|b|i|a|td|tr|table|font|ul|li)\b[^<>]{0,300}>", re.IGNORECASE)
_LOST_UMLAUT = re.compile(r"(?<=[a-zA-Z])\?(?=[a-z])|\ufffd")
_HTML_TYPES = {"text/html", "application/xhtml+xml"}
_ENRICHED_TYPES = {"text/enriched", "text/richtext"}
_LINK = re.compile(r"\S*[/=&]\S*")
_WORD = re.compile(r"\w{2,}")
_ENOUGH_WORDS, _STUB_WORDS, _RICHER = 150, 60, 3


@dataclass(frozen=True, slots=True)
class BodyText:
    """The text of one body part; `html` where it came from HTML.

    `problems` are codes: bad_charset (the label was wrong or missing), truncated, encrypted (a stretch of the text is;
    it is left out).
    """

    text: str
    html: bool = False
    problems: tuple[str, ...] = ()


def body_text(entity: Entity, limits: Limits) -> BodyText:
    """The text of a text part, cleaned; at most `limits.body_chars` long."""
    return _html(entity, limits) if entity.content_type in _HTML_TYPES else _plain(entity, limits)


def _html(entity: Entity, limits: Limits) -> BodyText:
    text = html_bytes_to_text(entity.data, entity.charset, max_bytes=limits.html_bytes)
    cut = len(text) > limits.body_chars or len(without_pictures(entity.data)) > limits.html_bytes
    return BodyText(text[: limits.body_chars], html=True, problems=("truncated",) if cut else ())


def _plain(entity: Entity, limits: Limits) -> BodyText:
    decoded = decode(entity.data[: 4 * limits.body_chars], entity.charset)
    text = clean_text(decoded.text)
    problems = {
        "bad_charset": not decoded.sure,
        "truncated": len(text) > limits.body_chars or len(entity.data) > 4 * limits.body_chars,
        "encrypted": is_encrypted(text),
    }
    codes = tuple(code for code, found in problems.items() if found)
    text = text[: limits.body_chars]
    if is_really_html(text) or entity.content_type in _ENRICHED_TYPES:
        return BodyText(html_to_text(text), html=True, problems=codes)
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
    return len(_LOST_UMLAUT.findall(_LINK.sub("", body.text[:20_000])))
