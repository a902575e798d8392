"""Why a mail is read as it is: the text with every piece of evidence marked, its reason, and what was discarded."""

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from rich.text import Text

from klimapartner.assistant.mail_reading import MailReading
from klimapartner.intents.reading import Evidence

_PAGE = Path(__file__).parent / "explain.html.j2"
_STYLES = {
    "municipality": "black on bright_cyan", "co_municipalities": "black on cyan", "partner": "black on bright_green",
    "world_region": "black on green", "partnership_status": "black on yellow", "contact": "black on bright_magenta",
    "intents": "bold underline", "faq": "bold underline", "needs": "italic underline", "topics": "black on white",
}  # fmt: skip


def marked_text(mail: MailReading) -> Text:
    """The text for a terminal, every piece of evidence in the colour of its field."""
    text = Text(mail.text)
    for item in _placed(mail):
        text.stylize(_STYLES.get(item.field.partition(".")[0], "underline"), item.start or 0, item.end)
    return text


def reasons(mail: MailReading) -> Iterator[tuple[str, str, str, str, str]]:
    """Field, value, confidence, reason and the words behind it, in the order of the fields."""
    for item in sorted(mail.reading.evidence, key=lambda e: (e.field, -e.confidence)):
        words = item.source if item.start is None else mail.text[item.start : item.end]
        yield item.field, item.value, f"{item.confidence:.2f}", item.reason, " ".join(words.split())[:160]


def discarded(mail: MailReading) -> Iterator[tuple[str, str, str, str, str]]:
    """The bodies that were not chosen: name, key, county, score and why."""
    for item in mail.reading.candidates:
        yield item.name, item.ags or "", item.county or "", f"{item.score:.2f}", item.reason


def page(mail: MailReading, title: str) -> str:
    """The same as one HTML page that loads nothing."""
    template = Environment(undefined=StrictUndefined, autoescape=True).from_string(_PAGE.read_text(encoding="utf-8"))
    return template.render(
        title=title, body="".join(_html(mail)), reasons=list(reasons(mail)), discarded=list(discarded(mail))
    )


def _placed(mail: MailReading) -> list[Evidence]:
    return [item for item in mail.reading.evidence if item.start is not None and item.end is not None]


def _html(mail: MailReading) -> Iterator[str]:
    """The text in stretches between the edges of evidence, so that overlapping marks need no nesting."""
    placed = _placed(mail)
    edges = sorted({0, len(mail.text), *(e.start or 0 for e in placed), *(e.end or 0 for e in placed)})
    for start, end in pairwise(edges):
        over = [e for e in placed if (e.start or 0) <= start and end <= (e.end or 0)]
        text = escape(mail.text[start:end])
        if not over:
            yield text
            continue
        shortest = min(over, key=lambda e: (e.end or 0) - (e.start or 0))
        told = escape("; ".join(f"{e.field} = {e.value}: {e.reason} ({e.confidence:.2f})" for e in over), quote=True)
        label = "".join(f"<sub>{escape(e.field)}</sub>" for e in over if e.end == end)
        yield f'<mark class="{escape(shortest.field.partition(".")[0])}" title="{told}">{text}{label}</mark>'
