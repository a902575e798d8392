"""The application on a socket, until it is told to stop."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from klimapartner.assistant.errors import AssistantError
from klimapartner.assistant.settings_chat import WebSettings
from klimapartner.assistant.web.app import create_app
from klimapartner.assistant.workplace import Workplace

_GRACE_SECONDS = 5


class WebError(AssistantError):
    """The web server cannot start, or ended by itself."""


@contextmanager
def running(work: Workplace) -> Iterator[tuple[str, threading.Thread]]:
    """Serve in a thread; gives the address and the thread, and ends both streams and server afterwards.

    Raises:
        WebError: somebody else has the port.
    """
    listener, stop = _listen(work.settings.web), threading.Event()
    config = uvicorn.Config(
        create_app(work, stop), log_config=None, access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS, lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web-server")
    thread.start()
    host, port = listener.getsockname()[:2]
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}", thread
    finally:
        stop.set()
        server.should_exit = True
        thread.join()
        listener.close()


def serve_web(work: Workplace, stop: threading.Event) -> int:
    """Serve until `stop` is set; raises WebError where the server ends by itself."""
    with running(work) as (_, thread):
        while not stop.wait(0.5):
            if not thread.is_alive():
                raise WebError("Der Webserver hat sich beendet; bitte im Protokoll nachsehen.")
    return 0


def _listen(web: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family)
    except OSError as error:
        raise WebError(
            f"Auf {web.host}:{web.port} ist kein Anschluss frei ({error.strerror}); bitte web.host und web.port prüfen."
        ) from error
