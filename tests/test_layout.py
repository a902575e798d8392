"""The layout holds: the standard library's mailbox stays itself, and nothing of a machine is in the lock files."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROBE = "import mailbox; print(hasattr(mailbox, 'Maildir'))"


def run(*arguments: str, folder: Path = ROOT) -> str:
    """What a Python started in `folder` prints."""
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_there_is_no_package_that_shadows_the_standard_library() -> None:
    assert not (ROOT / "mailbox" / "__init__.py").exists()


def test_mailbox_is_the_standard_library_from_the_root() -> None:
    assert run("-c", PROBE) == "True"


def test_mailbox_is_the_standard_library_by_python_m() -> None:
    assert run("-m", "timeit", "-n1", "-r1", "-s", PROBE, "pass").splitlines()[0] == "True"


def test_mailbox_is_the_standard_library_elsewhere(tmp_path: Path) -> None:
    assert run("-c", PROBE, folder=tmp_path) == "True"


def test_our_mailbox_is_importable_beside_it(tmp_path: Path) -> None:
    probe = (
        "import mailbox, klimapartner.mailbox.message as ours; print(mailbox.Maildir.__name__, ours.Message.__name__)"
    )
    assert run("-c", probe, folder=tmp_path) == "Maildir Message"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_name_no_host_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"https?:|file:|--index-url|--find-links|@ /|\b/(?:work|opt|home|root)/", text) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash(name: str) -> None:
    packages = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [package.split()[0] for package in packages if package.strip() and "--hash=sha256:" not in package] == []


def test_the_leaves_know_nothing_of_each_other() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"],
        cwd=ROOT, env={"PYTHONPATH": ".src", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_no_dependency_is_under_the_gpl_alone() -> None:
    """Licences as the packages state them; the LGPL and dual licences are fine."""
    strict = re.compile(r"(?<![LA])GPL|GNU General Public", re.IGNORECASE)
    names = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    stated = {name: _licences(name) for name in names}
    assert {name: text for name, text in stated.items() if strict.search(text)} == {}


def _licences(name: str) -> str:
    try:
        data = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:  # for another platform
        return ""
    classifiers = [c for c in data.get_all("Classifier") or [] if c.startswith("License")]
    return "; ".join([data.get("License-Expression") or "", *classifiers])
