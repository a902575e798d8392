"""OpenPGP armour in a text body (RFC 9580, 6 and 7): signed text is opened, encrypted text recognised."""

import re

_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE-----\s*$", re.MULTILINE)
_ARMOUR = re.compile(r"^-----BEGIN PGP (MESSAGE|PUBLIC KEY BLOCK)-----[ \t]*$", re.MULTILINE)
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_END = "-----END PGP SIGNATURE-----"


def is_encrypted(text: str) -> bool:
    """Whether the text holds an encrypted message."""
    return _ENCRYPTED.search(text) is not None


def without_armour(text: str) -> str:
    """The text without encrypted messages and keys in armour: nobody reads them."""
    kept, position = [], 0
    while (begin := _ARMOUR.search(text, position)) is not None:
        end_line = f"-----END PGP {begin[1]}-----"
        end = text.find(end_line, begin.end())
        if end < 0:
            break
        kept.append(text[position : begin.start()])
        position = end + len(end_line)
    return "".join(kept) + text[position:]


def open_signed(text: str) -> str:
    """The text with the armour of clear-signed stretches removed and their dashes unescaped."""
    before, found, rest = text.partition(f"{_SIGNED}\n")
    if not found:
        return text
    signed, found, rest = rest.partition(f"\n{_SIGNATURE}")
    if not found:
        return text
    content = (
        signed.partition("\n\n")[2] if signed.startswith(("Hash:", "Charset:", "Comment:", "Version:")) else signed
    )
    lines = (line.removeprefix("- ") for line in content.lstrip("\n").split("\n"))
    return before + "\n".join(lines) + rest.partition(_END)[2]
