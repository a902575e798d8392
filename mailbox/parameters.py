"""Parameters of Content-Type and Content-Disposition (RFC 2045, 2183, 2231), also where they are broken."""

import re

from klimapartner.mailbox.cleaning import clean_line
from klimapartner.mailbox.headers import decode_header, percent_decoded

_PARAMETER = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_EXTENDED = re.compile(r"^([^*]+?)(?:\*(\d{1,3}))?(\*)?$")
_MAX_VALUE = 20_000


def parameters(raw: str) -> dict[str, str]:
    """The decoded parameters of a header value by lower-case name; continuations of RFC 2231 are joined."""
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(raw[:_MAX_VALUE]):
        name = _EXTENDED.match(match[1].lower())
        if name is not None:
            section = (int(name[2] or 0), bool(name[3]), _unquoted(match[2]))
            sections.setdefault(name[1], []).append(section)
    return {name: _joined(found) for name, found in sections.items()}


def first_token(raw: str) -> str:
    """The value before the parameters, lower-case, without comments and quotes ("attachment", "base64")."""
    token = re.sub(r"\([^()]*\)", " ", raw.partition(";")[0])
    return clean_line(token).strip("\"' ").lower()


def _unquoted(value: str) -> str:
    value = value.strip()
    if value.startswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:].removesuffix('"'))
    return re.sub(r"\([^()]*\)$", "", value).rstrip()


def _joined(found: list[tuple[int, bool, str]]) -> str:
    ordered = sorted(found, key=lambda section: section[0])
    if not any(extended for _, extended, _ in ordered):
        plain = ordered[0][2] if len({index for index, _, _ in ordered}) == 1 else "".join(text for *_, text in ordered)
        return decode_header(plain)
    charset, quoted = "", ""
    for number, (_, extended, text) in enumerate(ordered):
        if number == 0 and extended and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        quoted += text if extended else text.replace("%", "%25")
    return clean_line(percent_decoded(quoted, charset))
