"""format=flowed (RFC 3676): soft line breaks undone."""

import re

_QUOTE = re.compile(r"^(>*)(.*)$", re.DOTALL)


def unfold(text: str, *, delsp: bool) -> str:
    """The text with each paragraph on one line; `delsp` drops the blank of a soft break (RFC 3676, 4.1)."""
    out: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth, content = _depth_and_content(line)
        soft = content.endswith(" ") and content != "-- "
        kept = content[:-1] if soft and delsp else content
        if open_depth == depth and content != "-- ":
            out[-1].append(kept)
        else:
            out.append(["> " * depth, kept])
        open_depth = depth if soft else None
    return "\n".join("".join(pieces) for pieces in out)


def _depth_and_content(line: str) -> tuple[int, str]:
    match = _QUOTE.match(line)
    marks, content = (match[1], match[2]) if match else ("", line)
    return len(marks), content.removeprefix(" ")
