"""Fixtures that several test folders share, and the rule that a skip is a failure where everything must be there."""

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

ROOT = Path(__file__).parent.parent

# The helpers that start real servers; `tests` itself stays off the path, since it has folders named as the leaves.
sys.path.append(str(ROOT / "tests" / "servers"))

pytest_plugins = ["dovecot_server", "postgres_server", "post_office", "web_chat", "console_desk", "crash_office"]
pytest_plugins += ["machines"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the gold sets, read only; SHARED names it, relative to the repository."""
    folder = (ROOT / os.environ.get("SHARED", "../shared")).resolve()
    if not (folder / "gold").is_dir():
        pytest.skip("needs the shared folder: set SHARED to where it is")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser come last: while Playwright runs, no other test can start an event loop in this thread."""
    items.sort(key=lambda item: item.get_closest_marker("chromium") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _strict((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _strict((yield))


def _strict(report: Report) -> Report:
    """With KLIMAPARTNER_NO_SKIP=1 a skipped test has failed: a machine that lacks a part tested less than it says."""
    if os.environ.get("KLIMAPARTNER_NO_SKIP") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {reason}"
    return report
