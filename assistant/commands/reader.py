"""`python -m klimapartner.assistant.commands.reader CONFIG`: one more process that reads, while its parent runs."""

import os
import signal
import sys
import threading
from pathlib import Path

from klimapartner.assistant.logs import set_up_logs
from klimapartner.assistant.service import serve
from klimapartner.assistant.settings import load_settings
from klimapartner.assistant.workplace import open_workplace


def main(config: Path) -> None:
    """Read until standard input ends, or SIGTERM or SIGINT comes."""
    set_up_logs(False)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_until_end_of_input, args=(stop,), daemon=True).start()
    with open_workplace(load_settings(config)) as work:
        serve(work, ("read",), stop)


def _until_end_of_input(stop: threading.Event) -> None:
    # Not by sys.stdin, whose lock a waiting thread would hold when the interpreter ends.
    while os.read(0, 1):
        pass
    stop.set()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
