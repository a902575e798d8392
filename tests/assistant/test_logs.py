"""Log lines go to what is stderr now, so that a stream that was closed since never ends a thread."""

import io
import sys

import pytest
import structlog

from klimapartner.assistant.logs import set_up_logs


def test_a_stream_that_was_closed_since_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    set_up_logs(debug=False)
    log = structlog.get_logger("test")
    log.warning("before")
    first.close()
    monkeypatch.setattr(sys, "stderr", second)
    log.warning("after")
    assert '"event": "after"' in second.getvalue()
