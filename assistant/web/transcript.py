"""The transcript of a chat to keep: as plain text and as a page of its own."""

from collections.abc import Sequence
from datetime import datetime

from klimapartner.assistant.dates import day
from klimapartner.assistant.languages import Language
from klimapartner.assistant.web.chat_view import LineView
from klimapartner.assistant.web.pages import render
from klimapartner.assistant.web.texts import words


def as_text(views: Sequence[LineView], language: Language, now: datetime) -> str:
    """The transcript as plain text; `now` carries the office's zone."""
    said = words("chat", language)
    head = f"{said['title']}\n{_note(language, now)}\n"
    return head + "".join(f"\n{said[view.who]}, {view.time}\n{view.text}\n{_file(view)}" for view in views)


def as_html(views: Sequence[LineView], language: Language, now: datetime) -> str:
    """The same as one HTML file that needs nothing else."""
    return render("transcript", language, views=views, note=_note(language, now))


def file_name(language: Language, now: datetime, ending: str) -> str:
    """The name under which it is saved, in ASCII."""
    return f"{words('chat', language)['transcript_file']}-{now:%Y-%m-%d}.{ending}"


def _note(language: Language, now: datetime) -> str:
    when = f"{day(now.date(), language)}, {now:%H:%M}"
    return words("chat", language)["transcript_note"].format(when=when)


def _file(view: LineView) -> str:
    return f"[{view.document}]\n" if view.document else ""
