"""The web chat on a real server for tests, and Chromium beside it."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from chat_desk import chat_settings
from playwright.sync_api import Browser, sync_playwright

from klimapartner.assistant.web.server import running
from klimapartner.assistant.workplace import Workplace, open_workplace

MISSING = "needs Chromium: apt-get install chromium"


@contextmanager
def web_site(folder: Path, **web: Any) -> Iterator[tuple[str, Workplace]]:
    """The chat of an office of its own: its address and workplace."""
    given = {"port": 0, "messages_per_minute": 1000} | web
    with open_workplace(chat_settings(f"sqlite:///{folder}/chat.db", web=given)) as work, running(work) as (address, _):
        yield address, work


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser; skips where there is none."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def foreign_page() -> Iterator[tuple[str, dict[str, str]]]:
    """A server of somebody else's pages: its origin, and the page that it gives under the key "html"."""
    page = {"html": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page["html"].encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", page
    finally:
        server.shutdown()
        server.server_close()
