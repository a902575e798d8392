"""What a file is: by its first bytes, then by its name, then by what the mail calls it."""

from pathlib import PurePosixPath

_MAGIC = (
    (b"{\\rtf", "rtf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
)
_EXTENSIONS = {
    **dict.fromkeys(("txt", "text", "csv", "tsv", "md", "log"), "text"),
    **dict.fromkeys(("htm", "html", "xhtml"), "html"),
    **dict.fromkeys(("ics", "vcs", "vcf", "ifb"), "calendar"),
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "svg"), "image"),
    **dict.fromkeys(("eml", "mht", "mhtml"), "mail"),
    **dict.fromkeys(("p7m", "p7z"), "cms"),
    **dict.fromkeys(("pdf", "rtf"), ""),
}
_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/calendar": "calendar",
    "text/vcard": "calendar",
    "text/x-vcard": "calendar",
    "application/ics": "calendar",
    "application/pkcs7-mime": "cms",
    "application/x-pkcs7-mime": "cms",
    "application/ms-tnef": "tnef",
    "application/vnd.ms-tnef": "tnef",
}


def document_kind(data: bytes, name: str, content_type: str) -> str:
    """pdf, rtf, zip, ole, tnef, cms, mail, image, archive, program, html, calendar, text or unknown."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image"
    magic = next((kind for start, kind in _MAGIC if data.startswith(start)), "")
    if magic and not (magic in ("image", "program") and _is_text(data)):
        return magic
    suffix = PurePosixPath(name.lower()).suffix.lstrip(".")
    kind = _TYPES.get(content_type) or _EXTENSIONS.get(suffix, "")
    if kind in ("html", "calendar", "text"):
        return kind if _is_text(data) else "unknown"
    return kind or _by_type(content_type, data)


def _by_type(content_type: str, data: bytes) -> str:
    main = content_type.partition("/")[0]
    if main in ("image", "audio", "video"):
        return "image" if main == "image" else "unknown"
    if main in ("text", "message") or content_type in (
        "application/octet-stream",
        "application/csv",
        "application/json",
        "",
    ):
        return "text" if _is_text(data) else "unknown"
    return "unknown"


def _is_text(data: bytes) -> bool:
    sample = data[:4_000]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    control = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1b")
    return control * 50 <= len(sample)
