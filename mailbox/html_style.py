"""What a mail's HTML hides: the few properties of inline styles that decide whether a reader sees the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|(?<![\w-])max-height\s*:\s*0(?:px|pt|em)?\s*(?:;|!|$)|(?<![\w-])color\s*:\s*transparent",
    re.IGNORECASE,
)
_FONT_SIZE = re.compile(r"(?<![\w-])font-size\s*:\s*([\d.]+)", re.IGNORECASE)
_PREFORMATTED = re.compile(r"white-space\s*:\s*(?:pre|pre-wrap|pre-line|break-spaces)\s*(?:;|!|$)", re.IGNORECASE)
_CITED_CLASSES = ("gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite")


@dataclass(frozen=True, slots=True)
class Style:
    """The inherited state of an element; `tiny` (font size 0) can be undone by a child, `hidden` cannot."""

    hidden: bool = False
    tiny: bool = False
    preformatted: bool = False

    @property
    def visible(self) -> bool:
        return not self.hidden and not self.tiny


def style_of(tag: str, attributes: Mapping[str, str], parent: Style) -> Style:
    """The style of an element inside a parent."""
    if parent.hidden or "hidden" in attributes:
        return replace(parent, hidden=True)
    preformatted = parent.preformatted or tag in ("pre", "textarea")
    css = attributes.get("style", "")
    if not css:
        return parent if preformatted == parent.preformatted else replace(parent, preformatted=preformatted)
    size = _FONT_SIZE.search(css)
    return Style(
        hidden=_HIDDEN.search(css) is not None,
        tiny=_is_zero(size[1]) if size else parent.tiny,
        preformatted=preformatted or _PREFORMATTED.search(css) is not None,
    )


def is_cited(attributes: Mapping[str, str]) -> bool:
    """Whether a blockquote is a quoted mail and not an indented paragraph (Outlook indents with blockquote)."""
    classes = attributes.get("class", "").lower()
    return (
        attributes.get("type", "").lower() == "cite"
        or "cite" in attributes
        or any(c in classes for c in _CITED_CLASSES)
    )


def _is_zero(number: str) -> bool:
    try:
        return float(number) < 1.5
    except ValueError:
        return False
