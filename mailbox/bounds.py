"""How much text of a mail is read at all: what is beyond goes before the costly work on it begins."""

from dataclasses import replace

from klimapartner.mailbox.html_text import without_pictures
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.structure import Entity

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
BODY_TYPES = HTML_TYPES | {"text/plain", "text/enriched", "text/richtext"}


def bounded(root: Entity, limits: Limits) -> Entity:
    """The tree with its text parts cut where all of them together exceed the limits (problem "truncated").

    Pictures written into HTML do not count and are left out.
    """
    left = {"html": limits.html_bytes, "plain": limits.plain_bytes}

    def cut(entity: Entity) -> Entity:
        if entity.children:
            return replace(entity, children=tuple(cut(child) for child in entity.children))
        if entity.content_type not in BODY_TYPES or entity.disposition == "attachment":
            return entity
        kind = "html" if entity.content_type in HTML_TYPES else "plain"
        data = without_pictures(entity.data) if kind == "html" else entity.data
        kept = data[: left[kind]]
        left[kind] -= len(kept)
        return replace(entity, data=kept, problem="truncated" if len(kept) < len(data) else entity.problem)

    return cut(root)
