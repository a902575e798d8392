"""The script of the web component with its style in it, and the pages' style."""

import json
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

_FOLDER = Path(__file__).parent / "static"
_CACHED = {"Cache-Control": "public, max-age=3600"}
router = APIRouter(prefix="/chat")


@router.get("/widget.js")
def widget() -> Response:
    """The component; pages of other origins may load it."""
    headers = _CACHED | {"Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(widget_script(), media_type="text/javascript", headers=headers)


@router.get("/page.css")
def page_style() -> Response:
    """The style of the pages."""
    return Response(_read("page.css"), media_type="text/css", headers=_CACHED)


@router.get("/icon.svg")
def icon() -> Response:
    """The pages' icon."""
    return Response(_read("icon.svg"), media_type="image/svg+xml", headers=_CACHED)


@lru_cache
def widget_script() -> str:
    """The script with the style as a string: one request, and nothing that a page's own policy would forbid."""
    return _bare(_read("widget.js")).replace('"STYLE"', json.dumps(_bare(_read("widget.css")), ensure_ascii=False))


def _bare(text: str) -> str:
    """Without indentation and lines of comment: no visitor has to fetch those."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@lru_cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
