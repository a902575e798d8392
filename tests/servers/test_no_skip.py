"""The rule of conftest.py that a skip is a failure on a machine that should have everything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SERVERS = Path(__file__).parent
TESTS = """
import pytest

def test_runs(): pass

@pytest.mark.xfail
def test_known(): assert False

def test_lacks_a_part(): pytest.skip("needs a part")

@pytest.mark.shared
def test_lacks_the_folder(shared): pass
"""


@pytest.mark.parametrize(
    ("strict", "closing", "code"),
    [("0", "1 passed, 2 skipped, 1 xfailed", 0), ("1", "1 failed, 1 passed, 1 xfailed, 1 error", 1)],
)
def test_a_skip_fails_where_nothing_may_be_missing(tmp_path: Path, strict: str, closing: str, code: int) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(SERVERS.parent / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\nmarkers = shared: x\n")
    environment = os.environ | {"KLIMAPARTNER_NO_SKIP": strict, "SHARED": "missing", "PYTHONPATH": str(SERVERS)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:warnings", "tests"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (run.stdout.splitlines()[-1].partition(" in ")[0], run.returncode) == (closing, code)
