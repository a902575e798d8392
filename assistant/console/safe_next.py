"""Where to go after signing in: only to a page of the console, whatever the address said."""

from urllib.parse import urlsplit


def safe_next(wanted: str) -> str:
    """The path with its query, below /console; else the start page."""
    parts = urlsplit(wanted)
    plain = wanted.isprintable() and "\\" not in wanted and not parts.scheme and not parts.netloc
    inside = parts.path == "/console" or parts.path.startswith("/console/")
    return wanted if plain and inside and not parts.path.startswith("/console/login") else "/console/"
