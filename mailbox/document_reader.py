"""The child process that reads documents: hostile files cost it its own memory and time, never the intake's.

Started by `document` as `python -m klimapartner.mailbox.document_reader` with a socket as standard input. It answers
one request after the other and ends when the socket closes.
"""

import logging
import resource
import socket
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from klimapartner.mailbox.document_frames import receive_frame, send_frame
from klimapartner.mailbox.document_text import DocumentText
from klimapartner.mailbox.limits import Limits
from klimapartner.mailbox.unpacked import to_json


def main() -> None:
    """Answers requests until the other side closes the socket."""
    logging.disable(logging.CRITICAL)
    sys.setrecursionlimit(2_000)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sock = socket.socket(fileno=0)
    while (frame := receive_frame(sock)) is not None:
        head, data = frame
        limits = Limits(**{field.name: head["limits"][field.name] for field in fields(Limits)})
        _restrict(limits)
        reply = _guarded(head["kind"], data, limits)
        send_frame(sock, reply)
        if reply.get("problem") == "bomb":
            return  # the memory of a bomb goes with the process


def _restrict(limits: Limits) -> None:
    """Sets the soft limits for the next document; CPU time counts from the start of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + limits.document_cpu_seconds + 1
    for kind, value in ((resource.RLIMIT_AS, limits.document_memory), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(kind)[1]
        soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (soft, hard))


def _guarded(kind: str, data: bytes, limits: Limits) -> dict[str, Any]:
    try:
        return _answer(kind, data, limits)
    except MemoryError:
        return {"problem": "bomb"}
    except Exception:  # whatever a library raises on a broken file
        return {"problem": "unreadable"}


def _answer(kind: str, data: bytes, limits: Limits) -> dict[str, Any]:
    if kind == "tnef":
        from klimapartner.mailbox.tnef import unpack_tnef

        return {"unpacked": to_json(unpack_tnef(data))}
    if kind == "msg":
        from klimapartner.mailbox.outlook import unpack_msg

        return {"unpacked": to_json(unpack_msg(data))}
    document = _reader(kind)(data, limits)
    return {"text": document.text[: limits.document_chars], "problem": document.problem}


def _reader(kind: str) -> Callable[[bytes, Limits], DocumentText]:
    """The function for a kind of document; libraries are loaded when they are first needed."""
    if kind == "pdf":
        from klimapartner.mailbox.pdf_text import pdf_text

        return pdf_text
    if kind == "zip":
        from klimapartner.mailbox.office_text import office_text

        return office_text
    if kind == "ole":
        from klimapartner.mailbox.word97_text import ole_text

        return ole_text
    from klimapartner.mailbox.rtf import rtf_document

    return rtf_document


if __name__ == "__main__":
    main()
